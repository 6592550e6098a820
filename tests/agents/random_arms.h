// SPDX-License-Identifier: Apache-2.0
//
// Toy arms at random places whose engagement is a chosen function of them, for tests of what is
// learned from trials.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "agents/feature_map.h"
#include "core/random_stream.h"
#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents::testing {

/// `lift` maps features to engagement's true lift, in percent; noise has standard error 0.5 and is
/// addressed by (seed, trial id).
inline std::vector<Trial> RandomArms(const TuningTask& task, const FeatureMap& features, int count,
                                     const std::function<double(const Eigen::VectorXd&)>& lift,
                                     std::uint64_t seed, std::int64_t first_id) {
  std::vector<Trial> trials;
  for (int i = 0; i < count; ++i) {
    RandomStream stream(seed, Purpose::kTest, static_cast<std::uint64_t>(first_id + i));
    std::vector<double> unit(task.space->dimension());
    for (double& u : unit) u = stream.Uniform();
    Trial trial;
    trial.id = first_id + i;
    trial.round = 1;
    trial.proposal.configuration = task.space->Decode(unit);
    trial.measurement.readings.resize(2);
    trial.measurement.readings[0].lift =
        lift(features.Of(*trial.proposal.configuration)) + 0.5 * stream.Normal();
    trial.measurement.readings[0].standard_error = 0.5;
    trial.measurement.readings[1].standard_error = 0.5;
    trials.push_back(std::move(trial));
  }
  return trials;
}

/// Engagement rises by `slope` along the whole of ctr_weight, and by nothing else.
inline std::function<double(const Eigen::VectorXd&)> AlongClicks(const FeatureMap& features,
                                                                 double slope) {
  return [&features, slope](const Eigen::VectorXd& x) {
    return slope * features.Along(*features.FindMove("ctr_weight", ""), x);
  };
}

}  // namespace rectune::agents::testing
