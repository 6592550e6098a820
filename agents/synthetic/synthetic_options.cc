// SPDX-License-Identifier: Apache-2.0
#include "agents/synthetic/synthetic_options.h"

#include "core/check.h"

namespace rectune::agents {

SyntheticOptions SyntheticPreset(const std::string& name) {
  SyntheticOptions options;  // "medium"
  if (name == "weak") {
    options.prior_quality = 0.6;
    options.reasoning_depth = 1;
    options.context_window = 8;
    options.out_of_range_rate = 0.10;
    options.wrong_sign_rate = 0.10;
    options.unknown_parameter_rate = 0.08;
    options.malformed_rate = 0.15;
  } else if (name == "strong") {
    options.prior_quality = 0.95;
    options.reasoning_depth = 3;
    options.context_window = 100;
    options.out_of_range_rate = 0.005;
    options.wrong_sign_rate = 0.005;
    options.unknown_parameter_rate = 0.0;
    options.malformed_rate = 0.005;
  } else {
    RECTUNE_CHECK(name == "medium", "no preset named " + name);
  }
  return options;
}

SyntheticOptions SyntheticOptionsFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  SyntheticOptions options;
  if (reader.Has("preset")) {
    options = SyntheticPreset(reader.OneOf("preset", {"weak", "medium", "strong"}));
  }
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
