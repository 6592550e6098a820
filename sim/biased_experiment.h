// SPDX-License-Identifier: Apache-2.0
//
// The arms of one experiment with what biases it (sim/ab_bias.h), and the launch that it should
// have told of; panel mode, before any noise. To first order: interactions that creators answer to
// are measured without interference, and moods carry over from one experiment back, which is taken
// to have run in the same world.
//
//   const auto outcomes = SimulateExperiment({world, panel, neutral, production}, bias, arms,
//   before,
//                                            days);   // [control, arm 1, ...][look]
#pragma once

#include <span>
#include <vector>

#include "sim/ab_bias.h"
#include "sim/arm_outcome.h"
#include "sim/panel.h"
#include "sim/simulate_arm.h"
#include "sim/stage_config.h"

namespace rectune::sim {

/// Everything that the arms of an experiment have in common.
struct ExperimentWorld {
  const World& world;
  const Panel& panel;
  const NeutralState& neutral;
  const StageConfig& production;
};

struct ExperimentArm {
  StageConfig config;
  bool is_production = false;
};

/// The arms of an experiment, control first, after each of `days`. `before`: the arms of the
/// experiment before, empty if there was none.
std::vector<std::vector<ArmOutcome>> SimulateExperiment(const ExperimentWorld& experiment,
                                                        const AbBias& bias,
                                                        std::span<const ExperimentArm> arms,
                                                        std::span<const ExperimentArm> before,
                                                        std::span<const int> days);

/// An arm that everybody has, long enough for novelty and carry-over to be gone.
ArmOutcome SimulateLaunch(const ExperimentWorld& experiment, const AbBias& bias,
                          const StageConfig& config);

}  // namespace rectune::sim
