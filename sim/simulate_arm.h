// SPDX-License-Identifier: Apache-2.0
//
// SimulateArm: the panel mode of the simulator. Runs one configuration over every user and day of a
// panel and returns moments of the per-user totals (sim/arm_outcome.h), without drawing a single
// coin: visits, sessions and behaviours enter by their probabilities, satisfaction and fatigue move
// by their expectations.
//
//   visit on day d:      p_d = sigmoid(activity_u + return_slope (s_d - neutral_u))
//   sessions on a visit: Poisson, mean sessions_u weekday_d exp(visits_slope (s_d - neutral_u))
//   slates a session:    geometric; the last simulated slate stands for all later ones
//   satisfaction:        s_{d+1} = s_d + p_d rate (gratification_d - s_d)
//
// neutral_u is the user's mean gratification under production (the pre-period), so production
// starts near its steady state and every other arm drifts away from it: retention answers late.
// What the expectation leaves out: the correlation of days through the state's own randomness.
#pragma once

#include <vector>

#include "sim/arm_outcome.h"
#include "sim/funnel.h"
#include "sim/panel.h"
#include "sim/stage_config.h"

namespace rectune::sim {

/// Gratification of each panel user under the pre-period's configuration.
using NeutralState = std::vector<double>;

/// A pass over the panel at neutral satisfaction, for NeutralState.
NeutralState MeasureNeutralState(const World& world, const Panel& panel, const StageConfig& config);

enum class Moments { kMeans, kMeansAndCovariance };

/// `serving_cost` is left at 0; sim/cost.h knows it.
ArmOutcome SimulateArm(const World& world, const Panel& panel, const NeutralState& neutral,
                       const StageConfig& config, Moments moments);

}  // namespace rectune::sim
