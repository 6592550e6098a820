// SPDX-License-Identifier: Apache-2.0
//
// Whether a skill helps: the verdict from known values, its error rate, and campaigns on the toy
// with a true and a poisoned skill.
#include "experiments/skills_trial.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>

#include "agents/skillhub/skill_markdown.h"
#include "agents/table.h"
#include "core/random_stream.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

TEST_CASE("Clear differences are seen, in both directions, and none is none") {
  const std::vector<double> low(8, 1.0);
  const std::vector<double> high(8, 2.0);
  CHECK(JudgeSkill(high, low, low).verdict == SkillVerdict::kHelps);
  CHECK(JudgeSkill(low, high, high).verdict == SkillVerdict::kHarms);
  CHECK(JudgeSkill(low, low, low).verdict == SkillVerdict::kNoDifference);
  // Eight seeds of one sign are one of 256 patterns; four are one of 16, and prove nothing.
  CHECK(JudgeSkill(high, low, low).helps_p_value == Approx(1.0 / 256));
  const std::vector<double> few_low(4, 1.0);
  const std::vector<double> few_high(4, 2.0);
  CHECK(JudgeSkill(few_high, few_low, few_low).verdict == SkillVerdict::kNoDifference);
}

TEST_CASE("A skill that does nothing is called harmful no more often than the level") {
  int harms = 0;
  int helps = 0;
  constexpr int kTests = 2000;
  for (std::uint64_t test = 0; test < kTests; ++test) {
    RandomStream stream(3, Purpose::kTest, test);
    std::vector<double> with;
    std::vector<double> without;
    for (int i = 0; i < 8; ++i) {
      with.push_back(stream.Normal());
      without.push_back(stream.Normal());
    }
    const SkillVerdict verdict = JudgeSkill(with, without, without).verdict;
    harms += verdict == SkillVerdict::kHarms ? 1 : 0;
    helps += verdict == SkillVerdict::kHelps ? 1 : 0;
  }
  // 5% each, standard error 0.5%.
  CHECK(harms / static_cast<double>(kTests) < 0.065);
  CHECK(helps / static_cast<double>(kTests) < 0.065);
  CHECK(helps + harms > 0);
}

TEST_CASE("What is called detectable is detected in about four of five tests") {
  double detectable = 0.0;
  const auto rate = [&](double effect, bool learn) {
    int found = 0;
    constexpr int kTests = 400;
    for (std::uint64_t test = 0; test < kTests; ++test) {
      RandomStream stream(4, Purpose::kTest, test);
      std::vector<double> with;
      std::vector<double> without;
      std::vector<double> again;
      for (int i = 0; i < 12; ++i) {
        with.push_back(stream.Normal() + effect);
        without.push_back(stream.Normal());
        again.push_back(stream.Normal());
      }
      const SkillTrial trial = JudgeSkill(with, without, again);
      if (learn) detectable += trial.detectable / kTests;
      found += trial.verdict == SkillVerdict::kHelps ? 1 : 0;
    }
    return found / static_cast<double>(kTests);
  };
  rate(0.0, true);
  const double power = rate(detectable, false);
  CAPTURE(detectable, power);
  CHECK(power > 0.70);
  CHECK(power < 0.90);
}

/// A skill whose rules say of every numeric parameter where the toy's optimum lies, or the
/// opposite.
std::string WriteSkill(const ScratchFolder& scratch, const std::string& name, double sign) {
  const TuningTask task = test_support::MakeToyTask(1, 1, 1);
  agents::Skill skill;
  skill.name = name;
  skill.description = "For a test.";
  const std::vector<double> best = task.space->Encode(test_support::ToyOptimum(task));
  const std::vector<double> now = task.space->Encode(task.space->Production());
  for (std::size_t p = 0; p < task.space->size(); ++p) {
    const Parameter& parameter = task.space->parameters()[p];
    if (parameter.has_levels() || parameter.name == "topic_window") continue;  // the costly one
    double towards = 0.0;
    for (std::size_t k = 0; k < parameter.dimension(); ++k) {
      const std::size_t j = task.space->coordinate_offset(p) + k;
      towards += best[j] - now[j];
    }
    agents::SkillRule rule;
    rule.id = skill.NextRuleId();
    rule.pattern = {parameter.name, "", "engagement", sign * (towards > 0.0 ? 8.0 : -8.0), 0.5, {},
                    "As told."};
    rule.author = "a test";
    skill.rules.push_back(rule);
  }
  const agents::SkillFiles files = agents::RenderWithoutSpace(skill);
  const std::filesystem::path folder = scratch.path() / name;
  std::filesystem::create_directories(folder / "references");
  WriteText(folder / "SKILL.md", files.markdown);
  WriteText(folder / "references" / "rules.json", files.rules);
  return folder.string();
}

TEST_CASE("On the toy a true skill helps and a poisoned one harms, with status 1") {
  const ScratchFolder scratch;
  Workbench workbench = MakeToyWorkbench();
  for (const TunerEntry& entry : agents::AgentTable()) workbench.tuners.push_back(entry);
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};
  SkillTrialArguments arguments{
      .skill = WriteSkill(scratch, "true-skill", 1.0),
      .against = WriteSkill(scratch, "poisoned", -1.0),
      .task = {.scenario = "toy", .task = "joint", .size = "small", .as_json = true},
      .seeds = 8,
      .rounds = 2,
      .arms = 3};
  CHECK(SkillsTestCommand(arguments, workbench, console) == kExitDone);
  const Json helped = ParseJson(out.str());
  CAPTURE(out.str());
  CHECK(helped.at("verdict") == "helps");
  CHECK(helped.at("read_by") == "the synthetic model, a stand-in");
  out.str("");
  std::swap(arguments.skill, arguments.against);
  arguments.task.as_json = false;
  CHECK(SkillsTestCommand(arguments, workbench, console) == kExitFailed);
  CHECK_THAT(out.str(), Catch::Contains("harms"));
}

}  // namespace
}  // namespace rectune::experiments
