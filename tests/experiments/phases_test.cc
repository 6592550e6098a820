// SPDX-License-Identifier: Apache-2.0
//
// Studies in which something happens: rounds in their phases, regret against each phase's own
// optimum, tuners told what is announced, the same bytes however the study is run, and a report
// that says what happened.
#include <catch2/catch.hpp>
#include <sstream>

#include "core/config_error.h"
#include "experiments/cell.h"
#include "experiments/commands.h"
#include "experiments/journal.h"
#include "experiments/report.h"
#include "experiments/run_data.h"
#include "experiments/study_runner.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

constexpr int kRounds = 7;
const std::vector<std::size_t> kPhases{0, 0, 1, 1, 2, 2, 2};  // of rounds 1 to 7

Json Spec(const std::vector<std::string>& tuners, int rounds = kRounds) {
  Json list = Json::array();
  for (const std::string& tuner : tuners) list.push_back({{"name", tuner}});
  return {{"schema", 1},     {"name", "shifting"}, {"scenario", "toy_shift"},
          {"task", "joint"}, {"size", "small"},    {"tuners", list},
          {"seeds", {1}},    {"rounds", rounds},   {"arms_per_round", 3}};
}

std::vector<std::string> SoundTuners() {
  std::vector<std::string> names;
  for (const TunerEntry& entry : MakeToyWorkbench().tuners) {
    if (entry.name != "thrower" && entry.name != "single_arm") names.push_back(entry.name);
  }
  return names;
}

void RunIn(const fs::path& directory, const Json& spec, RunSettings settings = {}) {
  const Workbench workbench = MakeToyWorkbench();
  const Study study = CheckStudy(spec, workbench);
  const RunFolder folder = RunFolder::Enter(directory, study, {"test"}, [](const std::string&) {});
  std::ostringstream talk;
  settings.style.is_quiet = true;
  REQUIRE(RunStudy(study, workbench, folder, settings, talk).failures.empty());
}

TEST_CASE("A study with events: the same bytes with one job or two, and stopped around an event",
          "[phases]") {
  const ScratchFolder scratch;
  const Json spec = Spec(SoundTuners());
  RunIn(scratch.path() / "whole", spec, {.jobs = 1});
  const auto expected = PromisedBytes(scratch.path() / "whole");
  RunIn(scratch.path() / "two", spec, {.jobs = 2});
  CHECK(PromisedBytes(scratch.path() / "two") == expected);
  for (const std::size_t rounds : {2, 3, 4, 5}) {  // the events come before rounds 3 and 5
    for (const std::string& tuner : SoundTuners()) {
      if (tuner == "scribbler") continue;  // its home cannot be cut back; see the next test
      const fs::path journal = scratch.path() / "two/cells" / (tuner + ".seed1") / "journal.jsonl";
      const std::uint64_t end = ReadJournal(journal).ends[rounds];  // the header's is at 0
      WriteText(journal, ReadFile(journal).substr(0, end));
    }
    RunIn(scratch.path() / "two", spec, {.jobs = 2});
    INFO("stopped after round " << rounds);
    CHECK(PromisedBytes(scratch.path() / "two") == expected);
  }
}

TEST_CASE("A tuner is told what is announced, once, before its round, resumed or not", "[phases]") {
  const ScratchFolder scratch;
  const Json spec = Spec({"scribbler"});
  RunIn(scratch.path() / "whole", spec);
  const fs::path home = scratch.path() / "whole/cells/scribbler.seed1/home";
  CHECK(ReadFile(home / "told.txt") == "5 objective shift: cost counts\n");
  const auto expected = PromisedBytes(scratch.path() / "whole");
  for (int rounds = 1; rounds < kRounds; ++rounds) {
    INFO("stopped after round " << rounds);
    const fs::path directory = scratch.path() / ("stop" + std::to_string(rounds));
    int asked = 0;  // once for the cell, then before every round
    RunIn(directory, spec, {.jobs = 1, .should_stop = [&] { return asked++ > rounds; }});
    CHECK(CommittedRounds(directory / "cells/scribbler.seed1") == rounds);
    RunIn(directory, spec);
    CHECK(PromisedBytes(directory) == expected);
  }
}

