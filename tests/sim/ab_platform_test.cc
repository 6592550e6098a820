// SPDX-License-Identifier: Apache-2.0
#include "sim/ab_platform.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/random_stream.h"
#include "sim/metrics.h"
#include "tests/sim/ab_world.h"

namespace rectune::sim {
namespace {

using testing::kOptions;
using testing::kUsers;
using testing::MakePanel;
using testing::Outcome;
using testing::Treat;
using testing::UserLaw;

struct Experiment {
  ArmOutcome control;
  ArmOutcome treatment;
};

const Experiment& SharedExperiment() {
  static const Experiment experiment = [] {
    const std::vector<UserLaw> panel = MakePanel({.users = 300}, 11);
    return Experiment{Outcome(panel), Outcome(Treat(panel, {.click = 1.02, .active = 0.99}))};
  }();
  return experiment;
}

std::vector<Measurement> Run(const ArmOutcome& arm, std::uint64_t seed, int round = 1,
                             const AbOptions& options = kOptions) {
  const std::array<const ArmOutcome*, 1> arms = {&arm};
  return RunAbReadout(SharedExperiment().control, arms, options, seed, round);
}

/// sqrt(n) times the Kolmogorov-Smirnov distance from the uniform law; above 1.95 with
/// probability 0.001 when the sample is uniform.
double UniformDistance(std::vector<double> sample) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    distance = std::max({distance, sample[i] - static_cast<double>(i) / n,
                         static_cast<double>(i + 1) / n - sample[i]});
  }
  return std::sqrt(n) * distance;
}
constexpr double kUniformLimit = 1.95;

/// readings[metric][seed] of many independent experiments on one arm.
std::vector<std::vector<MetricReading>> Readings(const ArmOutcome& arm, int seeds,
                                                 const AbOptions& options = kOptions) {
  std::vector<std::vector<MetricReading>> readings(SimMetrics().size());
  for (int seed = 0; seed < seeds; ++seed) {
    const Measurement m = Run(arm, static_cast<std::uint64_t>(seed), 1, options)[0];
    for (std::size_t k = 0; k < readings.size(); ++k) readings[k].push_back(m.readings[k]);
  }
  return readings;
}

bool IsNoisy(std::size_t metric) { return MetricDefinitions()[metric].ratio.has_value(); }

double Mean(const std::vector<MetricReading>& readings,
            const std::function<double(const MetricReading&)>& of) {
  double sum = 0.0;
  for (const MetricReading& reading : readings) sum += of(reading);
  return sum / static_cast<double>(readings.size());
}

double LiftVariance(const std::vector<MetricReading>& readings) {
  const double mean = Mean(readings, [](const MetricReading& r) { return r.lift; });
  return Mean(readings, [&](const MetricReading& r) { return (r.lift - mean) * (r.lift - mean); });
}

}  // namespace

TEST_CASE("A/A p-values are uniform") {
  for (const bool cuped : {true, false}) {
    AbOptions options = kOptions;
    options.cuped = cuped;
    const auto readings = Readings(SharedExperiment().control, 1500, options);
    for (std::size_t k = 0; k < readings.size(); ++k) {
      CAPTURE(SimMetrics().metrics()[k].name, cuped);
      if (!IsNoisy(k)) {
        CHECK(readings[k].front().standard_error == 0.0);
        CHECK(readings[k].front().lift == 0.0);
        CHECK(readings[k].front().p_value == 1.0);
        continue;
      }
      std::vector<double> stated;
      std::vector<double> wrong;  // the same experiments judged by a standard error 15% too small
      for (const MetricReading& reading : readings[k]) {
        stated.push_back(reading.p_value);
        wrong.push_back(2.0 * NormalCdf(-std::abs(reading.lift / (0.85 * reading.standard_error))));
      }
      CHECK(UniformDistance(stated) < kUniformLimit);
      CHECK(UniformDistance(wrong) > kUniformLimit);
    }
  }
}

