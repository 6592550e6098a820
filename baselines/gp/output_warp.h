// SPDX-License-Identifier: Apache-2.0
//
// OutputWarp: a power transform that makes a skewed output look normal, which is what a Gaussian
// process takes it for (Yeo and Johnson, Biometrika 87, 2000; in Bayesian optimisation: HEBO,
// Cowen-Rivers et al., JAIR 74, 2022):
//
//   T(y) = ((1 + y)^l - 1) / l,              y >= 0   (l = 0: log(1 + y))
//   T(y) = -((1 - y)^(2 - l) - 1) / (2 - l), y < 0    (l = 2: -log(1 - y))
//
// l = 1 is the identity; below 1 a long upper tail shrinks, above 1 a long lower one. l is the
// maximum of the profile likelihood
//   -n/2 log var T(y) + (l - 1) sum_i sign(y_i) log(1 + |y_i|)
// over [0, 2], where T is one to one from the reals onto the reals, so that whatever a model says
// has a native value. (Beyond, T is bounded on one side and its inverse would not exist there.) A
// known standard error is carried by the delta method: error * T'(y). Outputs are standardised
// before, so that l does not depend on their units, and after.
//
//   const OutputWarp warp = FitOutputWarp(standardised_values);
//   double z = warp.Apply(y);    double error_z = error * warp.Slope(y);    y == warp.Invert(z)
//
// The inverse of a mean is the median in native units, not the mean. Fewer than
// `kFewestForWarp` values, or constant ones, say nothing about a shape: the result is the identity,
// and is_identity() says so.
#pragma once

#include <cstddef>
#include <span>

#include "baselines/gp/standardisation.h"

namespace rectune::baselines {

inline constexpr std::size_t kFewestForWarp = 8;

/// T above, for l in [0, 2].
struct YeoJohnson {
  double lambda = 1.0;
  double Apply(double y) const;
  double Slope(double y) const;  // dT / dy > 0
  double Invert(double z) const;
};

/// Up to a constant; higher is better. `values` are not all equal.
double YeoJohnsonLogLikelihood(std::span<const double> values, double lambda);

struct OutputWarp {
  YeoJohnson transform;
  Standardisation after;
  bool is_identity() const { return transform.lambda == 1.0; }
  double Apply(double y) const { return is_identity() ? y : after.Apply(transform.Apply(y)); }
  double Slope(double y) const { return is_identity() ? 1.0 : transform.Slope(y) / after.spread; }
  double Invert(double z) const { return is_identity() ? z : transform.Invert(after.Invert(z)); }
};

/// `values` are standardised.
OutputWarp FitOutputWarp(std::span<const double> values);

}  // namespace rectune::baselines
