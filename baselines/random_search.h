// SPDX-License-Identifier: Apache-2.0
//
// RandomSearch: every arm uniform in the unit cube, independent of what was observed (Bergstra and
// Bengio, JMLR 2012). The control that says how much of a gain is luck of many draws. The space's
// encoding decides what uniform means: log-uniform on a log scale, each level alike, curves uniform
// over the simplex of increments.
//
//   RandomSearch tuner("random", task);
//   tuner.Propose(4);   // the numbers depend on (task.seed, round, arm) only
#pragma once

#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

/// The point that random search, and every tuner that starts at random, draws for one arm.
std::vector<double> UniformPoint(const TuningTask& task, int round, int arm);

class RandomSearch : public Tuner {
 public:
  using Tuner::Tuner;

 private:
  std::vector<Proposal> DoPropose(int arms) override;
};

}  // namespace rectune::baselines
