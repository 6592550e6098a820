// SPDX-License-Identifier: Apache-2.0
//
// Serving cost C(Theta): milliseconds of one core a request, a deterministic model of what each
// stage computes. Linear in the work each stage does; the constants are assumed, in the proportion
// that the literature gives (pre-ranking heads cheap, ranking heads two orders dearer).
#pragma once

#include "sim/stage_config.h"
#include "sim/world_constants.h"

namespace rectune::sim {

/// `heads_used` of the ranking stage counts fusion weights that are not negligible (at least a
/// thousandth of the largest): a head nobody listens to need not be served.
double ServingCost(const StageConfig& config, const WorldSize& size);

int RankingHeadsUsed(const RankConfig& config);

}  // namespace rectune::sim
