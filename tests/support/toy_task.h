// SPDX-License-Identifier: Apache-2.0
//
// A toy tuning problem for the conformance suites of baselines and agents: every parameter kind,
// two metrics, one binding guardrail, a known optimum. Not a recommender; results on it say that
// a tuner works, not that it is good.
//
//   TuningTask task = MakeToyTask(/*seed=*/1, /*rounds=*/12, /*arms=*/4);
//   std::vector<Trial> trials = RunToyRound(task, round, tuner.Propose(4), /*noise=*/0.2, next_id);
//   double value = ToyTruth(task, tuner.Recommend());   // percent, production scores 0
//
// Truth, over root unit coordinates u and a fixed target u*:
//   engagement = 10 (|p - u*|^2 - |u - u*|^2) + level effects, p being production
//   cost       = 6 (window's u - window's p) + 1 if deduplicating, with a ceiling of +2 percent
#pragma once

#include <cstdint>
#include <vector>

#include "core/tuner.h"

namespace rectune::test_support {

/// Eight coordinates: continuous linear and log, integer, categorical, boolean, curve of 5 knots.
TuningTask MakeToyTask(std::uint64_t seed, int rounds, int arms);

/// Measures each proposal: both lifts get normal noise of standard error `noise`, addressed by
/// (task.seed, round, arm). Invalid arms stay invalid. Ids count up from `first_id`.
std::vector<Trial> RunToyRound(const TuningTask& task, int round,
                               const std::vector<Proposal>& proposals, double noise,
                               std::int64_t first_id);

/// The noise-free penalised objective, percent over production.
double ToyTruth(const TuningTask& task, const Configuration& configuration);

/// The configuration with the greatest ToyTruth.
Configuration ToyOptimum(const TuningTask& task);

/// A whole study: production first, then task.rounds rounds. Returns the last recommendation.
Configuration RunToyStudy(Tuner& tuner, double noise);

}  // namespace rectune::test_support
