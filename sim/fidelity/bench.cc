// SPDX-License-Identifier: Apache-2.0
#include "sim/fidelity/bench.h"

#include <algorithm>
#include <array>
#include <future>

#include "sim/ab_platform.h"
#include "sim/cost.h"
#include "sim/metrics.h"

namespace rectune::sim {
namespace {

constexpr std::size_t kTuningUsers = 192;
constexpr std::size_t kEvaluationUsers = 384;
constexpr std::size_t kScoutUsers = 32;
constexpr std::uint64_t kSample = 256;
/// Apart from every other use of the calibration stream.
constexpr std::uint64_t kSampleStep = 1001;
constexpr int kClimbPasses = 2;
constexpr std::array kClimbSteps = {0.02, 0.35, 0.65, 0.98};

StageConfig BindProduction(const ParameterSpace& space) {
  StageConfig config;
  BindStageConfig(space, space.Production(), config);
  return config;
}

}  // namespace

BenchPopulation::BenchPopulation(const World& of_world, Purpose purpose, std::size_t users,
                                 const StageConfig& production, Moments moments)
    : world(of_world),
      panel(world, purpose, users),
      neutral(MeasureNeutralState(world, panel, production)),
      control(SimulateArm(world, panel, neutral, production, moments)) {
  control.serving_cost = ServingCost(production, world.size);
}

Bench::Bench(const std::string& scenario, const std::string& size)
    : source_(scenario),
      scenario_(LoadScenario(scenario)),
      size_(scenario_.SizeNamed(size, "/size")),
      production_(BindProduction(size_.full_space)),
      world_(scenario_.world, size_.world, scenario_.seed, scenario_.model_version) {}

const BenchPopulation& Bench::tuning() {
  if (!tuning_) {
    tuning_ = std::make_unique<BenchPopulation>(world_, Purpose::kUsers,
                                                std::min(kTuningUsers, size_.world.tuning_users),
                                                production_, Moments::kMeansAndCovariance);
  }
  return *tuning_;
}

const BenchPopulation& Bench::evaluation() {
  if (!evaluation_) {
    evaluation_ = std::make_unique<BenchPopulation>(
        world_, Purpose::kEvaluationUsers, std::min(kEvaluationUsers, size_.world.evaluation_users),
        production_, Moments::kMeans);
  }
  return *evaluation_;
}

const BenchPopulation& Bench::scout() {
  if (!scout_) {
    scout_ = std::make_unique<BenchPopulation>(world_, Purpose::kEvaluationUsers, kScoutUsers,
                                               production_, Moments::kMeans);
  }
  return *scout_;
}

ArmOutcome Bench::Simulate(const Configuration& configuration, const BenchPopulation& population,
                           Moments moments) const {
  StageConfig config = production_;
  BindStageConfig(space(), configuration, config);
  ArmOutcome outcome =
      SimulateArm(population.world, population.panel, population.neutral, config, moments);
  outcome.serving_cost = ServingCost(config, population.world.size);
  return outcome;
}

Measurement Bench::Lifts(const Configuration& configuration,
                         const BenchPopulation& population) const {
  return TrueLifts(population.control, Simulate(configuration, population, Moments::kMeans));
}

std::vector<Measurement> Bench::LiftsOf(const std::vector<Configuration>& configurations,
                                        const BenchPopulation& population) const {
  std::vector<Measurement> lifts(configurations.size());
  const auto every_other = [&](std::size_t first) {
    for (std::size_t i = first; i < lifts.size(); i += 2) {
      lifts[i] = Lifts(configurations[i], population);
    }
  };
  // Results land by index, so the second thread changes no bit. async hands exceptions on.
  std::future<void> odd = std::async(std::launch::async, every_other, 1);
  every_other(0);
  odd.get();
  return lifts;
}

Measurement Bench::Lifts(const Json& changes) { return Lifts(Changed(changes), evaluation()); }

Configuration Bench::Changed(const Json& changes) const {
  const Configuration production = space().Production();
  return space().Parse(changes, "", &production);
}

double Bench::Lift(const Measurement& measurement, const std::string& metric) {
  return measurement.readings[SimMetrics().IndexOf(metric)].lift;
}

Score Bench::ScoreOf(const Measurement& measurement) const {
  return scenario_.objective.Evaluate(measurement, SimMetrics());
}

const std::vector<Configuration>& Bench::sample() {
  for (std::uint64_t i = sample_.size(); i < kSample; ++i) {
    RandomStream stream(scenario_.seed, Purpose::kCalibration, kSampleStep, i);
    std::vector<double> unit(space().dimension());
    for (double& u : unit) u = stream.Uniform();
    sample_.push_back(space().Decode(unit));
  }
  return sample_;
}

const std::vector<Measurement>& Bench::sample_lifts() {
  if (sample_lifts_.empty()) sample_lifts_ = LiftsOf(sample(), scout());
  return sample_lifts_;
}

std::optional<Reference> Bench::ReferenceOf(const std::string& task) const {
  return Testbed::Open(source_, task, size_.name)->reference();
}

Configuration Bench::Climb(const std::function<double(const Measurement&)>& goal) {
  Configuration start = space().Production();
  double best_of_sample = goal(Lifts(start, scout()));
  for (std::size_t i = 0; i < sample().size(); ++i) {
    const double value = goal(sample_lifts()[i]);
    if (value <= best_of_sample) continue;
    best_of_sample = value;
    start = sample()[i];
  }
  if (const std::optional<Reference> reference = ReferenceOf("joint")) {
    if (goal(Lifts(reference->optimum, scout())) > best_of_sample) start = reference->optimum;
  }
  std::vector<double> unit = space().Encode(start);
  double best = goal(Lifts(space().Decode(unit), scout()));
  const auto improve = [&](double& coordinate) {
    const double before = coordinate;
    std::vector<Configuration> tries;
    for (const double step : kClimbSteps) {
      coordinate = step;
      tries.push_back(space().Decode(unit));
    }
    coordinate = before;
    const std::vector<Measurement> lifts = LiftsOf(tries, scout());
    for (std::size_t i = 0; i < lifts.size(); ++i) {
      if (goal(lifts[i]) <= best) continue;
      best = goal(lifts[i]);
      coordinate = kClimbSteps[i];
    }
  };
  for (int pass = 0; pass < kClimbPasses; ++pass) {
    for (double& coordinate : unit) improve(coordinate);
  }
  return space().Decode(unit);
}

}  // namespace rectune::sim
