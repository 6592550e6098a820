// SPDX-License-Identifier: Apache-2.0
//
// SearchFront: the Pareto front of several functions over a mixed unit cube by NSGA-II (genetic.h),
// for functions cheap enough to be asked ten thousand times: a model's acquisition functions. Not
// the tuner of that name, whose individuals are measured arms.
//
//   const FrontPopulation front = SearchFront(map, evaluate, first_units, options, stream);
//   // front.standings[i].front == 0: nothing that was seen dominates front.units[i]
#pragma once

#include <functional>
#include <vector>

#include "baselines/genetic.h"
#include "baselines/gp/feature_map.h"
#include "core/random_stream.h"

namespace rectune::baselines {

struct ParetoSearchOptions {
  int population = 100;
  int generations = 100;
};

/// Best first; no two units are the same.
struct FrontPopulation {
  std::vector<std::vector<double>> units;  // snapped
  std::vector<Fitness> fitness;
  std::vector<Standing> standings;
};

/// Minimised; one for each unit point.
using FrontFunction =
    std::function<std::vector<Fitness>(const std::vector<std::vector<double>>& units)>;

/// `first`: the first population, at least one; snapped here.
FrontPopulation SearchFront(const FeatureMap& map, const FrontFunction& function,
                            std::vector<std::vector<double>> first,
                            const ParetoSearchOptions& options, RandomStream stream);

}  // namespace rectune::baselines
