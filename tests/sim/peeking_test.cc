// SPDX-License-Identifier: Apache-2.0
//
// Always-valid inference and repeated looks: formulas against brute force, the joint law of looks
// against a world with a closed form, and what peeking does in the simulator.
#include "sim/peeking.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/random_stream.h"
#include "sim/always_valid.h"
#include "sim/testbed.h"
#include "tests/sim/ab_world.h"

namespace rectune::sim {
namespace {

using testing::kOptions;
using testing::MakePanel;
using testing::Outcome;
using testing::Treat;
using testing::UserLaw;

const std::vector<int> kDays = {1, 2, 3, 4, 5, 6, 7};

/// In the closed-form world days are alike and independent given the user, so what has accrued
/// after d of 7 days has d sevenths of the mean and of the covariance given the user.
AccruedOutcome Accrue(const std::vector<UserLaw>& panel) {
  AccruedOutcome accrued;
  for (const int day : kDays) {
    ArmOutcome& outcome = accrued.emplace_back(Outcome(panel));
    const double share = day / static_cast<double>(testing::kHorizonDays);
    outcome.expected *= share;
    outcome.expected.col(static_cast<Eigen::Index>(Index(Total::kUsers))).setOnes();
    outcome.within *= share;
  }
  return accrued;
}

struct Experiment {
  AccruedOutcome control;
  AccruedOutcome treatment;
};
const Experiment& Shared() {
  static const Experiment experiment = [] {
    const std::vector<UserLaw> panel = MakePanel({.users = 300}, 11);
    return Experiment{Accrue(panel), Accrue(Treat(panel, {.click = 1.02, .active = 0.99}))};
  }();
  return experiment;
}

PeekedExperiment Peeked(const AccruedOutcome& arm, const AbOptions& options = kOptions) {
  const std::array<const AccruedOutcome*, 1> arms = {&arm};
  return {Shared().control, arms, kDays, options};
}

const std::size_t kCtr = SimMetrics().IndexOf("ctr");
const std::size_t kDau = SimMetrics().IndexOf("dau");
const std::size_t kRetention = SimMetrics().IndexOf("next_day_retention");

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {  // means are 0: A/A lifts
    ab += a[i] * b[i] / n;
    aa += a[i] * a[i] / n;
    bb += b[i] * b[i] / n;
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace

TEST_CASE("an always-valid interval is where its p-value crosses alpha", "[always_valid]") {
  for (const double error : {0.01, 1.0, 30.0}) {
    for (const double alpha : {0.01, 0.05, 0.2}) {
      const double mixture = TightestMixtureVariance(error, alpha);
      const double width = AlwaysValidLook(0.0, error, mixture, alpha).half_width;
      CHECK(AlwaysValidLook(width, error, mixture, alpha).p_value == Approx(alpha));
      CHECK(AlwaysValidLook(-1.01 * width, error, mixture, alpha).p_value < alpha);
      CHECK(AlwaysValidLook(0.99 * width, error, mixture, alpha).p_value > alpha);
      // No other mixture is tighter at this look.
      for (const double factor : {0.5, 0.9, 1.1, 2.0}) {
        CHECK(AlwaysValidLook(0.0, error, factor * mixture, alpha).half_width > width);
      }
    }
  }
  // The mixture ratio by its definition: the likelihood ratio of N(effect, 1) averaged over
  // effects N(0, 4), by the midpoint rule.
  const double estimate = 1.7;
  double ratio = 0.0;
  constexpr int kPoints = 20000;
  for (int i = 0; i < kPoints; ++i) {
    const double effect = 2.0 * NormalQuantile((i + 0.5) / kPoints);
    ratio += std::exp(effect * estimate - 0.5 * effect * effect) / kPoints;
  }
  REQUIRE(ratio > 1.0);
  CHECK(AlwaysValidLook(estimate, 1.0, 4.0, 0.05).p_value == Approx(1.0 / ratio).epsilon(1e-3));
  CHECK(AlwaysValidLook(0.1, 1.0, 4.0, 0.05).p_value == 1.0);
  CHECK_THROWS_AS(AlwaysValidLook(0.0, 0.0, 1.0, 0.05), std::logic_error);
  CHECK_THROWS_AS(AlwaysValidLook(0.0, 1.0, 0.0, 0.05), std::logic_error);
  CHECK_THROWS_AS(TightestMixtureVariance(1.0, 1.0), std::logic_error);
}

TEST_CASE("looks are spread over the horizon and end with it", "[peeking]") {
  CHECK(LookDays(7, 7) == kDays);
  CHECK(LookDays(7, 2) == std::vector<int>{4, 7});
  CHECK(LookDays(14, 4) == std::vector<int>{4, 7, 11, 14});
  CHECK_THROWS_AS(LookDays(7, 8), std::logic_error);
  CHECK_THROWS_AS(LookDays(7, 1), std::logic_error);
}

TEST_CASE("the last look is the readout of the same experiment", "[peeking]") {
  const Experiment& shared = Shared();
  const std::array<const ArmOutcome*, 1> arms = {&shared.treatment.back()};
  const Measurement readout = RunAbReadout(shared.control.back(), arms, kOptions, 5, 3)[0];
  const PeekedArm peeked = Peeked(shared.treatment).Run(5, 3)[0];
  REQUIRE(peeked.looks.size() == kDays.size());
  CHECK(peeked.users_per_arm == readout.users_per_arm);
  for (std::size_t k = 0; k < SimMetrics().size(); ++k) {
    CAPTURE(SimMetrics().metrics()[k].name);
    const LookReading& last = peeked.looks.back().readings[k];
    CHECK(last.lift == readout.readings[k].lift);
    CHECK(last.standard_error == readout.readings[k].standard_error);
    CHECK(last.p_value == readout.readings[k].p_value);
    CHECK(last.always_valid_half_width >= 1.4 * 1.96 * last.standard_error);
  }
  CHECK(std::isnan(peeked.looks.front().readings[kRetention].lift));
  CHECK_FALSE(std::isnan(peeked.looks.front().readings[kCtr].lift));
  for (std::size_t i = 1; i < peeked.looks.size(); ++i) {
    CHECK(peeked.looks[i].readings[kCtr].always_valid_p_value <=
          peeked.looks[i - 1].readings[kCtr].always_valid_p_value);
  }
}

TEST_CASE("looks have the joint law of cumulative means", "[peeking]") {
  constexpr int kSeeds = 3000;
  for (const bool cuped : {false, true}) {
    AbOptions options = kOptions;
    options.cuped = cuped;
    const PeekedExperiment experiment = Peeked(Shared().control, options);
    std::vector<std::vector<double>> lifts(kDays.size());
    std::vector<double> errors(kDays.size());
    std::vector<int> calls(kDays.size());
    for (int seed = 0; seed < kSeeds; ++seed) {
      const PeekedArm arm = experiment.Run(static_cast<std::uint64_t>(seed), 1)[0];
      for (std::size_t i = 0; i < kDays.size(); ++i) {
        const LookReading& reading = arm.looks[i].readings[kCtr];
        lifts[i].push_back(reading.lift);
        errors[i] = reading.standard_error;
        calls[i] += reading.p_value <= 0.05 ? 1 : 0;
      }
    }
    for (std::size_t i = 0; i < kDays.size(); ++i) {
      CAPTURE(cuped, kDays[i]);
      CHECK(calls[i] / static_cast<double>(kSeeds) == Approx(0.05).margin(0.016));  // four sigma
      if (i + 1 == kDays.size()) continue;
      CHECK(errors[i] > errors.back());
      // Independent increments of information: correlation is the ratio of standard errors. With
      // CUPED it holds but for what the coefficient's growth over looks adds.
      CHECK(Correlation(lifts[i], lifts.back()) ==
            Approx(errors.back() / errors[i]).margin(cuped ? 0.06 : 0.04));
    }
  }
}

TEST_CASE("a treatment's looks centre on its lift", "[peeking]") {
  const Measurement truth = TrueLifts(Shared().control.back(), Shared().treatment.back());
  const PeekedExperiment experiment = Peeked(Shared().treatment);
  std::vector<double> sums(kDays.size());
  double error = 0.0;
  constexpr int kSeeds = 400;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const PeekedArm arm = experiment.Run(static_cast<std::uint64_t>(seed), 1)[0];
    error = arm.looks.front().readings[kCtr].standard_error;
    for (std::size_t i = 0; i < kDays.size(); ++i) sums[i] += arm.looks[i].readings[kCtr].lift;
  }
  for (const double sum : sums) {
    CHECK(sum / kSeeds == Approx(truth.readings[kCtr].lift).margin(4.0 * error / 20.0));
  }
  CHECK(truth.readings[kCtr].lift > 1.0);
  const std::vector<double> planted(SimMetrics().size(), 10.0);
  const double raised = experiment.Run(1, 1, planted)[0].looks[0].readings[kDau].lift;
  const double plain = experiment.Run(1, 1)[0].looks[0].readings[kDau].lift;
  CHECK(raised == Approx(1.1 * (100.0 + plain) - 100.0));
}

TEST_CASE("peeking inflates false positives in the simulator, always-valid inference does not",
          "[peeking]") {
  const auto testbed = Testbed::Open("discover_feed", "joint", "small");
  constexpr int kExperiments = 1000;
  const std::vector<PeekingRates> rates = testbed->StudyPeeking(1, 0.0, 7, kExperiments);
  REQUIRE(rates.size() == EarlyMetrics().size());
  for (const PeekingRates& metric : rates) {
    CAPTURE(SimMetrics().metrics()[metric.metric].name);
    const double sigma = std::sqrt(0.05 * 0.95 / kExperiments);
    CHECK(metric.horizon.false_positives == Approx(0.05).margin(4.0 * sigma));
    CHECK(metric.first.false_positives > metric.horizon.false_positives);
    CHECK(metric.always_valid.false_positives < 0.05);
    CHECK(metric.horizon.power == Approx(0.8).margin(0.06));
    CHECK(metric.first.power >= metric.horizon.power);
    CHECK(metric.always_valid.power < metric.horizon.power);
    CHECK(metric.first.overstatement > metric.horizon.overstatement);
    CHECK(metric.horizon.overstatement > 1.0);
    CHECK(metric.always_valid.coverage > 0.95);
    CHECK(metric.first.coverage < 0.95);
    CHECK(metric.width_ratio > 1.4);
    CHECK(metric.width_ratio < 1.7);
  }
}

TEST_CASE("the simulator's last look is RunRound's readout", "[peeking]") {
  const auto testbed = Testbed::Open("discover_feed", "joint", "small");
  std::vector<double> unit(testbed->space().dimension(), 0.4);
  const std::vector<Configuration> arms = {testbed->space().Decode(unit),
                                           testbed->space().Production()};
  const std::vector<Measurement> readout = testbed->RunRound(3, 1, 1e6, arms);
  const std::vector<PeekedArm> peeked = testbed->PeekRound(3, 1, 1e6, arms, 4);
  REQUIRE(peeked.size() == 2);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    CHECK(peeked[i].looks.back().day == testbed->horizon_days());
    for (std::size_t k = 0; k < SimMetrics().size(); ++k) {
      CHECK(peeked[i].looks.back().readings[k].lift == readout[i].readings[k].lift);
    }
  }
}

}  // namespace rectune::sim
