// SPDX-License-Identifier: Apache-2.0
//
// One Propose of each baseline, at two sizes: 20 continuous coordinates with 200 trials known and
// one arm asked for (the size at which other libraries' suggest times are quoted), and a joint task
// (35 parameters of every kind, 44 coordinates) with 48 trials known and a round of four arms.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "baselines/table.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

Parameter Base(const std::string& name, ParameterKind kind) {
  Parameter parameter;
  parameter.name = name;
  parameter.stage = "rank";
  parameter.unit = "weight";
  parameter.meaning = "A benchmark's knob.";
  parameter.kind = kind;
  parameter.production = {0.3};
  return parameter;
}

ParameterSpace Continuous(int count) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < count; ++i) {
    parameters.push_back(Base("x_" + std::to_string(i), ParameterKind::kContinuous));
  }
  return ParameterSpace(std::move(parameters));
}

ParameterSpace Joint() {
  std::vector<Parameter> parameters = Continuous(24).parameters();
  for (int i = 0; i < 12; ++i) {
    Parameter& parameter = parameters[static_cast<std::size_t>(i)];
    parameter.scale = ParameterScale::kLog;
    parameter.low = 0.1;
    parameter.high = 10.0;
  }
  for (int i = 0; i < 4; ++i) {
    Parameter integer = Base("window_" + std::to_string(i), ParameterKind::kInteger);
    integer.low = 1.0;
    integer.high = 20.0;
    integer.production = {8.0};
    parameters.push_back(integer);
  }
  for (int i = 0; i < 2; ++i) {
    Parameter choice = Base("fusion_" + std::to_string(i), ParameterKind::kCategorical);
    choice.levels = {"sum", "product", "rank", "conditional"};
    choice.production = {1.0};
    parameters.push_back(choice);
    Parameter flag = Base("switch_" + std::to_string(i), ParameterKind::kBoolean);
    flag.production = {0.0};
    parameters.push_back(flag);
  }
  for (int i = 0; i < 3; ++i) {
    Parameter curve = Base("curve_" + std::to_string(i), ParameterKind::kCurve);
    curve.knots = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0};
    curve.production = curve.knots;
    parameters.push_back(curve);
  }
  return ParameterSpace(std::move(parameters));
}

TuningTask MakeTask(ParameterSpace space, int arms) {
  const MetricCatalogue metrics({{.name = "gain", .unit = "percent", .definition = "Made up."}});
  return TuningTask{.scenario = "benchmark",
                    .task = "propose",
                    .description = "Timing only.",
                    .space = std::make_shared<const ParameterSpace>(std::move(space)),
                    .metrics = std::make_shared<const MetricCatalogue>(metrics),
                    .objective = Objective({{.metric = "gain"}}, {}, 0.0),
                    .rounds = 100,
                    .arms_per_round = arms,
                    .users_per_arm = 1.0,
                    .horizon_days = 1,
                    .seed = 1};
}

std::unique_ptr<Tuner> Make(const std::string& name, const TuningTask& task) {
  return FindTuner(BaselineTable(), name)->make(task, Json::object(), "", {});
}

/// A tuner that has seen `trials` of its own arms, on a noisy bowl around the cube's centre.
std::unique_ptr<Tuner> Experienced(const std::string& name, const TuningTask& task, int trials) {
  std::unique_ptr<Tuner> tuner = Make(name, task);
  tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  std::int64_t id = 1;
  for (int round = 1; id <= trials; ++round) {
    std::vector<Trial> results;
    for (const Proposal& proposal : tuner->Propose(task.arms_per_round)) {
      Trial trial;
      trial.id = id++;
      trial.round = round;
      trial.proposal = proposal;
      RandomStream stream(task.seed, Purpose::kTest, static_cast<std::uint64_t>(trial.id));
      MetricReading reading;
      reading.lift = stream.Normal();
      for (const double u : task.space->Encode(*proposal.configuration)) {
        reading.lift -= (u - 0.5) * (u - 0.5);
      }
      reading.standard_error = 1.0;
      trial.measurement.readings = {reading};
      results.push_back(trial);
    }
    tuner->Observe(results);
  }
  return tuner;
}

void Propose(benchmark::State& state, const std::string& name, const TuningTask& task, int trials) {
  const std::unique_ptr<Tuner> experienced = Experienced(name, task, trials);
  const Json saved = experienced->Save();
  for (auto _ : state) {
    // A fresh copy each time: proposing again without results would change what is timed.
    state.PauseTiming();
    std::unique_ptr<Tuner> tuner = Make(name, task);
    tuner->Restore(experienced->history(), saved);
    state.ResumeTiming();
    benchmark::DoNotOptimize(tuner->Propose(task.arms_per_round));
  }
}

void RegisterAll() {
  for (const TunerEntry& entry : BaselineTable()) {
    const std::string name = entry.name;
    benchmark::RegisterBenchmark(
        ("Propose/" + name + "/d20_n200_arms1").c_str(),
        [name](benchmark::State& state) { Propose(state, name, MakeTask(Continuous(20), 1), 200); })
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark(
        ("Propose/" + name + "/joint44_n48_arms4").c_str(),
        [name](benchmark::State& state) { Propose(state, name, MakeTask(Joint(), 4), 48); })
        ->Unit(benchmark::kMicrosecond);
  }
}

}  // namespace
}  // namespace rectune::baselines

// Our own main, because the table is walked at run time.
int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  rectune::baselines::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
