// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/improvement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

// In standardised units. BoTorch's are 1e-6 and 1e-3; with tails like 1 / |t| a tau of 1e-4 leaves
// 1e-8 at one unit below the incumbent.
constexpr double kTau = 1e-4;
constexpr double kEta = 1e-3;
constexpr double kAugmentation = 0.05;
constexpr std::size_t kMostObjectives = 16;

inline double Positive(double t) {
  const double root = std::sqrt(t * t + 4.0 * kTau * kTau);
  // The textbook form cancels for t < 0; this one does not, and both are computed so that the loop
  // has no branch.
  const double above = 0.5 * (t + root);
  const double below = 2.0 * kTau * kTau / (root - std::min(t, 0.0));
  return t > 0.0 ? above : below;
}

inline double Feasible(double t) {
  const double root = std::sqrt(t * t + kEta * kEta);
  const double above = 0.5 * (1.0 + t / root);
  const double below = 0.5 * kEta * kEta / (root * (root - std::min(t, 0.0)));
  return t > 0.0 ? above : below;
}

}  // namespace

double SmoothPositive(double t, double* slope) {
  const double value = Positive(t);
  *slope = value / std::sqrt(t * t + 4.0 * kTau * kTau);
  return value;
}

double SmoothFeasibility(const ConstraintBound& bound, double sample, double* slope) {
  const double t = bound.threshold - bound.sign * sample;
  const double square = t * t + kEta * kEta;
  *slope = -bound.sign * 0.5 * kEta * kEta / (square * std::sqrt(square));
  return Feasible(t);
}

ImprovementUtility::ImprovementUtility(std::vector<double> weights,
                                       std::vector<ConstraintBound> constraints,
                                       std::vector<double> origin)
    : weights_(std::move(weights)),
      origin_(std::move(origin)),
      constraints_(std::move(constraints)) {
  origin_.resize(weights_.size(), 0.0);
  RECTUNE_CHECK(!weights_.empty() && weights_.size() <= kMostObjectives,
                "an improvement is over one to sixteen objectives");
}

double ImprovementUtility::Scalarise(const double* samples, double* slopes) const {
  if (weights_.size() == 1) {
    if (slopes != nullptr) slopes[0] = weights_[0];
    return weights_[0] * samples[0];
  }
  std::size_t worst = 0;
  double lowest = std::numeric_limits<double>::infinity();
  double sum = 0.0;
  for (std::size_t k = 0; k < weights_.size(); ++k) {
    const double term = weights_[k] * (samples[k] - origin_[k]);
    sum += term;
    if (term < lowest) {
      lowest = term;
      worst = k;
    }
    if (slopes != nullptr) slopes[k] = kAugmentation * weights_[k];
  }
  if (slopes != nullptr) slopes[worst] += weights_[worst];
  return lowest + kAugmentation * sum;
}

void ImprovementUtility::Rebuild(const std::vector<JointSampler>& samplers) {
  const std::size_t objectives = weights_.size();
  RECTUNE_CHECK(samplers.size() == objectives + constraints_.size(),
                "one model an objective and a constraint");
  const std::size_t draws = samplers.front().draws();
  const std::size_t baselines = samplers.front().baselines();
  std::vector<double> outcome(samplers.size());
  best_.assign(draws, -std::numeric_limits<double>::infinity());
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t m = 0; m < draws; ++m) {
    for (std::size_t b = 0; b < baselines; ++b) {
      for (std::size_t k = 0; k < samplers.size(); ++k) outcome[k] = samplers[k].samples()(b, m);
      bool feasible = true;
      for (std::size_t g = 0; g < constraints_.size(); ++g) {
        feasible =
            feasible && constraints_[g].sign * outcome[objectives + g] <= constraints_[g].threshold;
      }
      const double value = Scalarise(outcome.data(), nullptr);
      lowest = std::min(lowest, value);
      if (feasible) best_[m] = std::max(best_[m], value);
    }
  }
  for (double& best : best_) {
    if (!std::isfinite(best)) best = lowest - 1.0;
  }
}

void ImprovementUtility::AddRow(std::size_t draw, const double* const* samples, std::size_t count,
                                double* total) const {
  const double best = best_[draw];
  if (weights_.size() == 1 && constraints_.empty()) {
    const double* f = samples[0];
    for (std::size_t r = 0; r < count; ++r) total[r] += Positive(weights_[0] * f[r] - best);
    return;
  }
  constexpr std::size_t kAtOnce = 128;
  double utility[kAtOnce];
  std::array<double, kMostObjectives> outcome{};
  for (std::size_t first = 0; first < count; first += kAtOnce) {
    const std::size_t width = std::min(kAtOnce, count - first);
    if (weights_.size() == 1) {
      const double* f = samples[0] + first;
      for (std::size_t r = 0; r < width; ++r) utility[r] = Positive(weights_[0] * f[r] - best);
    } else {
      for (std::size_t r = 0; r < width; ++r) {
        for (std::size_t k = 0; k < weights_.size(); ++k) outcome[k] = samples[k][first + r];
        utility[r] = Positive(Scalarise(outcome.data(), nullptr) - best);
      }
    }
    for (std::size_t g = 0; g < constraints_.size(); ++g) {
      const double* f = samples[weights_.size() + g] + first;
      const ConstraintBound& bound = constraints_[g];
      for (std::size_t r = 0; r < width; ++r) {
        utility[r] *= Feasible(bound.threshold - bound.sign * f[r]);
      }
    }
    for (std::size_t r = 0; r < width; ++r) total[first + r] += utility[r];
  }
}

double ImprovementUtility::At(std::size_t draw, const double* samples, double* slopes) const {
  const std::size_t objectives = weights_.size();
  double slope = 0.0;
  const double improvement = SmoothPositive(Scalarise(samples, slopes) - best_[draw], &slope);
  double feasibility = 1.0;
  for (std::size_t g = 0; g < constraints_.size(); ++g) {
    double own = 0.0;
    const double value = SmoothFeasibility(constraints_[g], samples[objectives + g], &own);
    // The logarithmic derivative for now; the product is not known yet. Never 0: fat tails.
    slopes[objectives + g] = own / value;
    feasibility *= value;
  }
  for (std::size_t k = 0; k < objectives; ++k) slopes[k] *= slope * feasibility;
  const double value = improvement * feasibility;
  for (std::size_t g = 0; g < constraints_.size(); ++g) slopes[objectives + g] *= value;
  return value;
}

}  // namespace rectune::baselines
