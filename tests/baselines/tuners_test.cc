// SPDX-License-Identifier: Apache-2.0
//
// What each baseline does by its own recipe, beyond the conformance suite.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include "baselines/cma_es.h"
#include "baselines/engineer.h"
#include "baselines/function_task.h"
#include "baselines/greedy.h"
#include "baselines/random_search.h"
#include "baselines/sobol.h"
#include "baselines/table.h"
#include "baselines/tpe.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;

std::vector<Trial> ProductionOf(const TuningTask& task) {
  return {ProductionTrial(*task.space, *task.metrics)};
}

/// Trials with the given lifts of the toy's two metrics.
std::vector<Trial> Readings(const std::vector<Proposal>& arms, int round, std::int64_t id,
                            const std::vector<double>& engagement, double cost,
                            double standard_error) {
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    Trial trial;
    trial.id = id + static_cast<std::int64_t>(i);
    trial.round = round;
    trial.arm = static_cast<int>(i) + 1;
    trial.proposal = arms[i];
    trial.measurement.readings.resize(2);
    trial.measurement.readings[0].lift = engagement[i];
    trial.measurement.readings[0].standard_error = standard_error;
    trial.measurement.readings[1].lift = cost;
    trial.measurement.readings[1].standard_error = standard_error;
    trials.push_back(trial);
  }
  return trials;
}

/// Parameters in which two configurations differ.
std::vector<std::string> Changed(const ParameterSpace& space, const Configuration& a,
                                 const Configuration& b) {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < space.size(); ++p) {
    const std::size_t first = space.value_offset(p);
    for (std::size_t v = first; v < first + space.parameters()[p].width(); ++v) {
      if (a.value(v) == b.value(v)) continue;
      names.push_back(space.parameters()[p].name);
      break;
    }
  }
  return names;
}

}  // namespace

