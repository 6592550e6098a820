// SPDX-License-Identifier: Apache-2.0
//
// LiftModel: Bayesian regression of one metric's lift on a configuration's features, with the A/B
// readout's own standard errors. The Insight agent draws patterns from it (with flat beliefs) and
// the synthetic model reasons with it. Not a surrogate for acquisition search in baselines/.
//
//   y_i = lift_i ~ N(f(x_i), se_i^2 + misfit),   f(x) = x . beta [+ quadratic part]
//   beta_j ~ N(m_j, s_j^2);  the quadratic part has kernel  q^2 (x . x')^2
//   K = X S X' + q^2 (X X')^2 + N,  E f(x*) = x* . m + k*' K^-1 (y - X m)
//
// (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, sections 2.1 and 2.7.)
// The common scale of the s_j that were left open is chosen on a grid by marginal likelihood.
//
//   LiftModel model(x, lifts, variances, prior, {.quadratic = false});
//   LiftModel::Estimate slope = model.Slope(move.first, move.count);
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <optional>

namespace rectune::agents {

class LiftModel {
 public:
  /// Beliefs about the coefficients. `mean` is in units of the open scale where `fixed_sd` is
  /// negative, else in percent with standard deviation `fixed_sd`.
  struct Prior {
    Eigen::VectorXd mean;
    Eigen::VectorXd fixed_sd;
    static Prior Flat(Eigen::Index features);
  };
  struct Options {
    bool quadratic = false;
  };
  struct Estimate {
    double mean = 0.0;
    double sd = 0.0;
  };

  /// One row of `x` a trial; no rows at all are fine (the prior answers).
  LiftModel(Eigen::MatrixXd x, Eigen::VectorXd lifts, Eigen::VectorXd variances, Prior prior,
            Options options);

  /// The summed coefficient of features [first, first + count): percent lift for the whole move.
  Estimate Slope(std::size_t first, std::size_t count) const;
  Estimate Predict(const Eigen::VectorXd& x) const;
  /// f(a + b) - f(a) - f(b) + f(0): the interaction of two directions, in percent for both moves
  /// whole. Zero, without doubt, unless the model is quadratic.
  Estimate MixedDifference(const Eigen::VectorXd& a, const Eigen::VectorXd& b) const;
  double scale() const { return scale_; }

 private:
  /// Fits at one scale and returns the log marginal likelihood.
  double Fit(double scale);
  Eigen::VectorXd CrossCovariance(const Eigen::VectorXd& x) const;

  Eigen::MatrixXd x_;
  Eigen::VectorXd lifts_;
  Eigen::VectorXd variances_;
  Prior prior_;
  Options options_;
  double scale_ = 1.0;
  Eigen::VectorXd mean_;                               // prior means, percent
  Eigen::VectorXd variance_;                           // prior variances
  Eigen::MatrixXd gram_;                               // X X'
  std::optional<Eigen::LLT<Eigen::MatrixXd>> factor_;  // of K; none without trials
  Eigen::VectorXd weights_;                            // K^-1 (y - X m)
};

}  // namespace rectune::agents
