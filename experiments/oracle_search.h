// SPDX-License-Identifier: Apache-2.0
//
// OracleSearch: a long noise-free search for a task's best feasible configuration, by two different
// optimisers that know nothing of each other: CMA-ES restarted on every level of the categorical
// knobs, and a pattern search over single coordinates and levels, both from production. Who has a
// guess, such as the optimum of the phase before, gets one more pattern search from each. Then both
// start again from the best of all, round by round, until neither adds a thousandth of the gain or
// the rounds are used up (last_step tells): the reference that regret is measured against. That is
// a claim about the neighbourhood that two different searches explore, not a proof of a global
// optimum. Not a tuner: it sees the truth, without noise.
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
  int evaluations = 4000;  // of each searcher from production, and of each in a round
  int most_rounds = 12;    // of searching again from the best
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

/// Below this share of the gain over production, what a further round adds counts as nothing.
inline constexpr double kOracleTolerance = 1e-3;

struct OracleResult {
  std::vector<SearcherResult> searchers;            // from production or a guess, the better first
  std::vector<std::vector<SearcherResult>> rounds;  // from the best before
  const SearcherResult& best() const;
  /// (best - worst) / best of the searchers that knew nothing of each other, as a share of the
  /// gain.
  double disagreement() const;
  /// What the last round added, as a share of the gain; 1 without a round.
  double last_step() const;
};

/// Broken contract if production itself is infeasible (it defines the guardrails).
OracleResult SearchOptimum(const ParameterSpace& space, const TrueValue& value,
                           const OracleOptions& options);

}  // namespace rectune::experiments
