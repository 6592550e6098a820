// SPDX-License-Identifier: Apache-2.0
#include "baselines/function_task.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

// Any positive number orders the infeasible; one that outweighs the objectives near a border keeps
// penalised scores from preferring a small violation.
constexpr double kViolationPenalty = 10.0;

FunctionRun::Evaluation Truth(const TestProblem& problem, const Point& x) {
  FunctionRun::Evaluation evaluation;
  evaluation.objectives = problem.objectives(x);
  evaluation.observed = evaluation.objectives.front();
  if (problem.constraints) {
    for (const double excess : problem.constraints(x)) {
      evaluation.violation += std::max(0.0, excess);
    }
  }
  return evaluation;
}

std::string Numbered(const char* stem, std::size_t index) {
  return stem + std::to_string(index + 1);
}

}  // namespace

TuningTask MakeProblemTask(const TestProblem& problem, const Point& start, std::uint64_t seed,
                           int arms, int rounds) {
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < problem.low.size(); ++i) {
    Parameter parameter;
    parameter.name = Numbered("x_", i);
    parameter.stage = "rank";
    parameter.unit = "weight";
    parameter.meaning = "A coordinate of a test function.";
    parameter.low = problem.low[i];
    parameter.high = problem.high[i];
    parameter.production = {start[i]};
    parameters.push_back(std::move(parameter));
  }
  std::vector<MetricInfo> metrics;
  std::vector<NorthStar> north_stars;
  for (std::size_t k = 0; k < problem.objectives(start).size(); ++k) {
    metrics.push_back({.name = Numbered("gain_", k),
                       .unit = "units of f",
                       .direction = Direction::kHigherIsBetter,
                       .definition = "The objective at production minus it at the arm."});
    north_stars.push_back({.metric = metrics.back().name});
  }
  std::vector<Guardrail> guardrails;
  const Point excess = problem.constraints ? problem.constraints(start) : Point{};
  for (std::size_t k = 0; k < excess.size(); ++k) {
    metrics.push_back({.name = Numbered("excess_", k),
                       .unit = "units of g",
                       .direction = Direction::kLowerIsBetter,
                       .definition = "The constraint at the arm minus it at production."});
    guardrails.push_back(
        {.metric = metrics.back().name, .kind = BoundKind::kCeiling, .lift_bound = -excess[k]});
  }
  return TuningTask{.scenario = "function",
                    .task = "minimise",
                    .description = "A test function.",
                    .space = std::make_shared<const ParameterSpace>(std::move(parameters)),
                    .metrics = std::make_shared<const MetricCatalogue>(std::move(metrics)),
                    .objective = Objective(std::move(north_stars), std::move(guardrails),
                                           excess.empty() ? 0.0 : kViolationPenalty),
                    .rounds = rounds,
                    .arms_per_round = arms,
                    .users_per_arm = 1.0,
                    .horizon_days = 1,
                    .seed = seed};
}

TuningTask MakeFunctionTask(const TestFunction& function, const Point& start, std::uint64_t seed,
                            int arms, int rounds) {
  return MakeProblemTask(AsProblem(function), start, seed, arms, rounds);
}

Point RandomStart(const Point& low, const Point& high, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::kTest);
  Point start;
  for (std::size_t i = 0; i < low.size(); ++i) start.push_back(stream.Uniform(low[i], high[i]));
  return start;
}

Point RandomStart(const TestFunction& function, std::uint64_t seed) {
  return RandomStart(function.low, function.high, seed);
}

Point CentreStart(const Point& low, const Point& high) {
  Point start;
  for (std::size_t i = 0; i < low.size(); ++i) start.push_back(0.5 * (low[i] + high[i]));
  return start;
}

Point CentreStart(const TestFunction& function) { return CentreStart(function.low, function.high); }

double FunctionRun::BestFeasible() const {
  double best = std::numeric_limits<double>::infinity();
  for (const Evaluation& evaluation : evaluations) {
    if (evaluation.violation <= 0.0) best = std::min(best, evaluation.objectives.front());
  }
  return best;
}

double FunctionRun::TruthOfBestObserved() const {
  double best = std::numeric_limits<double>::infinity();
  double truth = best;
  for (const Evaluation& evaluation : evaluations) {
    if (evaluation.violation <= 0.0 && evaluation.observed < best) {
      best = evaluation.observed;
      truth = evaluation.objectives.front();
    }
  }
  return truth;
}

double FunctionRun::HypervolumeAbove(const Point& reference) const {
  std::vector<Point> feasible;
  for (const Evaluation& evaluation : evaluations) {
    if (evaluation.violation <= 0.0) feasible.push_back(evaluation.objectives);
  }
  return Hypervolume(std::move(feasible), reference);
}

FunctionRun RunFunction(Tuner& tuner, const TestProblem& problem, int evaluations,
                        const std::vector<double>& noise) {
  const TuningTask& task = tuner.task();
  const Point start = task.space->Production().values();
  const Point start_constraints = problem.constraints ? problem.constraints(start) : Point{};
  tuner.Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  FunctionRun run;
  run.evaluations.push_back(Truth(problem, start));
  RECTUNE_CHECK(noise.empty() || noise.size() == run.evaluations.front().objectives.size(),
                "noise has one standard deviation an objective");
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
      const Point x = proposal.configuration.value().values();
      FunctionRun::Evaluation evaluation = Truth(problem, x);
      RandomStream stream(task.seed, Purpose::kAbNoise, static_cast<std::uint64_t>(round),
                          static_cast<std::uint64_t>(trial.arm));
      for (std::size_t k = 0; k < evaluation.objectives.size(); ++k) {
        const double deviation = noise.empty() ? 0.0 : noise[k];
        const double error = deviation > 0.0 ? deviation * stream.Normal() : 0.0;
        if (k == 0) evaluation.observed += error;
        MetricReading reading;
        reading.lift = run.evaluations.front().objectives[k] - evaluation.objectives[k] - error;
        reading.standard_error = deviation;
        trial.measurement.readings.push_back(reading);
      }
      const Point constraints = problem.constraints ? problem.constraints(x) : Point{};
      for (std::size_t k = 0; k < constraints.size(); ++k) {
        MetricReading reading;
        reading.lift = constraints[k] - start_constraints[k];
        trial.measurement.readings.push_back(reading);
      }
      run.evaluations.push_back(std::move(evaluation));
      trials.push_back(std::move(trial));
    }
    tuner.Observe(trials);
  }
  run.recommended = Truth(problem, tuner.Recommend().values());
  return run;
}

double BestFound(Tuner& tuner, const TestFunction& function, int evaluations) {
  return RunFunction(tuner, AsProblem(function), evaluations).BestFeasible();
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
