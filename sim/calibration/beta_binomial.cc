// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/beta_binomial.h"

#include <ceres/ceres.h>

#include <array>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <stdexcept>

#include "core/check.h"

namespace rectune::sim {
namespace {

using boost::math::digamma;
using boost::math::lgamma;

// Mean negative log likelihood in (log alpha, log beta), binomial coefficients left out.
class NegativeLogLikelihood : public ceres::FirstOrderFunction {
 public:
  explicit NegativeLogLikelihood(const std::vector<UserRow>& users) : users_(users) {}

  int NumParameters() const override { return 2; }

  bool Evaluate(const double* logs, double* cost, double* gradient) const override {
    const double a = std::exp(logs[0]);
    const double b = std::exp(logs[1]);
    const auto count = static_cast<double>(users_.size());
    double value = count * (lgamma(a + b) - lgamma(a) - lgamma(b));
    double by_a = count * (digamma(a + b) - digamma(a));
    double by_b = count * (digamma(a + b) - digamma(b));
    for (const UserRow& user : users_) {
      const double misses = user.exposures - user.clicks;
      value += lgamma(user.clicks + a) + lgamma(misses + b) - lgamma(user.exposures + a + b);
      if (gradient == nullptr) continue;
      const double both = digamma(user.exposures + a + b);
      by_a += digamma(user.clicks + a) - both;
      by_b += digamma(misses + b) - both;
    }
    *cost = -value / count;
    if (gradient != nullptr) {
      gradient[0] = -by_a * a / count;
      gradient[1] = -by_b * b / count;
    }
    return std::isfinite(*cost);
  }

 private:
  const std::vector<UserRow>& users_;
};

}  // namespace

double BetaShape::StandardDeviation() const {
  const double sum = alpha + beta;
  return std::sqrt(alpha * beta / (sum + 1.0)) / sum;
}

double BetaShape::Quantile(double probability) const {
  return boost::math::ibeta_inv(alpha, beta, probability);
}

BetaShape FitBetaBinomial(const std::vector<UserRow>& users) {
  RECTUNE_CHECK(!users.empty(), "a fit needs users");
  for (const UserRow& user : users) {
    RECTUNE_CHECK(user.clicks >= 0.0 && user.clicks <= user.exposures,
                  "clicks lie between 0 and exposures");
  }
  std::array<double, 2> logs = {0.0, 0.0};  // the uniform law
  ceres::GradientProblemSolver::Options options;
  options.max_num_iterations = 200;
  options.function_tolerance = 1e-15;
  options.gradient_tolerance = 1e-10;
  options.logging_type = ceres::SILENT;
  ceres::GradientProblemSolver::Summary summary;
  const ceres::GradientProblem problem(new NegativeLogLikelihood(users));
  ceres::Solve(options, problem, logs.data(), &summary);
  if (summary.termination_type != ceres::CONVERGENCE) {
    throw std::runtime_error("beta-binomial fit did not converge: " + summary.message);
  }
  return {std::exp(logs[0]), std::exp(logs[1])};
}

}  // namespace rectune::sim
