// SPDX-License-Identifier: Apache-2.0
//
// ScoreHistory: what every baseline reads from its history: the configurations that were measured,
// in unit coordinates, with their Score under the task's objective. Rebuilt from the trials when
// needed, so it adds nothing to a tuner's saved state. Not a model of anything.
//
//   ScoreHistory history(task(), this->history());
//   for (const Observation& o : history.scored()) { use(o.unit, o.score.penalised); }
//
// A trial without a configuration (an invalid arm) tells nothing about any point and is left out.
// A failed or rejected trial has a configuration but no score: `unscored()`. What to do with those
// is each tuner's own decision.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

struct Observation {
  Configuration configuration;
  std::vector<double> unit;  // ParameterSpace::Encode
  Score score;               // meaningful in scored() only
  std::int64_t trial_id = 0;
  int round = 0;
};

/// Whether the trial was completed, and then its score.
bool IsScored(const Trial& trial, const TuningTask& task, Score* score);

class ScoreHistory {
 public:
  ScoreHistory(const TuningTask& task, std::span<const Trial> history);

  /// In the order of observation; production's own entry is one of them.
  const std::vector<Observation>& scored() const { return scored_; }
  const std::vector<Observation>& unscored() const { return unscored_; }

  /// Indices into scored(), best first. Feasible before infeasible; feasible by value, infeasible
  /// by violation; earlier first among equals (Deb's rules, 2000, which TPE uses as well).
  std::vector<std::size_t> RankByFeasibility() const;
  /// The index into scored() of the highest penalised score, the earliest among equals.
  std::size_t BestPenalised() const;

 private:
  std::vector<Observation> scored_;
  std::vector<Observation> unscored_;
};

/// A proposal with a configuration.
Proposal MakeProposal(Configuration configuration, std::string source, std::string hypothesis = "");

}  // namespace rectune::baselines
