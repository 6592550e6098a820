// SPDX-License-Identifier: Apache-2.0
//
// MACE: three acquisition functions at once, of which no one is always the right one
// (multi-objective acquisition ensemble; Lyu et al., ICML 2018; HEBO, Cowen-Rivers et al., JAIR 74,
// 2022): expected improvement, probability of improvement and the upper confidence bound of a
// normal prediction of what is to be maximised. Each comes as a logarithm, with the guardrails'
// probability multiplied in:
//
//   z   = (mean - incumbent) / sigma
//   EI  = sigma (phi(z) + z Phi(z)) P(feasible)
//   PI  = Phi(z) P(feasible)
//   UCB = h(mean + kappa sigma - incumbent) P(feasible)
//
// with h(t) = (t + sqrt(t^2 + 4e-8)) / 2 (improvement.h). A bound may be of either sign, so it
// cannot be multiplied as it is; h is increasing, so without guardrails the order, and with it the
// Pareto front, is that of the bound itself. What picks points from the front is pareto_search.h.
//
//   Fitness trade = MaceFitness({.incumbent = best, .kappa = 2.0}, mean, sigma, log_feasible);
#pragma once

#include <cstddef>

#include "baselines/genetic.h"

namespace rectune::baselines {

/// log(phi(z) + z Phi(z)) and log Phi(z), accurate for any z: where the plain form loses its digits
/// (below -25) by asymptotic series (Abramowitz and Stegun, 26.2.12).
double LogExpectedImprovement(double z);
double LogNormalCdf(double z);

struct MaceSetting {
  double incumbent = 0.0;
  double kappa = 2.0;
};

/// The weight of sigma in GP-UCB's bound for a region of `dimension` coordinates after `rounds`
/// (Srinivas et al., ICML 2010, as HEBO sets it, delta = 0.01):
///   kappa^2 = (2 + d / 2) log t + log(pi^2 / delta)
double MaceKappa(std::size_t dimension, std::size_t rounds);

/// Minus the logarithms of EI, PI and UCB above, all finite. `sigma` >= 0.
Fitness MaceFitness(const MaceSetting& setting, double mean, double sigma, double log_feasible);

}  // namespace rectune::baselines
