// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <vector>

#include "sim/calibration/constants.h"
#include "sim/fidelity/lines.h"
#include "sim/policy_gap.h"

namespace rectune::sim {
namespace {

constexpr std::size_t kGapUsers = 128;  // as sim/calibration/fit_world.cc

const PolicyGap& Gap(Bench& bench) {
  return bench.Once<PolicyGap>("policy gap", [&] {
    const Panel panel(bench.world(), Purpose::kCalibration, kGapUsers);
    return MeasurePolicyGap(bench.world(), panel, bench.production());
  });
}

Eigen::VectorXd ColumnOf(const BenchPopulation& population, Total total) {
  return population.control.expected.col(static_cast<Eigen::Index>(Index(total)));
}

/// Ascending, one a user, under production.
std::vector<double> UserCtrs(Bench& bench) {
  const Eigen::VectorXd ctr = ColumnOf(bench.evaluation(), Total::kClicks).array() /
                              ColumnOf(bench.evaluation(), Total::kImpressions).array();
  std::vector<double> sorted(ctr.data(), ctr.data() + ctr.size());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

double ClickGap(Bench& bench) {
  const PolicyGap& gap = Gap(bench);
  return gap.production.click / gap.uniform.click;
}
double LongViewGap(Bench& bench) {
  const PolicyGap& gap = Gap(bench);
  return gap.production.long_view / gap.uniform.long_view;
}
double InteractionGap(Bench& bench) {
  const PolicyGap& gap = Gap(bench);
  return gap.production.interaction / gap.uniform.interaction;
}
double DismissalGap(Bench& bench) {
  const PolicyGap& gap = Gap(bench);
  return gap.production.dismissal / gap.uniform.dismissal;
}
double ClickLevel(Bench& bench) { return Gap(bench).production.click; }
double LongViewLevel(Bench& bench) { return Gap(bench).production.long_view; }
double InteractionLevel(Bench& bench) { return 100.0 * Gap(bench).production.interaction; }
double DismissalLevel(Bench& bench) { return 100.0 * Gap(bench).production.dismissal; }

double UserCtrMean(Bench& bench) {
  const std::vector<double> ctr = UserCtrs(bench);
  double sum = 0.0;
  for (const double one : ctr) sum += one;
  return sum / static_cast<double>(ctr.size());
}

double UserCtrDeviation(Bench& bench) {
  const std::vector<double> ctr = UserCtrs(bench);
  const double mean = UserCtrMean(bench);
  double squares = 0.0;
  for (const double one : ctr) squares += (one - mean) * (one - mean);
  return std::sqrt(squares / static_cast<double>(ctr.size()));
}

double UserCtrShape(Bench& bench) {
  const std::vector<double> ctr = UserCtrs(bench);
  const LogConstants& logs = KuaiRandConstants();
  const boost::math::beta_distribution<double> law(logs.propensity_alpha, logs.propensity_beta);
  double largest = 0.0;
  for (int percent = 5; percent <= 95; percent += 5) {
    const double at = 0.01 * percent * static_cast<double>(ctr.size()) - 0.5;
    const auto below = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(below);
    const double quantile =
        (1.0 - part) * ctr[below] + part * ctr[std::min(below + 1, ctr.size() - 1)];
    largest = std::max(largest, std::abs(quantile - boost::math::quantile(law, 0.01 * percent)));
  }
  return largest;
}

double VolumeCtrCorrelation(Bench& bench) {
  const Eigen::ArrayXd volume = ColumnOf(bench.evaluation(), Total::kImpressions).array().log();
  const Eigen::ArrayXd ctr = ColumnOf(bench.evaluation(), Total::kClicks).array() /
                             ColumnOf(bench.evaluation(), Total::kImpressions).array();
  const Eigen::ArrayXd x = volume - volume.mean();
  const Eigen::ArrayXd y = ctr - ctr.mean();
  return (x * y).sum() / std::sqrt(x.square().sum() * y.square().sum());
}

}  // namespace rectune::sim
