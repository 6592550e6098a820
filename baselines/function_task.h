// SPDX-License-Identifier: Apache-2.0
//
// A textbook function as a tuning task, so that a Tuner can be held against published numbers:
// continuous parameters, a metric "gain_k" an objective whose lift is f_k(production) - f_k(x), a
// guardrail metric "excess_k" a constraint. The arithmetic of "percent" is not meant. Noise is
// normal, addressed by (task seed, round, arm), and its size is what the readings state as their
// standard error. No tuner includes this.
//
//   const TestFunction branin = Branin();
//   TuningTask task = MakeFunctionTask(branin, start, seed, /*arms=*/1);
//   double best = BestFound(*tuner, branin, /*evaluations=*/50);   // production counts as one
#pragma once

#include <cstdint>
#include <vector>

#include "baselines/test_functions.h"
#include "core/tuner.h"

namespace rectune::baselines {

/// `start` (native) plays production's part. `rounds` is what a tuner that plans ahead is told.
TuningTask MakeProblemTask(const TestProblem& problem, const Point& start, std::uint64_t seed,
                           int arms, int rounds = 1000);
TuningTask MakeFunctionTask(const TestFunction& function, const Point& start, std::uint64_t seed,
                            int arms, int rounds = 1000);

/// A start drawn uniformly for `seed`.
Point RandomStart(const Point& low, const Point& high, std::uint64_t seed);
Point RandomStart(const TestFunction& function, std::uint64_t seed);
Point CentreStart(const Point& low, const Point& high);
Point CentreStart(const TestFunction& function);

/// What a run on a problem came to, production first; truth, whatever the noise was.
struct FunctionRun {
  struct Evaluation {
    Point objectives;
    double violation = 0.0;  // sum of what exceeds 0 in the constraints
    double observed = 0.0;   // the first objective as the tuner saw it
  };
  std::vector<Evaluation> evaluations;
  Evaluation recommended;

  /// Least first objective among the feasible; infinite when there is none.
  double BestFeasible() const;
  /// The first objective of the feasible arm that read best: what a winner's curse does to it.
  double TruthOfBestObserved() const;
  /// Of the feasible arms.
  double HypervolumeAbove(const Point& reference) const;
};

/// Runs a new tuner on a task that MakeProblemTask made, until `evaluations` points are known.
/// `noise`: a standard deviation an objective, or empty for none.
FunctionRun RunFunction(Tuner& tuner, const TestProblem& problem, int evaluations,
                        const std::vector<double>& noise = {});
/// The same for one objective without noise; least value seen.
double BestFound(Tuner& tuner, const TestFunction& function, int evaluations);

struct Summary {
  double mean = 0.0;
  double standard_deviation = 0.0;
  double median = 0.0;
};
Summary Summarise(std::vector<double> values);

}  // namespace rectune::baselines
