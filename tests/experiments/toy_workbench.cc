// SPDX-License-Identifier: Apache-2.0
#include "tests/experiments/toy_workbench.h"

#include <chrono>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <thread>
#include <utility>

#include "baselines/table.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "core/random_stream.h"
#include "experiments/offline_proxy.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;

Proposal MakeProposal(const Configuration& configuration, const std::string& source,
                      const std::string& hypothesis = "") {
  Proposal proposal;
  proposal.configuration = configuration;
  proposal.source = source;
  proposal.hypothesis = hypothesis;
  return proposal;
}

Proposal ProposeNothing(const std::string& source, const std::string& reason) {
  Proposal proposal;
  proposal.source = source;
  proposal.invalid_reason = reason;
  return proposal;
}

std::vector<Measurement> Read(const TuningTask& task, int round,
                              std::span<const Configuration> arms, double noise) {
  std::vector<Proposal> proposals;
  for (const Configuration& arm : arms) {
    proposals.push_back(MakeProposal(arm, "toy"));
  }
  std::vector<Measurement> readouts;
  for (const Trial& trial : RunToyRound(task, round, proposals, noise, 1)) {
    readouts.push_back(trial.measurement);
  }
  return readouts;
}

/// The measurement as it is in the world of a phase.
Measurement InPhase(std::size_t phase, Measurement measurement) {
  if (phase > 0) measurement.readings[0].lift -= 0.3 * measurement.readings[1].lift;
  return measurement;
}

Objective ObjectiveIn(std::size_t phase, const Objective& first) {
  if (phase < 2) return first;
  std::vector<Guardrail> guardrails = first.guardrails();
  guardrails.push_back({.metric = "engagement", .kind = BoundKind::kFloor, .lift_bound = 0.0});
  return {{{.metric = "engagement"},
           {.metric = "serving_cost", .direction = Direction::kLowerIsBetter}},
          guardrails,
          first.violation_penalty()};
}

SchedulePort ShiftSchedule(const Objective& first) {
  return {.events = {{.round = 3,
                      .kind = "model_push",
                      .announced = false,
                      .description = "model push: cost eats into engagement",
                      .objective = std::nullopt},
                     {.round = 5,
                      .kind = "objective_shift",
                      .announced = true,
                      .description = "objective shift: cost counts",
                      .objective = ObjectiveIn(2, first)}},
          .phases = {{.label = "start", .first_round = 1},
                     {.label = "model push 1", .first_round = 3},
                     {.label = "model push 1, objective shift 1", .first_round = 5}},
          .phase_of = [](int round) { return (round < 3 ? 0 : 1) + (round < 5 ? 0 : 1); }};
}

