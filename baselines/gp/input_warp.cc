// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/input_warp.h"

#include <cmath>

namespace rectune::baselines {

double InputWarp::Apply(double x) const { return -std::expm1(b * std::log1p(-std::pow(x, a))); }

double InputWarp::SlopeByLogA(double x) const {
  if (x <= 0.0 || x >= 1.0) return 0.0;
  const double power = std::pow(x, a);
  if (power >= 1.0) return 0.0;
  return a * b * std::exp((b - 1.0) * std::log1p(-power)) * power * std::log(x);
}

double InputWarp::SlopeByLogB(double x) const {
  if (x <= 0.0 || x >= 1.0) return 0.0;
  const double log_rest = std::log1p(-std::pow(x, a));
  const double rest = std::exp(b * log_rest);
  return rest > 0.0 ? -b * rest * log_rest : 0.0;
}

}  // namespace rectune::baselines
