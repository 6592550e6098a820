// SPDX-License-Identifier: Apache-2.0
//
// CUPED: variance reduction with the same users' pre-period (Deng, Xu, Kohavi and Walker,
// "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment Data",
// WSDM 2013). For each metric the covariate x is the same linearised metric of the same users over
// a pre-period of the experiment's length, under production:
//     y_adjusted = y - theta (x - E x),      theta = Cov(x, y) / Var(x), fitted on control,
//     Var(y_adjusted) = Var(y) (1 - rho^2) in control,   rho = persistence * between / total.
// The mean is untouched, so lifts stay unbiased. What is assumed: a user's coin flips in the two
// periods are independent given the user; the user's expected behaviour carries over with
// correlation `persistence` (tastes and habits move between periods; 1 would be a world of frozen
// users, where CUPED looks far better than it does in practice). theta is taken as known: its
// estimation error is of order 1 / users.
//
//   CupedModel model = FitCuped(control, 0.75);
//   Eigen::MatrixXd covariance = CupedCovariance(model, control, arm);
#pragma once

#include <Eigen/Dense>

#include "sim/metrics.h"

namespace rectune::sim {

struct CupedModel {
  double persistence = 0.0;
  Eigen::VectorXd theta;        // per metric; 0 where the control metric has no variance
  Eigen::VectorXd rho_squared;  // share of the control's variance removed
};

/// persistence in [0, 1]; 0 switches the adjustment off (theta = 0).
CupedModel FitCuped(const LinearisedArm& control, double persistence);

/// Covariance per user of the adjusted linearised metrics of `arm`, which may be control itself.
/// Both arms must be simulated over the same panel of users.
Eigen::MatrixXd CupedCovariance(const CupedModel& model, const LinearisedArm& control,
                                const LinearisedArm& arm);

/// Kurtosis E[(z - Ez)^4] / Var(z)^2 of the adjusted metrics, which decides how noisy a variance
/// estimate is. The panel's user effects enter with their own fourth moments; what varies given the
/// user is taken as normal with a variance proportional to the user's volume (an approximation:
/// coin flips accumulate with volume). `variance` is the diagonal of CupedCovariance; metrics
/// without variance get 3.
Eigen::VectorXd CupedKurtosis(const CupedModel& model, const LinearisedArm& control,
                              const LinearisedArm& arm, const Eigen::VectorXd& variance);

}  // namespace rectune::sim
