// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/popularity_law.h"

#include <cmath>

#include "core/check.h"

namespace rectune::sim {

double PopularityTopShare(const PopularityLaw& law, double top) {
  RECTUNE_CHECK(law.exponent > 0.0 && law.exponent != 1.0, "the exponent is positive and not 1");
  RECTUNE_CHECK(law.shift > 0.0, "the shift is positive");
  RECTUNE_CHECK(top >= 0.0 && top <= 1.0, "a share of items lies in [0, 1]");
  const double power = 1.0 - law.exponent;
  const double origin = std::pow(law.shift, power);
  return (std::pow(top + law.shift, power) - origin) / (std::pow(1.0 + law.shift, power) - origin);
}

double PopularityGini(const PopularityLaw& law) {
  RECTUNE_CHECK(law.exponent != 2.0, "the closed form needs an exponent other than 2");
  const double total = PopularityTopShare(law, 1.0);  // checks the law; 1
  const double power = 1.0 - law.exponent;
  const double origin = std::pow(law.shift, power);
  const double integral =
      (std::pow(1.0 + law.shift, power + 1.0) - std::pow(law.shift, power + 1.0)) / (power + 1.0) -
      origin;
  return 2.0 * integral / (std::pow(1.0 + law.shift, power) - origin) - total;
}

}  // namespace rectune::sim
