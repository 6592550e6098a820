// SPDX-License-Identifier: Apache-2.0
//
// TestbedPort and Workbench: all that the study runner and the command line need from a simulator
// and from the tables of tuners, as values and functions. The program wires sim::Testbed and the
// real tables in (experiments/workbench.cc); tests wire a toy. Not an interface that tuners see.
//
//   auto testbed = workbench.open("discover_feed", "joint", "small");
//   std::vector<Measurement> readout = testbed->run_round(seed, 1, 1e6, arms, {}, 1);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/configuration.h"
#include "core/embedded_file.h"
#include "core/json.h"
#include "core/measurement.h"
#include "core/objective.h"
#include "core/tuner.h"
#include "core/tuner_table.h"
#include "experiments/peek_port.h"

namespace rectune::experiments {

/// What a study settles about its A/B experiments.
struct Budget {
  int rounds = 1;
  int arms_per_round = 1;
  double users_per_arm = 0.0;
};

/// The frozen optimum of a task, as its search on the oracle panel found it.
struct ReferencePort {
  Configuration optimum;
  double oracle_value = 0.0;  // percent over production, on the oracle panel
  std::string provenance;
  Json pareto = Json::object();  // as frozen: {"front": [...], "normalisation": {...}}
};

/// A stretch of the evaluation population to simulate user by user.
struct FullRequest {
  std::uint64_t first_user = 0;
  std::uint64_t users = 0;
  std::uint64_t replicate = 0;
  int jobs = 1;  // changes no result
};

/// Metric levels over simulated users, in the catalogue's order.
struct FullReadout {
  std::vector<double> levels;
  std::vector<double> standard_errors;
  Json sums;  // exact; shards add up to the whole
};

/// Something that happens while a study runs.
struct EventPort {
  int round = 1;  // the first that it touches
  std::string kind;
  bool announced = false;  // to tuners
  std::string description;
  std::optional<Objective> objective;  // of an objective shift
};

/// What holds in some rounds of a study; rounds in which the same holds share a phase.
struct PhasePort {
  std::string label;
  int first_round = 1;
};

/// Events and the phases they make, in order of their first rounds: one phase where nothing
/// happens.
struct SchedulePort {
  std::vector<EventPort> events = {};
  std::vector<PhasePort> phases = {{.label = "start", .first_round = 1}};
  std::function<std::size_t(int round)> phase_of = [](int /*round*/) { return 0; };
};

/// One scenario's task at one size, as it stands in one phase: objective, reference and truths are
/// that phase's, while run_round runs any round in its own. Every function is safe to call from
/// several threads and is pure: the same arguments give the same bits.
struct TestbedPort {
  std::string scenario;
  std::string task;
  std::string size;
  std::shared_ptr<const ParameterSpace> space;
  std::shared_ptr<const MetricCatalogue> metrics;
  Objective objective;
  double default_users_per_arm = 0.0;
  int horizon_days = 0;
  Json resolved;  // the scenario, defaults filled in
  std::optional<ReferencePort> reference;
  SchedulePort schedule = {};
  std::size_t phase = 0;
  /// A sentence for each way in which its experiments answer another question than a launch's.
  std::vector<std::string> biases = {};

  /// The smallest arm whose readout is credible here; simulates control on first use.
  std::function<double()> minimum_users_per_arm;
  std::function<TuningTask(const Budget& budget, std::uint64_t seed)> make_task;
  /// One A/B experiment: control and these arms, read out. Noise depends on (seed, round, slot).
  /// `before`: the arms of the round before, whose effect on users may last. Threads are for
  /// whoever runs a single experiment: a study runs its cells side by side.
  std::function<std::vector<Measurement>(std::uint64_t seed, int round, double users_per_arm,
                                         std::span<const Configuration> arms,
                                         std::span<const Configuration> before, int threads)>
      run_round;
  /// Noise-free lifts over production on the evaluation panel.
  std::function<Measurement(const Configuration&)> truth;
  /// The same on the tuning panel, whose users the experiments expose: for judging an arm, not a
  /// recommendation. Cheap for an arm that run_round has measured.
  std::function<Measurement(const Configuration&)> exposed_truth;
  /// Full mode, in this phase: each configuration on the same users.
  std::function<std::vector<FullReadout>(std::span<const Configuration>, const FullRequest&)>
      simulate_users;
  /// The same on the oracle panel, where reference optima are searched.
  std::function<Measurement(const Configuration&)> oracle_truth;
  /// A cheap, biased estimate without noise (experiments/offline_proxy.h), for tuners that screen.
  /// Of phase 0 for good: an offline simulator is fitted to logs, which end before a study begins.
  std::function<Measurement(std::uint64_t seed, const Configuration&, double alignment)>
      offline_proxy = {};
  /// The same task in another phase of the schedule; empty where there is only one.
  std::function<std::shared_ptr<const TestbedPort>(std::size_t phase)> at_phase = {};
  /// The experiment of the phase's first round looked at `looks` times, the last at the horizon;
  /// that is run_round's.
  std::function<std::vector<PeekArm>(std::uint64_t seed, double users_per_arm,
                                     std::span<const Configuration> arms, int looks,
                                     std::span<const Configuration> before)>
      peek = {};
  /// Rates over `experiments` A/A experiments and as many with a planted effect; metrics that can
  /// be read early.
  std::function<std::vector<PeekingLine>(std::uint64_t seed, double users_per_arm, int looks,
                                         int experiments)>
      study_peeking = {};
};

/// `testbed` itself when it stands in `phase` already. Broken contract for a phase that it has not.
std::shared_ptr<const TestbedPort> AtPhase(const std::shared_ptr<const TestbedPort>& testbed,
                                           std::size_t phase);

/// One line of a scenario's fidelity card: a measured figure against the band it must lie in.
struct FidelityPort {
  std::string name;
  std::string how;
  double value = 0.0;  // NaN when it could not be measured
  double low = 0.0;
  double high = 0.0;
  bool pass = false;
  std::string source;  // of the band
};

struct ScenarioInfo {
  std::string name;
  std::string summary;
  std::vector<std::string> tasks;
  std::vector<std::string> sizes;
};

struct Workbench {
  std::vector<ScenarioInfo> scenarios;
  std::vector<TunerEntry> tuners;
  std::vector<EmbeddedFile> specs;  // studies that ship with the program, "<name>.json"
  /// `scenario` is a name above or a path to a scenario file. ConfigError for what is unknown.
  std::function<std::shared_ptr<const TestbedPort>(
      const std::string& scenario, const std::string& task, const std::string& size)>
      open;
  /// A scenario's fidelity card at a size; names as for `open`. `only`: lines by name; none, all.
  std::function<std::vector<FidelityPort>(const std::string& scenario, const std::string& size,
                                          const std::vector<std::string>& only)>
      fidelity;
};

/// The real thing: sim's scenarios, the baselines and the agents.
Workbench MakeWorkbench();

}  // namespace rectune::experiments
