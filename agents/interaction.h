// SPDX-License-Identifier: Apache-2.0
//
// Interaction: two moves that together do more, or less, than their effects added up. Estimated
// from all trials by a LiftModel with its quadratic part, as the mixed second difference
//
//   d(a, b) = f(a + b) - f(a) - f(b) + f(0)
//
// with its posterior standard deviation; slopes and curvature cancel in it. The prior is cautious,
// so sizes are shrunk towards none: trust the sign. What stands out is shown to the Insight and
// Skill agents with the trials that moved both. Not a rule: no edit is made of it.
//
//   std::vector<Interaction> found = ComputeInteractions(task, features, trials, 2.0, 5);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/context.h"

namespace rectune::agents {

/// The strongest first, |effect| at least `min_z` posterior standard deviations, each with at least
/// three trials that moved both parameters; at most `most`.
std::vector<Interaction> ComputeInteractions(const TuningTask& task, const FeatureMap& features,
                                             const std::vector<const Trial*>& trials, double min_z,
                                             int most);

/// {"first", "second", "metric", "effect", "standard_error", "evidence"} each, for prompts.
Json InteractionListData(const Brief& brief, const std::vector<Interaction>& interactions);

}  // namespace rectune::agents
