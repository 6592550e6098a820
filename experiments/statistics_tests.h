// SPDX-License-Identifier: Apache-2.0
//
// The hypothesis tests a report prints: the paired Wilcoxon signed-rank test with Holm's
// adjustment, and Friedman's test with the Nemenyi critical difference, after Demsar, "Statistical
// Comparisons of Classifiers over Multiple Data Sets", JMLR 7, 2006. Each result says what it could
// have found at best: with few seeds an exact test cannot reach 0.05 however large the effect.
// Not intervals (statistics.h), and not the simulator's A/B tests.
//
//   WilcoxonResult w = WilcoxonSignedRank(agent_minus_tpe);
//   if (w.smallest_p > 0.05) ...                       // say so; print no stars
//   std::vector<double> adjusted = HolmAdjust(p_values);
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rectune::experiments {

struct WilcoxonResult {
  std::size_t pairs = 0;  // non-zero differences; zeros are dropped (Wilcoxon, 1945)
  double rank_sum_plus = 0.0;
  double rank_sum_minus = 0.0;
  double p_value = 1.0;        // two-sided
  double smallest_p = 1.0;     // the smallest two-sided p that this many pairs could have given
  double rank_biserial = 0.0;  // (plus - minus) / (plus + minus), the effect size, in [-1, 1]
  bool exact = true;
};

/// Two-sided test that the differences are symmetric about 0. Exact up to 50 pairs, ties
/// included: the distribution of the rank sum is enumerated over all sign flips of the observed
/// midranks. Beyond, the normal approximation with tie correction and no continuity correction.
WilcoxonResult WilcoxonSignedRank(std::span<const double> differences);

/// Holm's step-down adjusted p-values, in the order given (Holm, 1979).
std::vector<double> HolmAdjust(std::span<const double> p_values);

struct FriedmanResult {
  std::size_t blocks = 0;
  std::vector<double> average_ranks;  // per treatment; rank 1 is the lowest value
  double chi_squared = 0.0;           // tie-corrected
  double p_value = 1.0;               // chi-squared, treatments - 1 degrees of freedom
  double iman_davenport_f = 0.0;      // infinite when every block ranks alike
  double iman_davenport_p = 1.0;      // F, less conservative (Iman and Davenport, 1980)
};

/// `blocks[b][t]`: the value of treatment t in block b (a task and seed). At least two blocks and
/// two treatments. Lower values get lower ranks, ties share their mean rank.
FriedmanResult FriedmanTest(const std::vector<std::vector<double>>& blocks);

/// Average ranks that differ by less are not told apart at `alpha`:
/// CD = q_alpha(k) sqrt(k (k + 1) / (6 N)), q_alpha = studentized range quantile / sqrt(2).
double NemenyiCriticalDifference(std::size_t treatments, std::size_t blocks, double alpha);

/// P(range of k independent standard normals <= q), the studentized range with infinite degrees
/// of freedom, by quadrature; and its inverse. treatments >= 2.
double NormalRangeCdf(double q, std::size_t treatments);
double NormalRangeQuantile(double probability, std::size_t treatments);

/// Maximal runs of treatments, by ascending average rank, that lie within `critical_difference`:
/// the bars of a critical-difference diagram. Each group holds indices into `average_ranks`; runs
/// of one are left out.
std::vector<std::vector<std::size_t>> IndistinguishableGroups(
    const std::vector<double>& average_ranks, double critical_difference);

}  // namespace rectune::experiments
