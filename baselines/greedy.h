// SPDX-License-Identifier: Apache-2.0
//
// GreedyHillClimb: every arm is the best configuration seen so far plus a small Gaussian step,
// accepted if it reads better; starts at production. The control for "is it just the proposer": an
// agent's proposals under the same acceptance rule must beat this. Not an evolution strategy (no
// step-size adaptation, on purpose) and blind to noise (a lucky reading becomes the incumbent).
//
//   GreedyHillClimb tuner("greedy", task, {.sigma = 0.1});
//
// Numeric coordinates: u' = u + N(0, s^2), reflected into [0, 1]; s = sigma, or half a cell when
// that is wider, lest an integer never move. Booleans and categoricals: another level, uniformly,
// with probability sigma. A step that changes nothing is drawn again. "Better" is the objective's
// penalised score. The state is the history alone.
#pragma once

#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct GreedyOptions {
  double sigma = 0.1;  // step in the unit cube, in (0, 1]
  static GreedyOptions FromJson(const Json& options, const std::string& path);
};

class GreedyHillClimb : public Tuner {
 public:
  GreedyHillClimb(std::string name, TuningTask task, GreedyOptions options);

 private:
  std::vector<Proposal> DoPropose(int arms) override;
  std::vector<double> Step(const std::vector<double>& from, RandomStream& stream) const;

  GreedyOptions options_;
  std::vector<CoordinateView> views_;
};

}  // namespace rectune::baselines
