// SPDX-License-Identifier: Apache-2.0
//
// What the Gaussian-process tuner does by its own recipe, beyond the conformance suite.
#include "baselines/gp_tuner.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <set>
#include <vector>

#include "baselines/function_task.h"
#include "baselines/random_search.h"
#include "core/config_error.h"
#include "tests/baselines/study.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;
using test_support::ToyOptimum;
using test_support::ToyTruth;

GpTunerOptions Quick() {
  GpTunerOptions options;
  options.raw_points = 256;
  options.draws = 64;
  options.optimise.starts = 4;
  return options;
}

std::vector<Trial> ProductionOf(const TuningTask& task) {
  return {ProductionTrial(*task.space, *task.metrics)};
}

/// A trial of the toy's two metrics at a unit point.
Trial At(const TuningTask& task, std::int64_t id, const std::vector<double>& unit, double value,
         double cost, double error) {
  Trial trial;
  trial.id = id;
  trial.round = 1;
  trial.arm = static_cast<int>(id);
  trial.proposal.configuration = task.space->Decode(unit);
  trial.proposal.source = "test";
  trial.measurement.readings.resize(2);
  trial.measurement.readings[0].lift = value;
  trial.measurement.readings[0].standard_error = error;
  trial.measurement.readings[1].lift = cost;
  trial.measurement.readings[1].standard_error = error;
  return trial;
}

double Distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return std::sqrt(sum);
}

/// Every arm that its source says was drawn at random.
int RandomArms(const std::vector<Proposal>& arms) {
  return static_cast<int>(std::count_if(arms.begin(), arms.end(), [](const Proposal& arm) {
    return arm.source.find("random") != std::string::npos;
  }));
}

}  // namespace

TEST_CASE("the random start counts arms, not results, and is the cell's own", "[gp]") {
  const TuningTask task = MakeToyTask(4, 10, 4);
  GpTuner tuner("gp", task, Quick());
  tuner.Observe(ProductionOf(task));
  // Production is the first of ten: nine at random, in rounds of 4, 4 and 1.
  std::int64_t id = 1;
  std::vector<int> random;
  for (int round = 1; round <= 5; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(4);
    random.push_back(RandomArms(arms));
    if (round == 1) {
      for (int arm = 0; arm < 4; ++arm) {
        CHECK(*arms[static_cast<std::size_t>(arm)].configuration ==
              task.space->Decode(UniformPoint(task, 0, arm)));
      }
    }
    std::vector<Trial> trials = RunToyRound(task, round, arms, 0.0, id);
    for (Trial& trial : trials) Fail(trial);  // nothing is ever measured
    tuner.Observe(trials);
    id += 4;
  }
  CHECK(random == std::vector<int>{4, 4, 1, 0, 0});
}

TEST_CASE("in a world that fails everything the prior searches away from the failures", "[gp]") {
  const TuningTask task = MakeToyTask(4, 10, 4);
  GpTuner tuner("gp", task, Quick());
  tuner.Observe(ProductionOf(task));
  std::int64_t id = 1;
  std::vector<std::vector<double>> seen{task.space->Encode(task.space->Production())};
  for (int round = 1; round <= 6; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(4);
    for (const Proposal& arm : arms) {
      const std::vector<double> unit = task.space->Encode(*arm.configuration);
      // Far from all that was tried so far: a random point would come as near as a third of this.
      if (round > 3) {
        for (const std::vector<double>& old : seen) CHECK(Distance(unit, old) > 0.2);
      }
      seen.push_back(unit);
    }
    std::vector<Trial> trials = RunToyRound(task, round, arms, 0.0, id);
    for (Trial& trial : trials) Fail(trial);
    tuner.Observe(trials);
    id += 4;
  }
  CHECK(tuner.Recommend() == task.space->Production());
}

TEST_CASE("arms of one round, and of the round before it, keep their distance", "[gp]") {
  const TuningTask task = MakeToyTask(4, 10, 4);
  GpTuner tuner("gp", task, Quick());
  tuner.Observe(ProductionOf(task));
  std::int64_t id = 1;
  for (int round = 1; round <= 4; ++round) {
    tuner.Observe(RunToyRound(task, round, tuner.Propose(4), 0.1, id));
    id += 4;
  }
  // Twice without results in between, as an asynchronous platform does.
  std::set<std::vector<double>> distinct;
  for (const Proposal& arm : tuner.Propose(4)) distinct.insert(arm.configuration->values());
  for (const Proposal& arm : tuner.Propose(4)) distinct.insert(arm.configuration->values());
  CHECK(distinct.size() == 8);
}

