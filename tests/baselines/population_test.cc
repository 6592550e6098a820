// SPDX-License-Identifier: Apache-2.0
//
// What only these tuners promise: NSGA-II's ranks and front, halving's shares of traffic, SPSA's
// gradient, the rules of auto.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "baselines/auto_tuner.h"
#include "baselines/function_task.h"
#include "baselines/nsga2.h"
#include "baselines/spsa.h"
#include "baselines/successive_halving.h"
#include "baselines/tpe.h"
#include "tests/baselines/study.h"

namespace rectune::baselines {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;

std::vector<Trial> ProductionOf(const TuningTask& task) {
  return {ProductionTrial(*task.space, *task.metrics)};
}

double MeanHypervolume(const std::string& name, const TestProblem& problem, int evaluations) {
  double sum = 0.0;
  constexpr int kSeeds = 5;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const TuningTask task =
        MakeProblemTask(problem, RandomStart(problem.low, problem.high, seed), seed, /*arms=*/10);
    sum += RunFunction(*Make(name, task), problem, evaluations)
               .HypervolumeAbove(problem.reference_point);
  }
  return sum / kSeeds;
}

}  // namespace

TEST_CASE("domination: feasible first, then less violation, then Pareto", "[nsga2]") {
  CHECK(Dominates({{1.0, 2.0}}, {{1.0, 3.0}}));
  CHECK_FALSE(Dominates({{1.0, 2.0}}, {{1.0, 2.0}}));
  CHECK_FALSE(Dominates({{1.0, 3.0}}, {{2.0, 2.0}}));
  CHECK(Dominates({{9.0, 9.0}, 0.0}, {{0.0, 0.0}, 0.1}));
  CHECK(Dominates({{9.0, 9.0}, 0.1}, {{0.0, 0.0}, 0.2}));
  CHECK_FALSE(Dominates({{0.0, 0.0}, 0.2}, {{9.0, 9.0}, 0.2}));
}

TEST_CASE("fronts and crowding distances are those of the paper's procedure", "[nsga2]") {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<Fitness> population{{{0.0, 4.0}}, {{1.0, 2.0}}, {{4.0, 0.0}},     {{1.0, 3.0}},
                                        {{5.0, 5.0}}, {{2.0, 1.0}}, {{0.0, 0.0}, 1.0}};
  const std::vector<Standing> standings = RankPopulation(population);
  std::vector<std::size_t> fronts;
  for (const Standing& standing : standings) fronts.push_back(standing.front);
  CHECK(fronts == std::vector<std::size_t>{0, 0, 0, 1, 2, 0, 3});
  CHECK(standings[0].crowding == infinity);
  CHECK(standings[2].crowding == infinity);
  CHECK(standings[1].crowding == Approx((2.0 - 0.0) / 4.0 + (4.0 - 1.0) / 4.0));
  CHECK(standings[5].crowding == Approx((4.0 - 1.0) / 4.0 + (2.0 - 0.0) / 4.0));
}

TEST_CASE("NSGA-II covers more of a constrained front than random search", "[nsga2]") {
  const TestProblem problem = C2Dtlz2();
  const double random = MeanHypervolume("random", problem, 301);
  const double own = MeanHypervolume("nsga2", problem, 301);
  INFO("nsga2 " << own << ", random " << random << ", possible " << problem.optimum);
  CHECK(own > random + 0.2 * (problem.optimum - random));
}

TEST_CASE("NSGA-II is random until it has a population", "[nsga2]") {
  const TuningTask task = MakeToyTask(3, 10, 4);
  Nsga2 tuner("nsga2", task, {});
  tuner.Observe(ProductionOf(task));
  std::int64_t id = 1;
  for (int round = 1; round <= 4; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(4);
    // Production is one of eight: after one round there are five, after two nine.
    for (const Proposal& arm : arms) CHECK((arm.source == "nsga2 (random start)") == (round <= 2));
    tuner.Observe(RunToyRound(task, round, arms, 0.0, id));
    id += 4;
  }
}

TEST_CASE("halving doubles the survivors' traffic and keeps the best", "[successive_halving]") {
  const TuningTask task = MakeToyTask(3, 10, 8);
  SuccessiveHalving tuner("successive_halving", task, {});
  tuner.Observe(ProductionOf(task));
  std::int64_t id = 1;
  std::vector<std::vector<double>> best;
  for (int round = 1; round <= 8; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(8);
    std::map<std::vector<double>, int> shares;
    for (const Proposal& arm : arms) ++shares[arm.configuration->values()];
    const std::size_t expected = std::vector<std::size_t>{8, 4, 2}[(round - 1) % 3];
    CHECK(shares.size() == expected);
    for (const auto& [values, share] : shares) CHECK(share == static_cast<int>(8 / expected));
    // The best of the noiseless bracket is never lost, and opens the next one.
    const std::vector<Trial> trials = RunToyRound(task, round, arms, 0.0, id);
    id += 8;
    const auto top =
        std::max_element(trials.begin(), trials.end(), [&](const auto& a, const auto& b) {
          return task.objective.Evaluate(a.measurement, *task.metrics).penalised <
                 task.objective.Evaluate(b.measurement, *task.metrics).penalised;
        });
    best.push_back(top->proposal.configuration->values());
    if (round > 1) {
      const auto value = [&](const std::vector<double>& values) {
        return test_support::ToyTruth(task, task.space->FromValues(values));
      };
      CHECK(value(best[best.size() - 1]) >= value(best[best.size() - 2]));
    }
    tuner.Observe(trials);
  }
}

