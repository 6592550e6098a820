// SPDX-License-Identifier: Apache-2.0
//
// Testbed: one scenario's task at one size, ready to run experiments on. The front door of sim/ for
// experiments/: it hands out the TuningTask that tuners see, runs A/B rounds on the *tuning* panel,
// and tells the noise-free truth of the *evaluation* panel, which no tuner's data touches.
// Immutable after Open and safe to share between threads.
//
//   auto testbed = Testbed::Open("discover_feed", "joint", "small");
//   TuningTask task = testbed->MakeTask({.rounds = 12, .arms_per_round = 4}, seed);
//   std::vector<Measurement> readout = testbed->RunRound(seed, round, {c1, c2, c3, c4});
//   Measurement truth = testbed->Truth(tuner->Recommend());
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/tuner.h"
#include "sim/full_totals.h"
#include "sim/peeking.h"
#include "sim/phase.h"

namespace rectune::sim {

/// What a study decides about its experiments; unset fields take the scenario's own values.
struct Traffic {
  int rounds = 1;
  int arms_per_round = 1;
  double users_per_arm = 0.0;  // 0: the scenario's
};

/// A configuration and its north stars' lifts on the oracle panel, in percent, in the objective's
/// order, turned so that more is better.
struct FrontPoint {
  Configuration configuration;
  std::vector<double> benefits;
};

/// The frozen optimum of a task on the oracle panel, with where it came from.
struct Reference {
  Configuration optimum;
  double optimum_value = 0.0;  // objective value on the oracle panel, percent over production
  std::string provenance;      // in words: command, and how far its searches agreed
  /// Of all that the search met, what no other beats in every north star, spread out.
  std::vector<FrontPoint> front;
  /// The front's own ends, by north star.
  std::map<std::string, std::pair<double, double>> normalisation;
};

/// Populations that never mix. Tuners' data comes from the first; regret is judged on the second;
/// the reference optimum was found on the third.
enum class PanelKind { kTuning, kEvaluation, kOracle };

/// One configuration in full mode, metrics in the order of SimMetrics().
struct FullArm {
  std::vector<double> levels;
  std::vector<double> standard_errors;
  FullTotals totals;
};

class Testbed {
 public:
  /// `scenario`: a name in the scenario table, or a path to a JSON file; `size`: "small",
  /// "default", "large"; an empty `task` is the scenario's first. Throws ConfigError for unknown
  /// names and for invalid scenario files. Cheap: panels are simulated on first use, once, behind a
  /// lock.
  static std::shared_ptr<const Testbed> Open(const std::string& scenario, const std::string& task,
                                             const std::string& size);
  ~Testbed();

  const std::string& scenario() const;
  const std::string& task() const;
  const std::string& size() const;
  const ParameterSpace& space() const;
  const MetricCatalogue& metrics() const;
  /// Of phase 0.
  const Objective& objective() const;
  /// What happens while a study runs, and what holds in which round (sim/phase.h).
  const Timeline& timeline() const;
  double default_users_per_arm() const;
  /// Below it no metric's readout would be near normal (sim/ab_platform.h).
  double MinimumUsersPerArm() const;
  int horizon_days() const;
  /// The scenario as resolved (all defaults filled in), for manifests.
  const Json& resolved() const;
  /// How its experiments mislead, a sentence each (sim/ab_bias.h); none: they do not.
  std::vector<std::string> Biases() const;

  TuningTask MakeTask(const Traffic& traffic, std::uint64_t seed) const;

  /// One A/B experiment: control plus the arms, read out at the horizon with CUPED. Noise depends
  /// on (seed, round, slot) only, so every tuner meets the same noise. `before`: the arms of the
  /// round before, which matter where effects carry over (sim/ab_bias.h). Arms are simulated on so
  /// many threads, where the scenario has no biases; the result is the same.
  std::vector<Measurement> RunRound(std::uint64_t seed, int round, double users_per_arm,
                                    std::span<const Configuration> arms,
                                    std::span<const Configuration> before = {},
                                    int threads = 1) const;
  /// The same experiment looked at on `looks` days, the last look RunRound's (sim/peeking.h).
  std::vector<PeekedArm> PeekRound(std::uint64_t seed, int round, double users_per_arm,
                                   std::span<const Configuration> arms, int looks,
                                   std::span<const Configuration> before = {}) const;
  /// What looking early does to false positives, power and stated effects, over `experiments`
  /// experiments of `phase`.
  std::vector<PeekingRates> StudyPeeking(std::uint64_t seed, double users_per_arm, int looks,
                                         int experiments, std::size_t phase = 0) const;
  /// Noise-free lifts over production on one panel in one phase; standard errors are 0. Of a
  /// launch: without novelty and carry-over, with what interference makes of it.
  Measurement Truth(const Configuration& configuration, PanelKind panel = PanelKind::kEvaluation,
                    std::size_t phase = 0) const;

  /// Full mode (sim/full_mode.h), in one phase: users of the evaluation population live under each
  /// configuration.
  std::vector<FullArm> SimulateUsers(std::span<const Configuration> arms, std::uint64_t first_user,
                                     std::uint64_t users, std::uint64_t replicate, int jobs,
                                     std::size_t phase = 0) const;

  /// The frozen reference of this task and size, if one is checked in.
  const std::optional<Reference>& reference(std::size_t phase = 0) const;

 private:
  struct Parts;
  explicit Testbed(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// A row of the explicit scenario table.
struct ScenarioEntry {
  std::string name;
  std::string summary;
  std::vector<std::string> tasks;
  std::vector<std::string> sizes;
};
const std::vector<ScenarioEntry>& ScenarioTable();

}  // namespace rectune::sim
