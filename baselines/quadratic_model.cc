// SPDX-License-Identifier: Apache-2.0
#include "baselines/quadratic_model.h"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr double kSquareVariance = 0.25;
constexpr std::array<double, 5> kMisfits{1e-3, 1e-2, 0.1, 0.5, 2.0};
// Of the root mean square lift: the prior's scale on a grid wide enough for weak and strong worlds.
constexpr std::array<double, 6> kScales{0.05, 0.15, 0.4, 1.0, 2.5, 6.0};
// Relative to the signal's variance: exact readings must not make the covariance singular.
constexpr double kJitter = 1e-9;

}  // namespace

QuadraticFeatures::QuadraticFeatures(const std::vector<CoordinateView>& views,
                                     const std::vector<double>* production)
    : views_(views), has_constant_(production == nullptr) {
  for (std::size_t j = 0; j < views.size(); ++j) {
    const std::size_t regressors = views[j].is_choice() ? views[j].levels() : 1;
    for (std::size_t i = 0; i < regressors && !views[j].is_fixed(); ++i) {
      coordinate_.push_back(j);
      is_number_.push_back(!views[j].is_choice());
    }
  }
  const std::size_t count = coordinate_.size();
  std::vector<double> variances(count, 1.0);
  for (const bool is_number : is_number_) {
    if (is_number) variances.push_back(kSquareVariance);
  }
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = a + 1; b < count; ++b) {
      if (coordinate_[a] != coordinate_[b]) variances.push_back(1.0 / static_cast<double>(count));
    }
  }
  if (has_constant_) variances.push_back(1.0);
  scale_.resize(static_cast<Eigen::Index>(variances.size()));
  for (std::size_t i = 0; i < variances.size(); ++i) {
    scale_[static_cast<Eigen::Index>(i)] = std::sqrt(variances[i]);
  }
  anchor_ = has_constant_ ? Eigen::VectorXd::Zero(scale_.size()) : Raw(*production);
}

std::vector<double> QuadraticFeatures::Linear(std::span<const double> unit) const {
  std::vector<double> linear;
  linear.reserve(coordinate_.size());
  std::size_t previous = views_.size();
  std::size_t level = 0;
  for (std::size_t i = 0; i < coordinate_.size(); ++i) {
    const std::size_t j = coordinate_[i];
    level = j == previous ? level + 1 : 0;
    previous = j;
    if (is_number_[i]) {
      linear.push_back(2.0 * unit[j] - 1.0);
    } else {
      linear.push_back(views_[j].LevelOf(unit[j]) == level ? 1.0 : 0.0);
    }
  }
  return linear;
}

Eigen::VectorXd QuadraticFeatures::Raw(std::span<const double> unit) const {
  const std::vector<double> linear = Linear(unit);
  Eigen::VectorXd raw(scale_.size());
  Eigen::Index k = 0;
  for (const double value : linear) raw[k++] = value;
  for (std::size_t i = 0; i < linear.size(); ++i) {
    if (is_number_[i]) raw[k++] = linear[i] * linear[i];
  }
  for (std::size_t a = 0; a < linear.size(); ++a) {
    for (std::size_t b = a + 1; b < linear.size(); ++b) {
      if (coordinate_[a] != coordinate_[b]) raw[k++] = linear[a] * linear[b];
    }
  }
  if (has_constant_) raw[k++] = 1.0;
  return raw;
}

Eigen::VectorXd QuadraticFeatures::Of(std::span<const double> unit) const {
  return scale_.cwiseProduct(Raw(unit) - anchor_);
}

QuadraticModel::QuadraticModel(Eigen::MatrixXd design, Eigen::VectorXd lifts,
                               Eigen::VectorXd errors)
    : design_(std::move(design)), lifts_(std::move(lifts)), errors_(std::move(errors)) {
  const Eigen::Index n = design_.rows();
  RECTUNE_CHECK(lifts_.size() == n && errors_.size() == n, "one lift and one error an arm");
  weights_ = Eigen::VectorXd::Zero(design_.cols());
  if (n == 0) return;
  FillGram();
  // A world without any lift has no scale; that of its errors, or any at all, will do.
  const double spread = std::sqrt(lifts_.squaredNorm() / static_cast<double>(n));
  const double noise = std::sqrt(errors_.squaredNorm() / static_cast<double>(n));
  const double unit = spread > 0.0 ? spread : (noise > 0.0 ? noise : 1.0);
  double best = -std::numeric_limits<double>::infinity();
  tau_ = unit;
  misfit_ = kMisfits.back();
  for (const double scale : kScales) {
    for (const double misfit : kMisfits) {
      const double evidence = LogEvidence(scale * unit, misfit);
      if (evidence > best) {
        best = evidence;
        tau_ = scale * unit;
        misfit_ = misfit;
      }
    }
  }
  Solve();
}

