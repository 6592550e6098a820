// SPDX-License-Identifier: Apache-2.0
//
// Tuner: the one interface that classical optimisers and the agent loop share. It proposes arms,
// observes trials, and recommends the configuration it would launch. It never sees the simulator:
// all it knows of the world is its TuningTask and what it has observed, and every tuner is seeded
// with the production configuration (trial 0) and charged for every arm.
//
//   tuner->Observe({ProductionTrial(...)});
//   for (int round = 1; round <= task.rounds; ++round) {
//     ... tuner->TakeNotice(notice) of whatever is announced for this round ...
//     auto proposals = tuner->Propose(task.arms_per_round);
//     ... run the A/B experiment ...
//     tuner->Observe(trials);
//     Configuration launch = tuner->Recommend();
//   }
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/metric.h"
#include "core/notice.h"
#include "core/objective.h"
#include "core/parameter_space.h"
#include "core/trial.h"

namespace rectune {

/// Everything a tuner may know about its task.
struct TuningTask {
  std::string scenario;     // "discover_feed"
  std::string task;         // "joint"
  std::string description;  // what the product is and what it wants, for agents
  std::shared_ptr<const ParameterSpace> space;
  std::shared_ptr<const MetricCatalogue> metrics;
  Objective objective;
  int rounds = 1;
  int arms_per_round = 1;
  double users_per_arm = 0.0;
  int horizon_days = 0;
  std::uint64_t seed = 0;  // of this study cell; the tuner's streams key on it
};

class Tuner {
 public:
  Tuner(std::string name, TuningTask task);
  virtual ~Tuner();
  Tuner(const Tuner&) = delete;
  Tuner& operator=(const Tuner&) = delete;

  /// Exactly `arms` proposals, each inside the task's space or marked invalid. Broken contract
  /// before production was observed, or when the implementation returns anything else.
  std::vector<Proposal> Propose(int arms);
  /// The outcome of a round, in arm order; ids ascend. Trials that were never proposed are allowed
  /// (a shared history), and so are invalid, failed and rejected ones.
  void Observe(std::span<const Trial> trials);
  /// Told between two rounds, before Propose of the notice's own; rounds never fall. From here on
  /// task().objective is the notice's, if it has one, and so is every score of the history.
  void TakeNotice(const Notice& notice);
  /// What the tuner would launch now, given all it has seen; production until it knows better.
  Configuration Recommend() const;

  /// Private state beyond the history (a covariance matrix, a memory); null when there is none.
  Json Save() const;
  /// Continues exactly as the saved tuner would: the same history and notices, then the saved
  /// state.
  void Restore(std::span<const Trial> history, const Json& state,
               std::span<const Notice> notices = {});

  const std::string& name() const { return name_; }
  /// As it stands: its objective may have shifted since the tuner was made.
  const TuningTask& task() const { return task_; }
  const std::vector<Trial>& history() const { return history_; }
  const std::vector<Notice>& notices() const { return notices_; }
  /// Rounds proposed so far.
  int proposed_rounds() const { return proposed_rounds_; }

 private:
  virtual std::vector<Proposal> DoPropose(int arms) = 0;
  /// `trials` are already in history().
  virtual void DoObserve(std::span<const Trial> trials);
  /// `notice` already counts in task() and notices(). The default does nothing: right for whatever
  /// scores its history anew when it is asked, and for whatever would rather not know.
  virtual void DoTakeNotice(const Notice& notice);
  /// The default is RecommendByLowerBound(history(), ...).
  virtual Configuration DoRecommend() const;
  virtual Json DoSave() const;
  /// history(), notices() and task() are already restored. The default checks that `state` is null.
  virtual void DoRestore(const Json& state);

  void Note(const Notice& notice);

  std::string name_;
  TuningTask task_;
  std::vector<Trial> history_;
  std::vector<Notice> notices_;
  int proposed_rounds_ = 0;
};

/// The completed, feasible trial with the highest value minus one standard error (repeated
/// configurations pooled by inverse variance); production's entry, whose value is 0 exactly,
/// competes too. Deliberately not "best observed", which is the winner's curse.
Configuration RecommendByLowerBound(std::span<const Trial> history, const TuningTask& task);

}  // namespace rectune