TEST_CASE("Every round is judged in its own phase", "[phases]") {
  const ScratchFolder scratch;
  RunIn(scratch.path() / "run", Spec({"tpe", "gp"}));
  const RunData run = LoadRun(scratch.path() / "run");
  REQUIRE(run.complete);
  REQUIRE(run.task.phases() == 3);
  REQUIRE(run.task.has_references());
  REQUIRE(run.task.events.size() == 2);
  CHECK_FALSE(run.task.events[0].announced);
  CHECK(run.task.LabelOf(0) == "start");
  CHECK(run.task.LabelOf(2) == "model push 1, objective shift 1");
  CHECK(run.task.ObjectiveOf(2).guardrails().size() == 2);

  const auto start = MakeToyWorkbench().open("toy_shift", "joint", "small");
  int worse_for_wrong_phase = 0;
  for (const CellData& cell : run.cells) {
    for (const RoundData& round : cell.rounds) {
      INFO(cell.id << ", round " << round.round);
      const std::size_t phase = kPhases[static_cast<std::size_t>(round.round - 1)];
      REQUIRE(round.phase == phase);
      const auto then = AtPhase(start, phase);
      const Score score =
          then->objective.Evaluate(then->truth(round.recommendation), *then->metrics);
      CHECK(round.true_score.value == score.value);
      CHECK(round.true_score.violation == score.violation);
      const double best = run.task.ReferenceOf(phase)->value;
      CHECK(best ==
            then->objective.Evaluate(then->truth(then->reference->optimum), *then->metrics).value);
      CHECK(*round.regret == NormalisedRegret(round.true_score, best));
      worse_for_wrong_phase +=
          *round.regret != NormalisedRegret(round.true_score, run.task.reference->value) ? 1 : 0;
      for (std::size_t i = 0; i < round.trials.size(); ++i) {
        const Configuration& arm = *round.trials[i].proposal.configuration;
        CHECK(round.arm_truth[i].value ==
              then->objective.Evaluate(then->exposed_truth(arm), *then->metrics).value);
      }
    }
  }
  CHECK(worse_for_wrong_phase > 0);  // the phases' optima differ, so the check above can fail
}

TEST_CASE("A study that ends before anything happens knows of no phase", "[phases]") {
  const ScratchFolder scratch;
  RunIn(scratch.path() / "short", Spec({"random"}, 2));
  const Json task = ReadJsonFile(scratch.path() / "short/task.json");
  CHECK_FALSE(task.contains("events"));
  CHECK_FALSE(task.contains("later_phases"));
  CHECK(LoadRun(scratch.path() / "short").task.phases() == 1);
  RunIn(scratch.path() / "longer", Spec({"random"}, 3));
  CHECK(LoadRun(scratch.path() / "longer").task.phases() == 2);
}

TEST_CASE("The report draws the phases and says what happened", "[phases]") {
  const ScratchFolder scratch;
  RunIn(scratch.path() / "run", Spec({"tpe", "random"}));
  const RunData run = LoadRun(scratch.path() / "run");
  const std::string page = ReportHtml(run);
  CHECK_THAT(page, Contains("class=\"boundary\"") && Contains("phase 2 from round 5") &&
                       Contains("Round 3: model push: cost eats into engagement. Tuners were not "
                                "told.") &&
                       Contains("Round 5: objective shift: cost counts. Tuners were told.") &&
                       Contains("Guardrails from round 5"));
  CHECK_THAT(ReportMarkdown(run),
             Contains("Round 5: objective shift") && Contains("Rounds 3 to 4: model push 1"));
  // Where nothing happens, nothing of it is said.
  Json still = Spec({"tpe", "random"});
  still["scenario"] = "toy";
  RunIn(scratch.path() / "still", still);
  const std::string plain = ReportHtml(LoadRun(scratch.path() / "still"));
  CHECK_THAT(plain, !Contains("class=\"boundary\"") && !Contains("What happened"));
}

struct Desk {
  Workbench workbench = MakeToyWorkbench();
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};
};

TaskArguments Shift(int phase, bool as_json = false) {
  return {.scenario = "toy_shift",
          .task = "joint",
          .size = "small",
          .as_json = as_json,
          .phase = phase};
}