TEST_CASE("95% intervals cover a real effect 93 to 97% of the time") {
  const Experiment& experiment = SharedExperiment();
  const Measurement truth = TrueLifts(experiment.control, experiment.treatment);
  const auto readings = Readings(experiment.treatment, 1500);
  for (std::size_t k = 0; k < readings.size(); ++k) {
    if (!IsNoisy(k)) continue;
    CAPTURE(SimMetrics().metrics()[k].name);
    const auto coverage = [&](double factor) {
      return Mean(readings[k], [&](const MetricReading& r) {
        return std::abs(r.lift - truth.readings[k].lift) <= 1.96 * factor * r.standard_error ? 1
                                                                                             : 0;
      });
    };
    CHECK(coverage(1.0) > 0.93);
    CHECK(coverage(1.0) < 0.97);
    CHECK_FALSE(coverage(0.8) > 0.93);  // too narrow an interval is caught
    CHECK_FALSE(coverage(1.3) < 0.97);  // and so is too wide a one
  }
}

TEST_CASE("CUPED keeps lifts unbiased and narrows them by the stated factor") {
  const Experiment& experiment = SharedExperiment();
  const Measurement truth = TrueLifts(experiment.control, experiment.treatment);
  AbOptions plain = kOptions;
  plain.cuped = false;
  constexpr int kSeeds = 1500;
  const auto adjusted = Readings(experiment.treatment, kSeeds);
  const auto unadjusted = Readings(experiment.treatment, kSeeds, plain);
  const std::vector<double> narrow = MinimumDetectableLifts(experiment.control, kOptions);
  const std::vector<double> wide = MinimumDetectableLifts(experiment.control, plain);
  for (std::size_t k = 0; k < adjusted.size(); ++k) {
    if (!IsNoisy(k)) continue;
    CAPTURE(SimMetrics().metrics()[k].name);
    for (const auto* readings : {&adjusted[k], &unadjusted[k]}) {
      const double mean = Mean(*readings, [](const MetricReading& r) { return r.lift; });
      CHECK(std::abs(mean - truth.readings[k].lift) <
            4.0 * std::sqrt(LiftVariance(*readings) / kSeeds));
    }
    // The effect is small, so the reduction of the lift's variance is that of control's metric.
    const double reduction = (narrow[k] / wide[k]) * (narrow[k] / wide[k]);
    CHECK(reduction < 1.0);
    CHECK(LiftVariance(adjusted[k]) / LiftVariance(unadjusted[k]) ==
          Approx(reduction).epsilon(0.15));
    const auto variance = [](const MetricReading& r) {
      return r.standard_error * r.standard_error;
    };
    CHECK(Mean(adjusted[k], variance) / Mean(unadjusted[k], variance) ==
          Approx(reduction).epsilon(0.03));
  }
}

TEST_CASE("arms of a round share control's noise, and rounds share nothing") {
  const ArmOutcome& control = SharedExperiment().control;
  const std::array<const ArmOutcome*, 2> arms = {&control, &control};
  const std::size_t ctr = SimMetrics().IndexOf("ctr");
  constexpr int kRounds = 2000;
  double cross = 0.0;
  double square = 0.0;
  double lagged = 0.0;
  double previous = 0.0;
  for (int round = 1; round <= kRounds; ++round) {
    const auto readout = RunAbReadout(control, arms, kOptions, 3, round);
    CHECK(readout[0].readings[ctr].control == readout[1].readings[ctr].control);
    const double first = readout[0].readings[ctr].lift;
    cross += first * readout[1].readings[ctr].lift;
    square += first * first;
    lagged += first * previous;
    previous = first;
  }
  // lift = treatment noise - control noise: two arms correlate by one half.
  CHECK(cross / square == Approx(0.5).margin(4.0 / std::sqrt(kRounds)));
  CHECK(lagged / square == Approx(0.0).margin(4.0 / std::sqrt(kRounds)));
}

