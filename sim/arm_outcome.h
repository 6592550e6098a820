// SPDX-License-Identifier: Apache-2.0
//
// ArmOutcome: what the simulation of one configuration over a panel of users yields: moments of
// the per-user totals, before any experiment noise. The A/B platform turns it into a readout for
// a stated traffic; the oracle reads metric levels off it. Not itself an experiment.
#pragma once

#include <Eigen/Dense>

#include "sim/totals.h"

namespace rectune::sim {

struct ArmOutcome {
  /// users x kTotals: each user's expected totals over the horizon, given the user.
  Eigen::MatrixXd expected;
  /// kTotals x kTotals: mean over users of the covariance of their totals given the user
  /// (coin flips of clicks, visits, ...). Symmetric, positive semi-definite.
  Eigen::MatrixXd within;
  /// Deterministic serving cost of the configuration, milliseconds of one core a request.
  double serving_cost = 0.0;
};

}  // namespace rectune::sim
