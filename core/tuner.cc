// SPDX-License-Identifier: Apache-2.0
#include "core/tuner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune {
namespace {

bool IsProductionEntry(const Trial& trial, const Configuration& production) {
  return trial.round == 0 && trial.status == TrialStatus::kCompleted &&
         trial.proposal.configuration == production;
}

void CheckTrial(const Trial& trial, const TuningTask& task) {
  const std::string name = "trial " + std::to_string(trial.id);
  const std::optional<Configuration>& configuration = trial.proposal.configuration;
  RECTUNE_CHECK(trial.round >= 0, name + " has no round");
  RECTUNE_CHECK(
      !configuration || configuration->values().size() == task.space->Production().values().size(),
      name + " belongs to another space");
  RECTUNE_CHECK(configuration.has_value() != (trial.status == TrialStatus::kInvalid),
                name + " must have a configuration unless, and only unless, it is invalid");
  RECTUNE_CHECK(configuration.has_value() == trial.proposal.invalid_reason.empty(),
                name + " must say why it is invalid if, and only if, it is");
  RECTUNE_CHECK(trial.status != TrialStatus::kCompleted ||
                    trial.measurement.readings.size() == task.metrics->size(),
                name + " is completed without one reading a metric");
}

void CheckAscending(const std::vector<Trial>& history, std::span<const Trial> trials) {
  std::int64_t last =
      history.empty() ? std::numeric_limits<std::int64_t>::min() : history.back().id;
  for (const Trial& trial : trials) {
    RECTUNE_CHECK(trial.id > last, "trial ids must ascend");
    last = trial.id;
  }
}

int LastRound(const std::vector<Trial>& history) {
  int last = 0;
  for (const Trial& trial : history) {
    last = std::max(last, trial.round);
  }
  return last;
}

// Every completed measurement of one configuration, pooled with the inverse variance of its score
// as weight (a measurement without error settles the matter alone).
Measurement Pool(const std::vector<const Trial*>& trials, const TuningTask& task) {
  if (trials.size() == 1) {
    return trials.front()->measurement;
  }
  std::vector<double> weights;
  bool any_exact = false;
  for (const Trial* trial : trials) {
    const double error = task.objective.Evaluate(trial->measurement, *task.metrics).standard_error;
    any_exact = any_exact || error == 0.0;
    weights.push_back(error == 0.0 ? 0.0 : 1.0 / (error * error));
  }
  if (any_exact) {
    for (double& weight : weights) {
      weight = weight == 0.0 ? 1.0 : 0.0;
    }
  }
  double total = 0.0;
  for (const double weight : weights) {
    total += weight;
  }
  Measurement pooled;
  pooled.readings.resize(task.metrics->size());
  for (std::size_t m = 0; m < pooled.readings.size(); ++m) {
    double variance = 0.0;
    for (std::size_t t = 0; t < trials.size(); ++t) {
      const MetricReading& reading = trials[t]->measurement.readings[m];
      const double share = weights[t] / total;
      if (share > 0.0) {
        pooled.readings[m].lift += share * reading.lift;
        variance += share * share * reading.standard_error * reading.standard_error;
      }
    }
    pooled.readings[m].standard_error = std::sqrt(variance);
  }
  return pooled;
}

}  // namespace

Tuner::Tuner(std::string name, TuningTask task) : name_(std::move(name)), task_(std::move(task)) {
  RECTUNE_CHECK(!name_.empty(), "a tuner needs a name");
  RECTUNE_CHECK(task_.space != nullptr && task_.metrics != nullptr,
                "a task needs a space and a metric catalogue");
  RECTUNE_CHECK(task_.rounds > 0 && task_.arms_per_round > 0, "a task needs a budget");
}

Tuner::~Tuner() = default;

std::vector<Proposal> Tuner::Propose(int arms) {
  RECTUNE_CHECK(arms > 0, "Propose needs at least one arm");
  const Configuration production = task_.space->Production();
  RECTUNE_CHECK(std::any_of(history_.begin(), history_.end(),
                            [&](const Trial& t) { return IsProductionEntry(t, production); }),
                name_ + " must observe production before it proposes");
  std::vector<Proposal> proposals = DoPropose(arms);
  RECTUNE_CHECK(proposals.size() == static_cast<std::size_t>(arms),
                name_ + " proposed " + std::to_string(proposals.size()) + " arms, not " +
                    std::to_string(arms));
  for (const Proposal& proposal : proposals) {
    RECTUNE_CHECK(proposal.configuration.has_value() == proposal.invalid_reason.empty(),
                  name_ +
                      " must say what is wrong with an arm that has no configuration, and only "
                      "then");
    RECTUNE_CHECK(!proposal.configuration || task_.space->Contains(*proposal.configuration) ||
                      *proposal.configuration == production,
                  name_ + " proposed an arm outside the space");
  }
  ++proposed_rounds_;
  return proposals;
}

