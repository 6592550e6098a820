// SPDX-License-Identifier: Apache-2.0
//
// Skills as folders, and the hub's versions and rollback.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "agents/skillhub/skill_markdown.h"
#include "agents/skillhub/skillhub.h"
#include "core/check.h"
#include "core/config_error.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;
using test_support::TemporaryDirectory;

Skill LearnedSkill(const TuningTask& task) {
  Skill skill = SkillForTask(task);
  skill.domain_knowledge = "If DAU falls, raise the long-view curve.\n\n## not a slot\n\\# literal";
  SkillRule rule;
  rule.id = skill.NextRuleId();
  rule.pattern = {"ctr_weight", "", "engagement", -1.25, 0.2, {3, 7}, "Lower the click weight."};
  rule.author = "skill agent";
  rule.round = 2;
  skill.rules.push_back(rule);
  Tightening numeric;
  numeric.parameter = "ctr_weight";
  numeric.low = 0.1;
  numeric.high = 0.8;
  numeric.reason = "3 of 3 arms failed";
  numeric.evidence = {1, 2, 3};
  numeric.author = "skill agent";
  numeric.round = 3;
  skill.tightenings.push_back(numeric);
  Tightening levels;
  levels.parameter = "fusion";
  levels.levels = {"weighted_sum", "power_product"};
  levels.author = "skill agent";
  skill.tightenings.push_back(levels);
  return skill;
}

TEST_CASE("A skill written as a folder reads back as itself") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  for (const Skill& skill : {SkillForTask(task), LearnedSkill(task)}) {
    const Skill again = ParseSkill(RenderSkill(skill, *task.space), "test");
    CHECK(ToJson(again) == ToJson(skill));
    CHECK(ToJson(SkillFromJson(ParseJson(DumpLine(ToJson(skill))), "")) == ToJson(skill));
  }
}

TEST_CASE("SKILL.md holds the front matter, the six slots and the learned rules with evidence") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  const std::string text = RenderSkill(LearnedSkill(task), *task.space).markdown;
  CHECK(text.rfind("---\nname: toy-joint\ndescription: \"", 0) == 0);
  std::size_t at = 0;
  for (const char* heading :
       {"## Task context\n", "## Task requirement\n", "## North-star metrics\n",
        "## Initial configuration parameters\n", "## Domain knowledge\n", "## Tools\n"}) {
    INFO(heading);
    const std::size_t found = text.find(heading, at);
    REQUIRE(found != std::string::npos);
    at = found;
  }
  CHECK_THAT(text, Catch::Contains("rule-001: Lower the click weight.") &&
                       Catch::Contains("trials 3 and 7") && Catch::Contains("engagement"));
}

TEST_CASE("Only names that are safe as folders are names") {
  for (const char* good : {"a", "discover-feed-joint", "a1-b2", "0"}) CHECK(IsSkillName(good));
  for (const std::string& bad :
       std::vector<std::string>{"", "-a", "a-", "a--b", "A", "a_b", "a/b", "..", ".", "a b", "../x",
                                "a\n", std::string(65, 'a'), "\xC3\xA9"}) {
    INFO(bad);
    CHECK_FALSE(IsSkillName(bad));
    const TuningTask task = MakeToyTask(1, 4, 4);
    Skill skill = SkillForTask(task);
    skill.name = bad;
    Skillhub hub(task.space);
    CHECK_THROWS_AS(hub.Commit(skill, {}), ContractViolation);
    CHECK_THROWS_AS(SkillFromJson(ToJson(skill), ""), ConfigError);
    CHECK_THROWS_AS(ParseSkill({"---\nname: \"" + bad + "\"\ndescription: d\n---\n", "", ""}, "t"),
                    ConfigError);
  }
}

TEST_CASE("Folders that break the specification are refused with their place") {
  const auto parse = [](const std::string& markdown, const std::string& rules = "") {
    return ParseSkill({markdown, rules, ""}, "skills/x/SKILL.md");
  };
  CHECK_THROWS_AS(parse("# no front matter\n"), ConfigError);
  CHECK_THROWS_AS(parse("---\nname: x\ndescription: d\n"), ConfigError);
  CHECK_THROWS_AS(parse("---\nname: x\n---\n"), ConfigError);
  CHECK_THROWS_AS(parse("---\nname: x\ndescription: \"\"\n---\n"), ConfigError);
  CHECK_THROWS_AS(parse("---\nname: [x]\ndescription: d\n---\n"), ConfigError);
  CHECK_THROWS_AS(parse("---\nname: x\ndescription: " + std::string(1025, 'd') + "\n---\n"),
                  ConfigError);
  CHECK_THROWS_AS(parse("---\n{{{\n---\n"), ConfigError);
  CHECK_THROWS_AS(parse("---\nname: x\ndescription: d\n---\n" + std::string(300000, 'x')),
                  ConfigError);
  CHECK_THROWS_AS(parse("---\nname: x\ndescription: d\n---\n", "{\"format\": \"1\"}"), ConfigError);
  CHECK_THROWS_AS(
      parse("---\nname: x\ndescription: d\n---\n", "{\"format\": \"2\", \"rules\": []}"),
      ConfigError);
  CHECK_THROWS_WITH(parse("---\nname: X\ndescription: d\n---\n"),
                    Catch::Contains("skills/x/SKILL.md") && Catch::Contains("/name"));
}

