// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/standardisation.h"

#include <algorithm>
#include <cmath>

namespace rectune::baselines {

Standardisation StandardisationOf(std::span<const double> values) {
  Standardisation result;
  const double n = static_cast<double>(values.size());
  for (const double v : values) result.centre += v / n;
  double square = 0.0;
  for (const double v : values) square += (v - result.centre) * (v - result.centre) / n;
  const double spread = std::sqrt(square);
  // Constant up to rounding counts as constant.
  if (spread > 1e-12 * std::max(1.0, std::abs(result.centre))) result.spread = spread;
  return result;
}

}  // namespace rectune::baselines
