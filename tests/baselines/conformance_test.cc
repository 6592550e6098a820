// SPDX-License-Identifier: Apache-2.0
//
// One suite over the whole baseline table: what every tuner must do, whatever its method. Its
// other half, adversity_test.cc, is about worlds that do not play along.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "baselines/table.h"
#include "core/config_error.h"
#include "tests/baselines/study.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;
using test_support::RunToyStudy;
using test_support::ToyTruth;

double MedianTruth(const std::string& name, int seeds, int rounds) {
  std::vector<double> values;
  for (int seed = 1; seed <= seeds; ++seed) {
    const TuningTask task = MakeToyTask(static_cast<std::uint64_t>(seed), rounds, kArms);
    const std::unique_ptr<Tuner> tuner = Make(name, task);
    values.push_back(ToyTruth(task, RunToyStudy(*tuner, /*noise=*/0.0)));
  }
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

TEST_CASE("the table names each tuner once and says what it is", "[conformance]") {
  std::set<std::string> names;
  for (const TunerEntry& entry : BaselineTable()) {
    INFO(entry.name);
    CHECK(names.insert(entry.name).second);
    CHECK_FALSE(entry.summary.empty());
    CHECK_FALSE(entry.source.empty());
    CHECK_FALSE(entry.is_agent);
    CHECK_FALSE(entry.is_stand_in);
    CHECK(entry.why_unsuited(MakeToyTask(1, kRounds, kArms)).empty());
    CHECK(Make(entry.name, MakeToyTask(1, kRounds, kArms))->name() == entry.name);
  }
  for (const char* expected : {"production",
                               "random",
                               "sobol",
                               "engineer",
                               "greedy",
                               "tpe",
                               "cma_es",
                               "nsga2",
                               "linear_thompson",
                               "linucb",
                               "smac",
                               "successive_halving",
                               "spsa",
                               "auto",
                               "pagmo_de",
                               "pagmo_pso",
                               "nlopt_nelder_mead",
                               "nlopt_sbplx",
                               "nlopt_bobyqa",
                               "dlib_global",
                               "gp",
                               "tv_gp",
                               "multi_task_gp",
                               "hebo",
                               "qlognehvi",
                               "qlognparego",
                               "turbo",
                               "turbo_m",
                               "scbo"}) {
    CHECK(names.count(expected) == 1);
  }
}

TEST_CASE("every tuner proposes exactly n members of the space", "[conformance]") {
  for (const std::string& name : Names()) {
    for (const int arms : {1, 3, 4, 17}) {
      INFO(name << ", " << arms << " arms");
      const std::unique_ptr<Tuner> tuner = Make(name, MakeToyTask(7, kRounds, arms));
      const int rounds = arms > 4 ? 3 : kRounds;
      const Run run = RunStudy(*tuner, kNoise, {}, rounds);
      CHECK(run.proposals.size() == static_cast<std::size_t>(rounds * arms));
    }
  }
}

TEST_CASE("every tuner takes rounds of changing size", "[conformance]") {
  for (const std::string& name : Names()) {
    INFO(name);
    const TuningTask task = MakeToyTask(7, kRounds, kArms);
    const std::unique_ptr<Tuner> tuner = Make(name, task);
    tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
    std::int64_t id = 1;
    int round = 1;
    for (const int arms : {4, 1, 9, 2, 30, 4}) {
      const std::vector<Proposal> proposals = tuner->Propose(arms);
      CHECK(proposals.size() == static_cast<std::size_t>(arms));
      tuner->Observe(RunToyRound(task, round++, proposals, kNoise, id));
      id += arms;
    }
    tuner->Recommend();
  }
}

TEST_CASE("the seed decides the proposals, and it alone: not the rounds to come either",
          "[conformance]") {
  // No randomness at all in these two: production never moves, the engineer follows a plan.
  const std::set<std::string> seedless{"production", "engineer"};
  // Its step sizes are a schedule. Whoever else plans by the rounds belongs in tools/ranking, too.
  const std::set<std::string> planners{"spsa"};
  for (const std::string& name : Names()) {
    INFO(name);
    const bool plans = planners.count(name) == 1;
    const Run first = RunStudy(*Make(name, MakeToyTask(3, kRounds, kArms)), 0.0);
    const Run again = RunStudy(*Make(name, MakeToyTask(3, (plans ? 1 : 5) * kRounds, kArms)), 0.0);
    const Run other = RunStudy(*Make(name, MakeToyTask(4, kRounds, kArms)), 0.0);
    CHECK(first.proposals == again.proposals);
    CHECK(first.recommendation == again.recommendation);
    CHECK((first.proposals == other.proposals) == (seedless.count(name) == 1));
    if (plans) {
      CHECK(RunStudy(*Make(name, MakeToyTask(3, 5 * kRounds, kArms)), 0.0).proposals !=
            first.proposals);
    }
  }
}

TEST_CASE("a tuner saved in any round and restored from text goes on identically",
          "[conformance]") {
  for (const std::string& name : Names()) {
    const TuningTask task = MakeToyTask(11, kRounds, kArms);
    // Some arms fail, so that what a tuner keeps for those is saved as well.
    const auto fate = [](std::vector<Trial>& trials) {
      if (trials.front().round % 3 == 0) Fail(trials[1]);
    };
    const Run whole = RunStudy(*Make(name, task), kNoise, fate);
    for (int stop = 0; stop <= kRounds; ++stop) {
      for (const bool mid_round : {false, true}) {
        INFO(name << " saved after round " << stop << (mid_round ? ", the next proposed" : ""));
        if (stop == kRounds && mid_round) continue;
        std::unique_ptr<Tuner> tuner = Make(name, task);
        tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
        std::vector<Configuration> proposals;
        std::int64_t id = 1;
        const auto swap_for_restored = [&] {
          const std::string text = DumpLine(tuner->Save());
          std::string history_text = "[";
          for (const Trial& trial : tuner->history()) {
            if (history_text.size() > 1) history_text += ",";
            history_text += DumpLine(ToJson(trial, *task.space, *task.metrics));
          }
          std::vector<Trial> history;
          for (const Json& trial : ParseJson(history_text + "]")) {
            history.push_back(TrialFromJson(trial, *task.space, *task.metrics, ""));
          }
          std::unique_ptr<Tuner> restored = Make(name, task);
          restored->Restore(history, ParseJson(text));
          CHECK(DumpLine(restored->Save()) == text);
          tuner = std::move(restored);
        };
        for (int round = 1; round <= kRounds; ++round) {
          if (round == stop + 1 && !mid_round) swap_for_restored();
          const std::vector<Proposal> arms = tuner->Propose(kArms);
          for (const Configuration& c : ConfigurationsOf(arms)) proposals.push_back(c);
          if (round == stop + 1 && mid_round) swap_for_restored();
          std::vector<Trial> trials = RunToyRound(task, round, arms, kNoise, id);
          fate(trials);
          tuner->Observe(trials);
          id += kArms;
        }
        if (stop == kRounds) swap_for_restored();
        REQUIRE(proposals == whole.proposals);
        REQUIRE(tuner->Recommend() == whole.recommendation);
      }
    }
  }
}

/// Engagement no longer counts, cost does, and engagement must not fall.
Notice CostFirst(const TuningTask& task, int round) {
  return {.round = round,
          .kind = "objective_shift",
          .description = "cost first",
          .objective =
              Objective({{.metric = "serving_cost", .direction = Direction::kLowerIsBetter},
                         {.metric = "engagement", .weight = 0.1}},
                        {{.metric = "serving_cost", .kind = BoundKind::kCeiling, .lift_bound = 0.0},
                         {.metric = "engagement", .kind = BoundKind::kFloor, .lift_bound = -1.0}},
                        task.objective.violation_penalty())};
}

TEST_CASE("every tuner goes on under a new objective, restored or not", "[conformance]") {
  constexpr int kShift = 6;
  for (const std::string& name : Names()) {
    const TuningTask task = MakeToyTask(21, kRounds, kArms);
    const Notice shift = CostFirst(task, kShift);
    // Restored after round `stop`, or never (0).
    const auto run = [&](int stop, bool is_told) {
      std::unique_ptr<Tuner> tuner = Make(name, task);
      tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
      std::vector<Configuration> proposals;
      std::int64_t id = 1;
      for (int round = 1; round <= kRounds; ++round) {
        if (is_told && round == kShift) tuner->TakeNotice(shift);
        const std::vector<Proposal> arms = tuner->Propose(kArms);
        for (const Configuration& c : ConfigurationsOf(arms)) proposals.push_back(c);
        tuner->Observe(RunToyRound(task, round, arms, kNoise, id));
        id += kArms;
        if (round != stop) continue;
        std::unique_ptr<Tuner> restored = Make(name, task);
        restored->Restore(tuner->history(), ParseJson(DumpLine(tuner->Save())), tuner->notices());
        tuner = std::move(restored);
      }
      return Run{std::move(proposals), tuner->Recommend()};
    };
    INFO(name);
    const Run whole = run(0, true);
    for (const int stop : {kShift - 1, kShift, kShift + 2, kRounds}) {
      INFO("restored after round " << stop);
      const Run resumed = run(stop, true);
      CHECK(resumed.proposals == whole.proposals);
      CHECK(resumed.recommendation == whole.recommendation);
    }
    // Before the notice nobody knows of it; after it, whoever looks at scores goes elsewhere. The
    // engineer's list of moves goes on until an arm wins, and here none does.
    const Run untold = run(0, false);
    const std::ptrdiff_t before = std::ptrdiff_t{kShift - 1} * kArms;
    CHECK(std::equal(whole.proposals.begin(), whole.proposals.begin() + before,
                     untold.proposals.begin()));
    const std::set<std::string> blind{"production", "random", "sobol", "engineer"};
    CHECK((whole.proposals == untold.proposals) == (blind.count(name) == 1));
  }
}

TEST_CASE("proposals do not change under an increasing transform of the objective",
          "[conformance]") {
  // Exactly true for methods that use ranks only; a Gaussian process would not belong here.
  const std::vector<std::string> rank_based{"production", "random", "sobol",
                                            "engineer",   "greedy", "tpe",
                                            "cma_es",     "nsga2",  "successive_halving"};
  const TuningTask task = WithoutGuardrails(MakeToyTask(12, kRounds, kArms));
  const auto squash = [](std::vector<Trial>& trials) {
    for (Trial& trial : trials) {
      double& lift = trial.measurement.readings[0].lift;
      lift = std::expm1(0.5 * lift);
    }
  };
  const auto reverse = [](std::vector<Trial>& trials) {
    for (Trial& trial : trials) trial.measurement.readings[0].lift *= -1.0;
  };
  for (const std::string& name : rank_based) {
    INFO(name);
    const Run plain = RunStudy(*Make(name, task), 0.0, nullptr, 20);
    const Run squashed = RunStudy(*Make(name, task), 0.0, squash, 20);
    CHECK(plain.proposals == squashed.proposals);
    // The comparison can fail: turned upside down, whatever learns goes elsewhere.
    const bool learns = name != "production" && name != "random" && name != "sobol";
    const Run reversed = RunStudy(*Make(name, task), 0.0, reverse, 20);
    CHECK((plain.proposals != reversed.proposals) == learns);
  }
}

TEST_CASE("renaming the parameters changes nothing", "[conformance]") {
  const TuningTask task = MakeToyTask(13, kRounds, kArms);
  std::vector<Parameter> renamed = task.space->parameters();
  for (std::size_t p = 0; p < renamed.size(); ++p) {
    renamed[p].name = "knob_" + std::to_string(renamed.size() - p);
    renamed[p].meaning = "A knob.";
  }
  const TuningTask other = WithSpace(task, ParameterSpace(renamed));
  for (const std::string& name : Names()) {
    INFO(name);
    CHECK(RunStudy(*Make(name, task), kNoise).proposals ==
          RunStudy(*Make(name, other), kNoise).proposals);
  }
}

TEST_CASE("what learns clearly beats random search on a noiseless bowl", "[conformance]") {
  constexpr int kSeeds = 15;
  constexpr int kBudgetRounds = 24;  // 96 arms
  const TuningTask task = MakeToyTask(1, 1, 1);
  const double best = ToyTruth(task, test_support::ToyOptimum(task));
  const double random = MedianTruth("random", kSeeds, kBudgetRounds);
  const double random_gap = best - random;
  CHECK(random > 0.0);
  CHECK(random_gap > 0.5);  // a problem that random search does not solve
  CHECK(MedianTruth("production", 3, 2) == 0.0);
  const auto check = [&](const std::string& name, int seeds) {
    INFO(name << ", random search is " << random_gap << " short of " << best);
    CHECK(best - MedianTruth(name, seeds, kBudgetRounds) < 0.5 * random_gap);
  };
  for (const char* name : {"greedy", "tpe", "cma_es", "engineer", "nsga2", "linear_thompson",
                           "linucb", "smac", "spsa", "auto", "nlopt_sbplx"}) {
    check(name, kSeeds);
  }
  // A model a round costs: fewer seeds.
  for (const char* name :
       {"gp", "tv_gp", "hebo", "qlognehvi", "qlognparego", "turbo", "turbo_m", "scbo"}) {
    check(name, 3);
  }
}

TEST_CASE("options: unknown keys, wrong types and ranges are refused where they stand",
          "[conformance]") {
  const TuningTask task = MakeToyTask(1, kRounds, kArms);
  for (const TunerEntry& entry : BaselineTable()) {
    INFO(entry.name);
    try {
      entry.make(task, Json{{"no_such_option", 1}}, "/tuners/2/options", {});
      FAIL("accepted an unknown option");
    } catch (const ConfigError& error) {
      CHECK(error.path() == "/tuners/2/options/no_such_option");
    }
    CHECK_THROWS_AS(entry.make(task, Json::array(), "/tuners/2/options", {}), ConfigError);
  }
  struct Bad {
    const char* tuner;
    Json options;
    const char* path;
  };
  const std::vector<Bad> bad{{"engineer", {{"delta", 0.9}}, "/o/delta"},
                             {"engineer", {{"z", -1}}, "/o/z"},
                             {"engineer", {{"grid_levels", 2.5}}, "/o/grid_levels"},
                             {"engineer", {{"order", {"fusion", "dedup"}}}, "/o/order/1"},
                             {"greedy", {{"sigma", 0.0}}, "/o/sigma"},
                             {"greedy", {{"sigma", "big"}}, "/o/sigma"},
                             {"tpe", {{"startup_trials", 0}}, "/o/startup_trials"},
                             {"tpe", {{"candidates", -24}}, "/o/candidates"},
                             {"tpe", {{"good_fraction", 1.5}}, "/o/good_fraction"},
                             {"tpe", {{"good_cap", true}}, "/o/good_cap"},
                             {"cma_es", {{"sigma0", 2.0}}, "/o/sigma0"},
                             {"cma_es", {{"population", 1}}, "/o/population"},
                             {"nsga2", {{"population", 1}}, "/o/population"},
                             {"nsga2", {{"crossover", 1.5}}, "/o/crossover"},
                             {"linear_thompson", {{"startup_trials", 0}}, "/o/startup_trials"},
                             {"linear_thompson", {{"beta", 1.0}}, "/o/beta"},
                             {"linucb", {{"beta", -1.0}}, "/o/beta"},
                             {"smac", {{"trees", 0}}, "/o/trees"},
                             {"smac", {{"candidates", 0}}, "/o/candidates"},
                             {"smac", {{"random_share", 2.0}}, "/o/random_share"},
                             {"successive_halving", {{"champions", -0.1}}, "/o/champions"},
                             {"spsa", {{"c", 0.0}}, "/o/c"},
                             {"spsa", {{"first_step", 0.9}}, "/o/first_step"},
                             {"spsa", {{"level_share", "all"}}, "/o/level_share"},
                             {"hebo", {{"generations", 0}}, "/o/generations"},
                             {"hebo", {{"population", 3}}, "/o/population"},
                             {"hebo", {{"warp_outputs", 1}}, "/o/warp_outputs"},
                             {"pagmo_de", {{"population", 6}}, "/o/population"},
                             {"nlopt_sbplx", {{"first_step", 0.0}}, "/o/first_step"},
                             {"nlopt_bobyqa", {{"tolerance", 1.0}}, "/o/tolerance"}};
  for (const Bad& row : bad) {
    INFO(row.tuner << " " << row.options.dump());
    try {
      FindTuner(BaselineTable(), row.tuner)->make(task, row.options, "/o", {});
      FAIL("accepted a bad option");
    } catch (const ConfigError& error) {
      CHECK(error.path() == row.path);
      CHECK_FALSE(error.allowed().empty());
    }
  }
}

TEST_CASE("a state that is not the tuner's own is refused", "[conformance]") {
  const TuningTask task = MakeToyTask(1, kRounds, kArms);
  const std::vector<Trial> history{ProductionTrial(*task.space, *task.metrics)};
  for (const char* name : {"sobol", "engineer", "cma_es", "successive_halving", "spsa", "auto",
                           "pagmo_de", "nlopt_sbplx", "dlib_global", "gp", "hebo", "turbo"}) {
    INFO(name);
    const Json foreign{{"proposed_rounds", 1}, {"private", {{"surprise", 1}}}};
    CHECK_THROWS_AS(Make(name, task)->Restore(history, foreign), ConfigError);
  }
}

}  // namespace rectune::baselines