TEST_CASE("Commands look at the phase that is asked for", "[phases]") {
  Desk text;
  DescribeCommand(Shift(0), text.workbench, text.console);
  CHECK_THAT(text.out.str(), Contains("from round 3: model push") &&
                                 Contains("tuners are not told") &&
                                 Contains(" *0, first in round 1: start"));
  const auto value = [](int phase) {
    Desk desk;
    const ScratchFolder scratch;
    WriteText(scratch.path() / "config.json", R"({"topic_window": 4})");
    EvaluateCommand(Shift(phase, true), scratch / "config.json", desk.workbench, desk.console);
    const Json evaluated = ParseJson(desk.out.str());
    CHECK(evaluated.at("phase") == phase);
    return evaluated.at("score").at("value").get<double>();
  };
  CHECK(value(0) != value(1));
  CHECK(value(1) != value(2));
  Desk oracle;
  OracleCommand({.task = Shift(2), .evaluations = 40, .seed = 1}, oracle.workbench, oracle.console);
  const Json found = ParseJson(oracle.out.str());
  // The optima of this phase and of the one before are places to start from, so the result is no
  // worse.
  const Json& searchers = found.at("provenance").at("searchers");
  REQUIRE(searchers.size() == 4);
  CHECK(found.at("provenance").at("guesses").size() == 2);
  CHECK(found.dump().find("pattern_from_guess") != std::string::npos);
  const auto before = AtPhase(MakeToyWorkbench().open("toy_shift", "joint", "small"), 1);
  const auto then = AtPhase(before, 2);
  const Score guess =
      then->objective.Evaluate(then->truth(before->reference->optimum), *then->metrics);
  REQUIRE(guess.feasible());
  CHECK(found.at("value").get<double>() >= guess.value);
  CHECK_THAT(found.at("provenance").at("command").get<std::string>(),
             Contains("--seed 1 --phase 2"));
  CHECK(found.at("provenance").at("last_step").get<double>() < 1e-3);
  CHECK_FALSE(found.at("provenance").at("rounds").empty());
  // The front is of this phase's north stars, and its ends are the normalisation.
  const Json& pareto = found.at("pareto");
  REQUIRE_FALSE(pareto.at("front").empty());
  REQUIRE(pareto.at("normalisation").size() == then->objective.north_stars().size());
  for (const auto& [metric, range] : pareto.at("normalisation").items()) {
    INFO(metric);
    CHECK(range.at(0).get<double>() <= range.at(1).get<double>());
  }
  // Nine tenths of every guardrail's room, asked to be kept free, are.
  Desk careful;
  OracleCommand({.task = Shift(2), .evaluations = 40, .seed = 1, .margin = 0.9}, careful.workbench,
                careful.console);
  const Json spared = ParseJson(careful.out.str());
  CHECK(spared.at("value").get<double>() > 0.0);
  CHECK(spared.at("value").get<double>() < found.at("value").get<double>());
  CHECK_THAT(spared.at("provenance").at("command").get<std::string>(), Contains("--margin 0.9"));
  const Measurement truth = then->truth(then->space->Parse(spared.at("optimum"), "/optimum"));
  for (const Guardrail& guardrail : then->objective.guardrails()) {
    const double lift = truth.readings[then->metrics->IndexOf(guardrail.metric)].lift;
    const double kept = 0.1 * guardrail.lift_bound;
    CHECK((guardrail.kind == BoundKind::kFloor ? lift >= kept : lift <= kept));
  }
  for (const int wrong : {-1, 3}) {
    Desk desk;
    try {
      DescribeCommand(Shift(wrong), desk.workbench, desk.console);
      FAIL("accepted phase " << wrong);
    } catch (const ConfigError& error) {
      CHECK(error.path() == "--phase");
      CHECK_THAT(error.allowed(), Contains("[0, 2]"));
    }
  }
}

TEST_CASE("An optimum holds its guardrails where regret is judged, not only where it was found",
          "[phases]") {
  const OracleArguments search{
      .task = {.scenario = "toy", .task = "joint", .size = "small"}, .evaluations = 60, .seed = 1};
  Desk desk;
  const auto open = desk.workbench.open;
  const auto found_by = [&](Desk& at) {
    OracleCommand(search, at.workbench, at.console);
    return ParseJson(at.out.str()).at("optimum");
  };
  // Where regret is judged, users like every arm less by half of each guardrail's room.
  const auto harsher = [open](const std::string& scenario, const std::string& task,
                              const std::string& size) {
    TestbedPort port = *open(scenario, task, size);
    port.truth = [port](const Configuration& configuration) {
      Measurement truth = port.truth(configuration);
      for (const Guardrail& guardrail : port.objective.guardrails()) {
        truth.readings[port.metrics->IndexOf(guardrail.metric)].lift += 0.5 * guardrail.lift_bound;
      }
      return truth;
    };
    return std::make_shared<const TestbedPort>(std::move(port));
  };
  const auto judge = harsher("toy", "joint", "small");
  const auto judged = [&](const Json& optimum) {
    return judge->objective.Evaluate(judge->truth(judge->space->Parse(optimum, "/optimum")),
                                     *judge->metrics);
  };
  CHECK_FALSE(judged(found_by(desk)).feasible());  // else what follows would show nothing
  Desk aware;
  aware.workbench.open = harsher;
  CHECK(judged(found_by(aware)).feasible());
}

TEST_CASE("Grades need one optimum: a run with phases is refused", "[phases]") {
  const ScratchFolder scratch;
  RunIn(scratch.path() / "run", Spec({"scribbler"}));
  Desk desk;
  CHECK_THROWS_WITH(GradeCommand(scratch.path() / "run", true, desk.workbench, desk.console),
                    Contains("nothing happened"));
  CHECK_FALSE(fs::exists(scratch.path() / "run/grade.json"));
}

}  // namespace
}  // namespace rectune::experiments
