// SPDX-License-Identifier: Apache-2.0
#include "sim/cuped.h"

#include <algorithm>

#include "core/check.h"

namespace rectune::sim {

using Eigen::MatrixXd;
using Eigen::VectorXd;

CupedModel FitCuped(const LinearisedArm& control, double persistence) {
  RECTUNE_CHECK(persistence >= 0.0 && persistence <= 1.0, "persistence lies in [0, 1]");
  const auto metrics = static_cast<Eigen::Index>(control.metrics());
  CupedModel model{persistence, VectorXd::Zero(metrics), VectorXd::Zero(metrics)};
  for (Eigen::Index k = 0; k < metrics; ++k) {
    const double covariance = persistence * control.between(k, k);
    const double total = control.between(k, k) + control.within(k, k);
    if (total <= 0.0) continue;
    model.theta(k) = covariance / total;
    model.rho_squared(k) = model.theta(k) * model.theta(k);  // Var(x) = Var(y) in control
  }
  return model;
}

MatrixXd CupedCovariance(const CupedModel& model, const LinearisedArm& control,
                         const LinearisedArm& arm) {
  RECTUNE_CHECK(control.metrics() == arm.metrics(), "both arms report the same metrics");
  // Row: covariate (pre-period), column: outcome.
  const MatrixXd cross =
      model.persistence * CrossCovariance(control.user_effects, arm.user_effects);
  const MatrixXd explained = model.theta.asDiagonal() * cross;
  const MatrixXd covariate =
      model.theta.asDiagonal() * control.Covariance() * model.theta.asDiagonal();
  return arm.Covariance() - explained - explained.transpose() + covariate;
}

VectorXd CupedKurtosis(const CupedModel& model, const LinearisedArm& control,
                       const LinearisedArm& arm, const VectorXd& variance) {
  RECTUNE_CHECK(control.user_effects.rows() == arm.user_effects.rows(),
                "both arms must be over the same users");
  VectorXd kurtosis = VectorXd::Constant(variance.size(), 3.0);
  for (Eigen::Index k = 0; k < variance.size(); ++k) {
    if (variance(k) <= 0.0) continue;
    // Only the part of the pre-period that carries over is tied to this user's effect.
    const double weight = model.theta(k) * model.persistence;
    const Eigen::ArrayXd effect =
        arm.user_effects.col(k).array() - weight * control.user_effects.col(k).array();
    const Eigen::ArrayXd square = effect.square();
    const double rest = std::max(0.0, variance(k) - square.mean());
    const Eigen::ArrayXd given_user = rest * arm.volume.col(k).array();
    kurtosis(k) = (square.square() + 6.0 * square * given_user + 3.0 * given_user.square()).mean() /
                  (variance(k) * variance(k));
  }
  return kurtosis;
}

}  // namespace rectune::sim
