// SPDX-License-Identifier: Apache-2.0
#include "agents/lift_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/check.h"

namespace rectune::agents {
namespace {

// Percent lift for a whole-range move. A factor of three a step is as fine as 50 noisy trials can
// tell apart; the weak log-normal prior around 1% keeps a first round from picking an end.
constexpr std::array<double, 6> kScales = {0.1, 0.3, 1.0, 3.0, 10.0, 30.0};
constexpr double kLogScaleSd = 1.5;
// What a linear model misses is proportional to the effects themselves.
constexpr double kMisfitShare = 0.1;
constexpr double kQuadraticShare = 1.0;
constexpr double kVarianceFloor = 1e-8;

double Square(double value) { return value * value; }

}  // namespace

LiftModel::Prior LiftModel::Prior::Flat(Eigen::Index features) {
  return {Eigen::VectorXd::Zero(features), Eigen::VectorXd::Constant(features, -1.0)};
}

LiftModel::LiftModel(Eigen::MatrixXd x, Eigen::VectorXd lifts, Eigen::VectorXd variances,
                     Prior prior, Options options)
    : x_(std::move(x)),
      lifts_(std::move(lifts)),
      variances_(std::move(variances)),
      prior_(std::move(prior)),
      options_(options) {
  RECTUNE_CHECK(x_.rows() == lifts_.size() && x_.rows() == variances_.size(),
                "one lift and one variance a trial");
  RECTUNE_CHECK(x_.rows() == 0 || x_.cols() == prior_.mean.size(), "one belief a feature");
  if (x_.rows() > 0) gram_ = x_ * x_.transpose();
  double best = 0.0;
  double best_scale = 1.0;
  bool first = true;
  for (double scale : kScales) {
    const double evidence = x_.rows() == 0 ? (scale == 1.0 ? 1.0 : 0.0) : Fit(scale);
    if (first || evidence > best) {
      best = evidence;
      best_scale = scale;
      first = false;
    }
  }
  Fit(best_scale);
}

double LiftModel::Fit(double scale) {
  scale_ = scale;
  const Eigen::Index features = prior_.mean.size();
  mean_.resize(features);
  variance_.resize(features);
  for (Eigen::Index j = 0; j < features; ++j) {
    const bool open = prior_.fixed_sd[j] < 0.0;
    mean_[j] = open ? prior_.mean[j] * scale : prior_.mean[j];
    variance_[j] = Square(open ? scale : prior_.fixed_sd[j]);
  }
  const Eigen::Index n = x_.rows();
  if (n == 0) return 0.0;
  Eigen::MatrixXd kernel = x_ * variance_.asDiagonal() * x_.transpose();
  if (options_.quadratic) {
    kernel += Square(kQuadraticShare * scale) * gram_.cwiseProduct(gram_);
  }
  for (Eigen::Index i = 0; i < n; ++i) {
    kernel(i, i) += variances_[i] + Square(kMisfitShare * scale) * gram_(i, i) + kVarianceFloor;
  }
  factor_.emplace(kernel);
  RECTUNE_CHECK(factor_->info() == Eigen::Success, "kernel plus noise is positive definite");
  const Eigen::VectorXd residual = lifts_ - x_ * mean_;
  weights_ = factor_->solve(residual);
  double log_determinant = 0.0;
  for (Eigen::Index i = 0; i < n; ++i) log_determinant += 2.0 * std::log(factor_->matrixL()(i, i));
  return -0.5 * residual.dot(weights_) - 0.5 * log_determinant -
         0.5 * Square(std::log(scale) / kLogScaleSd);
}

Eigen::VectorXd LiftModel::CrossCovariance(const Eigen::VectorXd& x) const {
  Eigen::VectorXd cross = x_ * variance_.cwiseProduct(x);
  if (options_.quadratic) {
    cross += Square(kQuadraticShare * scale_) * (x_ * x).cwiseAbs2();
  }
  return cross;
}

LiftModel::Estimate LiftModel::Slope(std::size_t first, std::size_t count) const {
  Eigen::VectorXd direction = Eigen::VectorXd::Zero(prior_.mean.size());
  direction.segment(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(count)).setOnes();
  Estimate estimate{direction.dot(mean_), direction.dot(variance_.cwiseProduct(direction))};
  if (x_.rows() > 0) {
    const Eigen::VectorXd cross = x_ * variance_.cwiseProduct(direction);
    estimate.mean += cross.dot(weights_);
    estimate.sd -= cross.dot(factor_->solve(cross));
  }
  estimate.sd = std::sqrt(std::max(estimate.sd, 0.0));
  return estimate;
}

LiftModel::Estimate LiftModel::MixedDifference(const Eigen::VectorXd& a,
                                               const Eigen::VectorXd& b) const {
  if (!options_.quadratic) return {};
  // Of q^2 (x . x')^2 the four corners leave 2 q^2 (x . a)(x . b), and of its variance the same at
  // x = a, b: the linear part and the squares cancel.
  const double scale = 2.0 * Square(kQuadraticShare * scale_);
  Estimate estimate{0.0, scale * (a.squaredNorm() * b.squaredNorm() + Square(a.dot(b)))};
  if (x_.rows() > 0) {
    const Eigen::VectorXd cross = scale * (x_ * a).cwiseProduct(x_ * b);
    estimate.mean = cross.dot(weights_);
    estimate.sd -= cross.dot(factor_->solve(cross));
  }
  estimate.sd = std::sqrt(std::max(estimate.sd, 0.0));
  return estimate;
}

LiftModel::Estimate LiftModel::Predict(const Eigen::VectorXd& x) const {
  double variance = x.dot(variance_.cwiseProduct(x));
  if (options_.quadratic) variance += Square(kQuadraticShare * scale_ * x.squaredNorm());
  Estimate estimate{x.dot(mean_), variance};
  if (x_.rows() > 0) {
    const Eigen::VectorXd cross = CrossCovariance(x);
    estimate.mean += cross.dot(weights_);
    estimate.sd -= cross.dot(factor_->solve(cross));
  }
  estimate.sd = std::sqrt(std::max(estimate.sd, 0.0));
  return estimate;
}

}  // namespace rectune::agents