TEST_CASE("halving refuses rounds of one arm in words", "[successive_halving]") {
  const TunerEntry* entry = FindTuner(BaselineTable(), "successive_halving");
  CHECK(entry->why_unsuited(MakeToyTask(1, 10, 2)).empty());
  CHECK(entry->why_unsuited(MakeToyTask(1, 10, 1)).find("nothing to halve") != std::string::npos);
}

TEST_CASE("SPSA moves against the slope of a plane, by the step it states", "[spsa]") {
  const TestFunction plane{
      {0.0, 0.0}, {1.0, 1.0}, [](const std::vector<double>& x) { return 3.0 * x[0] - x[1]; }, -1.0};
  const TuningTask task = MakeFunctionTask(plane, {0.5, 0.5}, 5, /*arms=*/40, /*rounds=*/10);
  Spsa tuner("spsa", task, {.c = 0.1, .first_step = 0.05});
  RunFunction(tuner, AsProblem(plane), 41);
  const Json state = tuner.Save()["private"];
  CHECK(state.at("pairs").size() == 20);
  // The next proposal takes the step; 20 pairs average the cross terms away.
  tuner.Propose(2);
  const std::vector<double> theta = tuner.Save()["private"]["theta"];
  CHECK(theta[0] < 0.5);
  CHECK(theta[1] > 0.5);
  CHECK(0.5 * (std::abs(theta[0] - 0.5) + std::abs(theta[1] - 0.5)) == Approx(0.05));
}

TEST_CASE("SPSA's arms come in mirrored pairs around the present point", "[spsa]") {
  const TuningTask task = MakeFunctionTask(Hartmann6(), CentreStart(Hartmann6()), 5, /*arms=*/3);
  Spsa tuner("spsa", task, {.c = 0.2});
  tuner.Observe(ProductionOf(task));
  std::vector<std::vector<double>> units;
  for (int round = 1; round <= 2; ++round) {
    for (const Proposal& arm : tuner.Propose(3)) {
      units.push_back(task.space->Encode(*arm.configuration));
    }
  }
  // An odd arm's partner comes first in the next round.
  for (const std::size_t pair : {0, 2, 4}) {
    for (std::size_t j = 0; j < 6; ++j) {
      CHECK(std::abs(units[pair][j] - 0.5) == Approx(0.2));
      CHECK(units[pair][j] + units[pair + 1][j] == Approx(1.0));
    }
  }
}

TEST_CASE("SPSA takes up a better level of a categorical", "[spsa]") {
  const TuningTask task = MakeToyTask(4, 40, 8);
  Spsa tuner("spsa", task, {});
  const Configuration launch = test_support::RunToyStudy(tuner, 0.1);
  // "power_product" is worth 0.8%, production's level nothing.
  CHECK(launch.value(task.space->value_offset(task.space->IndexOf("fusion"))) == 1.0);
}

TEST_CASE("auto follows its rules", "[auto]") {
  const auto named = [](const char* name) {
    return [name](const TuningTask& task) -> std::unique_ptr<Tuner> {
      return std::make_unique<Tpe>(name, task, TpeOptions{});
    };
  };
  WarmStart seen;
  AutoChoices choices{.tpe = named("tpe"), .gp = named("gp"), .cma_es = nullptr};
  choices.cma_es = [&](const TuningTask& task, const WarmStart& start) -> std::unique_ptr<Tuner> {
    seen = start;
    return std::make_unique<Tpe>("cma_es", task, TpeOptions{});
  };
  const auto chosen_after = [&](const TuningTask& task, const AutoChoices& offered, int arms) {
    AutoTuner tuner("auto", task, offered);
    RunFunction(tuner, AsProblem(Hartmann6()), arms);
    tuner.Propose(1);
    return tuner.chosen();
  };
  const TuningTask plain = MakeFunctionTask(Hartmann6(), CentreStart(Hartmann6()), 1, 10);
  CHECK(chosen_after(plain, choices, 249) == "gp");
  CHECK(chosen_after(plain, choices, 250) == "cma_es");
  AutoChoices without_gp = choices;
  without_gp.gp = nullptr;
  CHECK(chosen_after(plain, without_gp, 10) == "tpe");
  TuningTask guarded = plain;
  guarded.objective = Objective(plain.objective.north_stars(), {{.metric = "gain_1"}}, 1.0);
  CHECK(chosen_after(guarded, choices, 250) == "tpe");
  CHECK(AutoTuner("auto", MakeToyTask(1, 10, 4), choices).chosen() == "tpe");
  // The warm start lies where the good trials were, narrower than the box.
  chosen_after(plain, choices, 250);
  CHECK(seen.sigma < 0.25);
  const TestFunction hartmann = Hartmann6();
  CHECK(hartmann.value(seen.mean) < hartmann.value(CentreStart(hartmann)));
}

TEST_CASE("auto is saved across the switch", "[auto]") {
  const TuningTask task = MakeFunctionTask(Hartmann6(), CentreStart(Hartmann6()), 1, 10);
  const auto whole = Make("auto", task);
  RunFunction(*whole, AsProblem(Hartmann6()), 301);
  const auto restored = Make("auto", task);
  restored->Restore(whole->history(), ParseJson(DumpLine(whole->Save())));
  const std::vector<Proposal> expected = whole->Propose(10);
  const std::vector<Proposal> got = restored->Propose(10);
  for (std::size_t i = 0; i < 10; ++i) {
    CHECK(got[i].configuration == expected[i].configuration);
    CHECK(got[i].source.substr(0, 5) == "auto/");
  }
  CHECK(got[0].source == "auto/cma_es");
}

}  // namespace rectune::baselines