std::shared_ptr<const TestbedPort> ToyPort(const std::string& scenario, const std::string& task,
                                           const std::string& size, std::size_t phase) {
  const TuningTask toy = MakeToyTask(0, 1, 1);
  const bool shifts = scenario == "toy_shift";
  const Configuration optimum = test_support::ToyOptimum(toy);
  TestbedPort port{.scenario = scenario,
                   .task = task,
                   .size = size,
                   .space = toy.space,
                   .metrics = toy.metrics,
                   .objective = ObjectiveIn(phase, toy.objective),
                   .default_users_per_arm = toy.users_per_arm,
                   .horizon_days = toy.horizon_days,
                   .resolved = {{"scenario", scenario}},
                   .reference = ReferencePort{.optimum = optimum,
                                              .oracle_value = test_support::ToyTruth(toy, optimum),
                                              .provenance = "enumeration"},
                   .schedule = shifts ? ShiftSchedule(toy.objective) : SchedulePort{},
                   .phase = phase,
                   .minimum_users_per_arm = [] { return 1500.0; },
                   .make_task = {},
                   .run_round = {},
                   .truth = {},
                   .exposed_truth = {},
                   .simulate_users = {},
                   .oracle_truth = {}};
  port.make_task = [](const Budget& budget, std::uint64_t seed) {
    TuningTask made = MakeToyTask(seed, budget.rounds, budget.arms_per_round);
    made.users_per_arm = budget.users_per_arm;
    return made;
  };
  port.run_round = [scenario, phase_of = port.schedule.phase_of](
                       std::uint64_t seed, int round, double, std::span<const Configuration> arms,
                       std::span<const Configuration> /*before*/, int /*threads*/) {
    const int count = static_cast<int>(arms.size());
    std::vector<Measurement> readouts =
        Read(MakeToyTask(seed, round, count), round, arms, /*noise=*/0.5);
    for (Measurement& readout : readouts) readout = InPhase(phase_of(round), std::move(readout));
    if (scenario == "toy_nan" && round == 2 && readouts.size() > 1) {
      readouts[1].readings[0].lift = std::numeric_limits<double>::quiet_NaN();
    }
    return readouts;
  };
  port.truth = [phase](const Configuration& configuration) {
    return InPhase(
        phase, Read(MakeToyTask(0, 1, 1), 1, std::span(&configuration, 1), /*noise=*/0.0).front());
  };
  port.exposed_truth = port.truth;
  port.oracle_truth = port.truth;
  port.offline_proxy = MakeOfflineProxy(port.space, port.truth);
  if (scenario == "toy_biased") {
    port.biases = {"novelty: new arms shine"};
    port.resolved["ab"] = {{"interference", {{"strength", 0.5}}}};
  }
  if (shifts) {
    port.at_phase = [scenario, task, size](std::size_t other) {
      return ToyPort(scenario, task, size, other);
    };
  }
  return std::make_shared<const TestbedPort>(std::move(port));
}

std::shared_ptr<const TestbedPort> OpenToy(const std::string& scenario, const std::string& task,
                                           const std::string& size) {
  return ToyPort(scenario, task, size, 0);
}

/// Leaves files the way a careless agent might: nothing it does is safe against a crash by itself.
class Scribbler : public Tuner {
 public:
  Scribbler(const TuningTask& task, int pause_milliseconds, std::filesystem::path home)
      : Tuner("scribbler", task), pause_(pause_milliseconds), home_(std::move(home)) {
    // An agent lays out its first skills whenever it is made, resumed or not.
    Write("skills/rule.txt", "version 0\n");
  }

 private:
  std::vector<Proposal> DoPropose(int arms) override {
    const int round = proposed_rounds() + 1;
    Append("transcript.txt", "round " + std::to_string(round) + ": I propose\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(pause_));
    RandomStream stream(task().seed, Purpose::kTunerProposal, static_cast<std::uint64_t>(round));
    std::vector<Proposal> proposals;
    for (int arm = 0; arm < arms; ++arm) {
      std::vector<double> unit(task().space->dimension());
      for (double& coordinate : unit) coordinate = stream.Uniform();
      mood_ += unit.front();
      if (stream.Uniform() < 0.2) {
        proposals.push_back(ProposeNothing("scribbler", "ctr_weight is 99"));
      } else {
        proposals.push_back(
            MakeProposal(task().space->Decode(unit), "scribbler", "mood " + std::to_string(mood_)));
      }
    }
    return proposals;
  }

  void DoObserve(std::span<const Trial> trials) override {
    const int round = proposed_rounds();
    if (round == 0) return;
    for (const Trial& trial : trials) {
      Append("transcript.txt",
             "  arm " + std::to_string(trial.arm) + " " + ToString(trial.status) + "\n");
    }
    Write("skills/rule.txt", "version " + std::to_string(round) + "\n");
    Write("rounds/" + std::to_string(round) + ".txt", std::to_string(mood_) + "\n");
    if (round > 2 && !home_.empty()) {
      std::filesystem::remove(home_ / "rounds" / (std::to_string(round - 2) + ".txt"));
    }
  }

  void DoTakeNotice(const Notice& notice) override {
    Append("told.txt", std::to_string(notice.round) + " " + notice.description + "\n");
  }

  Json DoSave() const override { return {{"mood", mood_}}; }
  void DoRestore(const Json& state) override { mood_ = state.at("mood").get<double>(); }

  void Append(const std::string& name, const std::string& text) { Put(name, text, std::ios::app); }
  void Write(const std::string& name, const std::string& text) { Put(name, text, std::ios::trunc); }
  void Put(const std::string& name, const std::string& text, std::ios::openmode mode) {
    if (home_.empty()) return;
    std::filesystem::create_directories((home_ / name).parent_path());
    std::ofstream(home_ / name, std::ios::out | mode) << text;
  }

  int pause_;
  std::filesystem::path home_;
  double mood_ = 0.0;
};

class Thrower : public Tuner {
 public:
  Thrower(const TuningTask& task, int round) : Tuner("thrower", task), round_(round) {}

