// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/least_squares.h"

#include <ceres/ceres.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

namespace rectune::sim {
namespace {

struct Functor {
  const Residuals& residuals;
  std::size_t parameters;
  std::size_t count;

  bool operator()(double const* const* blocks, double* out) const {
    residuals(std::span<const double>(blocks[0], parameters), std::span<double>(out, count));
    // A failed evaluation is an outcome, not an error: the step is rejected.
    return std::all_of(out, out + count, [](double value) { return std::isfinite(value); });
  }
};

}  // namespace

std::vector<double> FitLeastSquares(const Residuals& residuals, std::size_t count,
                                    std::vector<double> start, const std::string& what) {
  auto cost = std::make_unique<ceres::DynamicNumericDiffCostFunction<Functor, ceres::CENTRAL>>(
      new Functor{residuals, start.size(), count});
  cost->AddParameterBlock(static_cast<int>(start.size()));
  cost->SetNumResiduals(static_cast<int>(count));
  ceres::Problem problem;
  problem.AddResidualBlock(cost.release(), nullptr, start.data());

  ceres::Solver::Options options;
  options.num_threads = 1;  // threaded sums are not repeatable
  options.linear_solver_type = ceres::DENSE_QR;
  options.max_num_iterations = 500;
  options.function_tolerance = 1e-14;
  options.gradient_tolerance = 1e-12;
  options.parameter_tolerance = 1e-10;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  if (summary.termination_type != ceres::CONVERGENCE) {
    throw std::runtime_error("fit of " + what + " did not converge: " + summary.message);
  }
  return start;
}

}  // namespace rectune::sim