TEST_CASE("random starts are common to the tuners of a study cell", "[random]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  RandomSearch random("random", task);
  Tpe tpe("tpe", task, {});
  random.Observe(ProductionOf(task));
  tpe.Observe(ProductionOf(task));
  const std::vector<Proposal> a = random.Propose(4);
  const std::vector<Proposal> b = tpe.Propose(4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(a[i].configuration == b[i].configuration);
  CHECK(b[0].source == "tpe (random start)");
}

TEST_CASE("random search is uniform in the cube", "[random]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  std::vector<double> sum(task.space->dimension(), 0.0);
  constexpr int kPoints = 4000;
  for (int i = 0; i < kPoints; ++i) {
    const std::vector<double> unit = UniformPoint(task, i / 4, i % 4);
    for (std::size_t j = 0; j < unit.size(); ++j) sum[j] += unit[j];
  }
  for (const double total : sum) {
    CHECK(total / kPoints == Approx(0.5).margin(4.0 / std::sqrt(12.0 * kPoints)));
  }
}

TEST_CASE("sobol goes through its sequence whatever the rounds' sizes", "[sobol]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  SobolSearch tuner("sobol", task);
  tuner.Observe(ProductionOf(task));
  const SobolSequence sequence(task.space->dimension(), task.seed);
  std::uint32_t index = 0;
  for (const int arms : {1, 5, 2}) {
    for (const Proposal& proposal : tuner.Propose(arms)) {
      CHECK(*proposal.configuration == task.space->Decode(sequence.Point(index++)));
    }
  }
}

TEST_CASE("greedy steps around the best penalised reading", "[greedy]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  GreedyHillClimb tuner("greedy", task, {.sigma = 0.02});
  tuner.Observe(ProductionOf(task));
  const std::vector<Proposal> first = tuner.Propose(4);
  const auto distance = [&](const Configuration& a, const Configuration& b) {
    const std::vector<double> u = task.space->Encode(a);
    const std::vector<double> v = task.space->Encode(b);
    double largest = 0.0;
    for (std::size_t j : {0, 1, 5, 6, 7}) largest = std::max(largest, std::abs(u[j] - v[j]));
    return largest;
  };
  for (const Proposal& proposal : first) {
    CHECK(distance(*proposal.configuration, task.space->Production()) < 0.1);
    CHECK_FALSE(*proposal.configuration == task.space->Production());
  }
  // Arm 2 reads best but breaks the guardrail by 3 percent, at 5 to 1: arm 4 is the one.
  std::vector<Trial> trials = Readings(first, 1, 1, {0.5, 6.0, -1.0, 0.9}, 0.0, 0.1);
  trials[1].measurement.readings[1].lift = 5.0;
  tuner.Observe(trials);
  for (const Proposal& proposal : tuner.Propose(4)) {
    CHECK(proposal.hypothesis == "a Gaussian step from trial 4");
    CHECK(distance(*proposal.configuration, *first[3].configuration) < 0.1);
  }
}

TEST_CASE("greedy moves discrete parameters however small its step", "[greedy]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  GreedyHillClimb tuner("greedy", task, {.sigma = 0.05});
  tuner.Observe(ProductionOf(task));
  std::set<double> windows;
  std::set<double> fusions;
  for (const Proposal& proposal : tuner.Propose(1000)) {
    windows.insert(proposal.configuration->value(
        task.space->value_offset(task.space->IndexOf("topic_window"))));
    fusions.insert(
        proposal.configuration->value(task.space->value_offset(task.space->IndexOf("fusion"))));
  }
  CHECK(windows.size() > 3);
  CHECK(fusions.size() == 3);
}

TEST_CASE("the engineer's first round is the coarse grid on its two top knobs", "[engineer]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  Engineer tuner("engineer", task, {});
  tuner.Observe(ProductionOf(task));
  for (const Proposal& proposal : tuner.Propose(4)) {
    CHECK(proposal.source == "engineer (grid)");
    // Round robin over the stages: rank's first and re_rank's first.
    CHECK(Changed(*task.space, *proposal.configuration, task.space->Production()) ==
          std::vector<std::string>{"freshness_boost", "topic_window"});
  }
}

TEST_CASE("the engineer changes one factor at a time, in its prior order", "[engineer]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  EngineerOptions options;
  options.grid_levels = 0;
  options.order = {"lvr_curve"};
  Engineer tuner("engineer", task, options);
  tuner.Observe(ProductionOf(task));
  std::vector<std::string> order;
  std::int64_t id = 1;
  for (int round = 1; round <= 4; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(4);
    for (const Proposal& proposal : arms) {
      const auto changed = Changed(*task.space, *proposal.configuration, task.space->Production());
      REQUIRE(changed.size() == 1);
      if (order.empty() || order.back() != changed[0]) order.push_back(changed[0]);
    }
    tuner.Observe(Readings(arms, round, id, {-1.0, -1.0, -1.0, -1.0}, 0.0, 0.1));
    id += 4;
  }
  // 6 moves for three curve coordinates, 2 each for three numbers, 1 each for the other two; the
  // 15th and 16th open the next pass.
  CHECK(order == std::vector<std::string>{"lvr_curve", "freshness_boost", "topic_window",
                                          "ctr_weight", "dedupe", "fusion", "lvr_curve"});
}

TEST_CASE("the engineer adopts a significant, feasible win and nothing else", "[engineer]") {
  const TuningTask task = MakeToyTask(3, 5, 4);
  EngineerOptions options;
  options.grid_levels = 0;
  const auto adopted = [&](const std::vector<double>& lifts, double cost, double standard_error) {
    Engineer tuner("engineer", task, options);
    tuner.Observe(ProductionOf(task));
    const std::vector<Proposal> arms = tuner.Propose(4);
    tuner.Observe(Readings(arms, 1, 1, lifts, cost, standard_error));
    for (int i = 0; i < 4; ++i) {
      if (tuner.Recommend() == *arms[static_cast<std::size_t>(i)].configuration) return i;
    }
    CHECK(tuner.Recommend() == task.space->Production());
    return -1;
  };
  CHECK(adopted({0.16, 0.1, -1.0, 0.0}, 0.0, 0.1) == -1);  // z = 1.6
  CHECK(adopted({0.17, 0.1, -1.0, 0.0}, 0.0, 0.1) == 0);   // z = 1.7
  CHECK(adopted({0.17, 0.1, -1.0, 0.3}, 0.0, 0.1) == 3);   // the best of two
  CHECK(adopted({0.17, 0.1, -1.0, 0.3}, 2.5, 0.1) == -1);  // over the cost ceiling
  CHECK(adopted({1e-9, 0.0, 0.0, 0.0}, 0.0, 0.0) == 0);    // without noise any gain is one
  CHECK(adopted({0.0, 0.0, 0.0, 0.0}, 0.0, 0.0) == -1);
}

TEST_CASE("the engineer halves its step after a pass without a win", "[engineer]") {
  TuningTask task = MakeFunctionTask(Branin(), CentreStart(Branin()), 1, 4);
  EngineerOptions options;
  options.grid_levels = 0;
  Engineer tuner("engineer", task, options);
  tuner.Observe(ProductionOf(task));
  std::vector<double> steps;
  for (int round = 1; round <= 4; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(4);
    const double u = task.space->Encode(*arms[0].configuration)[0];
    steps.push_back(u - 0.5);
    std::vector<Trial> trials;
    for (std::size_t i = 0; i < arms.size(); ++i) {
      Trial trial;
      trial.id = 4 * round + static_cast<std::int64_t>(i);
      trial.round = round;
      trial.proposal = arms[i];
      trial.measurement.readings.resize(1);
      trial.measurement.readings[0].lift = -1.0;
      trials.push_back(trial);
    }
    tuner.Observe(trials);
  }
  CHECK(steps[0] == Approx(0.1));
  CHECK(steps[1] == Approx(0.05));
  CHECK(steps[2] == Approx(0.025));
  CHECK(steps[3] == Approx(0.0125));
}

TEST_CASE("TPE models after its random start and leaves the bad side alone", "[tpe]") {
  const TuningTask task = MakeFunctionTask(Hartmann6(), CentreStart(Hartmann6()), 5, 4);
  Tpe tuner("tpe", task, {});
  tuner.Observe(ProductionOf(task));
  // 1 + 4 + 4 + 4 scored: rounds 1 to 3 are random, as a tuner with 10 startup trials that is fed
  // in batches of four should do; the fourth is not.
  std::int64_t id = 1;
  const ParameterSpace& space = *task.space;
  for (int round = 1; round <= 12; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(4);
    std::vector<Trial> trials;
    double mean = 0.0;
    for (const Proposal& arm : arms) {
      CHECK((arm.source == "tpe (random start)") == (round <= 3));
      Trial trial;
      trial.id = id++;
      trial.round = round;
      trial.proposal = arm;
      trial.measurement.readings.resize(1);
      const double u = space.Encode(*arm.configuration)[2];
      trial.measurement.readings[0].lift = -std::abs(u - 0.2);
      mean += std::abs(u - 0.2) / 4.0;
      trials.push_back(trial);
    }
    tuner.Observe(trials);
    if (round > 8) CHECK(mean < 0.25);
  }
}

TEST_CASE("TPE ranks the infeasible by violation, below everything feasible", "[tpe]") {
  // Feasible points at high u with poor values; infeasible ones at low u with splendid values. The
  // good set must be the feasible side.
  const TuningTask task = MakeToyTask(3, 5, 4);
  Tpe tuner("tpe", task, {.startup_trials = 1});
  tuner.Observe(ProductionOf(task));
  std::vector<Proposal> shared;
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) {
    std::vector<double> unit = UniformPoint(task, 100, i);
    unit[0] = i % 2 == 0 ? 0.05 + 0.002 * i : 0.85 + 0.002 * i;
    Proposal proposal;
    proposal.configuration = task.space->Decode(unit);
    proposal.source = "shared";
    shared.push_back(proposal);
    values.push_back(i % 2 == 0 ? 100.0 : 1.0);
  }
  std::vector<Trial> trials = Readings(shared, 1, 1, values, 0.0, 0.1);
  for (int i = 0; i < 30; i += 2) {
    trials[static_cast<std::size_t>(i)].measurement.readings[1].lift = 9.0;
  }
  tuner.Observe(trials);
  int high = 0;
  for (const Proposal& proposal : tuner.Propose(20)) {
    if (task.space->Encode(*proposal.configuration)[0] > 0.5) ++high;
  }
  CHECK(high >= 15);
}

