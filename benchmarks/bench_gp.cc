// SPDX-License-Identifier: Apache-2.0
//
// The Gaussian-process tuner's turn: one Observe of the last round (the fit is in there) and one
// Propose, warm: the trials before it were observed one round earlier. The limits that it is held
// to are counters beside the times ("limit_ms", one core, release build); a benchmark never fails.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "baselines/table.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

TuningTask MakeTask(int dimension, int metrics, int arms) {
  std::vector<Parameter> parameters;
  for (int j = 0; j < dimension; ++j) {
    Parameter parameter;
    parameter.name = "x_" + std::to_string(j);
    parameter.stage = "rank";
    parameter.unit = "weight";
    parameter.meaning = "A benchmark's knob.";
    parameter.production = {0.3};
    parameters.push_back(parameter);
  }
  std::vector<MetricInfo> infos;
  std::vector<Guardrail> guardrails;
  for (int k = 0; k < metrics; ++k) {
    infos.push_back(
        {.name = "metric_" + std::to_string(k), .unit = "percent", .definition = "Made up."});
    if (k > 0) guardrails.push_back({.metric = infos.back().name, .lift_bound = -1.0});
  }
  return TuningTask{.scenario = "benchmark",
                    .task = "suggest",
                    .description = "Timing only.",
                    .space = std::make_shared<const ParameterSpace>(std::move(parameters)),
                    .metrics = std::make_shared<const MetricCatalogue>(std::move(infos)),
                    .objective = Objective({{.metric = "metric_0"}}, guardrails, 1.0),
                    .rounds = 100,
                    .arms_per_round = arms,
                    .users_per_arm = 1.0,
                    .horizon_days = 1,
                    .seed = 1};
}

/// `count` arms of a search that closes in on the optimum, as a tuner's history does.
std::vector<Trial> Trials(const TuningTask& task, int first_id, int count, int total, int round) {
  std::vector<Trial> trials;
  for (int i = 0; i < count; ++i) {
    Trial trial;
    trial.id = first_id + i;
    trial.round = round;
    trial.arm = i + 1;
    RandomStream stream(task.seed, Purpose::kTest, static_cast<std::uint64_t>(trial.id));
    const double width = 1.0 - 0.9 * static_cast<double>(trial.id) / total;
    std::vector<double> unit;
    for (std::size_t j = 0; j < task.space->dimension(); ++j) {
      unit.push_back(0.5 + (stream.Uniform() - 0.5) * width);
    }
    trial.proposal.configuration = task.space->Decode(unit);
    trial.proposal.source = "benchmark";
    for (std::size_t k = 0; k < task.metrics->size(); ++k) {
      MetricReading reading;
      reading.standard_error = 0.3;
      reading.lift = reading.standard_error * stream.Normal();
      for (std::size_t j = 0; j < unit.size(); ++j) {
        const double away = unit[j] - 0.5 - 0.1 * static_cast<double>(k);
        reading.lift -= (1.0 + static_cast<double>(j % 5)) * away * away;
      }
      trial.measurement.readings.push_back(reading);
    }
    trials.push_back(std::move(trial));
  }
  return trials;
}

void WarmTurn(benchmark::State& state, const std::string& name, int known, int dimension,
              int metrics, int arms, double limit_ms) {
  const TuningTask task = MakeTask(dimension, metrics, arms);
  const TunerEntry* entry = FindTuner(BaselineTable(), name);
  // Fitted to all but the last round; that state is what each turn starts from.
  const std::unique_ptr<Tuner> before = entry->make(task, Json::object(), "", {});
  std::vector<Trial> history{ProductionTrial(*task.space, *task.metrics)};
  for (Trial& trial : Trials(task, 1, known - arms - 1, known, 1)) {
    history.push_back(std::move(trial));
  }
  before->Observe(history);
  const Json saved = before->Save();
  const std::vector<Trial> last = Trials(task, known - arms, arms, known, 2);
  for (auto _ : state) {
    state.PauseTiming();
    const std::unique_ptr<Tuner> tuner = entry->make(task, Json::object(), "", {});
    tuner->Restore(history, saved);
    state.ResumeTiming();
    tuner->Observe(last);
    benchmark::DoNotOptimize(tuner->Propose(arms));
  }
  state.counters["limit_ms"] = limit_ms;
}

void Register(const std::string& label, const std::string& tuner, int known, int dimension,
              int metrics, int arms, double limit_ms) {
  benchmark::RegisterBenchmark(label.c_str(), [=](benchmark::State& state) {
    WarmTurn(state, tuner, known, dimension, metrics, arms, limit_ms);
  })->Unit(benchmark::kMillisecond);
}

void RegisterAll() {
  Register("gp/n200_d20_single", "gp", 200, 20, 1, 1, 25.0);
  Register("gp/n200_d20_batch10", "gp", 200, 20, 1, 10, 150.0);
  Register("gp/n200_d20_four_models_batch10", "gp", 200, 20, 4, 10, 300.0);
  Register("gp/n400_d20_single", "gp", 400, 20, 1, 1, 120.0);
  // Scaling, without a limit; 200 trials at 20 dimensions belong to both series.
  for (const int n : {25, 50, 100, 200, 400, 800}) {
    Register("gp_scaling/n" + std::to_string(n) + "_d20", "gp", n, 20, 1, 1, 0.0);
  }
  for (const int d : {2, 5, 10, 40, 60}) {
    Register("gp_scaling/n200_d" + std::to_string(d), "gp", 200, d, 1, 1, 0.0);
  }
}

}  // namespace
}  // namespace rectune::baselines

// Our own main, because the benchmarks are listed at run time.
int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  rectune::baselines::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
