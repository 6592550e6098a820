// SPDX-License-Identifier: Apache-2.0
#include "baselines/multi_objective_gp.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "baselines/acquisition/hypervolume_utility.h"

namespace rectune::baselines {
namespace {

constexpr double kTolerance = 0.1;  // of a metric's spread: how far below production still counts
// Left out, a point of the front would be found again and again. Twice a scalar search's.
constexpr std::size_t kMostBaselines = 48;

GpTunerOptions WithNorthStars(GpTunerOptions options) {
  options.surrogate.models.models_each_north_star = true;
  return options;
}

}  // namespace

MultiObjectiveGp::MultiObjectiveGp(std::string name, TuningTask task, GpTunerOptions options)
    : GpTuner(std::move(name), std::move(task), WithNorthStars(std::move(options))) {}

std::size_t MultiObjectiveGp::sampled_models() const {
  return objectives() + models().constraints();
}

std::vector<std::size_t> MultiObjectiveGp::Incumbents() const {
  const std::size_t n = models().points().size();
  const std::vector<double> feasible = models().ProbabilityFeasible(models().features());
  std::vector<CandidateBlock> blocks(objectives());
  for (std::size_t k = 0; k < objectives(); ++k) {
    models().north_star(k).posterior->Predict(models().features(), &blocks[k]);
  }
  const auto beats = [&](std::size_t a, std::size_t b, double deviations) {
    bool somewhere = false;
    for (const CandidateBlock& block : blocks) {
      const double slack =
          deviations * (std::sqrt(block.variance[a]) + std::sqrt(block.variance[b]));
      if (block.mean[a] - slack < block.mean[b]) return false;
      somewhere = somewhere || block.mean[a] - slack > block.mean[b];
    }
    return somewhere;
  };
  // How many probably feasible points have a better mean all round: 0 on the front.
  std::vector<std::size_t> order;
  std::vector<int> behind(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    bool hopeless = feasible[i] < 1e-3;
    for (std::size_t j = 0; j < n; ++j) {
      if (j == i || feasible[j] < 0.5) continue;
      hopeless = hopeless || beats(j, i, 3.0);
      behind[i] += beats(j, i, 0.0) ? 1 : 0;
    }
    if (!hopeless) order.push_back(i);
  }
  if (order.empty()) return GpTuner::Incumbents();
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return (feasible[a] >= 0.5) != (feasible[b] >= 0.5) ? feasible[a] >= 0.5
                                                        : behind[a] < behind[b];
  });
  if (order.size() > kMostBaselines) order.resize(kMostBaselines);
  // Spread along the front, farthest first, so that a search around the first few is around all.
  std::vector<double> distance(order.size(), std::numeric_limits<double>::infinity());
  for (std::size_t chosen = 0; chosen + 1 < order.size(); ++chosen) {
    for (std::size_t i = chosen + 1; i < order.size(); ++i) {
      double square = 0.0;
      for (const CandidateBlock& block : blocks) {
        const double gap = block.mean[order[i]] - block.mean[order[chosen]];
        square += gap * gap;
      }
      distance[i] = std::min(distance[i], square + (behind[order[i]] == 0 ? 1e6 : 0.0));
    }
    const auto farthest = std::max_element(
        distance.begin() + static_cast<std::ptrdiff_t>(chosen) + 1, distance.end());
    const auto at = static_cast<std::size_t>(farthest - distance.begin());
    std::swap(order[chosen + 1], order[at]);
    std::swap(distance[chosen + 1], distance[at]);
  }
  return order;
}

std::vector<JointSampler> MultiObjectiveGp::Samplers(const Matrix& baselines,
                                                     const Matrix& draws) const {
  std::vector<const MetricModel*> sampled;
  for (std::size_t k = 0; k < objectives(); ++k) sampled.push_back(&models().north_star(k));
  for (std::size_t g = 0; g < models().constraints(); ++g) {
    sampled.push_back(&models().constraint(g));
  }
  return MakeSamplers(sampled, baselines, draws);
}

std::vector<ConstraintBound> MultiObjectiveGp::Bounds() const {
  std::vector<ConstraintBound> bounds;
  for (std::size_t g = 0; g < models().constraints(); ++g) bounds.push_back(models().bound(g));
  return bounds;
}

std::vector<double> MultiObjectiveGp::Reference() const {
  std::vector<double> reference;
  for (std::size_t k = 0; k < objectives(); ++k) {
    reference.push_back(models().north_star(k).standardisation.Apply(0.0) - kTolerance);
  }
  return reference;
}

MonteCarloAcquisition QLogNehvi::MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                                 int arm) const {
  RandomStream directions(task().seed, Purpose::kTunerInternal,
                          static_cast<std::uint64_t>(proposed_rounds()),
                          static_cast<std::uint64_t>(arm), 1);
  return {Samplers(baselines, draws),
          std::make_unique<HypervolumeUtility>(Reference(), Bounds(), directions)};
}

MonteCarloAcquisition QLogNParego::MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                                   int arm) const {
  RandomStream stream(task().seed, Purpose::kTunerInternal,
                      static_cast<std::uint64_t>(proposed_rounds()),
                      static_cast<std::uint64_t>(arm), 1);
  // Uniform on the simplex: exponentials over their sum.
  std::vector<double> weights(objectives(), 1.0);
  if (objectives() > 1) {
    double total = 0.0;
    for (double& w : weights) {
      w = -std::log(stream.UniformOpen());
      total += w;
    }
    for (double& w : weights) w /= total;
  }
  return {Samplers(baselines, draws),
          std::make_unique<ImprovementUtility>(std::move(weights), Bounds(), Reference())};
}

}  // namespace rectune::baselines
