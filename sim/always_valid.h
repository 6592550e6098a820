// SPDX-License-Identifier: Apache-2.0
//
// Always-valid inference: p-values and intervals that keep their level however often, and whenever,
// one looks at a running experiment. The mixture sequential probability ratio test with a normal
// mixture (Robbins, Ann. Math. Stat. 41, 1970; Johari, Koomen, Pekelis and Walsh, "Always Valid
// Inference", Operations Research 70, 2022, section 4), which is also the asymptotic confidence
// sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas ("Time-uniform central limit theory
// and asymptotic confidence sequences", Ann. Stat. 52, 2024, theorem 2.2): of an estimate with
// standard error s and a mixture N(0, tau^2) over the effects of the alternative,
//
//   Lambda = sqrt(s^2 / (s^2 + tau^2)) exp(tau^2 estimate^2 / (2 s^2 (s^2 + tau^2)))
//   p      = min over looks of min(1, 1 / Lambda)
//   half width = s sqrt((s^2 + tau^2) / tau^2 (2 log(1 / alpha) + log((s^2 + tau^2) / s^2)))
//
// What it rests on: estimates are near normal, and those of two looks have the covariance that the
// later one's variance is (independent increments of information), as cumulative means have. tau
// must be fixed before the experiment. Price: intervals are wider than a fixed horizon's. Not a
// correction for many metrics or arms: sim/multiple_testing.h is.
//
//   const double mixture = TightestMixtureVariance(planned_standard_error, 0.05);
//   const AlwaysValid look = AlwaysValidLook(lift, standard_error, mixture, 0.05);
#pragma once

namespace rectune::sim {

struct AlwaysValid {
  double p_value = 1.0;     // of this look alone; a reader takes the least so far
  double half_width = 0.0;  // of the interval with coverage 1 - alpha over all looks
};

/// `standard_error` and `mixture_variance` positive, alpha in (0, 1); broken contract otherwise.
AlwaysValid AlwaysValidLook(double estimate, double standard_error, double mixture_variance,
                            double alpha);

/// The tau^2 whose interval is tightest at the look with this standard error: tau^2 = x s^2 with
/// x = 2 log(1 / alpha) + log(1 + x).
double TightestMixtureVariance(double standard_error, double alpha);

}  // namespace rectune::sim
