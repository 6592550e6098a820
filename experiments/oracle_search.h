// SPDX-License-Identifier: Apache-2.0
//
// OracleSearch: a long noise-free search for a task's best feasible configuration, by two different
// optimisers that know nothing of each other: CMA-ES restarted on every level of the categorical
// knobs, and a pattern search over single coordinates and levels, both from production. Who has a
// guess, such as the optimum of the phase before, gets one more pattern search from each. The best
// of all becomes the reference that regret is measured against. Not a tuner: it sees the truth,
// without noise.
//
//   OracleResult result = SearchOptimum(space, value, {.evaluations = 4000, .seed = 1});
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/objective.h"
#include "core/parameter_space.h"

namespace rectune::experiments {

/// Noise-free standing of a configuration. Must be pure and callable from several threads.
using TrueValue = std::function<Score(const Configuration&)>;

struct OracleOptions {
  int evaluations = 4000;  // of each searcher
  std::uint64_t seed = 1;
  std::vector<Configuration> guesses{};  // a pattern search more from each
  /// Told the searcher's name, its evaluations so far and its best value; from any thread.
  std::function<void(const std::string& searcher, int evaluations, double best)> on_progress{};
};

struct SearcherResult {
  std::string name;
  Configuration best;
  double value = 0.0;  // of the objective, percent; the configuration is feasible
  int evaluations = 0;
};

struct OracleResult {
  std::vector<SearcherResult> searchers;  // the better first
  /// (best - worst) / best: how far they disagree, as a share of the gain over production.
  double disagreement() const;
};

/// Broken contract if production itself is infeasible (it defines the guardrails).
OracleResult SearchOptimum(const ParameterSpace& space, const TrueValue& value,
                           const OracleOptions& options);

}  // namespace rectune::experiments
