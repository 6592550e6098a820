// SPDX-License-Identifier: Apache-2.0
//
// The wiring of the real program: sim's testbeds behind the port, the tables of tuners in one.
#include <utility>

#include "agents/hybrid_tuner.h"
#include "agents/table.h"
#include "baselines/table.h"
#include "core/config_error.h"
#include "experiments/embedded_specs.h"
#include "experiments/offline_proxy.h"
#include "experiments/testbed_port.h"
#include "experiments/workbench_ab.h"
#include "sim/fidelity/card.h"
#include "sim/testbed.h"

namespace rectune::experiments {
namespace {

std::shared_ptr<const TestbedPort> OpenSim(const std::string& scenario, const std::string& task,
                                           const std::string& size) {
  const std::shared_ptr<const sim::Testbed> testbed = sim::Testbed::Open(scenario, task, size);
  // A study would score every round by the truth and the reference of round 1.
  if (!testbed->timeline().events().empty()) {
    throw ConfigError("/events", std::to_string(testbed->timeline().events().size()) + " events",
                      "no events: studies cannot follow a scenario through its phases yet");
  }
  const TuningTask shared = testbed->MakeTask({}, 0);
  TestbedPort port{.scenario = testbed->scenario(),
                   .task = testbed->task(),
                   .size = testbed->size(),
                   .space = shared.space,
                   .metrics = shared.metrics,
                   .objective = testbed->objective(),
                   .default_users_per_arm = testbed->default_users_per_arm(),
                   .horizon_days = testbed->horizon_days(),
                   .resolved = testbed->resolved(),
                   .reference = std::nullopt,
                   .minimum_users_per_arm = {},
                   .make_task = {},
                   .run_round = {},
                   .truth = {},
                   .exposed_truth = {},
                   .simulate_users = {},
                   .oracle_truth = {}};
  if (const std::optional<sim::Reference>& reference = testbed->reference()) {
    port.reference = ReferencePort{.optimum = reference->optimum,
                                   .oracle_value = reference->optimum_value,
                                   .provenance = reference->provenance};
  }
  port.minimum_users_per_arm = [testbed] { return testbed->MinimumUsersPerArm(); };
  port.make_task = [testbed](const Budget& budget, std::uint64_t seed) {
    return testbed->MakeTask({.rounds = budget.rounds,
                              .arms_per_round = budget.arms_per_round,
                              .users_per_arm = budget.users_per_arm},
                             seed);
  };
  port.run_round = [testbed](std::uint64_t seed, int round, double users_per_arm,
                             std::span<const Configuration> arms,
                             std::span<const Configuration> before) {
    return testbed->RunRound(seed, round, users_per_arm, arms, before);
  };
  port.truth = [testbed](const Configuration& configuration) {
    return testbed->Truth(configuration, sim::PanelKind::kEvaluation);
  };
  port.exposed_truth = [testbed](const Configuration& configuration) {
    return testbed->Truth(configuration, sim::PanelKind::kTuning);
  };
  port.simulate_users = [testbed](std::span<const Configuration> arms, const FullRequest& request) {
    std::vector<FullReadout> readouts;
    for (const sim::FullArm& arm : testbed->SimulateUsers(arms, request.first_user, request.users,
                                                          request.replicate, request.jobs)) {
      readouts.push_back({.levels = arm.levels,
                          .standard_errors = arm.standard_errors,
                          .sums = arm.totals.ToJson()});
    }
    return readouts;
  };
  port.oracle_truth = [testbed](const Configuration& configuration) {
    return testbed->Truth(configuration, sim::PanelKind::kOracle);
  };
  port.offline_proxy = MakeOfflineProxy(port.space, port.exposed_truth);
  WirePeeking(testbed, port);
  return std::make_shared<const TestbedPort>(std::move(port));
}

std::vector<FidelityPort> MeasureSim(const std::string& scenario, const std::string& size,
                                     const std::vector<std::string>& only) {
  std::vector<FidelityPort> lines;
  for (const sim::FidelityLine& line : sim::MeasureFidelity(scenario, size, only)) {
    lines.push_back({.name = line.name,
                     .how = line.how,
                     .value = line.value,
                     .low = line.low,
                     .high = line.high,
                     .pass = line.pass(),
                     .source = line.source});
  }
  return lines;
}

}  // namespace

Workbench MakeWorkbench() {
  Workbench workbench;
  for (const sim::ScenarioEntry& entry : sim::ScenarioTable()) {
    workbench.scenarios.push_back(
        {.name = entry.name, .summary = entry.summary, .tasks = entry.tasks, .sizes = entry.sizes});
  }
  workbench.tuners = baselines::BaselineTable();
  const std::vector<TunerEntry>& agents = agents::AgentTable();
  workbench.tuners.insert(workbench.tuners.end(), agents.begin(), agents.end());
  workbench.tuners.push_back(agents::HybridEntry(baselines::BaselineTable()));
  workbench.specs = EmbeddedSpecs();
  workbench.open = OpenSim;
  workbench.fidelity = MeasureSim;
  return workbench;
}

}  // namespace rectune::experiments
