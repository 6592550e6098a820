// SPDX-License-Identifier: Apache-2.0
//
// Least squares over a function, by Ceres Solver (Levenberg-Marquardt, one thread, central
// differences): the fits here have few parameters and cheap residuals, so hand-written derivatives
// would only add places for mistakes. Parameters are unconstrained: callers fit logarithms.
//
//   std::vector<double> x = FitLeastSquares(residuals, /*count=*/20, {0.0, 0.0}, "propensity");
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace rectune::sim {

/// Writes `count` residuals for the parameters.
using Residuals = std::function<void(std::span<const double>, std::span<double>)>;

/// The minimiser, from `start`. Throws std::runtime_error, naming `what`, unless Ceres converged.
std::vector<double> FitLeastSquares(const Residuals& residuals, std::size_t count,
                                    std::vector<double> start, const std::string& what);

}  // namespace rectune::sim
