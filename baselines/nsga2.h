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
// round by front and crowding distance; a round's arms are their children (genetic.h). The
// crossover is Optuna's; simulated binary crossover was tried: no gain on C2-DTLZ2, worse on mixed
// bowls.
// Until `population` trials are measured, arms are random. A failed arm is no parent. With one
// north star and no guardrail only the order of the readings enters. The state is the history
// alone.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "baselines/genetic.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct Nsga2Options {
  int population = 0;      // 0: by the rule above; else in [2, 10000]
  double crossover = 0.9;  // in [0, 1]
  static Nsga2Options FromJson(const Json& options, const std::string& path);
};

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

  Variation variation_;
  std::size_t population_;
};

}  // namespace rectune::baselines