TEST_CASE("A plain Agent Skills folder becomes domain knowledge") {
  TemporaryDirectory directory;
  const std::filesystem::path folder = directory.path() / "feed-craft";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "SKILL.md") << "---\nname: feed-craft\ndescription: How we tune feeds.\n"
                                        "license: MIT\n---\n# Feed craft\n\nMind the clickbait.\n\n"
                                        "## Rules of thumb\n\nLong views first.\n";
  const Skill skill = ReadSkillFolder(folder);
  CHECK(skill.name == "feed-craft");
  CHECK_THAT(skill.domain_knowledge, Catch::Contains("Mind the clickbait.") &&
                                         Catch::Contains("Rules of thumb") &&
                                         Catch::Contains("Long views first."));
  CHECK(skill.task_context.empty());
  std::filesystem::rename(folder, directory.path() / "other");
  CHECK_THROWS_WITH(ReadSkillFolder(directory.path() / "other"), Catch::Contains("other"));
}

TEST_CASE("Tightenings cut the space, and production stays deployable") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  const ParameterSpace box = LearnedSkill(task).Apply(*task.space);
  CHECK(box.is_tightened());
  CHECK(box.box_high(box.coordinate_offset(box.IndexOf("ctr_weight"))) == Approx(0.8));
  CHECK(box.allowed_levels(box.IndexOf("fusion")).size() == 2);
  CHECK(box.Contains(task.space->Production()));
  Skill stray = LearnedSkill(task);
  stray.tightenings[0].parameter = "no_such";
  CHECK_THROWS_AS(stray.Apply(*task.space), ConfigError);
}

TEST_CASE("Versions are content-addressed, heads move, and rollback brings old content back") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  Skillhub hub(task.space);
  const Skill first = SkillForTask(task);
  const std::string v1 = hub.Commit(first, {0, "task", "created"});
  CHECK(hub.Commit(first, {1, "skill agent", "nothing"}) == v1);
  CHECK(hub.moves().size() == 1);
  const Skill second = LearnedSkill(task);
  const std::string v2 = hub.Commit(second, {2, "skill agent", "learned"});
  CHECK(v1 != v2);
  CHECK(hub.head_id(first.name) == v2);
  CHECK(hub.Find(v2)->parent == v1);
  CHECK(hub.Find(v2)->provenance.change == "learned");

  hub.Rollback(first.name, v1, 3, "harmful");
  CHECK(ToJson(hub.head(first.name)) == ToJson(first));
  CHECK(hub.moves().back().kind == "rolled back");
  CHECK(hub.versions().size() == 2);                             // nothing is forgotten
  CHECK(hub.Commit(second, {4, "skill agent", "again"}) == v2);  // same content, same address
  CHECK(hub.versions().size() == 2);
  CHECK_THROWS_AS(hub.Rollback(first.name, "0123", 5, ""), ContractViolation);
  CHECK_THROWS_AS(hub.Rollback("other", v1, 5, ""), ContractViolation);
}

std::string Everything(const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::string all;
  for (const auto& file : files) {
    all += std::filesystem::relative(file, directory).string() + "\n" + ReadFile(file);
  }
  return all;
}

TEST_CASE("A hub restored from its state writes the same files") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  Skillhub hub(task.space);
  hub.Commit(SkillForTask(task), {0, "task", "created"});
  hub.Commit(LearnedSkill(task), {2, "skill agent", "learned"});
  const Json state = ParseJson(DumpLine(hub.ToJson()));
  const Skillhub again = Skillhub::FromJson(state, "", task.space);
  CHECK(again.ToJson() == state);

  TemporaryDirectory directory;
  hub.WriteTo(directory.path() / "a");
  again.WriteTo(directory.path() / "b");
  CHECK(Everything(directory.path() / "a") == Everything(directory.path() / "b"));
  CHECK(std::filesystem::exists(directory.path() / "a" / "toy-joint" / "SKILL.md"));
  CHECK(ToJson(ReadSkillFolder(directory.path() / "a" / "toy-joint")) ==
        ToJson(LearnedSkill(task)));

  Json forged = state;
  forged["versions"][1]["skill"]["rules"][0]["pattern"]["slope"] = 99.0;
  CHECK_THROWS_WITH(Skillhub::FromJson(forged, "", task.space), Catch::Contains("address"));
}

TEST_CASE("The diff of two versions names what came and what went") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  const std::vector<std::string> diff = DiffSkills(SkillForTask(task), LearnedSkill(task));
  CHECK(std::any_of(diff.begin(), diff.end(), [](const std::string& line) {
    return line.rfind("+ rule-001: Lower the click weight.", 0) == 0;
  }));
  CHECK(DiffSkills(SkillForTask(task), SkillForTask(task)).empty());
}

}  // namespace
}  // namespace rectune::agents
