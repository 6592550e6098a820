// SPDX-License-Identifier: Apache-2.0
//
// The read commands over the toy workbench, and the small printers they use.
#include "experiments/commands.h"

#include <catch2/catch.hpp>
#include <limits>
#include <sstream>

#include "core/config_error.h"
#include "experiments/run_data.h"
#include "experiments/run_folder.h"
#include "experiments/text_grid.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

struct Desk {
  Workbench workbench = MakeToyWorkbench();
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};

  Json Parsed() const { return ParseJson(out.str()); }
};

TaskArguments Toy(bool as_json) {
  return {.scenario = "toy", .task = "joint", .size = "small", .as_json = as_json};
}

TEST_CASE("list names every scenario and tuner, and marks stand-ins") {
  Desk text;
  CHECK(ListCommand(false, text.workbench, text.console) == kExitDone);
  CHECK_THAT(text.out.str(), Contains("toy_nan") && Contains("cma_es") &&
                                 Contains("random, with files and moods (synthetic stand-in)"));
  Desk json;
  ListCommand(true, json.workbench, json.console);
  CHECK(json.Parsed().at("tuners").size() == json.workbench.tuners.size());
  CHECK(json.Parsed().at("scenarios").at(0).at("tasks") == Json({"joint", "rank"}));
}

TEST_CASE("describe tells all that a tuner could know, and nothing of the optimum's place") {
  Desk text;
  CHECK(DescribeCommand(Toy(false), text.workbench, text.console) == kExitDone);
  const auto space = test_support::MakeToyTask(0, 1, 1).space;
  for (const Parameter& parameter : space->parameters()) {
    CHECK_THAT(text.out.str(), Contains(parameter.name) && Contains(parameter.stage));
  }
  CHECK_THAT(text.out.str(), Contains("raise engagement") &&
                                 Contains("lift of serving_cost at most +2.00%") &&
                                 Contains("Tasks: joint, rank"));
  Desk json;
  DescribeCommand(Toy(true), json.workbench, json.console);
  const Json described = json.Parsed();
  CHECK(described.at("dimension") == 8);
  CHECK_FALSE(described.at("reference").contains("configuration"));
}

TEST_CASE("whoever reads biased experiments is told, and the run folder keeps it") {
  TaskArguments biased = Toy(false);
  biased.scenario = "toy_biased";
  Desk described;
  DescribeCommand(biased, described.workbench, described.console);
  CHECK_THAT(described.out.str(), Contains("Experiments are biased") && Contains("new arms shine"));
  Desk measured;
  AbCommand({.task = biased, .configs = {"production"}, .seed = 1}, measured.workbench,
            measured.console);
  CHECK_THAT(measured.out.str(), Contains("biased by novelty: new arms shine"));
  const ScratchFolder scratch;
  for (const char* scenario : {"toy_biased", "toy"}) {
    const auto testbed = described.workbench.open(scenario, "joint", "small");
    WriteText(scratch.path() / "task.json", DumpPretty(TaskJson(testbed, 1)));
    CHECK(ReadTask(scratch.path() / "task.json").biases == testbed->biases);
  }
  // What full mode cannot do is refused, not left out.
  CHECK_THROWS_AS(SimulateCommand({.task = biased, .configs = {}, .users = 10}, measured.workbench,
                                  measured.console),
                  ConfigError);
}

TEST_CASE("evaluate tells noise-free truth and labels it") {
  const ScratchFolder scratch;
  const TuningTask task = test_support::MakeToyTask(0, 1, 1);
  const Configuration optimum = test_support::ToyOptimum(task);
  WriteText(scratch.path() / "optimum.json", DumpPretty(task.space->ToJson(optimum)));
  Desk json;
  EvaluateCommand(Toy(true), scratch / "optimum.json", json.workbench, json.console);
  const Json evaluated = json.Parsed();
  CHECK(evaluated.at("score").at("value").get<double>() ==
        Approx(test_support::ToyTruth(task, optimum)));
  CHECK(evaluated.at("score").at("value") == evaluated.at("reference_value"));
  CHECK_THAT(evaluated.at("what").get<std::string>(), Contains("noise-free"));

  Desk text;
  EvaluateCommand(Toy(false), "production", text.workbench, text.console);
  CHECK_THAT(text.out.str(), Contains("noise-free truth") && Contains("objective +0.0000%") &&
                                 Contains("0 of 6 parameters differ"));
}

