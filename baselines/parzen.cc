// SPDX-License-Identifier: Apache-2.0
#include "baselines/parzen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kNewest = 25;  // observations that weigh 1

/// Phi(b) - Phi(a) for a <= b, computed in the tail where it does not cancel.
double NormalMass(double a, double b) {
  if (a > 0.0) return NormalCdf(-a) - NormalCdf(-b);
  return NormalCdf(b) - NormalCdf(a);
}

}  // namespace

std::vector<double> AgeWeights(std::size_t n) {
  std::vector<double> weights(n, 1.0);
  if (n < kNewest) return weights;
  const std::size_t ramp = n - kNewest;
  const double low = 1.0 / static_cast<double>(n);
  for (std::size_t i = 0; i < ramp; ++i) {
    const double share = ramp == 1 ? 0.0 : static_cast<double>(i) / static_cast<double>(ramp - 1);
    weights[i] = low + share * (1.0 - low);
  }
  return weights;
}

ParzenEstimator::ParzenEstimator(const std::vector<CoordinateView>& dimensions,
                                 std::span<const std::vector<double>> points)
    : dimensions_(dimensions), weights_(AgeWeights(points.size())) {
  const std::size_t d = dimensions.size();
  weights_.push_back(1.0);  // the prior
  const double total = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= total;
  for (const double weight : weights_) log_weights_.push_back(std::log(weight));

  mu_.assign(kernels() * d, 0.5);
  sigma_.assign(kernels() * d, 1.0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    RECTUNE_CHECK(points[i].size() == d, "a point has one number for each dimension");
    std::copy(points[i].begin(), points[i].end(), mu_.begin() + static_cast<std::ptrdiff_t>(i * d));
  }
  for (std::size_t j = 0; j < d; ++j) {
    if (!dimensions_[j].is_choice()) FitBandwidths(points, j);
  }
  inverse_sigma_.resize(sigma_.size());
  for (std::size_t i = 0; i < sigma_.size(); ++i) inverse_sigma_[i] = 1.0 / sigma_[i];

  const double log_root_two_pi = 0.5 * std::log(2.0 * std::numbers::pi);
  log_normaliser_.assign(kernels(), 0.0);
  for (std::size_t k = 0; k < kernels(); ++k) {
    for (std::size_t j = 0; j < d; ++j) {
      if (dimensions_[j].is_choice()) continue;
      const std::size_t at = k * d + j;
      const double mass =
          NormalMass(-mu_[at] * inverse_sigma_[at], (1.0 - mu_[at]) * inverse_sigma_[at]);
      log_normaliser_[k] -= std::log(mass);
      if (!dimensions_[j].has_levels()) {
        log_normaliser_[k] -= std::log(sigma_[at]) + log_root_two_pi;
      }
    }
  }
}

void ParzenEstimator::FitBandwidths(std::span<const std::vector<double>> points,
                                    std::size_t dimension) {
  const std::size_t n = points.size();
  const std::size_t d = dimensions_.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const double left = points[a][dimension];
    const double right = points[b][dimension];
    return left != right ? left < right : a < b;
  });
  const double narrowest = 1.0 / std::min(100.0, 1.0 + static_cast<double>(kernels()));
  for (std::size_t rank = 0; rank < n; ++rank) {
    const double here = points[order[rank]][dimension];
    const double below = rank == 0 ? here : here - points[order[rank - 1]][dimension];
    const double above = rank + 1 == n ? 1.0 - here : points[order[rank + 1]][dimension] - here;
    double gap = std::max(below, above);
    // The outermost observations look inwards only (Optuna's consider_endpoints = false); a single
    // observation has no neighbour and takes its distance to the farther edge.
    if (n >= 2 && rank == 0) gap = above;
    if (n >= 2 && rank + 1 == n) gap = below;
    sigma_[order[rank] * d + dimension] = std::clamp(gap, narrowest, 1.0);
  }
}

std::vector<double> ParzenEstimator::Sample(RandomStream& stream) const {
  const std::size_t d = dimensions_.size();
  const std::size_t kernel = stream.Categorical(weights_);
  const bool is_prior = kernel + 1 == kernels();
  std::vector<double> unit(d);
  for (std::size_t j = 0; j < d; ++j) {
    const CoordinateView& view = dimensions_[j];
    const std::size_t at = kernel * d + j;
    const double uniform = stream.UniformOpen();
    if (dimensions_[j].is_choice()) {
      // With probability 1 / (1 + L / kernels) the observed level, else uniform over all: the same
      // distribution as the kernel's table.
      const double levels = static_cast<double>(view.levels());
      const double stay = is_prior ? 0.0 : 1.0 / (1.0 + levels / static_cast<double>(kernels()));
      const double rest = (uniform - stay) / (1.0 - stay);
      unit[j] = uniform < stay ? mu_[at] : view.Centre(view.LevelOf(rest));
      continue;
    }
    const double low = NormalCdf(-mu_[at] * inverse_sigma_[at]);
    const double high = NormalCdf((1.0 - mu_[at]) * inverse_sigma_[at]);
    const double quantile = NormalQuantile(low + uniform * (high - low));
    const double value = std::clamp(mu_[at] + sigma_[at] * quantile, 0.0, 1.0);
    unit[j] = view.has_levels() ? view.Centre(view.LevelOf(value)) : value;
  }
  return unit;
}

double ParzenEstimator::LogLevelMass(std::size_t kernel, std::size_t dimension,
                                     std::size_t level) const {
  const std::size_t at = kernel * dimensions_.size() + dimension;
  const CoordinateView& view = dimensions_[dimension];
  if (view.is_choice()) {
    const double levels = static_cast<double>(view.levels());
    if (kernel + 1 == kernels()) return -std::log(levels);
    const double share = 1.0 / static_cast<double>(kernels());
    const bool observed = view.LevelOf(mu_[at]) == level;
    return std::log(((observed ? 1.0 : 0.0) + share) / (1.0 + levels * share));
  }
  return std::log(NormalMass((view.edges[level] - mu_[at]) * inverse_sigma_[at],
                             (view.edges[level + 1] - mu_[at]) * inverse_sigma_[at]));
}

double ParzenEstimator::LogDensity(std::span<const double> unit) const {
  const std::size_t d = dimensions_.size();
  RECTUNE_CHECK(unit.size() == d, "a point has one number for each dimension");
  std::vector<double> terms(kernels());
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < kernels(); ++k) {
    double squares = 0.0;
    double levels = 0.0;
    for (std::size_t j = 0; j < d; ++j) {
      const std::size_t at = k * d + j;
      if (dimensions_[j].has_levels()) {
        levels += LogLevelMass(k, j, dimensions_[j].LevelOf(unit[j]));
      } else {
        const double z = (unit[j] - mu_[at]) * inverse_sigma_[at];
        squares += z * z;
      }
    }
    terms[k] = log_weights_[k] + log_normaliser_[k] + levels - 0.5 * squares;
    largest = std::max(largest, terms[k]);
  }
  // Log-sum-exp; the prior kernel keeps `largest` finite.
  double sum = 0.0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

}  // namespace rectune::baselines
