// SPDX-License-Identifier: Apache-2.0
//
// Whole tuners against published behaviour at low budgets: best value seen, mean over seeds, on
// functions whose optimum is known. A tuner passes when its mean is no worse than the reference
// mean plus two standard errors of the difference. The production entry counts as the first
// evaluation: a random point for tpe, random and sobol, as in the reference; the centre for cma_es.
//
// Where the reference comes from: Optuna 5.0-dev over 20 seeds, but for TPE on Branin. There the
// 20 seeds (0.536 +- 0.136) were lucky ones: Optuna 5.0.0 repeats them to the digit, and over 300
// seeds its mean is 0.645 +- 0.235, which is the reference here.
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "baselines/function_task.h"
#include "baselines/table.h"

namespace rectune::baselines {
namespace {

constexpr int kPublishedSeeds = 30;

/// A published mean and standard deviation over seeds.
struct Reference {
  double mean = 0.0;
  double deviation = 0.0;
  int seeds = 20;
};

Summary Measure(const std::string& name, const TestFunction& function, int evaluations) {
  std::vector<double> best;
  for (std::uint64_t seed = 1; seed <= kPublishedSeeds; ++seed) {
    const std::vector<double> start =
        name == "cma_es" ? CentreStart(function) : RandomStart(function, seed);
    const TuningTask task = MakeFunctionTask(function, start, seed, /*arms=*/1);
    const auto tuner = FindTuner(BaselineTable(), name)->make(task, Json::object(), "", {});
    best.push_back(BestFound(*tuner, function, evaluations));
    CHECK(best.back() >= function.minimum - 1e-9);
  }
  return Summarise(best);
}

double StandardErrorOfDifference(const Summary& own, const Reference& reference) {
  return std::sqrt(own.standard_deviation * own.standard_deviation / kPublishedSeeds +
                   reference.deviation * reference.deviation / reference.seeds);
}

void CheckNoWorse(const std::string& name, const TestFunction& function, int evaluations,
                  const Reference& reference) {
  const Summary own = Measure(name, function, evaluations);
  INFO(name << " at " << evaluations << ": " << own.mean << " +- " << own.standard_deviation
            << ", reference " << reference.mean << " +- " << reference.deviation);
  CHECK(own.mean <= reference.mean + 2.0 * StandardErrorOfDifference(own, reference));
}

void CheckSame(const std::string& name, const TestFunction& function, int evaluations,
               const Reference& reference) {
  const Summary own = Measure(name, function, evaluations);
  INFO(name << " at " << evaluations << ": " << own.mean << " +- " << own.standard_deviation
            << ", reference " << reference.mean << " +- " << reference.deviation);
  CHECK(std::abs(own.mean - reference.mean) <= 3.0 * StandardErrorOfDifference(own, reference));
}

}  // namespace

TEST_CASE("TPE does what Optuna's multivariate TPE does", "[published]") {
  CheckNoWorse("tpe", Branin(), 50, {0.645, 0.235, 300});
  CheckNoWorse("tpe", Hartmann6(), 100, {-3.18, 0.10});
}

TEST_CASE("TPE does so at larger budgets and in ten dimensions", "[published][slow]") {
  CheckNoWorse("tpe", Hartmann6(), 200, {-3.26, 0.08});
  CheckNoWorse("tpe", Rosenbrock(10), 200, {826, 479});
}

TEST_CASE("random search and Sobol do what they do elsewhere", "[published]") {
  // In both directions: random search has no business being better either.
  CheckSame("random", Branin(), 50, {1.45, 1.01});
  CheckSame("random", Hartmann6(), 100, {-2.15, 0.33});
  CheckSame("sobol", Branin(), 50, {1.29, 0.83});
  CheckSame("sobol", Hartmann6(), 100, {-2.17, 0.41});
}

TEST_CASE("CMA-ES at low budgets does what Optuna's does", "[published]") {
  CheckNoWorse("cma_es", Branin(), 50, {1.17, 1.27});
  CheckNoWorse("cma_es", Hartmann6(), 100, {-2.98, 0.18});
  CheckNoWorse("cma_es", Hartmann6(), 200, {-3.26, 0.06});
  CheckNoWorse("cma_es", Rosenbrock(10), 200, {395, 353});
}

TEST_CASE("the comparison with published means can fail", "[published]") {
  // Random search is no TPE.
  const Summary random = Measure("random", Hartmann6(), 100);
  const Reference tpe{-3.18, 0.10};
  CHECK(random.mean > tpe.mean + 2.0 * StandardErrorOfDifference(random, tpe));
}

}  // namespace rectune::baselines