 private:
  std::vector<Proposal> DoPropose(int arms) override {
    if (proposed_rounds() + 1 == round_) throw std::runtime_error("the thrower threw");
    return std::vector<Proposal>(static_cast<std::size_t>(arms),
                                 MakeProposal(task().space->Production(), "thrower"));
  }

  int round_;
};

int ReadInteger(const Json& options, const std::string& path, const std::string& key, int low,
                int high, int fallback) {
  ObjectReader reader(options, path);
  const auto value = reader.IntegerOr(key, fallback, {low, high});
  reader.Finish();
  return static_cast<int>(value);
}

}  // namespace

Workbench MakeToyWorkbench() {
  Workbench workbench;
  for (const char* name : {"toy", "toy_biased", "toy_nan", "toy_shift"}) {
    workbench.scenarios.push_back(
        {.name = name, .summary = "a bowl", .tasks = {"joint", "rank"}, .sizes = {"small"}});
  }
  workbench.tuners = baselines::BaselineTable();
  workbench.tuners.push_back({.name = "scribbler",
                              .summary = "random, with files and moods",
                              .source = "this file",
                              .is_agent = true,
                              .is_stand_in = true,
                              .make =
                                  [](const TuningTask& task, const Json& options,
                                     const std::string& path, const TunerHome& home) {
                                    const int pause = ReadInteger(options, path,
                                                                  "pause_milliseconds", 0, 1000, 0);
                                    return std::make_unique<Scribbler>(task, pause, home.directory);
                                  },
                              .why_unsuited = [](const TuningTask&) { return std::string(); }});
  workbench.tuners.push_back({.name = "thrower",
                              .summary = "throws",
                              .source = "this file",
                              .make =
                                  [](const TuningTask& task, const Json& options,
                                     const std::string& path, const TunerHome&) {
                                    return std::make_unique<Thrower>(
                                        task, ReadInteger(options, path, "round", 1, 1000, 1));
                                  },
                              .why_unsuited = {}});
  workbench.tuners.push_back({.name = "single_arm",
                              .summary = "suits nothing but one arm a round",
                              .source = "this file",
                              .make = [](const TuningTask& task, const Json&, const std::string&,
                                         const TunerHome&) -> std::unique_ptr<Tuner> {
                                return std::make_unique<Thrower>(task, -1);
                              },
                              .why_unsuited = [](const TuningTask& task) -> std::string {
                                if (task.arms_per_round == 1) return "";
                                return "it compares one arm at a time, and this task runs " +
                                       std::to_string(task.arms_per_round) + " a round";
                              }});
  workbench.open = OpenToy;
  workbench.fidelity = [](const std::string& scenario, const std::string&,
                          const std::vector<std::string>&) {
    const FidelityPort good{.name = "calm",
                            .how = "made up",
                            .value = 0.5,
                            .low = 0.0,
                            .high = 1.0,
                            .pass = true,
                            .source = "this file"};
    std::vector<FidelityPort> lines{good};
    if (scenario == "toy_nan") {
      lines.push_back({.name = "lost",
                       .how = "not measurable",
                       .value = std::numeric_limits<double>::quiet_NaN(),
                       .low = 0.0,
                       .high = 1.0,
                       .pass = false,
                       .source = "this file"});
    }
    return lines;
  };
  return workbench;
}

}  // namespace rectune::experiments
