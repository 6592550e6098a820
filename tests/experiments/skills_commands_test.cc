// SPDX-License-Identifier: Apache-2.0
//
// `rectune skills`: finding skills by a path, what is printed, exit statuses, and the program
// itself on its command line.
#include "experiments/skills_commands.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agents/skillhub/skillhub.h"
#include "core/config_error.h"
#include "experiments/run_folder.h"
#include "experiments/skills_place.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

/// A run of two finished cells whose homes hold one skill with two versions.
struct SkillsDesk {
  ScratchFolder scratch;
  Workbench workbench = MakeToyWorkbench();
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};
  std::string v1;
  std::string v2;

  SkillsDesk() {
    const TuningTask task = test_support::MakeToyTask(1, 4, 4);
    agents::Skill skill = agents::SkillForTask(task);
    agents::Skillhub hub(task.space);
    v1 = hub.Commit(skill, {0, "task", "created"});
    agents::SkillRule rule;
    rule.id = "rule-001";
    rule.pattern = {"ctr_weight", "", "engagement", 1.5, 0.25, {3, 7}, "It lifts."};
    rule.author = "skill agent";
    skill.rules = {rule};
    agents::Tightening cut;
    cut.parameter = "freshness_boost";
    cut.high = 0.75;
    cut.author = "skill agent";
    cut.reason = "three arms failed";
    skill.tightenings = {cut};
    v2 = hub.Commit(skill, {2, "skill agent", "learned"});
    for (const char* cell : {"agent.seed1", "agent.seed2"}) hub.WriteTo(Store(cell));
    WriteText(Store("agent.seed1") / ".versions" / "rejected.json",
              R"([{"round": 3, "edit": "tighten ctr_weight", "reason": "it closes nothing"}])");
    WriteText(run() / "manifest.json", "{}");
    WriteText(run() / "task.json",
              DumpPretty(TaskJson(workbench.open("toy", "joint", "small"), 1)));
  }
  fs::path run() const { return scratch.path() / "run"; }
  fs::path Cell(const std::string& cell) const { return run() / "cells" / cell; }
  fs::path Store(const std::string& cell) const { return Cell(cell) / "home" / "skills"; }
  SkillsArguments At(const fs::path& path, bool as_json = false) const {
    return {.path = path.string(), .skill = "", .as_json = as_json};
  }
  std::string Take() {
    std::string text = out.str();
    out.str("");
    return text;
  }
};

TEST_CASE_METHOD(SkillsDesk, "Skills are found by cell, home, store or their own folder") {
  for (const fs::path& path :
       {Cell("agent.seed1"), Cell("agent.seed1") / "home", Store("agent.seed1"),
        Store("agent.seed1") / "toy-joint", Store("agent.seed1") / "toy-joint" / ""}) {
    INFO(path);
    const SkillsPlace place = FindSkills(path, "");
    CHECK(place.store == Store("agent.seed1"));
    CHECK(place.name == "toy-joint");
  }
  CHECK_THROWS_WITH(FindSkills(run(), ""), Contains("cells/agent.seed1, cells/agent.seed2"));
  CHECK_THROWS_WITH(FindSkills(scratch.path(), ""), Contains("a SKILL.md in it"));
  CHECK_THROWS_AS(FindSkills(scratch.path() / "nothing", ""), ConfigError);
  CHECK_THROWS_WITH(FindSkills(Cell("agent.seed1"), "toy-joind"), Contains("did you mean"));
}

TEST_CASE_METHOD(SkillsDesk, "show prints rules, bounds and history, and no escape codes") {
  // Whatever a model wrote, a terminal gets plain text.
  const fs::path references = Store("agent.seed1") / "toy-joint" / "references";
  for (const char* file : {"rules.json", "search_space.json"}) {
    std::string text = ReadFile(references / file);
    for (const std::string word : {"It lifts.", "three arms failed", "\"ctr_weight"}) {
      const std::size_t at = text.find(word);
      if (at != std::string::npos) text.insert(at + 1, "\\u001b[31m");
    }
    WriteText(references / file, text);
  }
  CHECK(SkillsShowCommand(At(Cell("agent.seed1")), "", console) == kExitDone);
  const std::string text = Take();
  CHECK_THAT(text, Contains("version " + v2 + " (the head)") && Contains("rule-001") &&
                       Contains("+1.5 +- 0.25") && Contains("freshness_boost") &&
                       Contains("[0, 0.75]") && Contains("learned") &&
                       Contains("it closes nothing"));
  CHECK(text.find('\x1b') == std::string::npos);
  SkillsShowCommand(At(Cell("agent.seed1")), v1.substr(0, 10), console);
  CHECK_THAT(Take(), Contains("No learned rules") && Contains("version " + v1 + ","));

  SkillsShowCommand(At(Cell("agent.seed1"), true), "", console);
  const Json json = ParseJson(Take());
  CHECK(json.at("skills").at(0).at("rules").at(0).at("pattern").at("slope") == 1.5);
  CHECK(json.at("skills").at(0).at("log").size() == 2);
  SkillsShowCommand(At(run()), "", console);
  CHECK_THAT(Take(), Contains("agent.seed1") && Contains("agent.seed2"));
}

TEST_CASE_METHOD(SkillsDesk, "diff compares with the version before, or with another folder") {
  CHECK(SkillsDiffCommand(At(Cell("agent.seed1")), "parent", "head", "", console) == kExitDone);
  CHECK_THAT(Take(), Contains("--- " + v1) && Contains("\n+ rule-001: ") &&
                         Contains("\n+ search space: freshness_boost"));
  SkillsDiffCommand(At(Cell("agent.seed1"), true), v2, v1, "", console);
  CHECK_THAT(ParseJson(Take()).at("lines").at(0).get<std::string>(), Contains("- rule-001"));
  SkillsDiffCommand(At(Cell("agent.seed1")), "parent", "head", Cell("agent.seed2").string(),
                    console);
  CHECK_THAT(Take(), Contains("No difference."));
}

