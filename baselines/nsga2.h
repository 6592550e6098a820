// SPDX-License-Identifier: Apache-2.0
//
// Nsga2: the non-dominated sorting genetic algorithm with constraint domination (Deb, Pratap,
// Agarwal and Meyarivan, IEEE TEC 6, 2002). Every north star of the task is an objective of its
// own; their weights do not enter the search. Blind to noise: a lucky reading stays a parent until
// something beats it. What it recommends comes, like everyone's, from the scalarised objective.
//
//   Nsga2 tuner("nsga2", task, {.population = 0});    // 0: twice the round, at least 8
//
// (mu + lambda): the parents are the best `population` of what was measured so far, folded round by
// round by front and crowding distance; a round's arms are their children. Crossover with
// probability `crossover`: half of the coordinates come from the other parent (Optuna's; simulated
// binary crossover was tried: no gain on C2-DTLZ2, worse on mixed bowls). Then each coordinate
// mutates with probability 1/d: polynomially (eta 20; Deb and Goyal, 1996), or to another level.
// Until `population` trials are measured, arms are random. A failed arm is no parent. With one
// north star and no guardrail only the order of the readings enters. The state is the history
// alone.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct Nsga2Options {
  int population = 0;      // 0: by the rule above; else in [2, 10000]
  double crossover = 0.9;  // in [0, 1]
  static Nsga2Options FromJson(const Json& options, const std::string& path);
};

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

class Nsga2 : public Tuner {
 public:
  Nsga2(std::string name, TuningTask task, Nsga2Options options);

 private:
  struct Individual {
    std::vector<double> unit;
    Fitness fitness;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  /// The best of what was measured, folded round by round.
  std::vector<Individual> Parents() const;
  std::vector<double> Child(const std::vector<Individual>& parents,
                            const std::vector<Standing>& standings, RandomStream& stream) const;
  void Mutate(std::vector<double>& unit, RandomStream& stream) const;

  Nsga2Options options_;
  std::vector<CoordinateView> views_;
  std::size_t population_;
};

}  // namespace rectune::baselines
