// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/hypervolume_utility.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kMostModels = 32;

}  // namespace

HypervolumeUtility::HypervolumeUtility(std::vector<double> reference,
                                       std::vector<ConstraintBound> constraints,
                                       RandomStream directions)
    : reference_(std::move(reference)), constraints_(std::move(constraints)), stream_(directions) {
  RECTUNE_CHECK(!reference_.empty() && reference_.size() + constraints_.size() <= kMostModels,
                "a hypervolume is over one to thirty-two models");
}

void HypervolumeUtility::Rebuild(const std::vector<JointSampler>& samplers) {
  const std::size_t objectives = reference_.size();
  const std::size_t draws = samplers.front().draws();
  RECTUNE_CHECK(samplers.size() == objectives + constraints_.size(),
                "one model an objective and a constraint");
  // Directions are the draws' own and stay when baselines come: uniform on the positive sphere.
  while (objectives != 2 && directions_.size() < draws) {
    std::vector<double> direction(objectives);
    double square = 0.0;
    for (double& l : direction) {
      l = std::abs(stream_.Normal()) + 1e-3;
      square += l * l;
    }
    for (double& l : direction) l /= std::sqrt(square);
    directions_.push_back(std::move(direction));
  }
  strips_.assign(objectives == 2 ? draws : 0, {});
  best_.assign(draws, 0.0);
  std::vector<double> outcome(samplers.size());
  for (std::size_t m = 0; m < draws; ++m) {
    std::vector<std::pair<double, double>> front;  // two objectives, above the reference
    for (std::size_t b = 0; b < samplers.front().baselines(); ++b) {
      bool feasible = true;
      for (std::size_t k = 0; k < samplers.size(); ++k) outcome[k] = samplers[k].samples()(b, m);
      for (std::size_t g = 0; g < constraints_.size(); ++g) {
        feasible =
            feasible && constraints_[g].sign * outcome[objectives + g] <= constraints_[g].threshold;
      }
      if (!feasible) continue;
      if (objectives != 2) {
        std::size_t tightest = 0;
        best_[m] = std::max(best_[m], Along(m, outcome.data(), &tightest));
      } else if (outcome[0] > reference_[0] && outcome[1] > reference_[1]) {
        front.emplace_back(outcome[0], outcome[1]);
      }
    }
    if (objectives != 2) continue;
    // From the right: a point counts when it is higher than everything right of it.
    std::sort(front.begin(), front.end(), std::greater<>());
    double right = std::numeric_limits<double>::infinity();
    double height = reference_[1];
    for (const auto& [x, y] : front) {
      if (y <= height) continue;
      strips_[m].push_back({x, right, height, std::isinf(right)});
      right = x;
      height = y;
    }
    strips_[m].push_back({reference_[0], right, height, std::isinf(right)});
  }
}

double HypervolumeUtility::PlaneGain(std::size_t draw, const double* outcome,
                                     double* slopes) const {
  double total = 0.0;
  slopes[0] = slopes[1] = 0.0;
  for (const Strip& strip : strips_[draw]) {
    double by_width = 0.0;
    double by_height = 0.0;
    double width = SmoothPositive(outcome[0] - strip.from, &by_width);
    if (!strip.is_last) {
      double beyond = 0.0;
      width -= SmoothPositive(outcome[0] - strip.to, &beyond);
      by_width -= beyond;
    }
    const double height = SmoothPositive(outcome[1] - strip.floor, &by_height);
    total += width * height;
    slopes[0] += by_width * height;
    slopes[1] += width * by_height;
  }
  return total;
}

double HypervolumeUtility::Along(std::size_t draw, const double* outcome,
                                 std::size_t* tightest) const {
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < reference_.size(); ++k) {
    const double reach = (outcome[k] - reference_[k]) / directions_[draw][k];
    if (reach < least) {
      least = reach;
      *tightest = k;
    }
  }
  // The K-th power, odd below the reference so that it still says which way is up.
  return std::copysign(std::pow(std::abs(least), static_cast<double>(reference_.size())), least);
}

double HypervolumeUtility::DirectionGain(std::size_t draw, const double* outcome,
                                         double* slopes) const {
  const auto power = static_cast<double>(reference_.size());
  std::size_t tightest = 0;
  const double volume = Along(draw, outcome, &tightest);
  double slope = 0.0;
  const double gain = SmoothPositive(volume - best_[draw], &slope);
  std::fill(slopes, slopes + reference_.size(), 0.0);
  const double reach =
      std::abs(outcome[tightest] - reference_[tightest]) / directions_[draw][tightest];
  slopes[tightest] = slope * power * std::pow(reach, power - 1.0) / directions_[draw][tightest];
  return gain;
}

double HypervolumeUtility::Gain(std::size_t draw, const double* outcome, double* slopes) const {
  return reference_.size() == 2 ? PlaneGain(draw, outcome, slopes)
                                : DirectionGain(draw, outcome, slopes);
}

double HypervolumeUtility::At(std::size_t draw, const double* samples, double* slopes) const {
  const std::size_t objectives = reference_.size();
  const double gain = Gain(draw, samples, slopes);
  double feasibility = 1.0;
  for (std::size_t g = 0; g < constraints_.size(); ++g) {
    double own = 0.0;
    const double value = SmoothFeasibility(constraints_[g], samples[objectives + g], &own);
    slopes[objectives + g] = own / value;
    feasibility *= value;
  }
  for (std::size_t k = 0; k < objectives; ++k) slopes[k] *= feasibility;
  for (std::size_t g = 0; g < constraints_.size(); ++g) {
    slopes[objectives + g] *= gain * feasibility;
  }
  return gain * feasibility;
}

void HypervolumeUtility::AddRow(std::size_t draw, const double* const* samples, std::size_t count,
                                double* total) const {
  std::array<double, kMostModels> outcome{};
  std::array<double, kMostModels> slopes{};
  const std::size_t models = reference_.size() + constraints_.size();
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t k = 0; k < models; ++k) outcome[k] = samples[k][r];
    total[r] += At(draw, outcome.data(), slopes.data());
  }
}

}  // namespace rectune::baselines
