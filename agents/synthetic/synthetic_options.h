// SPDX-License-Identifier: Apache-2.0
//
// SyntheticOptions: the knobs of the synthetic model, so that ablations can be studied as functions
// of what a model knows and how well it reasons. Neutral numbers, nobody's product.
#pragma once

#include <string>

#include "core/object_reader.h"

namespace rectune::agents {

struct SyntheticOptions {
  /// Each lexicon belief is kept with this probability, else its sign is drawn at random. [0, 1]
  double prior_quality = 0.8;
  /// 0 prior only, 1 compares with the best so far, 2 linear sensitivities, 3 also interactions
  /// and curvature. {0, 1, 2, 3}
  int reasoning_depth = 2;
  /// Trials it can attend to, the most recent ones. [0, 1000]
  int context_window = 24;
  /// Per proposal: a value outside its range. [0, 1]
  double out_of_range_rate = 0.03;
  /// Per proposal or claim: the configuration or claim has the opposite sign. [0, 1]
  double wrong_sign_rate = 0.03;
  /// Per proposal or claim: a parameter that does not exist. [0, 1]
  double unknown_parameter_rate = 0.02;
  /// Per reply: text that is no JSON. [0, 1]
  double malformed_rate = 0.03;
};

/// "weak", "medium" (the defaults above) or "strong": neutral steps of every knob at once, no
/// product's likeness. Broken contract for another name.
SyntheticOptions SyntheticPreset(const std::string& name);

/// {"preset", "prior_quality", "reasoning_depth", "context_window", "out_of_range_rate", ...}, all
/// optional; single knobs override the preset.
SyntheticOptions SyntheticOptionsFromJson(const Json& json, const std::string& path);
Json ToJson(const SyntheticOptions& options);

}  // namespace rectune::agents
