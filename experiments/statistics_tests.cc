// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics_tests.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "core/check.h"

namespace rectune::experiments {
namespace {

constexpr std::size_t kLargestExactSample = 50;

/// Midranks (1-based) of `values`, and the sum over tie groups of t^3 - t.
std::vector<double> MidRanks(std::span<const double> values, double* tie_term) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  std::size_t start = 0;
  while (start < order.size()) {
    std::size_t end = start + 1;
    while (end < order.size() && values[order[end]] == values[order[start]]) ++end;
    const double count = static_cast<double>(end - start);
    const double rank = 0.5 * static_cast<double>(start + 1 + end);
    for (std::size_t i = start; i < end; ++i) ranks[order[i]] = rank;
    *tie_term += count * count * count - count;
    start = end;
  }
  return ranks;
}

/// P(min tail) doubled: the share of the 2^n sign flips whose positive rank sum is at most
/// `smaller_sum`, times two. Midranks are halves of integers, so twice each rank is an integer and
/// the distribution is a small subset-sum table of probabilities.
double ExactTwoSided(const std::vector<double>& ranks, double smaller_sum) {
  std::vector<double> probability{1.0};
  for (double rank : ranks) {
    const auto step = static_cast<std::size_t>(std::llround(2.0 * rank));
    std::vector<double> next(probability.size() + step, 0.0);
    for (std::size_t i = 0; i < probability.size(); ++i) {
      next[i] += 0.5 * probability[i];
      next[i + step] += 0.5 * probability[i];
    }
    probability = std::move(next);
  }
  const auto limit = static_cast<std::size_t>(std::llround(2.0 * smaller_sum));
  double tail = 0.0;
  for (std::size_t i = 0; i <= limit && i < probability.size(); ++i) tail += probability[i];
  return std::min(1.0, 2.0 * tail);
}

}  // namespace

WilcoxonResult WilcoxonSignedRank(std::span<const double> differences) {
  std::vector<double> kept;
  std::vector<double> sizes;
  for (double difference : differences) {
    RECTUNE_CHECK(std::isfinite(difference), "the signed-rank test needs finite differences");
    if (difference == 0.0) continue;
    kept.push_back(difference);
    sizes.push_back(std::abs(difference));
  }
  WilcoxonResult result;
  result.pairs = kept.size();
  if (kept.empty()) return result;

  double tie_term = 0.0;
  const std::vector<double> ranks = MidRanks(sizes, &tie_term);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    (kept[i] > 0.0 ? result.rank_sum_plus : result.rank_sum_minus) += ranks[i];
  }
  const double total = result.rank_sum_plus + result.rank_sum_minus;
  const double smaller = std::min(result.rank_sum_plus, result.rank_sum_minus);
  result.rank_biserial = (result.rank_sum_plus - result.rank_sum_minus) / total;
  if (kept.size() <= kLargestExactSample) {
    result.p_value = ExactTwoSided(ranks, smaller);
    result.smallest_p = ExactTwoSided(ranks, 0.0);
    return result;
  }
  const double n = static_cast<double>(kept.size());
  const double variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tie_term / 48.0;
  const boost::math::normal_distribution<double> normal;
  const auto two_sided = [&](double sum) {
    return std::min(1.0, 2.0 * cdf(normal, (sum - 0.5 * total) / std::sqrt(variance)));
  };
  result.exact = false;
  result.p_value = two_sided(smaller);
  result.smallest_p = two_sided(0.0);
  return result;
}

std::vector<double> HolmAdjust(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double running = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double p = p_values[order[i]];
    RECTUNE_CHECK(p >= 0.0 && p <= 1.0, "a p-value lies in [0, 1]");
    running = std::max(running, static_cast<double>(order.size() - i) * p);
    adjusted[order[i]] = std::min(1.0, running);
  }
  return adjusted;
}

