// SPDX-License-Identifier: Apache-2.0
//
// The Zipf-Mandelbrot law over rank shares, w(u) = (u + shift)^-exponent for u in (0, 1] (u is an
// item's rank divided by the number of items), and its Lorenz curve in closed form. Scale-free: the
// same law serves catalogues of any size, at the price of a slightly thin extreme head.
//
//   double share = PopularityTopShare({1.2, 0.0017}, 0.01);   // of exposures, of the top 1%
#pragma once

namespace rectune::sim {

struct PopularityLaw {
  double exponent = 0.0;  // > 0, not 1
  double shift = 0.0;     // > 0
};

/// Share of all exposures that goes to the top share `top` of items; top in [0, 1].
double PopularityTopShare(const PopularityLaw& law, double top);
/// Gini coefficient of item exposures: 2 * integral of the top-share curve - 1.
double PopularityGini(const PopularityLaw& law);

}  // namespace rectune::sim