TEST_CASE("A configuration file may name only what it changes, and is checked") {
  const ScratchFolder scratch;
  const std::string file = scratch / "config.json";
  WriteText(file, R"({"topic_window": 4})");
  Desk desk;
  EvaluateCommand(Toy(false), file, desk.workbench, desk.console);
  CHECK_THAT(desk.out.str(), Contains("1 of 6 parameters differ"));
  WriteText(file, R"({"topic_windoww": 4})");
  CHECK_THROWS_WITH(EvaluateCommand(Toy(false), file, desk.workbench, desk.console),
                    Contains(file) && Contains("/topic_windoww") && Contains("topic_window"));
}

TEST_CASE("ab reads out one experiment with everything a reader needs to doubt it") {
  Desk text;
  const AbArguments arguments{.task = Toy(false), .configs = {"production"}, .seed = 7};
  CHECK(AbCommand(arguments, text.workbench, text.console) == kExitDone);
  CHECK_THAT(text.out.str(), Contains("lift %") && Contains("s.e.") && Contains("p") &&
                                 Contains("guardrail serving_cost at most +2.00%: holds") &&
                                 Contains("sample ratio: p = 1.0000") &&
                                 Contains("virtual users an arm") && Contains("seed 7"));
  Desk json;
  AbCommand({.task = Toy(true), .configs = {"production", "production"}, .seed = 7}, json.workbench,
            json.console);
  const Json arms = json.Parsed().at("arms");
  REQUIRE(arms.size() == 2);
  // Two A/A arms: each its own noise.
  CHECK(arms[0].at("measurement") != arms[1].at("measurement"));
}

FidelityArguments Card(const std::string& scenario, bool as_json,
                       const std::string& size = "small") {
  return {.scenario = scenario, .size = size, .only = {}, .as_json = as_json};
}

TEST_CASE("fidelity ends in 1 when a line misses its band, and a lost figure is not null") {
  Desk good;
  CHECK(FidelityCommand(Card("toy", true), good.workbench, good.console) == kExitDone);
  REQUIRE(good.Parsed().size() == 1);
  for (const char* key : {"name", "value", "low", "high", "pass", "source"}) {
    CHECK(good.Parsed().at(0).contains(key));
  }
  Desk bad;
  CHECK(FidelityCommand(Card("toy_nan", true), bad.workbench, bad.console) == kExitFailed);
  CHECK(bad.Parsed().at(1).at("value") == "NaN");
  CHECK_FALSE(bad.Parsed().at(1).at("pass").get<bool>());
  Desk text;
  CHECK(FidelityCommand(Card("toy_nan", false), text.workbench, text.console) == kExitFailed);
  CHECK_THAT(text.out.str(), Contains("FAIL") && Contains("1 of 2 lines lie in their band"));
  CHECK_THROWS_AS(FidelityCommand(Card("toi", false), text.workbench, text.console), ConfigError);
  CHECK_THROWS_AS(FidelityCommand(Card("toy", false, "tiny"), text.workbench, text.console),
                  ConfigError);
}

SweepArguments ToySweep(std::vector<std::string> parameters, int sample, bool as_csv) {
  return {.task = Toy(!as_csv),
          .parameters = std::move(parameters),
          .sample = sample,
          .points = 5,
          .seed = 3,
          .as_csv = as_csv};
}

TEST_CASE("sweep visits every combination of the grid, production elsewhere") {
  Desk json;
  CHECK(SweepCommand(ToySweep({"dedupe", "ctr_weight"}, 0, false), json.workbench, json.console) ==
        kExitDone);
  const Json points = json.Parsed().at("points");
  REQUIRE(points.size() == 10);
  CHECK(points.at(0).at("at").at("dedupe") == false);
  CHECK(points.at(5).at("at").at("dedupe") == true);
  const auto space = test_support::MakeToyTask(0, 1, 1).space;
  const Parameter& weight = space->parameters()[space->IndexOf("ctr_weight")];
  CHECK(points.at(0).at("at").at("ctr_weight").get<double>() == Approx(weight.low));
  CHECK(points.at(4).at("at").at("ctr_weight").get<double>() == Approx(weight.high));
  CHECK(points.at(2).at("lifts").size() == 2);

  // A curve that neither rises early nor late is the straight one.
  Desk curve;
  SweepCommand(ToySweep({"lvr_curve"}, 0, false), curve.workbench, curve.console);
  const Json bent = curve.Parsed().at("points");
  REQUIRE(bent.size() == 5);
  CHECK(bent.at(2).at("at").at("lvr_curve").get<double>() == Approx(1.0));
  Desk straight;
  EvaluateCommand(Toy(true), "production", straight.workbench, straight.console);
  CHECK(bent.at(2).at("objective").get<double>() ==
        Approx(straight.Parsed().at("score").at("value").get<double>()).margin(1e-9));
  CHECK(bent.at(0).at("objective") != bent.at(4).at("objective"));
}

