// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "core/check.h"
#include "core/random_stream.h"
#include "sim/assignment.h"
#include "sim/cuped.h"
#include "sim/metrics.h"
#include "sim/multiple_testing.h"
#include "sim/sample_ratio.h"
#include "tests/sim/ab_world.h"

namespace rectune::sim {
namespace {

using testing::MakePanel;
using testing::Outcome;
using testing::SimulateTotals;
using testing::Treat;
using testing::UserLaw;

// Counts of users by (arm in one experiment, arm in another); independent if the shares multiply.
double IndependenceP(std::uint64_t first_salt, std::uint64_t second_salt) {
  constexpr int kArms = 3;
  std::array<double, kArms * kArms> counts{};
  for (std::uint64_t user = 0; user < 90000; ++user) {
    const int cell =
        AssignArm(user, first_salt, kArms) * kArms + AssignArm(user, second_salt, kArms);
    counts[static_cast<std::size_t>(cell)] += 1.0;
  }
  std::array<double, kArms * kArms> shares{};
  shares.fill(1.0 / (kArms * kArms));
  return SampleRatioTest(counts, shares).p_value;
}

}  // namespace

TEST_CASE("Benjamini-Hochberg on its authors' example") {
  // Benjamini and Hochberg (1995), section 3.2: fifteen hypotheses of a thrombolysis trial; at 5%
  // the procedure rejects four, where Bonferroni rejects three.
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  const std::vector<double> q = BenjaminiHochberg(p);
  CHECK(std::count_if(q.begin(), q.end(), [](double x) { return x <= 0.05; }) == 4);
  CHECK(std::count_if(p.begin(), p.end(), [](double x) { return 15.0 * x <= 0.05; }) == 3);
  const std::vector<double> expected = {
      15 * 0.0001,      15 * 0.0004 / 2,  15 * 0.0019 / 3,  15 * 0.0095 / 4,  15 * 0.0201 / 5,
      15 * 0.0298 / 7,  15 * 0.0298 / 7,  15 * 0.0344 / 8,  15 * 0.0459 / 9,  15 * 0.3240 / 10,
      15 * 0.4262 / 11, 15 * 0.5719 / 12, 15 * 0.6528 / 13, 15 * 0.7590 / 14, 1.0};
  REQUIRE(q.size() == expected.size());
  for (std::size_t i = 0; i < q.size(); ++i) CHECK(q[i] == Approx(expected[i]));
}

TEST_CASE("Benjamini-Hochberg keeps the caller's order and its bounds") {
  const std::vector<double> q = BenjaminiHochberg(std::vector<double>{0.9, 0.01, 0.04, 0.01});
  CHECK(q[0] == Approx(0.9));
  CHECK(q[1] == Approx(0.02));
  CHECK(q[3] == q[1]);
  CHECK(q[2] == Approx(0.16 / 3.0));
  CHECK(BenjaminiHochberg({}).empty());
  CHECK_THROWS_AS(BenjaminiHochberg(std::vector<double>{1.1}), ContractViolation);
  CHECK_THROWS_AS(BenjaminiHochberg(std::vector<double>{std::nan("")}), ContractViolation);
}

TEST_CASE("the sample-ratio test has the published critical values and detects a bad split") {
  // The 5% points of chi-squared: 3.841 with one degree of freedom, 9.488 with four.
  const double gap = std::sqrt(3.841459 * 500.0 * 0.5);
  const SampleRatio one = SampleRatioTest(std::array{500.0 + gap, 500.0 - gap}, std::array{.5, .5});
  CHECK(one.chi_squared == Approx(3.841459));
  CHECK(one.degrees_of_freedom == 1.0);
  CHECK(one.p_value == Approx(0.05).epsilon(1e-5));
  const double spread = std::sqrt(9.487729 * 1000.0 / 2.0);
  const SampleRatio four =
      SampleRatioTest(std::array{1000.0 + spread, 1000.0 - spread, 1000.0, 1000.0, 1000.0},
                      std::array{.2, .2, .2, .2, .2});
  CHECK(four.p_value == Approx(0.05).epsilon(1e-5));

  // Half a percent of the treatment's users lost on the way.
  CHECK(SampleRatioTest(std::array{1e6, 0.995e6}, std::array{.5, .5}).p_value < 0.0005);
  CHECK(SampleRatioTest(std::array{1e6, 0.9995e6}, std::array{.5, .5}).p_value > 0.5);
  // An unequal split that was planned is no mismatch.
  CHECK(SampleRatioTest(std::array{9e5, 1e5}, std::array{.9, .1}).p_value == Approx(1.0));

  CHECK_THROWS_AS(SampleRatioTest(std::array{9.0}, std::array{1.0}), ContractViolation);
  CHECK_THROWS_AS(SampleRatioTest(std::array{9.0, 9.0}, std::array{.5, .4}), ContractViolation);
  CHECK_THROWS_AS(SampleRatioTest(std::array{2.0, 2.0}, std::array{.5, .5}), ContractViolation);
}

TEST_CASE("hashed assignment is uniform, sticky, and independent between experiments") {
  for (const int arms : {1, 2, 5, 7}) {
    CAPTURE(arms);
    const std::uint64_t salt = ExperimentSalt(17, 3);
    std::vector<double> counts(static_cast<std::size_t>(arms));
    const int users = 20000 * arms;
    bool sticky = true;
    for (int user = 0; user < users; ++user) {
      const int arm = AssignArm(static_cast<std::uint64_t>(user), salt, arms);
      sticky = sticky && arm == AssignArm(static_cast<std::uint64_t>(user), salt, arms);
      counts.at(static_cast<std::size_t>(arm)) += 1.0;  // throws outside {0, ..., arms - 1}
    }
    CHECK(sticky);
    if (arms == 1) continue;
    const std::vector<double> shares(counts.size(), 1.0 / arms);
    CHECK(SampleRatioTest(counts, shares).p_value > 0.001);
  }
  CHECK(ExperimentSalt(17, 3) != ExperimentSalt(17, 4));
  CHECK(ExperimentSalt(17, 3) != ExperimentSalt(18, 3));
  CHECK(IndependenceP(ExperimentSalt(17, 3), ExperimentSalt(17, 4)) > 0.001);
  CHECK(IndependenceP(ExperimentSalt(17, 3), ExperimentSalt(18, 3)) > 0.001);
  CHECK(IndependenceP(ExperimentSalt(17, 3), ExperimentSalt(17, 3)) < 1e-12);  // can fail
  CHECK_THROWS_AS(AssignArm(1, 2, 0), ContractViolation);
}

TEST_CASE("CUPED removes exactly rho squared of control's variance") {
  const std::vector<UserLaw> panel = MakePanel({.users = 200}, 6);
  const LinearisedArm control = Linearise(Outcome(panel));
  const Eigen::VectorXd plain = control.Covariance().diagonal();
  for (const double persistence : {0.0, 0.5, 0.75, 1.0}) {
    const CupedModel model = FitCuped(control, persistence);
    const Eigen::VectorXd adjusted = CupedCovariance(model, control, control).diagonal();
    for (Eigen::Index k = 0; k < plain.size(); ++k) {
      CAPTURE(SimMetrics().metrics()[static_cast<std::size_t>(k)].name, persistence);
      CHECK(adjusted(k) == Approx(plain(k) * (1.0 - model.rho_squared(k))).epsilon(1e-9));
      if (plain(k) <= 0.0) continue;
      const double rho = persistence * control.between(k, k) / plain(k);
      CHECK(model.rho_squared(k) == Approx(rho * rho));
    }
  }
  CHECK_THROWS_AS(FitCuped(control, 1.5), ContractViolation);
}

TEST_CASE("CUPED's variance is what regressing simulated periods on each other gives") {
  const std::vector<UserLaw> panel = MakePanel({.users = 300, .mean_log_impressions = 2.0}, 7);
  const std::vector<UserLaw> treated = Treat(panel, {.click = 1.1});
  const LinearisedArm control = Linearise(Outcome(panel));
  const LinearisedArm arm = Linearise(Outcome(treated));
  const CupedModel model = FitCuped(control, 1.0);  // simulated users do not drift
  const double stated = [&] {
    const auto k = static_cast<Eigen::Index>(SimMetrics().IndexOf("ctr"));
    return CupedCovariance(model, control, arm)(k, k);
  }();
  const std::size_t k = SimMetrics().IndexOf("ctr");
  const auto effect = [](const Eigen::VectorXd& totals, double level, double impressions) {
    return (totals(static_cast<Eigen::Index>(Index(Total::kClicks))) -
            level * totals(static_cast<Eigen::Index>(Index(Total::kImpressions)))) /
           impressions;
  };
  const double mean_impressions = control.levels[SimMetrics().IndexOf("impressions_per_user")];
  constexpr int kUsers = 60000;
  RandomStream stream(9, Purpose::kTest);
  double sum = 0.0;
  double squares = 0.0;
  double fourths = 0.0;
  for (int i = 0; i < kUsers; ++i) {
    const std::size_t user = stream.UniformInteger(panel.size());
    const double x =
        effect(SimulateTotals(panel[user], stream), control.levels[k], mean_impressions);
    const double y = effect(SimulateTotals(treated[user], stream), arm.levels[k], mean_impressions);
    const double z = y - model.theta(static_cast<Eigen::Index>(k)) * x;
    sum += z;
    squares += z * z;
    fourths += z * z * z * z;
  }
  const double variance = squares / kUsers - sum * sum / kUsers / kUsers;
  const double kurtosis = fourths / kUsers / (variance * variance);
  CHECK(variance == Approx(stated).epsilon(4.0 * std::sqrt((kurtosis - 1.0) / kUsers)));
  CHECK(std::abs(sum / kUsers) < 4.0 * std::sqrt(variance / kUsers));
  // Without the adjustment the users vary distinctly more.
  CHECK(arm.Covariance()(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(k)) >
        1.2 * variance);
  // The kurtosis that sets how noisy variance estimates are is of the right size.
  const Eigen::VectorXd predicted = CupedKurtosis(
      model, control, arm, CupedCovariance(model, control, arm).diagonal().cwiseMax(0.0));
  CHECK(predicted(static_cast<Eigen::Index>(k)) == Approx(kurtosis).epsilon(0.5));
}

}  // namespace rectune::sim
