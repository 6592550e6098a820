// SPDX-License-Identifier: Apache-2.0
//
// Standardisation: outputs in units in which they have mean 0 and variance 1, and back.
//
//   const Standardisation units = StandardisationOf(values);
//   double y = units.Apply(native);
#pragma once

#include <span>

namespace rectune::baselines {

/// native = centre + spread * standardised
struct Standardisation {
  double centre = 0.0;
  double spread = 1.0;
  double Apply(double native) const { return (native - centre) / spread; }
  double Invert(double standardised) const { return centre + spread * standardised; }
};

/// Mean and standard deviation; a spread of 1 when there is none.
Standardisation StandardisationOf(std::span<const double> values);

}  // namespace rectune::baselines
