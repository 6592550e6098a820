// SPDX-License-Identifier: Apache-2.0
//
// The deterministic validator: what can be said of a proposal without a model. Types, ranges, the
// skill's search space, repeats. Separate from the Critic, so that the two can be ablated apart;
// it never repairs or clamps, it gives reasons.
//
//   ReadConfiguration(root, draft.config);            // parsing alone: can it be deployed at all?
//   Validator(root, box, tried).Check(draft);         // and is it worth an arm?
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agents/context.h"
#include "core/parameter_space.h"

namespace rectune::agents {

struct Validation {
  std::optional<Configuration> configuration;  // set when it can be deployed
  std::vector<std::string> reasons;            // empty when it passes
};

/// Reads [{"param", "value"}] on top of production; every bad pair gives a reason.
Validation ReadConfiguration(const ParameterSpace& root, const Json& config);

class Validator {
 public:
  /// `tried`: configurations that were launched before. All outlive the validator.
  Validator(const ParameterSpace& root, const ParameterSpace& box,
            std::vector<Configuration> tried);

  /// Everything that is wrong; a passing proposal counts as tried from then on.
  Validation Check(const Json& config);

 private:
  const ParameterSpace& root_;
  const ParameterSpace& box_;
  std::vector<Configuration> tried_;
};

}  // namespace rectune::agents
