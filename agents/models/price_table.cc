// SPDX-License-Identifier: Apache-2.0
#include "agents/models/price_table.h"

#include "core/object_reader.h"

namespace rectune::agents {

double PriceTable::Cost(int input_tokens, int cached_tokens, int output_tokens) const {
  return ((input_tokens - cached_tokens) * input_per_million + cached_tokens * cached_per_million +
          output_tokens * output_per_million) /
         1e6;
}

PriceTable PriceTableFromJson(const Json& json, const std::string& path) {
  const NumberRange price{0.0, 1e6};
  ObjectReader reader(json, path);
  PriceTable table;
  table.version = reader.String("version");
  table.currency = reader.String("currency");
  table.input_per_million = reader.Number("input_per_million", price);
  table.cached_per_million = reader.NumberOr("cached_per_million", table.input_per_million, price);
  table.output_per_million = reader.Number("output_per_million", price);
  reader.Finish();
  return table;
}

}  // namespace rectune::agents