FriedmanResult FriedmanTest(const std::vector<std::vector<double>>& blocks) {
  RECTUNE_CHECK(blocks.size() >= 2, "Friedman's test needs at least two blocks");
  const std::size_t treatments = blocks.front().size();
  RECTUNE_CHECK(treatments >= 2, "Friedman's test needs at least two treatments");
  FriedmanResult result;
  result.blocks = blocks.size();
  result.average_ranks.assign(treatments, 0.0);
  double tie_term = 0.0;
  for (const std::vector<double>& block : blocks) {
    RECTUNE_CHECK(block.size() == treatments, "every block needs every treatment");
    const std::vector<double> ranks = MidRanks(block, &tie_term);
    for (std::size_t t = 0; t < treatments; ++t) result.average_ranks[t] += ranks[t];
  }
  const double n = static_cast<double>(blocks.size());
  const double k = static_cast<double>(treatments);
  double spread = 0.0;
  for (double& rank : result.average_ranks) {
    rank /= n;
    spread += (rank - 0.5 * (k + 1.0)) * (rank - 0.5 * (k + 1.0));
  }
  const double correction = 1.0 - tie_term / (n * (k * k * k - k));
  if (correction <= 0.0) return result;  // every block is one big tie: nothing to tell apart
  result.chi_squared = 12.0 * n / (k * (k + 1.0)) * spread / correction;
  const boost::math::chi_squared_distribution<double> chi_squared(k - 1.0);
  result.p_value = cdf(complement(chi_squared, result.chi_squared));
  const double room = n * (k - 1.0) - result.chi_squared;
  if (room <= 1e-12 * n * k) {
    result.iman_davenport_f = std::numeric_limits<double>::infinity();
    result.iman_davenport_p = 0.0;
    return result;
  }
  result.iman_davenport_f = (n - 1.0) * result.chi_squared / room;
  const boost::math::fisher_f_distribution<double> f(k - 1.0, (k - 1.0) * (n - 1.0));
  result.iman_davenport_p = cdf(complement(f, result.iman_davenport_f));
  return result;
}

double NormalRangeCdf(double q, std::size_t treatments) {
  RECTUNE_CHECK(treatments >= 2, "a range needs at least two treatments");
  if (q <= 0.0) return 0.0;
  const boost::math::normal_distribution<double> normal;
  const double others = static_cast<double>(treatments - 1);
  // The lowest of the k lies at z; all others lie in [z, z + q].
  const auto integrand = [&](double z) {
    return pdf(normal, z) * std::pow(cdf(normal, z + q) - cdf(normal, z), others);
  };
  const double integral = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
      integrand, -12.0, 12.0, 10, 1e-12);
  return std::min(1.0, static_cast<double>(treatments) * integral);
}

double NormalRangeQuantile(double probability, std::size_t treatments) {
  RECTUNE_CHECK(probability > 0.0 && probability < 1.0, "a quantile's probability is in (0, 1)");
  std::uintmax_t iterations = 200;
  const std::pair<double, double> bracket = boost::math::tools::toms748_solve(
      [&](double q) { return NormalRangeCdf(q, treatments) - probability; }, 0.0, 40.0,
      boost::math::tools::eps_tolerance<double>(45), iterations);
  return 0.5 * (bracket.first + bracket.second);
}

double NemenyiCriticalDifference(std::size_t treatments, std::size_t blocks, double alpha) {
  RECTUNE_CHECK(blocks >= 2, "a critical difference needs at least two blocks");
  const double k = static_cast<double>(treatments);
  const double q = NormalRangeQuantile(1.0 - alpha, treatments) / std::sqrt(2.0);
  return q * std::sqrt(k * (k + 1.0) / (6.0 * static_cast<double>(blocks)));
}

std::vector<std::vector<std::size_t>> IndistinguishableGroups(
    const std::vector<double>& average_ranks, double critical_difference) {
  std::vector<std::size_t> order(average_ranks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return average_ranks[a] < average_ranks[b];
  });
  std::vector<std::vector<std::size_t>> groups;
  std::size_t covered = 0;  // end of the last group: a shorter run inside it says nothing new
  for (std::size_t start = 0; start < order.size(); ++start) {
    std::size_t end = start + 1;
    while (end < order.size() &&
           average_ranks[order[end]] - average_ranks[order[start]] < critical_difference) {
      ++end;
    }
    if (end - start > 1 && end > covered) {
      groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(start),
                          order.begin() + static_cast<std::ptrdiff_t>(end));
      covered = end;
    }
  }
  return groups;
}

}  // namespace rectune::experiments
