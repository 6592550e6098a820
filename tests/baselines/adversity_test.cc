// SPDX-License-Identifier: Apache-2.0
//
// The conformance suite's other half: worlds that fail, lie flat, tell nothing, leave little room,
// or let others play as well.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "baselines/table.h"
#include "core/check.h"
#include "tests/baselines/study.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {

using test_support::MakeToyTask;
using test_support::RunToyRound;
using test_support::ToyTruth;

TEST_CASE("every tuner survives a world that tells it nothing", "[conformance]") {
  const std::vector<std::pair<std::string, Fate>> fates{
      {"all failed",
       [](std::vector<Trial>& trials) { std::for_each(trials.begin(), trials.end(), Fail); }},
      {"all invalid",
       [](std::vector<Trial>& trials) { std::for_each(trials.begin(), trials.end(), Invalidate); }},
      {"all rejected",
       [](std::vector<Trial>& trials) {
         for (Trial& trial : trials) {
           Fail(trial);
           trial.status = TrialStatus::kRejected;
         }
       }},
      {"all infeasible",
       [](std::vector<Trial>& trials) {
         for (Trial& trial : trials) trial.measurement.readings[1].lift += 50.0;
       }},
      {"lost", [](std::vector<Trial>& trials) { trials.clear(); }}};
  for (const std::string& name : Names()) {
    for (const auto& [what, fate] : fates) {
      INFO(name << ", " << what);
      const TuningTask task = MakeToyTask(5, kRounds, kArms);
      const Run run = RunStudy(*Make(name, task), kNoise, fate, /*rounds=*/12);
      // Nothing was ever seen to be better, so production stays.
      CHECK(run.recommendation == task.space->Production());
    }
  }
}

TEST_CASE("every tuner survives a constant world", "[conformance]") {
  for (const std::string& name : Names()) {
    for (const double level : {0.0, 1.0, -1.0}) {
      INFO(name << ", every lift " << level);
      const TuningTask task = MakeToyTask(5, kRounds, kArms);
      const auto flatten = [level](std::vector<Trial>& trials) {
        for (Trial& trial : trials) {
          for (MetricReading& reading : trial.measurement.readings) reading.lift = level;
        }
      };
      const Run run = RunStudy(*Make(name, task), 0.0, flatten, /*rounds=*/12);
      CHECK((run.recommendation == task.space->Production()) ==
            (level <= 0.0 || name == "production"));
    }
  }
}

TEST_CASE("a world that fails now and then does not stop the search", "[conformance]") {
  for (const std::string& name : Names()) {
    // Halving repeats arms on purpose: with half of them lost it sees some twenty random points,
    // too few to be sure of one that beats production.
    if (name == "production" || name == "successive_halving") continue;
    INFO(name);
    const TuningTask task = MakeToyTask(5, kRounds, kArms);
    const auto flaky = [](std::vector<Trial>& trials) {
      Fail(trials[0]);
      Invalidate(trials[2]);
    };
    const Run run = RunStudy(*Make(name, task), 0.0, flaky, /*rounds=*/20);
    CHECK(ToyTruth(task, run.recommendation) > 0.0);
  }
}

TEST_CASE("every tuner works inside a tightened box", "[conformance]") {
  const TuningTask root = MakeToyTask(9, kRounds, kArms);
  const ParameterSpace& space = *root.space;
  // Production itself lies outside of this one in several coordinates.
  ParameterSpace box = space.Tighten(space.IndexOf("freshness_boost"), 1.0, 1.5);
  box = box.Tighten(space.IndexOf("topic_window"), 10, 13);
  box = box.Tighten(space.IndexOf("ctr_weight"), 0.5, 0.5);
  box = box.TightenLevels(space.IndexOf("fusion"), {"power_product", "rank_ensemble"});
  box = box.TightenLevels(space.IndexOf("dedupe"), {"true"});
  box = box.TightenUnit(space.coordinate_offset(space.IndexOf("lvr_curve")), 0.3, 0.6);
  const TuningTask task = WithSpace(root, box);
  REQUIRE_FALSE(box.Contains(box.Production()));
  for (const TunerEntry& entry : BaselineTable()) {
    INFO(entry.name);
    CHECK(entry.why_unsuited(task).empty());
    const std::unique_ptr<Tuner> tuner = Make(entry.name, task);
    const Run run = RunStudy(*tuner, kNoise);
    for (const Configuration& proposal : run.proposals) {
      CHECK((box.Contains(proposal) || proposal == box.Production()));
    }
  }
}

