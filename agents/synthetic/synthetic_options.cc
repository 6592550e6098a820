// SPDX-License-Identifier: Apache-2.0
#include "agents/synthetic/synthetic_options.h"

namespace rectune::agents {

SyntheticOptions SyntheticOptionsFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  SyntheticOptions options;
  const NumberRange share{0.0, 1.0};
  options.prior_quality = reader.NumberOr("prior_quality", options.prior_quality, share);
  options.reasoning_depth =
      static_cast<int>(reader.IntegerOr("reasoning_depth", options.reasoning_depth, {0, 3}));
  options.context_window =
      static_cast<int>(reader.IntegerOr("context_window", options.context_window, {0, 1000}));
  options.out_of_range_rate =
      reader.NumberOr("out_of_range_rate", options.out_of_range_rate, share);
  options.wrong_sign_rate = reader.NumberOr("wrong_sign_rate", options.wrong_sign_rate, share);
  options.unknown_parameter_rate =
      reader.NumberOr("unknown_parameter_rate", options.unknown_parameter_rate, share);
  options.malformed_rate = reader.NumberOr("malformed_rate", options.malformed_rate, share);
  reader.Finish();
  return options;
}

Json ToJson(const SyntheticOptions& options) {
  Json json;
  json["prior_quality"] = options.prior_quality;
  json["reasoning_depth"] = options.reasoning_depth;
  json["context_window"] = options.context_window;
  json["out_of_range_rate"] = options.out_of_range_rate;
  json["wrong_sign_rate"] = options.wrong_sign_rate;
  json["unknown_parameter_rate"] = options.unknown_parameter_rate;
  json["malformed_rate"] = options.malformed_rate;
  return json;
}

}  // namespace rectune::agents
