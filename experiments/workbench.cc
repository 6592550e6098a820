// SPDX-License-Identifier: Apache-2.0
//
// The wiring of the real program: sim's testbeds behind the port, the tables of tuners in one.
#include <utility>
#include <variant>

#include "agents/hybrid_tuner.h"
#include "agents/table.h"
#include "baselines/table.h"
#include "experiments/embedded_specs.h"
#include "experiments/offline_proxy.h"
#include "experiments/testbed_port.h"
#include "experiments/workbench_ab.h"
#include "sim/fidelity/card.h"
#include "sim/testbed.h"

namespace rectune::experiments {
namespace {

SchedulePort ScheduleOf(const std::shared_ptr<const sim::Testbed>& testbed) {
  SchedulePort schedule;
  for (const sim::Event& event : testbed->timeline().events()) {
    EventPort port{.round = event.round,
                   .kind = event.kind(),
                   .announced = event.announced,
                   .description = event.description,
                   .objective = std::nullopt};
    if (const auto* shift = std::get_if<sim::ObjectiveShift>(&event.what)) {
      port.objective = shift->objective;
    }
    schedule.events.push_back(std::move(port));
  }
  schedule.phases.clear();
  for (const sim::Phase& phase : testbed->timeline().phases()) {
    schedule.phases.push_back({.label = phase.label, .first_round = phase.first_round});
  }
  schedule.phase_of = [testbed](int round) { return testbed->timeline().PhaseOf(round); };
  return schedule;
}

/// As `rectune oracle` writes it.
Json FrontJson(const sim::Reference& reference, const ParameterSpace& space) {
  Json front = Json::array();
  for (const sim::FrontPoint& point : reference.front) {
    front.push_back(
        {{"benefits", point.benefits}, {"configuration", space.ToJson(point.configuration)}});
  }
  return {{"front", std::move(front)}, {"normalisation", reference.normalisation}};
}

std::shared_ptr<const TestbedPort> PortOf(const std::shared_ptr<const sim::Testbed>& testbed,
                                          std::size_t phase) {
  const TuningTask shared = testbed->MakeTask({}, 0);
  TestbedPort port{.scenario = testbed->scenario(),
                   .task = testbed->task(),
                   .size = testbed->size(),
                   .space = shared.space,
                   .metrics = shared.metrics,
                   .objective = testbed->timeline().phases()[phase].objective,
                   .default_users_per_arm = testbed->default_users_per_arm(),
                   .horizon_days = testbed->horizon_days(),
                   .resolved = testbed->resolved(),
                   .reference = std::nullopt,
                   .schedule = ScheduleOf(testbed),
                   .phase = phase,
                   .biases = testbed->Biases(),
                   .minimum_users_per_arm = {},
                   .make_task = {},
                   .run_round = {},
                   .truth = {},
                   .exposed_truth = {},
                   .simulate_users = {},
                   .oracle_truth = {}};
  if (const std::optional<sim::Reference>& reference = testbed->reference(phase)) {
    port.reference = ReferencePort{.optimum = reference->optimum,
                                   .oracle_value = reference->optimum_value,
                                   .provenance = reference->provenance,
                                   .pareto = FrontJson(*reference, *port.space)};
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
                             std::span<const Configuration> before, int threads) {
    return testbed->RunRound(seed, round, users_per_arm, arms, before, threads);
  };
  const auto truth_on = [testbed, phase](sim::PanelKind panel) {
    return [testbed, phase, panel](const Configuration& configuration) {
      return testbed->Truth(configuration, panel, phase);
    };
  };
  port.truth = truth_on(sim::PanelKind::kEvaluation);
  port.exposed_truth = truth_on(sim::PanelKind::kTuning);
  port.oracle_truth = truth_on(sim::PanelKind::kOracle);
  port.simulate_users = [testbed, phase](std::span<const Configuration> arms,
                                         const FullRequest& request) {
    std::vector<FullReadout> readouts;
    for (const sim::FullArm& arm : testbed->SimulateUsers(arms, request.first_user, request.users,
                                                          request.replicate, request.jobs, phase)) {
      readouts.push_back({.levels = arm.levels,
                          .standard_errors = arm.standard_errors,
                          .sums = arm.totals.ToJson()});
    }
    return readouts;
  };
  port.offline_proxy = MakeOfflineProxy(port.space, [testbed](const Configuration& configuration) {
    return testbed->Truth(configuration, sim::PanelKind::kTuning);
  });
  if (port.schedule.phases.size() > 1) {
    port.at_phase = [testbed](std::size_t other) { return PortOf(testbed, other); };
  }
  WirePeeking(testbed, port);
  return std::make_shared<const TestbedPort>(std::move(port));
}

std::shared_ptr<const TestbedPort> OpenSim(const std::string& scenario, const std::string& task,
                                           const std::string& size) {
  return PortOf(sim::Testbed::Open(scenario, task, size), 0);
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
