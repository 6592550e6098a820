// SPDX-License-Identifier: Apache-2.0
//
// PriceTable: what a provider charges, as the user of a spec states it. RecTune ships no prices:
// they change, and a figure nobody checked is worse than none. The version goes into every ledger.
//
//   double cost = prices.Cost(/*input=*/1200, /*cached=*/1000, /*output=*/300);
#pragma once

#include <string>

#include "core/json.h"

namespace rectune::agents {

struct PriceTable {
  std::string version;   // "2026-11 list"
  std::string currency;  // "USD"
  double input_per_million = 0.0;
  double cached_per_million = 0.0;  // of input read from the provider's cache
  double output_per_million = 0.0;  // reasoning included

  /// In `currency`; `cached_tokens` are part of `input_tokens`.
  double Cost(int input_tokens, int cached_tokens, int output_tokens) const;
};

PriceTable PriceTableFromJson(const Json& json, const std::string& path);

}  // namespace rectune::agents
