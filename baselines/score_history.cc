// SPDX-License-Identifier: Apache-2.0
#include "baselines/score_history.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {

bool IsScored(const Trial& trial, const TuningTask& task, Score* score) {
  if (trial.status != TrialStatus::kCompleted || !trial.proposal.configuration) return false;
  *score = task.objective.Evaluate(trial.measurement, *task.metrics);
  return true;
}

ScoreHistory::ScoreHistory(const TuningTask& task, std::span<const Trial> history) {
  for (const Trial& trial : history) {
    if (!trial.proposal.configuration) continue;
    const Configuration& configuration = *trial.proposal.configuration;
    Observation observation{configuration, task.space->Encode(configuration), Score{}, trial.id,
                            trial.round};
    const bool scored = IsScored(trial, task, &observation.score);
    (scored ? scored_ : unscored_).push_back(std::move(observation));
  }
}

std::vector<std::size_t> ScoreHistory::RankByFeasibility() const {
  std::vector<std::size_t> order(scored_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    const Score& left = scored_[a].score;
    const Score& right = scored_[b].score;
    if (left.feasible() != right.feasible()) return left.feasible();
    return left.feasible() ? left.value > right.value : left.violation < right.violation;
  });
  return order;
}

std::size_t ScoreHistory::BestPenalised() const {
  RECTUNE_CHECK(!scored_.empty(), "production's own entry always has a score");
  std::size_t best = 0;
  for (std::size_t i = 1; i < scored_.size(); ++i) {
    if (scored_[i].score.penalised > scored_[best].score.penalised) best = i;
  }
  return best;
}

Proposal MakeProposal(Configuration configuration, std::string source, std::string hypothesis) {
  Proposal proposal;
  proposal.configuration = std::move(configuration);
  proposal.source = std::move(source);
  proposal.hypothesis = std::move(hypothesis);
  return proposal;
}

}  // namespace rectune::baselines
