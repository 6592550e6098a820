// SPDX-License-Identifier: Apache-2.0
//
// One suite over the whole baseline table: what every tuner must do, whatever its method.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "baselines/table.h"
#include "core/check.h"
#include "core/config_error.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;
using test_support::RunToyStudy;
using test_support::ToyTruth;

constexpr int kRounds = 10;
constexpr int kArms = 4;
constexpr double kNoise = 0.3;

/// What the world does to a round's trials before the tuner sees them.
using Fate = std::function<void(std::vector<Trial>&)>;

std::unique_ptr<Tuner> Make(const std::string& name, const TuningTask& task) {
  const TunerEntry* entry = FindTuner(BaselineTable(), name);
  REQUIRE(entry != nullptr);
  return entry->make(task, Json::object(), "/tuners/0", {});
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const TunerEntry& entry : BaselineTable()) names.push_back(entry.name);
  return names;
}

std::vector<Configuration> ConfigurationsOf(const std::vector<Proposal>& proposals) {
  std::vector<Configuration> configurations;
  for (const Proposal& proposal : proposals) {
    REQUIRE(proposal.configuration.has_value());
    configurations.push_back(*proposal.configuration);
  }
  return configurations;
}

struct Run {
  std::vector<Configuration> proposals;
  Configuration recommendation;
};

Run RunStudy(Tuner& tuner, double noise, const Fate& fate = nullptr, int rounds = kRounds) {
  const TuningTask& task = tuner.task();
  tuner.Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  std::vector<Configuration> proposals;
  std::int64_t id = 1;
  for (int round = 1; round <= rounds; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(task.arms_per_round);
    for (Configuration& configuration : ConfigurationsOf(arms)) {
      CHECK((task.space->Contains(configuration) || configuration == task.space->Production()));
      proposals.push_back(std::move(configuration));
    }
    std::vector<Trial> trials = RunToyRound(task, round, arms, noise, id);
    if (fate) fate(trials);
    tuner.Observe(trials);
    id += static_cast<std::int64_t>(trials.size());
  }
  return {std::move(proposals), tuner.Recommend()};
}

void Fail(Trial& trial) {
  trial.status = TrialStatus::kFailed;
  trial.status_reason = "the experiment was stopped";
  trial.measurement = {};
}

void Invalidate(Trial& trial) {
  trial.status = TrialStatus::kInvalid;
  trial.status_reason = "refused by the platform";
  trial.proposal.configuration.reset();
  trial.proposal.invalid_reason = trial.status_reason;
  trial.measurement = {};
}

TuningTask WithSpace(TuningTask task, ParameterSpace space) {
  task.space = std::make_shared<const ParameterSpace>(std::move(space));
  return task;
}

TuningTask WithoutGuardrails(TuningTask task) {
  task.objective = Objective(task.objective.north_stars(), {}, 0.0);
  return task;
}

/// Keeps the toy's names, so that its evaluator still works, and fixes everything numeric.
TuningTask CategoricalsOnly(const TuningTask& task) {
  ParameterSpace space = *task.space;
  for (std::size_t p = 0; p < space.size(); ++p) {
    const Parameter& parameter = space.parameters()[p];
    switch (parameter.kind) {
      case ParameterKind::kContinuous:
      case ParameterKind::kInteger:
        space = space.Tighten(p, parameter.production[0], parameter.production[0]);
        break;
      case ParameterKind::kCurve:
        for (std::size_t j = 0; j < parameter.dimension(); ++j) {
          space = space.TightenUnit(space.coordinate_offset(p) + j, 0.5, 0.5);
        }
        break;
      case ParameterKind::kBoolean:
        space = space.TightenLevels(p, {"false"});
        break;
      case ParameterKind::kCategorical:
        break;
    }
  }
  return WithSpace(task, std::move(space));
}

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
  for (const char* expected :
       {"production", "random", "sobol", "engineer", "greedy", "tpe", "cma_es"}) {
    CHECK(names.count(expected) == 1);
  }
}

TEST_CASE("every tuner proposes exactly n members of the space", "[conformance]") {
  for (const std::string& name : Names()) {
    for (const int arms : {1, 3, 4, 17}) {
      INFO(name << ", " << arms << " arms");
      const std::unique_ptr<Tuner> tuner = Make(name, MakeToyTask(7, kRounds, arms));
      const Run run = RunStudy(*tuner, kNoise);
      CHECK(run.proposals.size() == static_cast<std::size_t>(kRounds * arms));
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

TEST_CASE("the seed decides the proposals, and it alone", "[conformance]") {
  // No randomness at all in these two: production never moves, the engineer follows a plan.
  const std::set<std::string> seedless{"production", "engineer"};
  for (const std::string& name : Names()) {
    INFO(name);
    const Run first = RunStudy(*Make(name, MakeToyTask(3, kRounds, kArms)), 0.0);
    const Run again = RunStudy(*Make(name, MakeToyTask(3, kRounds, kArms)), 0.0);
    const Run other = RunStudy(*Make(name, MakeToyTask(4, kRounds, kArms)), 0.0);
    CHECK(first.proposals == again.proposals);
    CHECK(first.recommendation == again.recommendation);
    CHECK((first.proposals == other.proposals) == (seedless.count(name) == 1));
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
      const Run run = RunStudy(*Make(name, task), kNoise, fate, /*rounds=*/25);
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
      const Run run = RunStudy(*Make(name, task), 0.0, flatten, /*rounds=*/25);
      CHECK((run.recommendation == task.space->Production()) ==
            (level <= 0.0 || name == "production"));
    }
  }
}

TEST_CASE("a world that fails now and then does not stop the search", "[conformance]") {
  for (const std::string& name : Names()) {
    if (name == "production") continue;
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
  const TuningTask task = CategoricalsOnly(MakeToyTask(2, kRounds, kArms));
  for (const TunerEntry& entry : BaselineTable()) {
    INFO(entry.name);
    const std::string why = entry.why_unsuited(task);
    CHECK(why.empty() == (entry.name != "cma_es"));
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

TEST_CASE("proposals do not change under an increasing transform of the objective",
          "[conformance]") {
  // Exactly true for methods that use ranks only; a Gaussian process would not belong here.
  const std::vector<std::string> rank_based{"production", "random", "sobol", "engineer",
                                            "greedy",     "tpe",    "cma_es"};
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
  for (const char* name : {"greedy", "tpe", "cma_es", "engineer"}) {
    INFO(name << ", random search is " << random_gap << " short of " << best);
    CHECK(best - MedianTruth(name, kSeeds, kBudgetRounds) < 0.5 * random_gap);
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
                             {"cma_es", {{"population", 1}}, "/o/population"}};
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
  for (const char* name : {"sobol", "engineer", "cma_es"}) {
    INFO(name);
    const Json foreign{{"proposed_rounds", 1}, {"private", {{"surprise", 1}}}};
    CHECK_THROWS_AS(Make(name, task)->Restore(history, foreign), ConfigError);
  }
}

}  // namespace rectune::baselines
