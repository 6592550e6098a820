// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/pareto_search.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr double kCrossover = 0.9;
// A copy of what is there fills the front and finds nothing.
constexpr int kMostRedraws = 10;

void KeepBest(std::size_t count, FrontPopulation* population) {
  const std::vector<Standing> standings = RankPopulation(population->fitness);
  FrontPopulation kept;
  for (const std::size_t i : SelectBest(standings, count)) {
    kept.units.push_back(std::move(population->units[i]));
    kept.fitness.push_back(std::move(population->fitness[i]));
    kept.standings.push_back(standings[i]);
  }
  *population = std::move(kept);
}

}  // namespace

FrontPopulation SearchFront(const FeatureMap& map, const FrontFunction& function,
                            std::vector<std::vector<double>> first,
                            const ParetoSearchOptions& options, RandomStream stream) {
  RECTUNE_CHECK(!first.empty(), "a population starts from a point");
  const auto size = static_cast<std::size_t>(options.population);
  const Variation variation(map.views(), kCrossover);
  FrontPopulation population;
  const auto is_there = [&](const std::vector<double>& unit) {
    return std::find(population.units.begin(), population.units.end(), unit) !=
           population.units.end();
  };
  for (std::vector<double>& unit : first) {
    map.Snap(&unit);
    if (!is_there(unit)) population.units.push_back(std::move(unit));
  }
  population.fitness = function(population.units);
  KeepBest(size, &population);
  for (int generation = 0; generation < options.generations; ++generation) {
    std::vector<std::vector<double>> children;
    for (std::size_t i = 0; i < size; ++i) {
      std::vector<double> child;
      bool is_new = false;
      for (int draw = 0; draw < kMostRedraws && !is_new; ++draw) {
        child = variation.Child(population.units, population.standings, stream);
        map.Snap(&child);
        is_new = !is_there(child) &&
                 std::find(children.begin(), children.end(), child) == children.end();
      }
      if (is_new) children.push_back(std::move(child));
    }
    if (children.empty()) break;
    std::vector<Fitness> fitness = function(children);
    std::move(children.begin(), children.end(), std::back_inserter(population.units));
    std::move(fitness.begin(), fitness.end(), std::back_inserter(population.fitness));
    KeepBest(size, &population);
  }
  return population;
}

}  // namespace rectune::baselines