TEST_CASE("noise depends on seed, round and slot only") {
  const Experiment& experiment = SharedExperiment();
  const std::array<const ArmOutcome*, 3> three = {&experiment.treatment, &experiment.control,
                                                  &experiment.treatment};
  const auto many = RunAbReadout(experiment.control, three, kOptions, 5, 2);
  const auto one = Run(experiment.treatment, 5, 2);
  const auto again = Run(experiment.treatment, 5, 2);
  for (std::size_t k = 0; k < SimMetrics().size(); ++k) {
    CHECK(one[0].readings[k].lift == again[0].readings[k].lift);
    CHECK(one[0].readings[k].lift == many[0].readings[k].lift);
    CHECK(one[0].readings[k].standard_error == many[0].readings[k].standard_error);
    if (!IsNoisy(k)) continue;
    CHECK(many[0].readings[k].lift != many[2].readings[k].lift);
    CHECK(one[0].readings[k].lift != Run(experiment.treatment, 6, 2)[0].readings[k].lift);
    CHECK(one[0].readings[k].lift != Run(experiment.treatment, 5, 3)[0].readings[k].lift);
  }
}

TEST_CASE("metrics move together as their covariance says") {
  // Time spent is a multiple of impressions in this population, so their readings coincide.
  const Measurement m = Run(SharedExperiment().treatment, 8)[0];
  CHECK(m.readings[SimMetrics().IndexOf("time_spent_per_user")].lift ==
        Approx(m.readings[SimMetrics().IndexOf("impressions_per_user")].lift).epsilon(1e-6));
}

TEST_CASE("a huge arm reads the truth, a small one is refused") {
  const Experiment& experiment = SharedExperiment();
  AbOptions options = kOptions;
  options.users_per_arm = 1e14;
  const Measurement truth = TrueLifts(experiment.control, experiment.treatment);
  const Measurement huge = Run(experiment.treatment, 1, 1, options)[0];
  for (std::size_t k = 0; k < SimMetrics().size(); ++k) {
    CHECK(huge.readings[k].lift == Approx(truth.readings[k].lift).margin(2e-4));
    CHECK(truth.readings[k].standard_error == 0.0);
  }
  CHECK(truth.readings[SimMetrics().IndexOf("dau")].lift == Approx(-1.0));
  CHECK(truth.readings[SimMetrics().IndexOf("long_view_rate")].lift == 0.0);

  options.users_per_arm = MinimumUsersPerArm(experiment.control);
  CHECK_NOTHROW(Run(experiment.treatment, 1, 1, options));
  options.users_per_arm -= 1.0;
  CHECK_THROWS_AS(Run(experiment.treatment, 1, 1, options), ContractViolation);
  options.users_per_arm = std::nan("");
  CHECK_THROWS_AS(Run(experiment.treatment, 1, 1, options), ContractViolation);
}

TEST_CASE("a delayed metric is not available before its delay has passed") {
  AbOptions early = kOptions;
  early.readout_day = testing::kHorizonDays;
  AbOptions late = kOptions;
  late.readout_day = testing::kHorizonDays + 7;
  const Measurement at_horizon = Run(SharedExperiment().treatment, 4, 1, early)[0];
  const Measurement later = Run(SharedExperiment().treatment, 4, 1, late)[0];
  const Measurement unset = Run(SharedExperiment().treatment, 4)[0];
  for (std::size_t k = 0; k < SimMetrics().size(); ++k) {
    CHECK(IsAvailable(later.readings[k]));
    CHECK(later.readings[k].lift == unset.readings[k].lift);
    if (SimMetrics().metrics()[k].name == "retention_7d") {
      CHECK_FALSE(IsAvailable(at_horizon.readings[k]));
      CHECK(std::isnan(at_horizon.readings[k].lift));
      CHECK(std::isnan(at_horizon.readings[k].standard_error));
      CHECK(std::isnan(at_horizon.readings[k].p_value));
      CHECK(std::isnan(at_horizon.readings[k].q_value));
      CHECK(std::isnan(at_horizon.readings[k].control));
      CHECK(std::isnan(at_horizon.readings[k].treatment));
    } else {
      CHECK(at_horizon.readings[k].lift == later.readings[k].lift);
    }
  }
  early.readout_day = testing::kHorizonDays - 1;
  CHECK_THROWS_AS(Run(SharedExperiment().treatment, 4, 1, early), ContractViolation);
}

