// SPDX-License-Identifier: Apache-2.0
//
// Sweep: noise-free responses to plot: a grid over one or a few parameters with the others at
// production, or a uniform sample of the whole space. On a grid numbers are spaced evenly in the
// unit cube (so by ratio on a log scale), levels taken one by one, and a curve is y = x^g with g
// from 1/8 (rises early: only weeds out the worst) to 8 (rises late: keeps only the best). Not a
// tuner: it sees the truth.
//
//   for (const SweepPoint& point : SweepGrid(*testbed, {"pre_cg_weight"}, 9)) ...
//   for (const SweepPoint& point : SweepSample(*testbed, 200, /*seed=*/1)) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "experiments/testbed_port.h"

namespace rectune::experiments {

struct SweepPoint {
  /// By swept parameter what is plotted: a number, a level, a curve's g; of a sample, the
  /// configuration itself.
  Json at = Json::object();
  Measurement truth;  // lifts over production on the evaluation panel
  Score score;
};

/// All combinations; `points` >= 2 values a number or curve (integers may yield fewer), the last
/// parameter fastest. ConfigError for an unknown parameter.
std::vector<SweepPoint> SweepGrid(const TestbedPort& testbed,
                                  const std::vector<std::string>& parameters, int points);

/// Uniform in the unit cube of the task's space.
std::vector<SweepPoint> SweepSample(const TestbedPort& testbed, int points, std::uint64_t seed);

}  // namespace rectune::experiments
