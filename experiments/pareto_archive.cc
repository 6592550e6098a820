// SPDX-License-Identifier: Apache-2.0
#include "experiments/pareto_archive.h"

#include <algorithm>
#include <utility>

#include "baselines/genetic.h"

namespace rectune::experiments {
namespace {

/// Domination is of costs.
baselines::Fitness CostsOf(const ParetoPoint& point) {
  baselines::Fitness fitness;
  for (const double benefit : point.benefits) fitness.objectives.push_back(-benefit);
  return fitness;
}

}  // namespace

void ParetoArchive::Add(const Configuration& configuration, std::vector<double> benefits) {
  ParetoPoint added{configuration, std::move(benefits)};
  const baselines::Fitness costs = CostsOf(added);
  const std::lock_guard guard(mutex_);
  for (const ParetoPoint& point : points_) {
    if (point.benefits == added.benefits) {
      // Two ways to one outcome: one of them, whoever came first.
      if (point.configuration.values() <= added.configuration.values()) return;
      continue;
    }
    if (baselines::Dominates(CostsOf(point), costs)) return;
  }
  std::erase_if(points_, [&](const ParetoPoint& point) {
    return point.benefits == added.benefits || baselines::Dominates(costs, CostsOf(point));
  });
  points_.push_back(std::move(added));
}

std::vector<ParetoPoint> ParetoArchive::Spread(std::size_t count) const {
  std::vector<ParetoPoint> points;
  {
    const std::lock_guard guard(mutex_);
    points = points_;
  }
  std::ranges::sort(points, [](const ParetoPoint& a, const ParetoPoint& b) {
    return a.benefits > b.benefits;  // no two are equal
  });
  std::vector<baselines::Fitness> fitness;
  for (const ParetoPoint& point : points) fitness.push_back(CostsOf(point));
  std::vector<std::size_t> kept =
      baselines::SelectBest(baselines::RankPopulation(fitness), std::min(count, points.size()));
  std::ranges::sort(kept);
  std::vector<ParetoPoint> spread;
  for (const std::size_t i : kept) spread.push_back(points[i]);
  return spread;
}

}  // namespace rectune::experiments
