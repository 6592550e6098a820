// SPDX-License-Identifier: Apache-2.0
#include "tests/baselines/function_task.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

std::vector<double> NativePoint(const Configuration& configuration) {
  return configuration.values();
}

}  // namespace

TestFunction Branin() {
  return {{-5.0, 0.0},
          {10.0, 15.0},
          [](const std::vector<double>& x) {
            const double pi = std::numbers::pi;
            const double t = x[1] - 5.1 / (4.0 * pi * pi) * x[0] * x[0] + 5.0 / pi * x[0] - 6.0;
            return t * t + 10.0 * (1.0 - 1.0 / (8.0 * pi)) * std::cos(x[0]) + 10.0;
          },
          0.39788735772973816};
}

TestFunction Hartmann6() {
  return {std::vector<double>(6, 0.0), std::vector<double>(6, 1.0),
          [](const std::vector<double>& x) {
            constexpr std::array<double, 4> kAlpha{1.0, 1.2, 3.0, 3.2};
            constexpr double kA[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                         {0.05, 10, 17, 0.1, 8, 14},
                                         {3, 3.5, 1.7, 10, 17, 8},
                                         {17, 8, 0.05, 10, 0.1, 14}};
            constexpr double kP[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                         {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                         {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                         {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
            double sum = 0.0;
            for (std::size_t i = 0; i < 4; ++i) {
              double exponent = 0.0;
              for (std::size_t j = 0; j < 6; ++j) {
                exponent += kA[i][j] * (x[j] - kP[i][j]) * (x[j] - kP[i][j]);
              }
              sum -= kAlpha[i] * std::exp(-exponent);
            }
            return sum;
          },
          -3.32236801141551};
}

TestFunction Rosenbrock(int d) {
  const auto n = static_cast<std::size_t>(d);
  return {std::vector<double>(n, -5.0), std::vector<double>(n, 10.0),
          [](const std::vector<double>& x) {
            double sum = 0.0;
            for (std::size_t i = 0; i + 1 < x.size(); ++i) {
              const double bend = x[i + 1] - x[i] * x[i];
              sum += 100.0 * bend * bend + (1.0 - x[i]) * (1.0 - x[i]);
            }
            return sum;
          },
          0.0};
}

TuningTask MakeFunctionTask(const TestFunction& function, const std::vector<double>& start,
                            std::uint64_t seed, int arms) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < function.low.size(); ++i) {
    Parameter parameter;
    parameter.name = "x_" + std::to_string(i + 1);
    parameter.stage = "rank";
    parameter.unit = "weight";
    parameter.meaning = "A coordinate of a test function.";
    parameter.low = function.low[i];
    parameter.high = function.high[i];
    parameter.production = {start[i]};
    parameters.push_back(std::move(parameter));
  }
  const MetricCatalogue metrics({{.name = "gain",
                                  .unit = "units of f",
                                  .direction = Direction::kHigherIsBetter,
                                  .definition = "f at production minus f at the arm."}});
  return TuningTask{.scenario = "function",
                    .task = "minimise",
                    .description = "A test function.",
                    .space = std::make_shared<const ParameterSpace>(std::move(parameters)),
                    .metrics = std::make_shared<const MetricCatalogue>(metrics),
                    .objective = Objective({{.metric = "gain"}}, {}, 0.0),
                    .rounds = 1000,
                    .arms_per_round = arms,
                    .users_per_arm = 1.0,
                    .horizon_days = 1,
                    .seed = seed};
}

std::vector<double> RandomStart(const TestFunction& function, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::kTest);
  std::vector<double> start;
  for (std::size_t i = 0; i < function.low.size(); ++i) {
    start.push_back(stream.Uniform(function.low[i], function.high[i]));
  }
  return start;
}

std::vector<double> CentreStart(const TestFunction& function) {
  std::vector<double> start;
  for (std::size_t i = 0; i < function.low.size(); ++i) {
    start.push_back(0.5 * (function.low[i] + function.high[i]));
  }
  return start;
}

double BestFound(Tuner& tuner, const TestFunction& function, int evaluations) {
  const TuningTask& task = tuner.task();
  const double start = function.value(NativePoint(task.space->Production()));
  tuner.Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  double best = start;
  std::int64_t id = 1;
  for (int round = 1; id < evaluations; ++round) {
    const int arms = std::min(task.arms_per_round, evaluations - static_cast<int>(id));
    std::vector<Trial> trials;
    for (const Proposal& proposal : tuner.Propose(arms)) {
      Trial trial;
      trial.id = id++;
      trial.round = round;
      trial.arm = static_cast<int>(trials.size()) + 1;
      trial.proposal = proposal;
      const double value = function.value(NativePoint(proposal.configuration.value()));
      trial.measurement.readings.resize(1);
      trial.measurement.readings[0].lift = start - value;
      best = std::min(best, value);
      trials.push_back(std::move(trial));
    }
    tuner.Observe(trials);
  }
  return best;
}

Summary Summarise(std::vector<double> values) {
  Summary summary;
  const double n = static_cast<double>(values.size());
  for (const double value : values) summary.mean += value / n;
  for (const double value : values) {
    summary.standard_deviation += (value - summary.mean) * (value - summary.mean) / (n - 1.0);
  }
  summary.standard_deviation = std::sqrt(summary.standard_deviation);
  std::sort(values.begin(), values.end());
  summary.median = 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
  return summary;
}

}  // namespace rectune::baselines
