// SPDX-License-Identifier: Apache-2.0
//
// SecondTask: what a cheap, biased simulator says, as data for a Gaussian process over two tasks
// (log_posterior.h: one correlation between them; Bonilla et al., NeurIPS 2007; for A/B tests with
// an offline simulator: Letham and Bakshy, JMLR 2019). It is asked about a scrambled Sobol net and
// about every configuration that was measured, since only where both tasks were read can their
// correlation be learnt. Not a model, and not an experiment: it costs no arm and has no noise.
//
//   SecondTask simulated(task, simulator, /*points=*/64);
//   for (const Trial& trial : simulated.Trials(history)) ...
//
// The simulator must answer the same for the same configuration: then this is no state.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

using Simulator = std::function<Measurement(const Configuration&)>;

class SecondTask {
 public:
  /// An empty simulator answers nothing: no trials.
  SecondTask(const TuningTask& task, Simulator simulator, int points);

  /// The net's, then one for each completed trial of `history` that has a configuration.
  const std::vector<Trial>& Trials(std::span<const Trial> history);

 private:
  void Ask(const Configuration& configuration);

  const TuningTask& task_;
  Simulator simulator_;
  int points_ = 0;
  std::size_t seen_ = 0;  // of the history
  std::vector<Trial> trials_;
};

}  // namespace rectune::baselines
