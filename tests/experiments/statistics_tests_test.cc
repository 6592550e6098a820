// SPDX-License-Identifier: Apache-2.0
//
// Reference values: textbook examples as printed by R's documentation and by Demsar (2006), and
// SciPy 1.17.1 / statsmodels 0.15.0, the call in a comment beside each.
#include "experiments/statistics_tests.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"

namespace rectune::experiments {
namespace {

TEST_CASE("Wilcoxon: Hollander and Wolfe's depression scores", "[statistics]") {
  // R, ?wilcox.test: V = 40, one-sided p = 0.01953; scipy.stats.wilcoxon: p = 0.0390625.
  const std::vector<double> first{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const std::vector<double> second{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
  std::vector<double> differences;
  for (std::size_t i = 0; i < first.size(); ++i) differences.push_back(first[i] - second[i]);
  const WilcoxonResult result = WilcoxonSignedRank(differences);
  CHECK(result.rank_sum_plus == 40.0);
  CHECK(result.rank_sum_minus == 5.0);
  CHECK(result.exact);
  CHECK(result.p_value == Approx(0.0390625).epsilon(1e-12));
  CHECK(result.rank_biserial == Approx(35.0 / 45.0));
}

TEST_CASE("Wilcoxon: Darwin's maize pairs", "[statistics]") {
  // scipy.stats.wilcoxon's documented example: statistic 24, p = 0.041259765625.
  const WilcoxonResult result = WilcoxonSignedRank(
      std::vector<double>{6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75});
  CHECK(std::min(result.rank_sum_plus, result.rank_sum_minus) == 24.0);
  CHECK(result.p_value == Approx(0.041259765625).epsilon(1e-12));
}

TEST_CASE("Wilcoxon stays exact under ties and zeros", "[statistics]") {
  // scipy.stats.wilcoxon(d, method=PermutationMethod(n_resamples=inf)): 13, p = 0.158203125.
  const WilcoxonResult result =
      WilcoxonSignedRank(std::vector<double>{1, 1, -2, 2, 3, -3, 4, 5, 5, 0, -1});
  CHECK(result.pairs == 10);
  CHECK(result.rank_sum_minus == 13.0);
  CHECK(result.exact);
  CHECK(result.p_value == Approx(0.158203125).epsilon(1e-12));
}

TEST_CASE("Wilcoxon with many tied pairs uses the corrected normal approximation", "[statistics]") {
  // scipy.stats.wilcoxon(z, method='approx', correction=False): 552, p = 0.007528086523528269.
  std::vector<double> differences;
  for (int i = 1; i <= 60; ++i) differences.push_back((7 * i * i % 61) * (i % 3 == 0 ? -1 : 1));
  const WilcoxonResult result = WilcoxonSignedRank(differences);
  CHECK_FALSE(result.exact);
  CHECK(std::min(result.rank_sum_plus, result.rank_sum_minus) == 552.0);
  CHECK(result.p_value == Approx(0.007528086523528269).epsilon(1e-10));
}

TEST_CASE("Five seeds cannot reach two-sided 0.05, six can", "[statistics]") {
  const WilcoxonResult five = WilcoxonSignedRank(std::vector<double>{-9, -8, -7, -6, -5});
  CHECK(five.p_value == 0.0625);
  CHECK(five.smallest_p == 0.0625);
  const WilcoxonResult six = WilcoxonSignedRank(std::vector<double>{-9, -8, -7, -6, -5, -4});
  CHECK(six.smallest_p == 0.03125);
  const WilcoxonResult nothing = WilcoxonSignedRank(std::vector<double>{0, 0, 0});
  CHECK(nothing.pairs == 0);
  CHECK(nothing.p_value == 1.0);
}

TEST_CASE("Wilcoxon is symmetric and blind to scale", "[statistics]") {
  const std::vector<double> d{0.3, -0.1, 0.7, 0.2, -0.5, 0.9, 1.4};
  std::vector<double> flipped;
  std::vector<double> scaled;
  for (double value : d) {
    flipped.push_back(-value);
    scaled.push_back(1e6 * value);
  }
  CHECK(WilcoxonSignedRank(d).p_value == WilcoxonSignedRank(flipped).p_value);
  CHECK(WilcoxonSignedRank(d).p_value == WilcoxonSignedRank(scaled).p_value);
  CHECK(WilcoxonSignedRank(d).rank_biserial == -WilcoxonSignedRank(flipped).rank_biserial);
}

TEST_CASE("Holm's adjustment", "[statistics]") {
  // statsmodels multipletests(p, method='holm'), which agrees with R's p.adjust.
  const std::vector<double> adjusted = HolmAdjust(std::vector<double>{0.01, 0.04, 0.03, 0.005});
  const std::vector<double> expected{0.03, 0.06, 0.06, 0.02};
  for (std::size_t i = 0; i < 4; ++i) CHECK(adjusted[i] == Approx(expected[i]));
  const std::vector<double> ties = HolmAdjust(std::vector<double>{0.5, 0.001, 0.02, 0.02, 0.9});
  const std::vector<double> expected_ties{1.0, 0.005, 0.08, 0.08, 1.0};
  for (std::size_t i = 0; i < 5; ++i) CHECK(ties[i] == Approx(expected_ties[i]));
  CHECK(HolmAdjust({}).empty());
  CHECK_THROWS_AS(HolmAdjust(std::vector<double>{1.5}), ContractViolation);
}

TEST_CASE("Friedman: Hollander and Wolfe's base runners", "[statistics]") {
  // R, ?friedman.test (RoundingTimes): chi-squared = 11.143, df = 2, p = 0.003805.
  // scipy.stats.friedmanchisquare: 11.142857142857132, p = 0.003805040775511383.
  // Iman-Davenport from it: F = 7.121739130434773, scipy.stats.f.sf(F, 2, 42) = 0.00217129838760.
  const std::vector<std::vector<double>> times{
      {5.40, 5.50, 5.55}, {5.85, 5.70, 5.75}, {5.20, 5.60, 5.50}, {5.55, 5.50, 5.40},
      {5.90, 5.85, 5.70}, {5.45, 5.55, 5.60}, {5.40, 5.40, 5.35}, {5.45, 5.50, 5.35},
      {5.25, 5.15, 5.00}, {5.85, 5.80, 5.70}, {5.25, 5.20, 5.10}, {5.65, 5.55, 5.45},
      {5.60, 5.35, 5.45}, {5.05, 5.00, 4.95}, {5.50, 5.50, 5.40}, {5.45, 5.55, 5.50},
      {5.55, 5.55, 5.35}, {5.45, 5.50, 5.55}, {5.50, 5.45, 5.25}, {5.65, 5.60, 5.40},
      {5.70, 5.65, 5.55}, {6.30, 6.30, 6.25}};
  const FriedmanResult result = FriedmanTest(times);
  CHECK(result.blocks == 22);
  CHECK(result.chi_squared == Approx(11.142857142857132).epsilon(1e-10));
  CHECK(result.p_value == Approx(0.003805040775511383).epsilon(1e-9));
  CHECK(result.iman_davenport_f == Approx(7.121739130434773).epsilon(1e-10));
  CHECK(result.iman_davenport_p == Approx(0.0021712983876075345).epsilon(1e-9));
}

TEST_CASE("Friedman and Nemenyi: Demsar's four classifiers", "[statistics]") {
  // Demsar 2006, Table 6: accuracies (higher is better, so negated here) on 14 data sets. The
  // "voting" row prints two equal accuracies that the paper ranks 2 and 3; the digit is restored.
  const std::vector<std::vector<double>> accuracy{
      {0.763, 0.768, 0.771, 0.798},  {0.599, 0.591, 0.590, 0.569}, {0.954, 0.971, 0.968, 0.967},
      {0.628, 0.661, 0.654, 0.657},  {0.882, 0.888, 0.886, 0.898}, {0.936, 0.931, 0.916, 0.931},
      {0.661, 0.668, 0.609, 0.685},  {0.583, 0.583, 0.563, 0.625}, {0.775, 0.838, 0.866, 0.875},
      {1.000, 1.000, 1.000, 1.000},  {0.940, 0.962, 0.965, 0.962}, {0.619, 0.666, 0.614, 0.669},
      {0.972, 0.981, 0.9752, 0.975}, {0.957, 0.978, 0.946, 0.970}};
  std::vector<std::vector<double>> blocks = accuracy;
  for (std::vector<double>& block : blocks) {
    for (double& value : block) value = -value;
  }
  const FriedmanResult result = FriedmanTest(blocks);
  const std::vector<double> published{3.143, 2.000, 2.893, 1.964};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(result.average_ranks[i] == Approx(published[i]).margin(5e-4));
  }
  // CD = 2.569 sqrt(4 * 5 / (6 * 14)) = 1.25 at 0.05, and 1.12 at 0.10.
  CHECK(NemenyiCriticalDifference(4, 14, 0.05) == Approx(1.25).margin(0.005));
  CHECK(NemenyiCriticalDifference(4, 14, 0.10) == Approx(1.12).margin(0.005));
}

TEST_CASE("Nemenyi's q matches the studentized range", "[statistics]") {
  // scipy.stats.studentized_range.ppf(0.95, k, inf) / sqrt(2); Demsar's Table 5 to 3 digits.
  const std::vector<double> q{1.9599639845400534, 2.343700586378409,  2.569031772546482,
                              2.7277743708703763, 2.8497054196100016, 2.9483200175296744,
                              3.030878449614413,  3.1017303413033805, 3.163683577053373};
  for (std::size_t k = 2; k <= 10; ++k) {
    CHECK(NormalRangeQuantile(0.95, k) / std::sqrt(2.0) == Approx(q[k - 2]).epsilon(1e-8));
  }
  CHECK(NormalRangeCdf(-1.0, 4) == 0.0);
  CHECK(NormalRangeCdf(40.0, 4) == Approx(1.0));
}

TEST_CASE("Friedman at its extremes", "[statistics]") {
  const FriedmanResult ties = FriedmanTest({{1, 1, 1}, {2, 2, 2}});
  CHECK(ties.p_value == 1.0);
  CHECK(ties.average_ranks == std::vector<double>{2, 2, 2});
  const FriedmanResult alike = FriedmanTest({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
  CHECK(alike.chi_squared == Approx(6.0));
  CHECK(std::isinf(alike.iman_davenport_f));
  CHECK(alike.iman_davenport_p == 0.0);
  CHECK_THROWS_AS(FriedmanTest({{1, 2}}), ContractViolation);
  CHECK_THROWS_AS(FriedmanTest({{1, 2}, {1, 2, 3}}), ContractViolation);
}

TEST_CASE("Bars of a critical-difference diagram", "[statistics]") {
  using Groups = std::vector<std::vector<std::size_t>>;
  // Demsar's Figure 1 ranks: with CD 1.25 everything is one group; with 0.5 two pairs.
  const std::vector<double> ranks{3.143, 2.000, 2.893, 1.964};
  CHECK(IndistinguishableGroups(ranks, 1.25) == Groups{{3, 1, 2, 0}});
  CHECK(IndistinguishableGroups(ranks, 0.5) == Groups{{3, 1}, {2, 0}});
  CHECK(IndistinguishableGroups(ranks, 0.01).empty());
  CHECK(IndistinguishableGroups({1.0, 2.0, 3.0}, 1.5) == Groups{{0, 1}, {1, 2}});
}

}  // namespace
}  // namespace rectune::experiments