TEST_CASE("sweep samples the same configurations for the same seed, and writes them as CSV") {
  const auto sample = [](std::uint64_t seed) {
    Desk desk;
    SweepArguments arguments = ToySweep({}, 4, true);
    arguments.seed = seed;
    CHECK(SweepCommand(arguments, desk.workbench, desk.console) == kExitDone);
    return desk.out.str();
  };
  CHECK(sample(3) == sample(3));
  CHECK(sample(3) != sample(4));
  CHECK_THAT(sample(3), Contains("ctr_weight,") && Contains(",objective,violation,"));
  const std::string csv = sample(3);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 5);
  Desk desk;
  CHECK_THROWS_AS(SweepCommand(ToySweep({}, 0, true), desk.workbench, desk.console), ConfigError);
  CHECK_THROWS_AS(SweepCommand(ToySweep({"dedupe"}, 4, true), desk.workbench, desk.console),
                  ConfigError);
  CHECK_THROWS_AS(SweepCommand(ToySweep({"ctr_wait"}, 0, true), desk.workbench, desk.console),
                  ConfigError);
}

TEST_CASE("Shards are written i/n") {
  CHECK(ParseShard("2/5").index == 2);
  CHECK(ParseShard("2/5").count == 5);
  for (const char* text : {"", "1", "0/2", "3/2", "1/2/3", "-1/2", " 1/2", "1/2 ", "a/b", "1/"}) {
    INFO(text);
    CHECK_THROWS_AS(ParseShard(text), ConfigError);
  }
}

TEST_CASE("Numbers print at fixed places, without a negative zero") {
  CHECK(Fixed(0.4251, 2) == "0.43");
  CHECK(Fixed(-0.001, 2) == "0.00");
  CHECK(Fixed(-0.006, 2) == "-0.01");
  CHECK(Signed(-0.001, 2) == "+0.00");
  CHECK(Signed(1.5, 1) == "+1.5");
  CHECK(Signed(-1.5, 1) == "-1.5");
  CHECK(Fixed(std::numeric_limits<double>::quiet_NaN(), 2) == "NaN");
  CHECK(Signed(std::numeric_limits<double>::infinity(), 2) == "Infinity");
  CHECK(Short(1234567.0) == "1.235e+06");
}

TEST_CASE("Columns line up, wide characters and all") {
  TextGrid grid({"name", "value"}, {Align::kLeft, Align::kRight});
  grid.AddRow({"caf\u00e9", "1"});
  grid.AddRow({"a long name", "23.5"});
  CHECK(grid.ToString() ==
        "name         value\n"
        "-----------  -----\n"
        "caf\u00e9             1\n"
        "a long name   23.5\n");
}

TEST_CASE("Paragraphs wrap at blanks") {
  CHECK(Wrap("one two  three", 9, 2) == "  one two\n  three\n");
  CHECK(Wrap("unbreakable", 4, 0) == "unbreakable\n");
  CHECK(Wrap("", 10, 2).empty());
}

TEST_CASE("Progress counts rounds, and says what is left") {
  std::ostringstream out;
  {
    Progress progress({.is_terminal = false, .is_quiet = false}, out, 20, 10);
    for (int i = 0; i < 10; ++i) progress.RoundDone();
  }
  const std::string text = out.str();
  CHECK_THAT(text, Contains("round 12 of 20 (60%)") && Contains("left") &&
                       Contains("round 20 of 20 (100%)") && !Contains("round 11") &&
                       !Contains("\r"));
  std::ostringstream terminal;
  {
    Progress progress({.is_terminal = true, .is_quiet = false}, terminal, 2, 0);
    progress.RoundDone();
    progress.Say("a message");
    progress.RoundDone();
  }
  CHECK_THAT(terminal.str(), Contains("\r\033[Kround 1 of 2") && Contains("\r\033[Ka message\n") &&
                                 Contains("round 2 of 2 (100%)"));
  std::ostringstream quiet;
  {
    Progress progress({.is_terminal = true, .is_quiet = true}, quiet, 2, 0);
    progress.RoundDone();
    progress.Say("a message");
  }
  CHECK(quiet.str() == "a message\n");
}

TEST_CASE("Durations read as people say them") {
  CHECK(HumanDuration(0.4) == "0 s");
  CHECK(HumanDuration(59.6) == "1 min 00 s");
  CHECK(HumanDuration(185) == "3 min 05 s");
  CHECK(HumanDuration(7620) == "2 h 07 min");
}

}  // namespace
}  // namespace rectune::experiments
