// SPDX-License-Identifier: Apache-2.0
//
// Joint law of one arm's estimates over the looks at an experiment: the horizon's, as
// sim/ab_estimate.h has it, and the earlier looks' given the horizon's. Draws nothing.
//
// Per user, of CUPED-adjusted linearised metrics z_s and z_t at looks s <= t, both centred:
//
//   Cov(z_s, z_t) = Cov_users(e_s, e_t) + L_s within_s L_t'      e: expectation given the user
//                   - T_s X_t - (T_t X_s)' + T_s V T_t           X: covariates with e, V:
//                   covariates
//
// (given the user, later days are independent of earlier ones). T are control's coefficients at
// each look; the covariate is the pre-period of full length (sim/cuped.h). With the horizon's noise
// R g, g standard normal, earlier noise is M g + rest, M = Cov(earlier, horizon) R'^+.
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <vector>

#include "sim/ab_estimate.h"
#include "sim/arm_outcome.h"

namespace rectune::sim {

/// What an arm has accrued after each look's days (SimulateArmAfter); the last is the horizon.
using AccruedOutcome = std::vector<ArmOutcome>;

/// Metrics of the table, by index, that can be read before the horizon: all that carry noise but
/// retention, whose days are not over before.
const std::vector<std::size_t>& EarlyMetrics();

/// Vectors run over earlier looks, and within a look over EarlyMetrics().
struct PeekedLaw {
  EstimateLaw horizon;
  Eigen::VectorXd level;
  Eigen::VectorXd variance;  // per user
  Eigen::MatrixXd given;     // from the horizon's standard normals
  CovarianceRoot rest;
};

/// Control and arm accrued on the same days over the same panel; `arm` may be control itself.
PeekedLaw PeekedLawOf(const CupedModel& cuped, const AccruedOutcome& control,
                      const AccruedOutcome& arm);

}  // namespace rectune::sim
