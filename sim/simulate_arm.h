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

#include <span>
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

/// What an experiment does to its users besides the configuration (sim/ab_bias.h); empty: nothing.
struct ArmConditions {
  std::vector<double> click_logit;  // by day: added to everyone's inclination to click
  std::vector<double> mood;         // by user: satisfaction above neutral on the first morning
};

/// What has accrued after each of `days` (ascending, within the panel's), as one who looks before
/// the horizon would find it. `serving_cost` is left at 0; sim/cost.h knows it.
std::vector<ArmOutcome> SimulateArmAfter(const World& world, const Panel& panel,
                                         const NeutralState& neutral, const StageConfig& config,
                                         std::span<const int> days, Moments moments,
                                         const ArmConditions& conditions = {});

/// Satisfaction above neutral that each user is left with after the panel's days.
std::vector<double> MeasureMood(const World& world, const Panel& panel, const NeutralState& neutral,
                                const StageConfig& config);

/// The same after all of the panel's days.
ArmOutcome SimulateArm(const World& world, const Panel& panel, const NeutralState& neutral,
                       const StageConfig& config, Moments moments);

}  // namespace rectune::sim