TEST_CASE_METHOD(SkillsDesk, "check ends with status 1 and names file and line") {
  CHECK(SkillsCheckCommand(At(Cell("agent.seed1")), "", "small", workbench, console) == kExitDone);
  CHECK(Take() == "1 skill, 0 errors, 0 warnings\n");
  const fs::path rules = Store("agent.seed1") / "toy-joint" / "references" / "rules.json";
  std::string text = ReadFile(rules);
  text.replace(text.find("ctr_weight"), 10, "ctr_heaven");
  WriteText(rules, text);
  // The run's own task is what rules are checked against.
  CHECK(SkillsCheckCommand(At(Cell("agent.seed1")), "", "small", workbench, console) ==
        kExitFailed);
  CHECK_THAT(Take(),
             Contains("rules.json:7: error: /rules/0/pattern/parameter") && Contains("1 error,"));
  CHECK(SkillsCheckCommand(At(Cell("agent.seed1"), true), "toy/rank", "small", workbench,
                           console) == kExitFailed);
  const Json json = ParseJson(Take());
  CHECK(json.at("findings").at(0).at("line") == 7);
  CHECK(json.at("checked_against_task") == true);
  CHECK_THROWS_AS(SkillsCheckCommand(At(Cell("agent.seed1")), "toy", "small", workbench, console),
                  ConfigError);
}

TEST_CASE_METHOD(SkillsDesk, "rollback moves the head and says so; an unfinished cell is refused") {
  fs::create_directories(Cell("agent.seed2") / "home.committed");
  CHECK_THROWS_WITH(SkillsRollbackCommand(At(Cell("agent.seed2")), "parent", "harm", console),
                    Contains("resume"));
  CHECK(SkillsRollbackCommand(At(Cell("agent.seed1")), "parent", "harm", console) == kExitDone);
  CHECK_THAT(Take(), Contains(v1 + " again (was " + v2 + ")"));
  SkillsShowCommand(At(Cell("agent.seed1")), "", console);
  CHECK_THAT(Take(), Contains("rolled back") && Contains("harm"));
  CHECK(SkillsCheckCommand(At(Cell("agent.seed1")), "", "small", workbench, console) == kExitDone);
}

TEST_CASE_METHOD(SkillsDesk, "The program itself: statuses 0, 1 and 2, JSON, export and import") {
  const auto skills = [](std::vector<std::string> words) {
    words.insert(words.begin(), {RECTUNE_TOY_PROGRAM, "skills"});
    return RunProcess(words);
  };
  const std::string cell = Cell("agent.seed1").string();
  CHECK(skills({"check", cell}).status == 0);
  CHECK(ParseJson(skills({"show", cell, "--json"}).out).at("skills").size() == 1);
  const ProcessResult exported = skills({"export", cell, "--out", scratch / "out"});
  INFO(exported.err);
  CHECK(exported.status == 0);
  const ProcessResult imported =
      skills({"import", scratch / "out/toy-joint", "--into", scratch / "mine"});
  INFO(imported.err);
  CHECK(imported.status == 0);
  CHECK_THAT(imported.out, Contains(v2));
  CHECK(skills({"diff", cell, "--other", scratch / "mine"}).out.find("No difference") !=
        std::string::npos);
  WriteText(scratch.path() / "mine" / "toy-joint" / "SKILL.md", "no front matter\n");
  CHECK(skills({"check", scratch / "mine"}).status == 1);
  for (const std::vector<std::string>& bad : {std::vector<std::string>{"show", scratch / "nothing"},
                                              {"rollback", cell, "parent"},
                                              {"rollback", cell, "ffff", "--reason", "x"},
                                              {"diff", cell, "--from", "zz"},
                                              {"frobnicate"}}) {
    INFO(bad.front());
    CHECK(skills(bad).status == 2);
  }
}

TEST_CASE_METHOD(SkillsDesk, "synthesise makes a skill that check passes, or says why it cannot") {
  const fs::path into = scratch.path() / "mine";
  // Two cells of one task are one voice.
  CHECK_THROWS_WITH(SkillsSynthesiseCommand({run().string()}, "shared", into, console),
                    Contains("two tasks"));
  const fs::path other = scratch.path() / "other";
  fs::create_directories(other);
  fs::copy(run(), other, fs::copy_options::recursive);
  Json task = ReadJsonFile(other / "task.json");
  task["task"] = "rank";
  WriteText(other / "task.json", DumpPretty(task));
  CHECK(SkillsSynthesiseCommand({run().string(), other.string()}, "shared", into, console) ==
        kExitDone);
  CHECK_THAT(Take(), Contains("1 rule that tasks agree on"));
  CHECK(SkillsCheckCommand(At(into), "toy/joint", "small", workbench, console) == kExitDone);
  Take();
  SkillsShowCommand(At(into, true), "", console);
  const Json skill = ParseJson(Take()).at("skills").at(0);
  CHECK(skill.at("name") == "shared");
  CHECK_THAT(skill.at("rules").at(0).at("pattern").at("statement").get<std::string>(),
             Contains("learned in toy/joint and toy/rank"));
  CHECK(skill.at("log").at(0).at("provenance").at("author") == "synthesis");
  CHECK_THROWS_AS(SkillsSynthesiseCommand({run().string()}, "../up", into, console), ConfigError);
}

}  // namespace
}  // namespace rectune::experiments
