// SPDX-License-Identifier: Apache-2.0
//
// What one arm of an experiment with n users reads, drawn by the central limit theorem: the part
// that an experiment read out once (sim/ab_platform.h) and one looked at every day (sim/peeking.h)
// share, so that the last look of the second is the read-out of the first. Formulas: ab_platform.h.
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/measurement.h"
#include "sim/cuped.h"
#include "sim/metrics.h"

namespace rectune::sim {

/// A square root R of a covariance, R R' = C, as scale times the symmetric root of the
/// correlations: metrics differ by orders of magnitude, and this keeps the small ones exact.
struct CovarianceRoot {
  Eigen::VectorXd scale;         // standard deviations
  Eigen::MatrixXd correlations;  // symmetric root of the correlation matrix
  Eigen::MatrixXd Matrix() const { return scale.asDiagonal() * correlations; }
};
/// Exists for singular matrices too; negative eigenvalues, which rounding leaves, count as 0.
CovarianceRoot RootOf(const Eigen::MatrixXd& covariance);

/// Law of an arm's estimates, per user and by metric, CUPED-adjusted.
struct EstimateLaw {
  Eigen::VectorXd level;
  Eigen::VectorXd variance;
  Eigen::VectorXd kurtosis;
  CovarianceRoot root;
};
/// Both arms over the same panel; `arm` may be control itself.
EstimateLaw LawOf(const CupedModel& cuped, const LinearisedArm& control, const LinearisedArm& arm);

/// What the experimenter sees of one arm.
struct ArmEstimate {
  double users = 0.0;
  double effective_users = 0.0;  // users over the design effect
  Eigen::VectorXd normal;        // the standard normals behind the levels' noise
  Eigen::VectorXd level;         // law.level + law.root.Matrix() normal / sqrt(effective_users)
  Eigen::VectorXd variance;      // of the linearised metric, per user, estimated
};
/// Depends on (seed, round, slot) only.
ArmEstimate DrawEstimate(const EstimateLaw& law, double users, double design_effect,
                         std::uint64_t seed, std::uint64_t round, std::uint64_t slot);

/// Realised sizes of an experiment's arms, planned at `users_per_arm` each.
std::vector<double> DrawArmSizes(double users_per_arm, std::size_t slots, std::uint64_t seed,
                                 std::uint64_t round);

/// Lift in percent, its standard error and p-value (q = p) from levels and their variances.
/// Broken contract unless the control's level is positive.
MetricReading ReadLift(double control, double treatment, double control_variance,
                       double treatment_variance, const MetricInfo& info);

}  // namespace rectune::sim
