// SPDX-License-Identifier: Apache-2.0
//
// The parts of NSGA-II (Deb, Pratap, Agarwal and Meyarivan, IEEE TEC 6, 2002): constrained
// domination, fronts and crowding distances, and how a child is made. Over what they work is the
// caller's: measured trials (nsga2.h) or a model's acquisition functions
// (acquisition/pareto_search.h).
//
//   const std::vector<Standing> standings = RankPopulation(fitness);
//   const std::vector<std::size_t> best = SelectBest(standings, 100);
//   const Variation variation(views, /*crossover=*/0.9);
//   std::vector<double> child = variation.Child(units, standings, stream);
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"

namespace rectune::baselines {

/// What domination compares. Objectives are minimised.
struct Fitness {
  std::vector<double> objectives;
  double violation = 0.0;
};

/// Feasible before infeasible, less violation before more, and Pareto domination among the
/// feasible.
bool Dominates(const Fitness& a, const Fitness& b);

struct Standing {
  std::size_t front = 0;  // 0 is not dominated
  double crowding = 0.0;  // infinite at a front's ends
};

/// Of each individual among all.
std::vector<Standing> RankPopulation(std::span<const Fitness> population);

/// Indices of the best `count` (or all), best first: by front, then the less crowded, then the
/// earlier.
std::vector<std::size_t> SelectBest(std::span<const Standing> standings, std::size_t count);

class Variation {
 public:
  /// `crossover`: its probability, in [0, 1].
  Variation(std::vector<CoordinateView> views, double crossover);

  /// Two parents by binary tournament; with probability `crossover` half of the coordinates come
  /// from the second; then each coordinate mutates with probability 1/d: polynomially (eta 20; Deb
  /// and Goyal, 1996), or to another level. `units` and `standings`: one an individual.
  std::vector<double> Child(std::span<const std::vector<double>> units,
                            std::span<const Standing> standings, RandomStream& stream) const;

 private:
  void Mutate(std::vector<double>& unit, RandomStream& stream) const;

  std::vector<CoordinateView> views_;
  double crossover_ = 0.0;
};

}  // namespace rectune::baselines
