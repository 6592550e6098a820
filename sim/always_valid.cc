// SPDX-License-Identifier: Apache-2.0
#include "sim/always_valid.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace rectune::sim {
namespace {

void CheckArguments(double standard_error, double alpha) {
  RECTUNE_CHECK(std::isfinite(standard_error) && standard_error > 0.0,
                "a standard error is positive");
  RECTUNE_CHECK(alpha > 0.0 && alpha < 1.0, "alpha lies in (0, 1)");
}

}  // namespace

AlwaysValid AlwaysValidLook(double estimate, double standard_error, double mixture_variance,
                            double alpha) {
  CheckArguments(standard_error, alpha);
  RECTUNE_CHECK(std::isfinite(mixture_variance) && mixture_variance > 0.0,
                "a mixture variance is positive");
  const double variance = standard_error * standard_error;
  const double sum = variance + mixture_variance;
  // In logs: the ratio itself overflows at forty standard errors.
  const double log_ratio = 0.5 * std::log(variance / sum) +
                           0.5 * mixture_variance * estimate * estimate / (variance * sum);
  return {.p_value = std::min(1.0, std::exp(-log_ratio)),
          .half_width =
              standard_error * std::sqrt(sum / mixture_variance *
                                         (-2.0 * std::log(alpha) + std::log(sum / variance)))};
}

double TightestMixtureVariance(double standard_error, double alpha) {
  CheckArguments(standard_error, alpha);
  // A contraction: the right side has slope 1 / (1 + x) < 1.
  constexpr int kIterations = 100;
  const double first = -2.0 * std::log(alpha);
  double x = first;
  for (int i = 0; i < kIterations; ++i) x = first + std::log1p(x);
  return x * standard_error * standard_error;
}

}  // namespace rectune::sim
