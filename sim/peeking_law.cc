// SPDX-License-Identifier: Apache-2.0
#include "sim/peeking_law.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "sim/metrics.h"

namespace rectune::sim {
namespace {

using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

/// Directions of the horizon's correlations with a smaller eigenvalue are sums of other metrics.
constexpr double kDependent = 1e-9;

Eigen::Index At(Total total) { return static_cast<Eigen::Index>(Index(total)); }
Eigen::Index At(std::size_t index) { return static_cast<Eigen::Index>(index); }

MatrixXd Rows(const MatrixXd& matrix, const std::vector<std::size_t>& rows) {
  MatrixXd chosen(At(rows.size()), matrix.cols());
  for (std::size_t i = 0; i < rows.size(); ++i) chosen.row(At(i)) = matrix.row(At(rows[i]));
  return chosen;
}

/// One look at one arm, linearised (sim/metrics.h).
struct LookTerms {
  std::vector<std::size_t> metrics;
  VectorXd level;
  MatrixXd gradient;   // metrics x totals
  MatrixXd effects;    // users x metrics
  MatrixXd covariate;  // all metrics' covariates x metrics: X
};

LookTerms TermsOf(const ArmOutcome& outcome, const std::vector<std::size_t>& metrics,
                  const LinearisedArm& control, double persistence) {
  const RowVectorXd means = outcome.expected.colwise().mean();
  LookTerms look;
  look.metrics = metrics;
  look.level = VectorXd::Zero(At(metrics.size()));
  look.gradient = MatrixXd::Zero(At(metrics.size()), At(kTotals));
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const auto& ratio = MetricDefinitions()[metrics[m]].ratio;
    if (!ratio) continue;  // serving cost: no noise
    const double denominator = ratio->denominator_scale * means(At(ratio->denominator));
    RECTUNE_CHECK(denominator > 0.0, "nobody has come before the first look");
    look.level(At(m)) = means(At(ratio->numerator)) / denominator;
    look.gradient(At(m), At(ratio->numerator)) += 1.0 / denominator;
    look.gradient(At(m), At(ratio->denominator)) -=
        look.level(At(m)) * ratio->denominator_scale / denominator;
  }
  const MatrixXd centred = outcome.expected.rowwise() - means;
  look.effects = centred * look.gradient.transpose();
  look.covariate = persistence * CrossCovariance(control.user_effects, look.effects);
  return look;
}

/// All looks at an arm, the horizon last.
std::vector<LookTerms> TermsOf(const AccruedOutcome& arm, const LinearisedArm& control,
                               double persistence) {
  std::vector<LookTerms> looks;
  for (std::size_t i = 0; i + 1 < arm.size(); ++i) {
    looks.push_back(TermsOf(arm[i], EarlyMetrics(), control, persistence));
  }
  std::vector<std::size_t> all(MetricDefinitions().size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  looks.push_back(TermsOf(arm.back(), all, control, persistence));
  return looks;
}

/// Control's coefficients at one look; at the horizon, those of FitCuped.
VectorXd Coefficients(const LookTerms& look, const MatrixXd& covariates) {
  VectorXd theta = VectorXd::Zero(look.level.size());
  for (std::size_t m = 0; m < look.metrics.size(); ++m) {
    const auto k = At(look.metrics[m]);
    if (covariates(k, k) > 0.0) theta(At(m)) = look.covariate(k, At(m)) / covariates(k, k);
  }
  return theta;
}

/// (D S)^+ of a root D S: the standard normals behind a noise.
MatrixXd InverseRoot(const CovarianceRoot& root) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(root.correlations);
  RECTUNE_CHECK(solver.info() == Eigen::Success, "eigen decomposition of a root failed");
  const auto invert = [](const VectorXd& values, double least) -> VectorXd {
    return (values.array() > least).select(values.array().max(1e-300).inverse(), 0.0);
  };
  return solver.eigenvectors() * invert(solver.eigenvalues(), std::sqrt(kDependent)).asDiagonal() *
         solver.eigenvectors().transpose() * invert(root.scale, 0.0).asDiagonal();
}

}  // namespace

const std::vector<std::size_t>& EarlyMetrics() {
  static const std::vector<std::size_t> early = [] {
    std::vector<std::size_t> metrics;
    for (std::size_t k = 0; k < MetricDefinitions().size(); ++k) {
      const auto& ratio = MetricDefinitions()[k].ratio;
      if (ratio && ratio->numerator != Total::kNextDayReturns &&
          ratio->numerator != Total::kWeekReturns) {
        metrics.push_back(k);
      }
    }
    return metrics;
  }();
  return early;
}

PeekedLaw PeekedLawOf(const CupedModel& cuped, const AccruedOutcome& control,
                      const AccruedOutcome& arm) {
  RECTUNE_CHECK(control.size() == arm.size() && arm.size() >= 2,
                "control and arm are looked at on the same days, twice or more");
  const LinearisedArm base = Linearise(control.back());
  const MatrixXd covariates = base.Covariance();
  std::vector<VectorXd> thetas;
  for (const LookTerms& look : TermsOf(control, base, cuped.persistence)) {
    thetas.push_back(Coefficients(look, covariates));
  }
  const std::vector<LookTerms> looks = TermsOf(arm, base, cuped.persistence);
  const auto block = [&](std::size_t s, std::size_t t) -> MatrixXd {
    const LookTerms& early = looks[s];
    const LookTerms& late = looks[t];
    const MatrixXd between = CrossCovariance(early.effects, late.effects);
    const MatrixXd within = early.gradient * arm[s].within * late.gradient.transpose();
    const MatrixXd early_side = thetas[s].asDiagonal() * Rows(late.covariate, early.metrics);
    const MatrixXd late_side = thetas[t].asDiagonal() * Rows(early.covariate, late.metrics);
    const MatrixXd covariate =
        thetas[s].asDiagonal() *
        Rows(Rows(covariates, early.metrics).transpose(), late.metrics).transpose() *
        thetas[t].asDiagonal();
    return between + within - early_side - late_side.transpose() + covariate;
  };

  const Eigen::Index size = At(EarlyMetrics().size());
  const std::size_t earlier = looks.size() - 1;
  MatrixXd covariance(At(earlier) * size, At(earlier) * size);
  MatrixXd with_horizon(At(earlier) * size, At(MetricDefinitions().size()));
  PeekedLaw law;
  law.horizon = LawOf(cuped, base, Linearise(arm.back()));
  law.level.resize(At(earlier) * size);
  for (std::size_t s = 0; s < earlier; ++s) {
    law.level.segment(At(s) * size, size) = looks[s].level;
    for (std::size_t t = s; t < earlier; ++t) {
      const MatrixXd of_pair = block(s, t);
      covariance.block(At(s) * size, At(t) * size, size, size) = of_pair;
      covariance.block(At(t) * size, At(s) * size, size, size) = of_pair.transpose();
    }
    with_horizon.middleRows(At(s) * size, size) = block(s, earlier);
  }
  law.variance = covariance.diagonal().cwiseMax(0.0);
  law.given = with_horizon * InverseRoot(law.horizon.root).transpose();
  law.rest = RootOf(covariance - law.given * law.given.transpose());
  return law;
}

}  // namespace rectune::sim
