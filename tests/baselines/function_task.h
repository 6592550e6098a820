// SPDX-License-Identifier: Apache-2.0
//
// A textbook function as a tuning task, so that a Tuner can be held against published numbers:
// continuous parameters, one metric whose lift is f(production) - f(x), no noise. Test support
// only; the arithmetic of "percent" is not meant.
//
//   const TestFunction branin = Branin();
//   TuningTask task = MakeFunctionTask(branin, start, seed, /*arms=*/1);
//   double best = BestFound(*tuner, branin, /*evaluations=*/50);   // production counts as one
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

struct TestFunction {
  std::vector<double> low;
  std::vector<double> high;
  std::function<double(const std::vector<double>&)> value;  // to be minimised
  double minimum = 0.0;
};

TestFunction Branin();           // 2 dimensions, minimum 0.397887
TestFunction Hartmann6();        // 6 dimensions, minimum -3.32237
TestFunction Rosenbrock(int d);  // [-5, 10]^d, minimum 0

/// `start` (native) plays production's part.
TuningTask MakeFunctionTask(const TestFunction& function, const std::vector<double>& start,
                            std::uint64_t seed, int arms);
/// A start drawn uniformly for `seed`.
std::vector<double> RandomStart(const TestFunction& function, std::uint64_t seed);
std::vector<double> CentreStart(const TestFunction& function);

/// Runs a new tuner until `evaluations` points are known, production's included; least value seen.
double BestFound(Tuner& tuner, const TestFunction& function, int evaluations);

struct Summary {
  double mean = 0.0;
  double standard_deviation = 0.0;
  double median = 0.0;
};
Summary Summarise(std::vector<double> values);

}  // namespace rectune::baselines
