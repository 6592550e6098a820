// SPDX-License-Identifier: Apache-2.0
//
// Benjamini-Hochberg adjusted p-values ("q-values"): rejecting every test with q <= alpha keeps the
// expected share of false rejections at or below alpha, for independent or positively dependent
// tests (Benjamini and Hochberg, JRSS B 57, 1995; Benjamini and Yekutieli, 2001). Not a correction
// for looking repeatedly at one experiment.
//
//   std::vector<double> q = BenjaminiHochberg(p);   // q_(i) = min_{j >= i} min(1, m p_(j) / j)
#pragma once

#include <span>
#include <vector>

namespace rectune::sim {

/// In the order of `p_values`, each in [0, 1].
std::vector<double> BenjaminiHochberg(std::span<const double> p_values);

}  // namespace rectune::sim