TEST_CASE("spaces of categoricals only: searched, or refused with a reason", "[conformance]") {
  const std::set<std::string> numeric{"cma_es",       "spsa",        "pagmo_de",
                                      "pagmo_pso",    "nlopt_sbplx", "nlopt_nelder_mead",
                                      "nlopt_bobyqa", "dlib_global"};
  const TuningTask task = CategoricalsOnly(MakeToyTask(2, kRounds, kArms));
  for (const TunerEntry& entry : BaselineTable()) {
    INFO(entry.name);
    const std::string why = entry.why_unsuited(task);
    CHECK(why.empty() == (numeric.count(entry.name) == 0));
    if (!why.empty()) {
      CHECK(why.find("categoricals only") != std::string::npos);
      CHECK_THROWS_AS(Make(entry.name, task), ContractViolation);
      continue;
    }
    const Run run = RunStudy(*Make(entry.name, task), 0.0);
    if (entry.name == "production") continue;
    // Three configurations: forty arms are plenty to find the best.
    CHECK(run.recommendation.value(task.space->value_offset(task.space->IndexOf("fusion"))) == 1.0);
  }
}

TEST_CASE("a space of one configuration leaves nothing to do but that", "[conformance]") {
  TuningTask task = CategoricalsOnly(MakeToyTask(2, kRounds, kArms));
  task =
      WithSpace(task, task.space->TightenLevels(task.space->IndexOf("fusion"), {"weighted_sum"}));
  for (const TunerEntry& entry : BaselineTable()) {
    if (!entry.why_unsuited(task).empty()) continue;
    INFO(entry.name);
    RunStudy(*Make(entry.name, task), kNoise);
  }
}

TEST_CASE("trials that a tuner never proposed are welcome", "[conformance]") {
  const TuningTask task = MakeToyTask(6, kRounds, kArms);
  const Configuration optimum = test_support::ToyOptimum(task);
  for (const std::string& name : Names()) {
    INFO(name);
    const std::unique_ptr<Tuner> tuner = Make(name, task);
    std::int64_t id = 1;
    tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
    for (int round = 1; round <= 5; ++round) {
      std::vector<Proposal> arms = tuner->Propose(kArms);
      // Somebody else's arms came first, the optimum among them, twice.
      Proposal gift;
      gift.configuration = optimum;
      gift.source = "somebody else";
      Proposal broken;
      broken.source = "somebody else";
      broken.invalid_reason = "no such parameter";
      arms.insert(arms.begin(), {gift, broken, gift});
      tuner->Observe(RunToyRound(task, round, arms, /*noise=*/0.0, id));
      id += static_cast<std::int64_t>(arms.size());
    }
    CHECK((tuner->Recommend() == optimum) == (name != "production"));
    CHECK(tuner->Propose(kArms).size() == kArms);
  }
}

TEST_CASE("the recommendation under heavy noise is production or something measured",
          "[conformance]") {
  for (const std::string& name : Names()) {
    INFO(name);
    const TuningTask task = MakeToyTask(8, kRounds, kArms);
    const Run run = RunStudy(*Make(name, task), /*noise=*/5.0);
    const bool measured = std::find(run.proposals.begin(), run.proposals.end(),
                                    run.recommendation) != run.proposals.end();
    CHECK((measured || run.recommendation == task.space->Production()));
  }
}

}  // namespace rectune::baselines
