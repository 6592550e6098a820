// SPDX-License-Identifier: Apache-2.0
//
// InputWarp: a monotone map of [0, 1] onto itself, the distribution function of Kumaraswamy's
// density (J. Hydrology 46, 1980), so that a stationary kernel can fit a function that is busy at
// one end of a coordinate and flat at the other (Snoek et al., ICML 2014, with the beta
// distribution; HEBO: Cowen-Rivers et al., JAIR 74, 2022):
//
//   w(x) = 1 - (1 - x^a)^b,   a, b > 0;   a = b = 1 is the identity
//
// One pair (a, b) a coordinate, inferred together with the lengthscales by the exact gradient of
// the marginal likelihood (log_posterior.h): it came out short, so there is no alternating scheme.
// The prior is GPy's, which HEBO uses: log-normal, 0.75 wide; here as a density over log a and log
// b, so that its mode is the identity and few data leave a coordinate as it is.
#pragma once

namespace rectune::baselines {

struct InputWarp {
  double a = 1.0;
  double b = 1.0;

  /// `x` in [0, 1].
  double Apply(double x) const;
  /// Derivatives of Apply(x) by log a and log b; 0 at both ends.
  double SlopeByLogA(double x) const;
  double SlopeByLogB(double x) const;
};

}  // namespace rectune::baselines
