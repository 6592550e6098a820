// SPDX-License-Identifier: Apache-2.0
//
// Maximum-likelihood Beta(alpha, beta) for propensities seen only through clicks out of exposures:
// the beta-binomial law, which takes out the binomial noise that a plain fit to observed rates
// would mistake for spread between users. By Ceres' gradient solver (L-BFGS) in the logarithms.
//
//   BetaShape shape = FitBetaBinomial(users);
#pragma once

#include <vector>

#include "sim/calibration/log_tables.h"

namespace rectune::sim {

struct BetaShape {
  double alpha = 1.0;
  double beta = 1.0;

  double Mean() const { return alpha / (alpha + beta); }
  double StandardDeviation() const;
  double Quantile(double probability) const;
};

/// Throws std::runtime_error unless Ceres converged.
BetaShape FitBetaBinomial(const std::vector<UserRow>& users);

}  // namespace rectune::sim