TEST_CASE("the recommendation is by posterior mean, not by the luckiest reading", "[gp]") {
  const TuningTask task = WithoutGuardrails(MakeToyTask(4, 10, 4));
  GpTuner tuner("gp", task, Quick());
  tuner.Observe(ProductionOf(task));
  // A plateau of 2 measured well, and one lucky reading of 4 far away with a huge error.
  std::vector<Trial> trials;
  std::vector<double> good(task.space->dimension(), 0.7);
  for (int i = 0; i < 8; ++i) {
    std::vector<double> unit = i % 2 == 0 ? good : std::vector<double>(good.size(), 0.3);
    unit[0] += 0.01 * i;
    trials.push_back(At(task, i + 1, unit, i % 2 == 0 ? 2.0 : -1.0, 0.0, 0.1));
  }
  trials.push_back(At(task, 9, std::vector<double>(task.space->dimension(), 0.1), 4.0, 0.0, 3.0));
  tuner.Observe(trials);
  const Configuration lucky = *trials.back().proposal.configuration;
  CHECK_FALSE(tuner.Recommend() == lucky);
  CHECK_FALSE(tuner.Recommend() == task.space->Production());
  // Measured as well as the others, it would have been right.
  GpTuner other("gp", task, Quick());
  other.Observe(ProductionOf(task));
  trials.back() = At(task, 9, std::vector<double>(task.space->dimension(), 0.1), 4.0, 0.0, 0.1);
  other.Observe(trials);
  CHECK(other.Recommend() == lucky);
}

TEST_CASE("a recommendation holds its guardrails with probability 0.95", "[gp]") {
  // The ceiling on cost is +2. The better arm reads just below it, the other far below.
  const TuningTask task = MakeToyTask(4, 10, 4);
  const auto recommend = [&](double better_cost, double error) {
    GpTuner tuner("gp", task, Quick());
    tuner.Observe(ProductionOf(task));
    std::vector<Trial> trials;
    for (int i = 0; i < 6; ++i) {
      std::vector<double> unit(task.space->dimension(), i % 2 == 0 ? 0.85 : 0.15);
      unit[0] = 0.1 * i;
      trials.push_back(
          At(task, i + 1, unit, i % 2 == 0 ? 3.0 : 1.0, i % 2 == 0 ? better_cost : -1.0, error));
    }
    tuner.Observe(trials);
    return ToyTruth(task, tuner.Recommend()) == ToyTruth(task, task.space->Production())
               ? 0
               : (task.space->Encode(tuner.Recommend())[1] > 0.5 ? 3 : 1);
  };
  CHECK(recommend(0.0, 0.05) == 3);
  CHECK(recommend(1.5, 0.05) == 3);
  CHECK(recommend(1.9, 1.5) == 1);   // below the ceiling, but not surely
  CHECK(recommend(2.5, 0.05) == 1);  // above it
}

TEST_CASE("guardrails steer the search", "[gp]") {
  // On the toy the unconstrained optimum costs 2.5 percent, the ceiling is at 2.
  const auto feasible_share = [](bool guarded) {
    int feasible = 0;
    int total = 0;
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      const TuningTask whole = MakeToyTask(seed, 12, 4);
      const TuningTask task = guarded ? whole : WithoutGuardrails(whole);
      GpTuner tuner("gp", task, Quick());
      tuner.Observe(ProductionOf(task));
      std::int64_t id = 1;
      for (int round = 1; round <= 12; ++round) {
        const std::vector<Trial> trials = RunToyRound(task, round, tuner.Propose(4), 0.1, id);
        id += 4;
        for (const Trial& trial : trials) {
          if (round <= 8) continue;
          ++total;
          feasible += trial.measurement.readings[1].lift < 2.2 ? 1 : 0;
        }
        tuner.Observe(trials);
      }
      if (!guarded) continue;
      CHECK(ToyTruth(task, ToyOptimum(task)) - ToyTruth(task, tuner.Recommend()) < 0.6);
    }
    return static_cast<double>(feasible) / total;
  };
  const double guarded = feasible_share(true);
  const double free = feasible_share(false);
  INFO(guarded << " with guardrails, " << free << " without");
  CHECK(guarded > 0.6);
  CHECK(free < 0.5 * guarded);
}

TEST_CASE("a task of too many trials is refused in words", "[gp]") {
  CHECK(WhyGpUnsuited(MakeToyTask(1, 50, 10)).empty());
  CHECK(WhyGpUnsuited(MakeToyTask(1, 1000, 10)).find("cube") != std::string::npos);
}

TEST_CASE("the tuner's options are its recipe's, and checked", "[gp]") {
  const GpTunerOptions defaults = GpTunerOptions::FromJson(Json::object(), "");
  CHECK(defaults.raw_points == 2048);
  CHECK(defaults.draws == 128);
  CHECK(defaults.optimise.starts == 10);
  CHECK(defaults.surrogate.models.gp.restarts == 3);
  CHECK(defaults.surrogate.models.gp.prior == PriorFamily::kGamma);
  CHECK(
      GpTunerOptions::FromJson(Json{{"prior", "dimension_scaled"}}, "").surrogate.models.gp.prior ==
      PriorFamily::kDimensionScaled);
  for (const Json& bad :
       {Json{{"prior", "horseshoe"}}, Json{{"draws", 1}}, Json{{"raw_points", 0}},
        Json{{"starts", 0}}, Json{{"infer_jitter", 1}}, Json{{"startup_arms", 0}}}) {
    INFO(bad.dump());
    try {
      GpTunerOptions::FromJson(bad, "/o");
      FAIL("accepted");
    } catch (const ConfigError& error) {
      CHECK(error.path() == "/o/" + bad.begin().key());
    }
  }
}

}  // namespace rectune::baselines