void Tuner::Observe(std::span<const Trial> trials) {
  CheckAscending(history_, trials);
  for (const Trial& trial : trials) {
    CheckTrial(trial, task_);
  }
  history_.insert(history_.end(), trials.begin(), trials.end());
  DoObserve(trials);
}

void Tuner::TakeNotice(const Notice& notice) {
  RECTUNE_CHECK(notice.round > LastRound(history_), "a notice comes before its round");
  Note(notice);
  DoTakeNotice(notices_.back());
}

void Tuner::Note(const Notice& notice) {
  RECTUNE_CHECK(notice.round >= (notices_.empty() ? 1 : notices_.back().round),
                "notices come in the order of their rounds");
  notices_.push_back(notice);
  if (notice.objective) task_.objective = *notice.objective;
}

Configuration Tuner::Recommend() const {
  Configuration launch = DoRecommend();
  RECTUNE_CHECK(task_.space->Contains(launch) || launch == task_.space->Production(),
                name_ + " recommended a configuration outside the space");
  return launch;
}

Json Tuner::Save() const {
  Json state = DoSave();
  // With nothing private, the history alone tells how many rounds were proposed, unless a round is
  // under way.
  if (state.is_null() && proposed_rounds_ == LastRound(history_)) {
    return nullptr;
  }
  return {{"proposed_rounds", proposed_rounds_}, {"private", std::move(state)}};
}

void Tuner::Restore(std::span<const Trial> history, const Json& state,
                    std::span<const Notice> notices) {
  RECTUNE_CHECK(history_.empty() && notices_.empty() && proposed_rounds_ == 0,
                "only a new tuner can be restored");
  CheckAscending(history_, history);
  for (const Trial& trial : history) {
    CheckTrial(trial, task_);
  }
  history_.assign(history.begin(), history.end());
  for (const Notice& notice : notices) Note(notice);
  if (state.is_null()) {
    proposed_rounds_ = LastRound(history_);
    DoRestore(nullptr);
    return;
  }
  ObjectReader reader(state, "");
  proposed_rounds_ =
      static_cast<int>(reader.Integer("proposed_rounds", {0, std::numeric_limits<int>::max()}));
  const Json& private_state = reader.Value("private");
  reader.Finish();
  DoRestore(private_state);
}

void Tuner::DoObserve(std::span<const Trial> /*trials*/) {}

void Tuner::DoTakeNotice(const Notice& /*notice*/) {}

Configuration Tuner::DoRecommend() const { return RecommendByLowerBound(history_, task_); }

Json Tuner::DoSave() const { return nullptr; }

void Tuner::DoRestore(const Json& state) {
  RECTUNE_CHECK(state.is_null(), name_ + " keeps no private state, but was given some");
}

Configuration RecommendByLowerBound(std::span<const Trial> history, const TuningTask& task) {
  const Configuration production = task.space->Production();
  std::vector<std::vector<const Trial*>> groups;  // by configuration, in order of appearance
  for (const Trial& trial : history) {
    if (trial.status != TrialStatus::kCompleted || !trial.proposal.configuration ||
        trial.proposal.configuration == production) {
      continue;
    }
    const auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& members) {
      return members.front()->proposal.configuration == trial.proposal.configuration;
    });
    if (group == groups.end()) {
      groups.push_back({&trial});
    } else {
      group->push_back(&trial);
    }
  }
  // Production's value over itself is 0 without error, whatever its own noisy arms said, and what
  // is deployed counts as feasible. It opens every history, so it also wins ties.
  Configuration best = production;
  double best_bound = 0.0;
  for (const std::vector<const Trial*>& group : groups) {
    const Score score = task.objective.Evaluate(Pool(group, task), *task.metrics);
    const double bound = score.value - score.standard_error;
    if (score.feasible() && bound > best_bound) {
      best = *group.front()->proposal.configuration;
      best_bound = bound;
    }
  }
  return best;
}

}  // namespace rectune
