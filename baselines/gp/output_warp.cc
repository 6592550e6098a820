// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/output_warp.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace rectune::baselines {
namespace {

constexpr double kMostLambda = 2.0;
constexpr int kGrid = 40;
constexpr int kRefinements = 30;  // of the golden section: 1e-7 of a grid step

/// ((1 + y)^power - 1) / power for y >= 0, and its limit.
double Power(double y, double power) {
  const double log_base = std::log1p(y);
  return power == 0.0 ? log_base : std::expm1(power * log_base) / power;
}

double PowerInverse(double z, double power) {
  return std::expm1(power == 0.0 ? z : std::log1p(power * z) / power);
}

}  // namespace

double YeoJohnson::Apply(double y) const {
  return y >= 0.0 ? Power(y, lambda) : -Power(-y, 2.0 - lambda);
}

double YeoJohnson::Slope(double y) const {
  return std::exp((y >= 0.0 ? lambda - 1.0 : 1.0 - lambda) * std::log1p(std::abs(y)));
}

double YeoJohnson::Invert(double z) const {
  return z >= 0.0 ? PowerInverse(z, lambda) : -PowerInverse(-z, 2.0 - lambda);
}

double YeoJohnsonLogLikelihood(std::span<const double> values, double lambda) {
  const YeoJohnson transform{lambda};
  std::vector<double> transformed;
  double log_slopes = 0.0;
  for (const double y : values) {
    transformed.push_back(transform.Apply(y));
    log_slopes += (lambda - 1.0) * std::copysign(std::log1p(std::abs(y)), y);
  }
  const double spread = StandardisationOf(transformed).spread;
  return -static_cast<double>(values.size()) * std::log(spread) + log_slopes;
}

OutputWarp FitOutputWarp(std::span<const double> values) {
  OutputWarp warp;
  if (values.size() < kFewestForWarp) return warp;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  // Standardised values that differ at all differ by this much.
  if (*greatest - *least < 1e-3) return warp;
  const auto likelihood = [&](double lambda) { return YeoJohnsonLogLikelihood(values, lambda); };
  // A grid first: the likelihood of a few clumped values may have two humps.
  const double step = kMostLambda / kGrid;
  int best = 0;
  double highest = likelihood(0.0);
  for (int i = 1; i <= kGrid; ++i) {
    const double value = likelihood(step * i);
    if (value > highest) {
      highest = value;
      best = i;
    }
  }
  double low = step * std::max(0, best - 1);
  double high = step * std::min(kGrid, best + 1);
  const double golden = 0.5 * (std::sqrt(5.0) - 1.0);
  for (int i = 0; i < kRefinements; ++i) {
    const double left = high - golden * (high - low);
    const double right = low + golden * (high - low);
    if (likelihood(left) < likelihood(right)) {
      low = left;
    } else {
      high = right;
    }
  }
  warp.transform.lambda = 0.5 * (low + high);
  std::vector<double> transformed;
  for (const double y : values) transformed.push_back(warp.transform.Apply(y));
  warp.after = StandardisationOf(transformed);
  return warp;
}

}  // namespace rectune::baselines
