// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/mace.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "baselines/acquisition/improvement.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

constexpr double kFarBelow = -25.0;
// In standardised units: a prediction this sure is a certainty.
constexpr double kLeastSigma = 1e-9;

double LogDensity(double z) { return -0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi); }

}  // namespace

double LogExpectedImprovement(double z) {
  if (z > kFarBelow) return std::log(std::exp(LogDensity(z)) + z * NormalCdf(z));
  const double square = 1.0 / (z * z);
  return LogDensity(z) + std::log(square) + std::log1p(square * (-3.0 + 15.0 * square));
}

double LogNormalCdf(double z) {
  if (z > kFarBelow) return std::log(NormalCdf(z));
  const double square = 1.0 / (z * z);
  return LogDensity(z) - std::log(-z) + std::log1p(square * (-1.0 + 3.0 * square));
}

double MaceKappa(std::size_t dimension, std::size_t rounds) {
  constexpr double kDelta = 0.01;
  const double t = static_cast<double>(std::max<std::size_t>(1, rounds));
  const double d = static_cast<double>(dimension);
  return std::sqrt((2.0 + 0.5 * d) * std::log(t) +
                   std::log(std::numbers::pi * std::numbers::pi / kDelta));
}

Fitness MaceFitness(const MaceSetting& setting, double mean, double sigma, double log_feasible) {
  const double certain = std::max(sigma, kLeastSigma);
  const double z = (mean - setting.incumbent) / certain;
  double slope = 0.0;
  const double above = SmoothPositive(mean + setting.kappa * sigma - setting.incumbent, &slope);
  return {{-(std::log(certain) + LogExpectedImprovement(z) + log_feasible),
           -(LogNormalCdf(z) + log_feasible), -(std::log(above) + log_feasible)},
          0.0};
}

}  // namespace rectune::baselines
