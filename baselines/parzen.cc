// SPDX-License-Identifier: Apache-2.0
#include "baselines/parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kNewest = 25;  // observations that weigh 1

// Phi(-z) is below half a unit in the last place of 1 from here on.
constexpr double kCertain = 8.3;

/// Phi(-|z|).
double Tail(double z) { return NormalCdf(-std::abs(z)); }

/// Phi(b) - Phi(a) for a <= b, from the tails, where nothing cancels; most kernels are narrow, so
/// the two comparisons save most of the work.
double NormalMass(double a, double b) {
  if (a > 0.0) return Tail(a) - Tail(b);
  if (b < 0.0) return Tail(b) - Tail(a);
  double mass = 1.0;
  if (a > -kCertain) mass -= Tail(a);
  if (b < kCertain) mass -= Tail(b);
  return mass;
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
    for (std::size_t j = 0; j < d; ++j) mu_[At(i, j)] = points[i][j];
  }
  for (std::size_t j = 0; j < d; ++j) {
    if (!dimensions_[j].is_choice()) FitBandwidths(points, j);
  }
  inverse_sigma_.resize(sigma_.size());
  for (std::size_t i = 0; i < sigma_.size(); ++i) inverse_sigma_[i] = 1.0 / sigma_[i];

  const double root_two_pi = std::sqrt(2.0 * std::numbers::pi);
  log_normaliser_.assign(kernels(), 0.0);
  for (std::size_t j = 0; j < d; ++j) {
    if (dimensions_[j].is_choice()) continue;
    for (std::size_t k = 0; k < kernels(); ++k) {
      const std::size_t at = At(k, j);
      const double mass =
          NormalMass(-mu_[at] * inverse_sigma_[at], (1.0 - mu_[at]) * inverse_sigma_[at]);
      const double width = dimensions_[j].has_levels() ? 1.0 : sigma_[at] * root_two_pi;
      log_normaliser_[k] -= std::log(mass * width);
    }
  }
}

void ParzenEstimator::FitBandwidths(std::span<const std::vector<double>> points,
                                    std::size_t dimension) {
  const std::size_t n = points.size();
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
    sigma_[At(order[rank], dimension)] = std::clamp(gap, narrowest, 1.0);
  }
}

std::vector<double> ParzenEstimator::Sample(RandomStream& stream) const {
  const std::size_t d = dimensions_.size();
  const std::size_t kernel = stream.Categorical(weights_);
  const bool is_prior = kernel + 1 == kernels();
  std::vector<double> unit(d);
  for (std::size_t j = 0; j < d; ++j) {
    const CoordinateView& view = dimensions_[j];
    const std::size_t at = At(kernel, j);
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

void ParzenEstimator::AddLevel(std::size_t dimension, std::size_t level,
                               std::vector<double>& terms) const {
  const CoordinateView& view = dimensions_[dimension];
  if (view.is_choice()) {
    const double levels = static_cast<double>(view.levels());
    const double share = 1.0 / static_cast<double>(kernels());
    const double observed = std::log((1.0 + share) / (1.0 + levels * share));
    const double other = std::log(share / (1.0 + levels * share));
    for (std::size_t k = 0; k + 1 < kernels(); ++k) {
      terms[k] += view.LevelOf(mu_[At(k, dimension)]) == level ? observed : other;
    }
    terms.back() -= std::log(levels);
    return;
  }
  const double low = view.edges[level];
  const double high = view.edges[level + 1];
  for (std::size_t k = 0; k < kernels(); ++k) {
    const std::size_t at = At(k, dimension);
    terms[k] += std::log(
        NormalMass((low - mu_[at]) * inverse_sigma_[at], (high - mu_[at]) * inverse_sigma_[at]));
  }
}

double ParzenEstimator::LogDensity(std::span<const double> unit) const {
  const std::size_t d = dimensions_.size();
  RECTUNE_CHECK(unit.size() == d, "a point has one number for each dimension");
  std::vector<double> squares(kernels(), 0.0);
  std::vector<double> terms = log_weights_;
  for (std::size_t j = 0; j < d; ++j) {
    if (dimensions_[j].has_levels()) {
      AddLevel(j, dimensions_[j].LevelOf(unit[j]), terms);
      continue;
    }
    const double* mu = &mu_[At(0, j)];
    const double* inverse_sigma = &inverse_sigma_[At(0, j)];
    for (std::size_t k = 0; k < squares.size(); ++k) {
      const double z = (unit[j] - mu[k]) * inverse_sigma[k];
      squares[k] += z * z;
    }
  }
  for (std::size_t k = 0; k < terms.size(); ++k) terms[k] += log_normaliser_[k] - 0.5 * squares[k];
  // Log-sum-exp; the prior kernel keeps the largest term finite.
  const double largest = *std::max_element(terms.begin(), terms.end());
  double sum = 0.0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

}  // namespace rectune::baselines