TEST_CASE("q-values keep false discoveries of A/A rounds rare") {
  const ArmOutcome& control = SharedExperiment().control;
  const std::array<const ArmOutcome*, 4> arms = {&control, &control, &control, &control};
  constexpr int kRounds = 600;
  int rounds_with_p = 0;
  int rounds_with_q = 0;
  for (int round = 1; round <= kRounds; ++round) {
    bool p = false;
    bool q = false;
    for (const Measurement& m : RunAbReadout(control, arms, kOptions, 12, round)) {
      for (const MetricReading& reading : m.readings) {
        CHECK(reading.q_value >= reading.p_value);
        p = p || reading.p_value < 0.05;
        q = q || reading.q_value < 0.05;
      }
    }
    rounds_with_p += p ? 1 : 0;
    rounds_with_q += q ? 1 : 0;
  }
  CHECK(rounds_with_p > kRounds / 2);  // uncorrected, most rounds cry wolf
  CHECK(rounds_with_q < 0.05 * kRounds + 3.0 * std::sqrt(0.05 * 0.95 * kRounds));
}

TEST_CASE("realised splits pass the sample-ratio test as often as they should") {
  std::vector<double> p_values;
  for (std::uint64_t seed = 0; seed < 1500; ++seed) {
    const Measurement m = Run(SharedExperiment().control, seed)[0];
    p_values.push_back(m.sample_ratio_p_value);
    CHECK(m.users_per_arm == std::round(m.users_per_arm));
    CHECK(std::abs(m.users_per_arm - kUsers) < 6.0 * std::sqrt(kUsers));
  }
  CHECK(UniformDistance(p_values) < kUniformLimit);
}

TEST_CASE("minimum detectable lifts match the figures from real users") {
  // KuaiRand-27K: linearised CTR varies by 0.72 a user.
  CHECK(MinimumDetectableLift(0.72, 1e3) == Approx(9.0).margin(0.05));
  CHECK(MinimumDetectableLift(0.72, 1e4) == Approx(2.9).margin(0.06));
  CHECK(MinimumDetectableLift(0.72, 1e5) == Approx(0.90).margin(0.01));
  CHECK(MinimumDetectableLift(0.72, 1e6) == Approx(0.29).margin(0.006));
  CHECK(MinimumDetectableLift(0.72, 326000.0) == Approx(0.5).margin(0.002));
  CHECK(MinimumDetectableLift(0.72, 8.1e6) == Approx(0.1).margin(0.001));
  CHECK(MinimumDetectableLift(0.72 * std::sqrt(0.5), 1e4) == Approx(2.0).margin(0.05));

  // A population with those users' propensities and volumes is that noisy.
  const ArmOutcome control = Outcome(MakePanel({.users = 20000, .mean_log_impressions = 9.06}, 21));
  AbOptions options = kOptions;
  options.users_per_arm = 1e4;
  options.cuped = false;
  const double ctr = MinimumDetectableLifts(control, options)[SimMetrics().IndexOf("ctr")];
  CHECK(ctr / MinimumDetectableLift(1.0, 1e4) == Approx(0.72).margin(0.08));

  // And an experiment detects such a lift four times out of five.
  const std::vector<UserLaw> panel = MakePanel({.users = 300}, 11);
  options.users_per_arm = kUsers;
  const std::size_t k = SimMetrics().IndexOf("ctr");
  const double lift = MinimumDetectableLifts(SharedExperiment().control, options)[k];
  const ArmOutcome arm = Outcome(Treat(panel, {.click = 1.0 + lift / 100.0}));
  CHECK(TrueLifts(SharedExperiment().control, arm).readings[k].lift == Approx(lift).epsilon(0.02));
  const double power = Mean(Readings(arm, 1000, options)[k],
                            [](const MetricReading& r) { return r.p_value < 0.05 ? 1.0 : 0.0; });
  CHECK(power == Approx(0.8).margin(0.05));
}

TEST_CASE("a metric that control never shows has no relative lift") {
  ArmOutcome control = SharedExperiment().control;
  control.expected.col(static_cast<Eigen::Index>(Index(Total::kFollows))).setZero();
  CHECK_THROWS_AS(TrueLifts(control, SharedExperiment().treatment), ContractViolation);
  CHECK_THROWS_AS(MinimumUsersPerArm(control), ContractViolation);
}

}  // namespace rectune::sim
