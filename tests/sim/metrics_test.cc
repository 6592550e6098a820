// SPDX-License-Identifier: Apache-2.0
#include "sim/metrics.h"

#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <string>

#include "core/check.h"
#include "tests/sim/ab_world.h"

namespace rectune::sim {
namespace {

using testing::MakePanel;
using testing::Outcome;
using testing::SimulateTotals;
using testing::UserLaw;

Eigen::Index At(Total total) { return static_cast<Eigen::Index>(Index(total)); }
Eigen::Index Row(const std::string& name) {
  return static_cast<Eigen::Index>(SimMetrics().IndexOf(name));
}

double Level(const Eigen::VectorXd& sums, const TotalRatio& ratio) {
  return sums(At(ratio.numerator)) / (ratio.denominator_scale * sums(At(ratio.denominator)));
}

}  // namespace

TEST_CASE("the metric table is complete and says what each number is") {
  std::set<std::string> names;
  std::set<Total> used;
  for (const MetricDefinition& definition : MetricDefinitions()) {
    CAPTURE(definition.info.name);
    CHECK(names.insert(definition.info.name).second);
    CHECK_FALSE(definition.info.unit.empty());
    CHECK(definition.info.definition.size() > 15);
    CHECK(definition.ratio.has_value() == (definition.info.name != "serving_cost"));
    if (definition.ratio) {
      used.insert(definition.ratio->numerator);
      used.insert(definition.ratio->denominator);
    }
  }
  CHECK(names.size() == 17);
  // No total is simulated in vain, and none is missing.
  CHECK(used.size() == kTotals);
  CHECK(SimMetrics().size() == MetricDefinitions().size());
  CHECK(SimMetrics().metrics()[SimMetrics().IndexOf("retention_7d")].delay_days == 7);
  CHECK(SimMetrics().metrics()[SimMetrics().IndexOf("serving_cost")].direction ==
        Direction::kLowerIsBetter);
}

TEST_CASE("levels are the ratios of the totals") {
  ArmOutcome outcome;
  outcome.expected = Eigen::MatrixXd::Ones(2, static_cast<Eigen::Index>(kTotals));
  outcome.within = Eigen::MatrixXd::Zero(outcome.expected.cols(), outcome.expected.cols());
  outcome.serving_cost = 3.5;
  outcome.expected.col(At(Total::kImpressions)) << 30.0, 10.0;
  outcome.expected.col(At(Total::kClicks)) << 6.0, 4.0;
  outcome.expected.col(At(Total::kDays)) << 7.0, 7.0;
  outcome.expected.col(At(Total::kActiveDays)) << 5.0, 2.0;
  outcome.expected.col(At(Total::kWeekReturns)) << 7.0, 0.0;
  const std::vector<double> levels = MetricLevels(outcome);
  const auto level = [&](const char* name) { return levels[SimMetrics().IndexOf(name)]; };
  CHECK(level("ctr") == Approx(0.25));  // pooled, not the mean of 0.2 and 0.4
  CHECK(level("dau") == Approx(0.5));
  CHECK(level("retention_7d") == Approx(0.5));
  CHECK(level("impressions_per_user") == Approx(20.0));
  CHECK(level("serving_cost") == 3.5);
}

TEST_CASE("misshapen outcomes are broken contracts") {
  const ArmOutcome good = Outcome(MakePanel({.users = 5}, 1));
  ArmOutcome bad = good;
  bad.expected.resize(0, good.expected.cols());
  CHECK_THROWS_AS(MetricLevels(bad), ContractViolation);
  bad = good;
  bad.expected.col(At(Total::kImpressions)).setZero();
  CHECK_THROWS_AS(MetricLevels(bad), ContractViolation);
  bad = good;
  bad.expected(0, 3) = std::nan("");
  CHECK_THROWS_AS(MetricLevels(bad), ContractViolation);
  bad = good;
  bad.within.resize(2, 2);
  CHECK_THROWS_AS(Linearise(bad), ContractViolation);
}

TEST_CASE("linearised effects are the derivative of each metric in the users' weights") {
  // Giving one user a little more weight moves the pooled ratio by weight / users * effect.
  const ArmOutcome outcome = Outcome(MakePanel({.users = 40}, 2));
  const LinearisedArm arm = Linearise(outcome);
  CHECK(arm.user_effects.colwise().mean().cwiseAbs().maxCoeff() < 1e-9);
  const Eigen::VectorXd sums = outcome.expected.colwise().sum();
  for (std::size_t k = 0; k < arm.metrics(); ++k) {
    CAPTURE(SimMetrics().metrics()[k].name);
    const auto column = static_cast<Eigen::Index>(k);
    if (!MetricDefinitions()[k].ratio) {
      CHECK(arm.user_effects.col(column).isZero(0.0));
      CHECK(arm.Covariance().col(column).isZero(0.0));
      continue;
    }
    const TotalRatio& ratio = *MetricDefinitions()[k].ratio;
    for (const Eigen::Index user : {0, 7, 39}) {
      const double weight = 1e-6;
      const Eigen::VectorXd totals = outcome.expected.row(user);
      const double up = Level(sums + weight * totals, ratio);
      const double down = Level(sums - weight * totals, ratio);
      CHECK((up - down) / (2.0 * weight) * 40.0 ==
            Approx(arm.user_effects(user, column)).epsilon(1e-6).margin(1e-8));
    }
  }
}

TEST_CASE("the covariance of metrics is symmetric and positive semi-definite") {
  const LinearisedArm arm = Linearise(Outcome(MakePanel({.users = 60}, 3)));
  const Eigen::MatrixXd covariance = arm.Covariance();
  CHECK(covariance.isApprox(covariance.transpose(), 1e-12));
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
  CHECK(solver.eigenvalues().minCoeff() > -1e-9 * solver.eigenvalues().maxCoeff());
  // Time spent is a multiple of impressions here, so the two correlate perfectly.
  const auto time = Row("time_spent_per_user");
  const auto impressions = Row("impressions_per_user");
  CHECK(covariance(time, impressions) ==
        Approx(std::sqrt(covariance(time, time) * covariance(impressions, impressions))));
}

TEST_CASE("delta-method standard errors match experiments simulated flip by flip") {
  const std::vector<UserLaw> panel = MakePanel({.users = 300, .mean_log_impressions = 2.0}, 4);
  const LinearisedArm arm = Linearise(Outcome(panel));
  constexpr int kUsers = 300;
  constexpr int kReplicates = 2000;
  const auto metrics = static_cast<Eigen::Index>(arm.metrics());
  Eigen::MatrixXd estimates = Eigen::MatrixXd::Zero(kReplicates, metrics);
  double impressions = 0.0;
  for (int replicate = 0; replicate < kReplicates; ++replicate) {
    RandomStream stream(5, Purpose::kTest, 1, static_cast<std::uint64_t>(replicate));
    Eigen::VectorXd sums = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(kTotals));
    for (int i = 0; i < kUsers; ++i) {
      sums += SimulateTotals(panel[stream.UniformInteger(panel.size())], stream);
    }
    impressions += sums(At(Total::kImpressions)) / kReplicates;
    for (Eigen::Index k = 0; k < metrics; ++k) {
      const auto& ratio = MetricDefinitions()[static_cast<std::size_t>(k)].ratio;
      if (ratio) estimates(replicate, k) = Level(sums, *ratio);
    }
  }
  const Eigen::MatrixXd centred = estimates.rowwise() - estimates.colwise().mean();
  const Eigen::MatrixXd seen = centred.transpose() * centred / (kReplicates - 1.0);
  const Eigen::MatrixXd stated = arm.Covariance() / kUsers;
  // A standard deviation from 2000 replicates is off by 1.6% (one sigma); four sigma allowed.
  constexpr double kTolerance = 4.0 * 0.0158;
  for (Eigen::Index k = 0; k < metrics; ++k) {
    CAPTURE(SimMetrics().metrics()[static_cast<std::size_t>(k)].name);
    if (!MetricDefinitions()[static_cast<std::size_t>(k)].ratio) continue;
    CHECK(std::sqrt(seen(k, k)) == Approx(std::sqrt(stated(k, k))).epsilon(kTolerance));
    const double level = arm.levels[static_cast<std::size_t>(k)];
    CHECK(std::abs(estimates.col(k).mean() - level) <
          4.0 * std::sqrt(stated(k, k) / kReplicates) + 0.002 * level);
    for (Eigen::Index j = 0; j < k; ++j) {
      if (!MetricDefinitions()[static_cast<std::size_t>(j)].ratio) continue;
      const double seen_correlation = seen(j, k) / std::sqrt(seen(j, j) * seen(k, k));
      const double stated_correlation = stated(j, k) / std::sqrt(stated(j, j) * stated(k, k));
      CHECK(std::abs(seen_correlation - stated_correlation) < 4.0 / std::sqrt(kReplicates));
    }
  }
  // The comparison can fail: impressions taken for independent trials are far from the truth.
  const double rate = arm.levels[SimMetrics().IndexOf("ctr")];
  const double naive = std::sqrt(rate * (1.0 - rate) / impressions);
  CHECK_FALSE(std::sqrt(seen(Row("ctr"), Row("ctr"))) == Approx(naive).epsilon(kTolerance));
}

}  // namespace rectune::sim