TEST_CASE("arms of one batch repel each other, and so do failed arms", "[tpe]") {
  // One dimension; the good set sits at 0.5. With pending arms in the bad set the batch spreads.
  const TestFunction line{{0.0}, {1.0}, [](const std::vector<double>& x) { return x[0]; }, 0.0};
  const TuningTask task = MakeFunctionTask(line, {0.9}, 8, 16);
  const auto propose = [&](int arms, int failed_at_half) {
    Tpe tuner("tpe", task, {.startup_trials = 1, .candidates = 100});
    tuner.Observe(ProductionOf(task));
    std::vector<Trial> trials;
    const auto add = [&](double u, double lift, TrialStatus status) {
      Trial trial;
      trial.id = static_cast<std::int64_t>(trials.size()) + 1;
      trial.round = 1;
      trial.proposal.configuration = task.space->Decode(std::vector<double>{u});
      trial.proposal.source = "shared";
      trial.status = status;
      if (status == TrialStatus::kCompleted) {
        trial.measurement.readings.resize(1);
        trial.measurement.readings[0].lift = lift;
      }
      trials.push_back(trial);
    };
    for (int i = 0; i < 20; ++i) add(0.05 * i, -std::abs(0.05 * i - 0.5), TrialStatus::kCompleted);
    for (int i = 0; i < failed_at_half; ++i) add(0.5, 0.0, TrialStatus::kFailed);
    tuner.Observe(trials);
    std::vector<double> points;
    for (const Proposal& proposal : tuner.Propose(arms)) {
      points.push_back(proposal.configuration->value(0));
    }
    return points;
  };
  const std::vector<double> batch = propose(16, 0);
  const double first = std::abs(batch.front() - 0.5);
  double widest = 0.0;
  for (const double x : batch) widest = std::max(widest, std::abs(x - 0.5));
  CHECK(first < 0.1);
  CHECK(widest > 0.2);
  CHECK(std::abs(propose(1, 30)[0] - 0.5) > first);
}

