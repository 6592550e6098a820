// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/ab_platform.h"
#include "sim/fidelity/lines.h"
#include "sim/metrics.h"

namespace rectune::sim {
namespace {

constexpr int kRounds = 500;
constexpr double kNormal95 = 1.959963984540054;
constexpr std::uint64_t kAaSeed = 71;
constexpr std::uint64_t kCoverageSeed = 72;
constexpr std::size_t kTreatedArms = 3;

std::vector<Measurement> Readout(const Bench& bench, const ArmOutcome& control,
                                 const std::vector<const ArmOutcome*>& arms, std::uint64_t seed,
                                 int round) {
  return RunAbReadout(
      control, arms,
      {.users_per_arm = bench.size().users_per_arm, .horizon_days = bench.size().world.days}, seed,
      round);
}

/// By metric, the share of readouts whose 95% interval holds the truth; NaN without noise.
std::vector<double> MeasureCoverage(Bench& bench) {
  const BenchPopulation& population = bench.tuning();
  std::vector<ArmOutcome> outcomes;
  std::vector<const ArmOutcome*> arms;
  std::vector<Measurement> truths;
  outcomes.reserve(kTreatedArms);  // pointers into it must hold
  for (std::size_t arm = 0; arm < kTreatedArms; ++arm) {
    outcomes.push_back(
        bench.Simulate(bench.sample()[arm], population, Moments::kMeansAndCovariance));
    arms.push_back(&outcomes.back());
    truths.push_back(TrueLifts(population.control, outcomes.back()));
  }
  std::vector<double> inside(SimMetrics().size(), 0.0);
  std::vector<double> count(SimMetrics().size(), 0.0);
  for (int round = 0; round < kRounds; ++round) {
    const auto readouts = Readout(bench, population.control, arms, kCoverageSeed, round);
    for (std::size_t arm = 0; arm < readouts.size(); ++arm) {
      for (std::size_t k = 0; k < inside.size(); ++k) {
        const MetricReading& reading = readouts[arm].readings[k];
        if (!(reading.standard_error > 0.0)) continue;
        const double off = std::abs(reading.lift - truths[arm].readings[k].lift);
        inside[k] += off <= kNormal95 * reading.standard_error ? 1.0 : 0.0;
        count[k] += 1.0;
      }
    }
  }
  for (std::size_t k = 0; k < inside.size(); ++k) inside[k] /= count[k];
  return inside;
}

const std::vector<double>& CoverageByMetric(Bench& bench) {
  return bench.Once<std::vector<double>>("coverage", [&] { return MeasureCoverage(bench); });
}

}  // namespace

double AaPValueDistance(Bench& bench) {
  const ArmOutcome& control = bench.tuning().control;
  std::vector<double> p_values;
  for (int round = 0; round < kRounds; ++round) {
    for (const Measurement& arm :
         Readout(bench, control, {&control, &control, &control, &control}, kAaSeed, round)) {
      for (const MetricReading& reading : arm.readings) {
        if (reading.standard_error > 0.0) p_values.push_back(reading.p_value);
      }
    }
  }
  std::sort(p_values.begin(), p_values.end());
  const auto n = static_cast<double>(p_values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, p_values[i] - rank / n, (rank + 1.0) / n - p_values[i]});
  }
  return distance;
}

double IntervalCoverage(Bench& bench) {
  double sum = 0.0;
  double metrics = 0.0;
  for (const double coverage : CoverageByMetric(bench)) {
    if (!std::isfinite(coverage)) continue;
    sum += coverage;
    metrics += 1.0;
  }
  return 100.0 * sum / metrics;
}

double WorstMetricCoverage(Bench& bench) {
  double worst = 95.0;
  for (const double coverage : CoverageByMetric(bench)) {
    if (!std::isfinite(coverage)) continue;
    if (std::abs(100.0 * coverage - 95.0) > std::abs(worst - 95.0)) worst = 100.0 * coverage;
  }
  return worst;
}

double CtrVariationOfUsers(Bench& bench) {
  const LinearisedArm arm = Linearise(bench.tuning().control);
  const std::size_t ctr = SimMetrics().IndexOf("ctr");
  const auto index = static_cast<Eigen::Index>(ctr);
  return std::sqrt(arm.Covariance()(index, index)) / arm.levels[ctr];
}

}  // namespace rectune::sim
