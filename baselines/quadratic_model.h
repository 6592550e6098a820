// SPDX-License-Identifier: Apache-2.0
//
// QuadraticModel: Bayesian linear regression on quadratic features of a configuration, for lifts
// over production. Gaussian prior and noise, so the posterior is exact. Not a Gaussian process with
// a learnt length scale: what a quadratic cannot say goes into one misfit variance.
//
//   QuadraticModel model(features, units, lifts, standard_errors);
//   double mean = model.Mean(features.Of(unit));
//   Eigen::VectorXd weights = model.Draw(stream);     // Thompson: weights.dot(features.Of(unit))
//
//   y_i = w . phi(x_i) + m_i + e_i,   w ~ N(0, tau^2 diag(v)),  m ~ N(0, r tau^2),  e ~ N(0, s_i^2)
//
// phi is anchored: phi(x) = features(x) - features(production), so that production's lift is 0
// without an intercept. v is 1 for linear terms, 1/4 for squares and 1/d for products of two
// coordinates, whose sum then weighs as much as the linear part. tau^2 and r maximise the marginal
// likelihood over a grid. Everything is solved in the dual (n x n), since products outnumber arms;
// weights are drawn by Matheron's rule (Doucet, 2010; Wilson et al., JMLR 2021).
#pragma once

#include <Eigen/Dense>
#include <span>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"

namespace rectune::baselines {

/// Coordinates as regressors: 2u - 1 for numbers, 0 or 1 a level for what has no scale; then
/// squares of the former, then all products of two different coordinates'.
class QuadraticFeatures {
 public:
  /// `production` is null when production lies outside of the (tightened) space: then nothing is
  /// anchored, and a constant regressor carries what the whole box is worth.
  QuadraticFeatures(const std::vector<CoordinateView>& views,
                    const std::vector<double>* production);

  Eigen::Index size() const { return scale_.size(); }
  /// Anchored, and scaled by the square root of the prior variance.
  Eigen::VectorXd Of(std::span<const double> unit) const;

 private:
  std::vector<double> Linear(std::span<const double> unit) const;
  Eigen::VectorXd Raw(std::span<const double> unit) const;

  std::vector<CoordinateView> views_;
  std::vector<std::size_t> coordinate_;  // of each linear regressor
  std::vector<bool> is_number_;          // of each linear regressor
  bool has_constant_ = false;
  Eigen::VectorXd scale_;
  Eigen::VectorXd anchor_;
};

class QuadraticModel {
 public:
  /// One row of `design` an arm: QuadraticFeatures::Of. Errors are standard errors, 0 for exact.
  /// Equal rows share their misfit. No arms at all: the prior, with tau = 1.
  QuadraticModel(Eigen::MatrixXd design, Eigen::VectorXd lifts, Eigen::VectorXd errors);

  /// Of the quadratic part at scaled features `phi`.
  double Mean(const Eigen::VectorXd& phi) const { return weights_.dot(phi); }
  double Deviation(const Eigen::VectorXd& phi) const;
  /// The posterior mean of the weights, and one draw from their posterior.
  const Eigen::VectorXd& weights() const { return weights_; }
  Eigen::VectorXd Draw(RandomStream& stream) const;
  /// The same scales with one more arm, that reads what this model expects of it: the mean stays,
  /// the deviation shrinks (a pending arm, as noisy as the others were in the mean).
  QuadraticModel WithPending(const Eigen::VectorXd& phi) const;
  /// Mean and deviation of an observed arm's own lift, its misfit included.
  struct Posterior {
    double mean = 0.0;
    double deviation = 0.0;
  };
  Posterior OfArm(Eigen::Index arm) const;

  double prior_deviation() const { return tau_; }
  double misfit_ratio() const { return misfit_; }

 private:
  void FillGram();
  void Solve();
  /// log p(lifts) up to a constant, or minus infinity when the covariance is singular.
  double LogEvidence(double tau, double misfit) const;
  Eigen::MatrixXd Signal(double misfit) const;  // covariance of the arms' lifts, tau = 1
  Eigen::MatrixXd Covariance(double tau, double misfit) const;

  Eigen::MatrixXd design_;
  Eigen::VectorXd lifts_;
  Eigen::VectorXd errors_;
  Eigen::MatrixXd gram_;
  Eigen::MatrixXd same_;  // 1 where two rows are equal
  double tau_ = 1.0;
  double misfit_ = 0.0;
  Eigen::LLT<Eigen::MatrixXd> factor_;
  Eigen::VectorXd alpha_;
  Eigen::VectorXd weights_;
};

}  // namespace rectune::baselines