void QuadraticModel::FillGram() {
  const Eigen::Index n = design_.rows();
  gram_ = design_ * design_.transpose();
  same_ = Eigen::MatrixXd::Identity(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      if (design_.row(i) == design_.row(j)) same_(i, j) = same_(j, i) = 1.0;
    }
  }
}

void QuadraticModel::Solve() {
  factor_.compute(Covariance(tau_, misfit_));
  RECTUNE_CHECK(factor_.info() == Eigen::Success, "the misfit keeps the covariance regular");
  alpha_ = factor_.solve(lifts_);
  weights_ = tau_ * tau_ * (design_.transpose() * alpha_);
}

QuadraticModel QuadraticModel::WithPending(const Eigen::VectorXd& phi) const {
  QuadraticModel next = *this;
  const Eigen::Index n = design_.rows();
  next.design_.conservativeResize(n + 1, phi.size());
  next.design_.row(n) = phi.transpose();
  next.lifts_.conservativeResize(n + 1);
  next.lifts_[n] = Mean(phi);
  next.errors_.conservativeResize(n + 1);
  next.errors_[n] = n > 0 ? std::sqrt(errors_.squaredNorm() / static_cast<double>(n)) : 0.0;
  next.FillGram();
  next.Solve();
  return next;
}

Eigen::MatrixXd QuadraticModel::Signal(double misfit) const { return gram_ + misfit * same_; }

Eigen::MatrixXd QuadraticModel::Covariance(double tau, double misfit) const {
  Eigen::MatrixXd covariance = tau * tau * Signal(misfit);
  const double jitter = kJitter * covariance.diagonal().maxCoeff();
  covariance.diagonal() += errors_.cwiseAbs2();
  covariance.diagonal().array() += jitter;
  return covariance;
}

double QuadraticModel::LogEvidence(double tau, double misfit) const {
  const Eigen::LLT<Eigen::MatrixXd> factor(Covariance(tau, misfit));
  if (factor.info() != Eigen::Success) return -std::numeric_limits<double>::infinity();
  const double log_determinant =
      2.0 * factor.matrixL().toDenseMatrix().diagonal().array().log().sum();
  return -0.5 * (lifts_.dot(factor.solve(lifts_)) + log_determinant);
}

double QuadraticModel::Deviation(const Eigen::VectorXd& phi) const {
  const double prior = tau_ * tau_ * phi.squaredNorm();
  if (design_.rows() == 0) return std::sqrt(prior);
  const Eigen::VectorXd cross = tau_ * tau_ * (design_ * phi);
  const Eigen::VectorXd half = factor_.matrixL().solve(cross);
  return std::sqrt(std::max(0.0, prior - half.squaredNorm()));
}

Eigen::VectorXd QuadraticModel::Draw(RandomStream& stream) const {
  // Matheron: a draw from the prior, moved by what it would have had to say of the data.
  Eigen::VectorXd draw(design_.cols());
  for (double& weight : draw) weight = tau_ * stream.Normal();
  const Eigen::Index n = design_.rows();
  if (n == 0) return draw;
  Eigen::VectorXd gap = lifts_ - design_ * draw;
  // Rows that share a configuration share their misfit, drawn once at the first of them.
  Eigen::VectorXd misfit = Eigen::VectorXd::Zero(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const double own = tau_ * std::sqrt(misfit_) * stream.Normal();
    Eigen::Index first = 0;
    while (same_(i, first) == 0.0) ++first;
    misfit[i] = first == i ? own : misfit[first];
    gap[i] -= misfit[i] + errors_[i] * stream.Normal();
  }
  return draw + tau_ * tau_ * (design_.transpose() * factor_.solve(gap));
}

QuadraticModel::Posterior QuadraticModel::OfArm(Eigen::Index arm) const {
  const Eigen::VectorXd cross = tau_ * tau_ * Signal(misfit_).col(arm);
  const Eigen::VectorXd half = factor_.matrixL().solve(cross);
  return {cross.dot(alpha_), std::sqrt(std::max(0.0, cross[arm] - half.squaredNorm()))};
}

}  // namespace rectune::baselines