TEST_CASE("CMA-ES rounds its population up to whole rounds", "[cma_es]") {
  // 8 coordinates: 4 + floor(3 ln 8) = 10.
  CHECK(CmaEs("cma_es", MakeToyTask(1, 5, 1), {}).engine().population() == 10);
  CHECK(CmaEs("cma_es", MakeToyTask(1, 5, 4), {}).engine().population() == 12);
  CHECK(CmaEs("cma_es", MakeToyTask(1, 5, 50), {}).engine().population() == 50);
  CHECK(CmaEs("cma_es", MakeToyTask(1, 5, 4), {.population = 6}).engine().population() == 6);
  // Seven of the eight have an order.
  CHECK(CmaEs("cma_es", MakeToyTask(1, 5, 4), {}).engine().dimension() == 7);
}

TEST_CASE("CMA-ES updates when a population is complete, however it arrives", "[cma_es]") {
  const TuningTask task = MakeToyTask(2, 20, 4);
  CmaEs tuner("cma_es", task, {});
  tuner.Observe(ProductionOf(task));
  std::int64_t id = 1;
  for (int round = 1; round <= 7; ++round) {
    const std::vector<Trial> trials = RunToyRound(task, round, tuner.Propose(4), 0.0, id);
    id += 4;
    // In two pieces, and the trials of strangers in between.
    tuner.Observe(std::span<const Trial>(trials).first(3));
    tuner.Observe(std::span<const Trial>(trials).subspan(3));
    CHECK(tuner.engine().generation() == round / 3);
  }
}

TEST_CASE("CMA-ES drops a generation in which nothing was measured", "[cma_es]") {
  const TuningTask task = MakeToyTask(2, 20, 4);
  CmaEs tuner("cma_es", task, {});
  tuner.Observe(ProductionOf(task));
  const std::string before = DumpLine(tuner.Save()["private"]["engine"]);
  std::int64_t id = 1;
  for (int round = 1; round <= 6; ++round) {
    std::vector<Trial> trials = RunToyRound(task, round, tuner.Propose(4), 0.0, id);
    id += 4;
    for (Trial& trial : trials) trial.status = TrialStatus::kFailed;
    tuner.Observe(trials);
  }
  CHECK(tuner.engine().generation() == 0);
  CHECK(DumpLine(tuner.Save()["private"]["engine"]) == before);
}

TEST_CASE("CMA-ES solves the toy problem, every kind of parameter included", "[cma_es]") {
  int solved = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const TuningTask task = MakeToyTask(seed, 150, 4);
    CmaEs tuner("cma_es", task, {});
    const Configuration launch = test_support::RunToyStudy(tuner, 0.0);
    const double gap = test_support::ToyTruth(task, test_support::ToyOptimum(task)) -
                       test_support::ToyTruth(task, launch);
    if (gap < 0.05) ++solved;
  }
  CHECK(solved >= 9);
}

}  // namespace rectune::baselines
