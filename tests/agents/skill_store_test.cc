// SPDX-License-Identifier: Apache-2.0
//
// Skills on disk: what check finds and where, rollback that survives a kill, import and export.
#include "agents/skillhub/skill_store.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "agents/skillhub/json_line.h"
#include "core/config_error.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

namespace fs = std::filesystem;
using test_support::MakeToyTask;
using test_support::TemporaryDirectory;

constexpr char kPlain[] =
    "---\nname: feed-craft\ndescription: How we tune feeds.\nlicense: MIT\n"
    "metadata:\n  version: \"1.0\"\n---\n# Feed craft\n\nMind the clickbait.\n";

void Put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  WriteFileAtomically(file, text);
}

SkillRule Rule(const std::string& id, const std::string& parameter) {
  SkillRule rule;
  rule.id = id;
  rule.pattern = {parameter, "", "engagement", 1.5, 0.25, {3, 7}, "It lifts."};
  rule.author = "skill agent";
  rule.round = 2;
  return rule;
}

Tightening Cut(const std::string& parameter, double low, double high) {
  Tightening cut;
  cut.parameter = parameter;
  cut.low = low;
  cut.high = high;
  cut.author = "skill agent";
  return cut;
}

/// A hub's folder with two versions of one skill, the second one the head.
struct Hub {
  TemporaryDirectory directory;
  TuningTask task = MakeToyTask(1, 4, 4);
  Skill first = SkillForTask(task);
  Skill second = first;
  std::string v1;
  std::string v2;

  Hub() {
    second.rules = {Rule("rule-001", "ctr_weight")};
    second.tightenings = {Cut("ctr_weight", 0.1, 0.8)};
    Skillhub hub(task.space);
    v1 = hub.Commit(first, {0, "task", "created"});
    v2 = hub.Commit(second, {2, "skill agent", "learned"});
    hub.WriteTo(store());
    Put(store() / first.name / "references" / "rule_counts.json",
        R"({"rule-001": {"helpful": 3, "harmful": 1}})");
  }
  fs::path store() const { return directory.path() / "skills"; }
  fs::path head() const { return store() / first.name; }
  SkillCheckTask known() const { return {task.space.get(), task.metrics.get()}; }
  std::vector<SkillFinding> Check() const { return SkillStore(store()).Check(first.name, known()); }
};

/// What check says of a folder "feed-craft" with this SKILL.md.
std::vector<std::string> Findings(const std::string& markdown) {
  const TemporaryDirectory directory;
  const fs::path folder = directory.path() / "feed-craft";
  Put(folder / "SKILL.md", markdown);
  std::vector<std::string> lines;
  for (const SkillFinding& finding : CheckSkillFolder(folder, {})) {
    lines.push_back(Describe(finding));
  }
  return lines;
}

TEST_CASE("A pointer finds its line, or its nearest ancestor's") {
  const std::string text =
      "{\n \"a~/b\": [1,\n  {\"c\": \"}]\\\"\",\n   \"d\": -2e3}],\n \"e\": {}}\n";
  CHECK(LineOfPointer(text, "") == 1);
  CHECK(LineOfPointer(text, "/a~0~1b") == 2);
  CHECK(LineOfPointer(text, "/a~0~1b/1") == 3);
  CHECK(LineOfPointer(text, "/a~0~1b/1/d") == 4);
  CHECK(LineOfPointer(text, "/e") == 5);
  CHECK(LineOfPointer(text, "/e/nothing") == 5);
  CHECK(LineOfPointer(text, "/a~0~1b/1/nothing/at/all") == 3);
  CHECK(LineOfPointer(text, "/a~0~1b/7") == 2);
}

TEST_CASE("A standard Agent Skills folder passes, and so does one that a campaign left") {
  CHECK(Findings(kPlain).empty());
  const Hub hub;
  CHECK(hub.Check().empty());
}

TEST_CASE("Each broken rule of the specification is found at its line") {
  const auto with = [](const std::string& old, const std::string& now) {
    std::string text = kPlain;
    text.replace(text.find(old), old.size(), now);
    return Findings(text);
  };
  const auto only = [](const std::vector<std::string>& lines) {
    REQUIRE(lines.size() == 1);
    return lines.front();
  };
  CHECK_THAT(only(with("---\nname", "name")), Catch::Contains("SKILL.md:1: error"));
  CHECK_THAT(only(with("name: feed-craft", "name: Feed")), Catch::Contains("SKILL.md:2: error"));
  CHECK_THAT(only(with("name: feed-craft", "name: other")), Catch::Contains("the folder's own"));
  CHECK_THAT(only(with("name: feed-craft\n", "")), Catch::Contains("\"name\" is missing"));
  CHECK_THAT(only(with("How we tune feeds.", "\"\"")), Catch::Contains("SKILL.md:3: error"));
  CHECK_THAT(only(with("How we tune feeds.", std::string(1025, 'x'))),
             Catch::Contains("1025 characters"));
  CHECK_THAT(only(with("license: MIT", "license: [MIT]")), Catch::Contains("SKILL.md:4: error"));
  CHECK_THAT(only(with("license", "licence")), Catch::Contains("unknown key \"licence\""));
  CHECK_THAT(only(with("license: MIT", "name: feed-craft")), Catch::Contains("stands twice"));
  CHECK_THAT(only(with("\"1.0\"", "1.0")), Catch::Contains("SKILL.md:6: error: quote 1.0"));
  CHECK_THAT(only(with("metadata:\n ", "metadata: {{{\n ")), Catch::Contains("broken YAML"));
  CHECK_THAT(only(with("\n---\n# Feed", "\n# Feed")), Catch::Contains("has no end"));
  CHECK_THAT(only(with("Mind", "Mi\x07nd")), Catch::Contains("SKILL.md:10: error: a control"));
  CHECK_THAT(only(with("Mind", "[x](../secret)")), Catch::Contains("leads out of the folder"));
  CHECK_THAT(only(with("Mind", "[x](references/a.md)")), Catch::Contains("leads nowhere"));
  CHECK_THAT(only(with("Mind", std::string(600, '\n'))), Catch::Contains("warning: the body has"));
}

TEST_CASE("Links on disk are errors, not followed") {
  const TemporaryDirectory directory;
  const fs::path folder = directory.path() / "feed-craft";
  Put(folder / "SKILL.md", kPlain);
  Put(directory.path() / "secret" / "key.txt", "secret");
  fs::create_directory_symlink(directory.path() / "secret", folder / "references");
  const std::vector<SkillFinding> findings = CheckSkillFolder(folder, {});
  REQUIRE(findings.size() == 1);
  CHECK_THAT(Describe(findings.front()), Catch::Contains("references: error: links"));
  CHECK_THROWS_AS(SkillStore(directory.path() / "in").Import(folder, false, {}), ConfigError);
  CHECK_FALSE(fs::exists(directory.path() / "in"));
}

TEST_CASE("Rules and tightenings are checked against each other and the task, by line") {
  Hub hub;
  const auto says = [&](const Skill& skill, const std::string& text) {
    const SkillFiles files = RenderSkill(skill, *hub.task.space);
    Put(hub.head() / "SKILL.md", files.markdown);
    Put(hub.head() / "references" / "rules.json", files.rules);
    if (skill.tightenings.size() != 2) {
      Put(hub.head() / "references" / "search_space.json", files.search_space);
    }
    const std::vector<SkillFinding> findings = CheckSkillFolder(hub.head(), hub.known());
    return std::any_of(findings.begin(), findings.end(), [&](const SkillFinding& finding) {
      return finding.line > 1 && Describe(finding).find(text) != std::string::npos;
    });
  };
  Skill skill = hub.second;
  CHECK_FALSE(says(skill, "error"));
  skill.rules.push_back(skill.rules.front());
  CHECK(says(skill, "\"rule-001\" stands twice"));
  skill = hub.second;
  skill.rules[0].pattern.parameter = "no_such";
  CHECK(says(skill, "is no parameter here"));
  skill = hub.second;
  skill.rules[0].pattern.metric = "no_such";
  CHECK(says(skill, "is no metric here"));
  skill = hub.second;
  skill.rules[0].pattern.parameter = "fusion";
  skill.rules[0].pattern.level = "no_such";
  CHECK(says(skill, "is no level of it"));
  skill = hub.second;
  CHECK_FALSE(says(skill, "error"));

  // Bounds that keep nothing, edited by hand.
  const fs::path bounds = hub.head() / "references" / "search_space.json";
  std::string text = ReadFile(bounds);
  text.replace(text.find("\"low\": 0.1"), 10, "\"low\": 0.9");
  Put(bounds, text);
  const std::vector<SkillFinding> findings = CheckSkillFolder(hub.head(), hub.known());
  REQUIRE(findings.size() == 1);
  CHECK_THAT(Describe(findings[0]), Catch::Contains("search_space.json:") &&
                                        Catch::Contains("/tightenings/0/low") &&
                                        Catch::Contains("keeps nothing"));
  const auto lines = std::count(
      text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find("\"low\"")), '\n');
  CHECK(findings[0].line == lines + 1);
}

TEST_CASE("A generated section, a head or a version that was edited by hand is found") {
  Hub hub;
  const fs::path markdown = hub.head() / "SKILL.md";
  const std::string original = ReadFile(markdown);
  std::string edited = original;
  edited.replace(edited.find("It lifts."), 9, "It sinks.");
  Put(markdown, edited);
  REQUIRE(hub.Check().size() == 1);
  CHECK_THAT(Describe(hub.Check()[0]), Catch::Contains("are not those of references/rules.json"));
  Put(markdown, original + "\nMore.\n");
  REQUIRE(hub.Check().size() == 1);
  CHECK_THAT(Describe(hub.Check()[0]), Catch::Contains("the log calls " + hub.v2 + " the head"));
  Put(markdown, original);
  Put(hub.store() / ".versions" / hub.v1 / "SKILL.md", edited);
  REQUIRE(hub.Check().size() == 1);
  CHECK_THAT(Describe(hub.Check()[0]), Catch::Contains(hub.v1) && Catch::Contains("was edited"));
  CHECK_THROWS_WITH(SkillStore(hub.store()).Rollback(hub.first.name, hub.v1, {}),
                    Catch::Contains("someone edited a version"));
  CHECK(ReadFile(markdown) == original);
}

TEST_CASE("Rollback brings old bytes back, is logged, and goes both ways") {
  Hub hub;
  SkillStore store(hub.store());
  CHECK(store.head(hub.first.name) == hub.v2);
  CHECK(store.Resolve(hub.first.name, "parent") == hub.v1);
  CHECK(store.Rollback(hub.first.name, hub.v1, {2, "a person", "lost DAU"}));
  CHECK(ReadFile(hub.head() / "SKILL.md") ==
        ReadFile(hub.store() / ".versions" / hub.v1 / "SKILL.md"));
  CHECK_FALSE(fs::exists(hub.head() / "references" / "rule_counts.json"));  // it has no rules
  const SkillStore again(hub.store());
  CHECK(again.head(hub.first.name) == hub.v1);
  REQUIRE(again.log().size() == 3);
  CHECK(again.log().back().kind == "rolled back");
  CHECK(again.log().back().provenance.change == "lost DAU");
  CHECK(again.Check(hub.first.name, hub.known()).empty());
  CHECK_FALSE(store.Rollback(hub.first.name, hub.v1, {}));  // already there: nothing is logged
  CHECK(store.log().size() == 3);
  CHECK(store.Rollback(hub.first.name, hub.v2, {}));
  CHECK(ToJson(store.Read(hub.first.name)) == ToJson(hub.second));
}

TEST_CASE("Counts stay with the rules that stay") {
  Hub hub;
  Skill third = hub.second;
  third.rules.push_back(Rule("rule-002", "topic_window"));
  Skillhub live(hub.task.space);
  live.Commit(hub.second, {2, "skill agent", "learned"});
  live.Commit(third, {3, "skill agent", "more"});
  live.WriteTo(hub.store());
  Put(hub.head() / "references" / "rule_counts.json",
      R"({"rule-001": {"helpful": 4, "harmful": 1}, "rule-002": {"helpful": 0, "harmful": 5}})");
  SkillStore store(hub.store());
  CHECK(store.Rollback(hub.first.name, "parent", {3, "a person", "harm"}));
  const auto counts = store.RuleCounts(hub.first.name);
  REQUIRE(counts.size() == 1);
  CHECK(counts.at("rule-001") == std::pair{4, 1});
}

TEST_CASE("A rollback killed between its two steps is found and completed") {
  Hub hub;
  // What such a kill leaves: the log names v1, the folder is still v2, a staged copy lies about.
  SkillStore(hub.store()).Rollback(hub.first.name, hub.v1, {2, "a person", "lost DAU"});
  const fs::path versions = hub.store() / ".versions";
  fs::remove_all(hub.head());
  fs::copy(versions / hub.v2, hub.head(), fs::copy_options::recursive);
  Put(hub.store() / ("." + hub.first.name + ".staged") / "SKILL.md", "half");

  SkillStore store(hub.store());
  const auto findings = store.Check(hub.first.name, hub.known());
  REQUIRE(findings.size() == 1);
  CHECK_THAT(findings[0].message, Catch::Contains("cut short"));
  CHECK(store.Rollback(hub.first.name, hub.v1, {}));
  CHECK(store.log().size() == 3);  // it was logged already
  CHECK(store.Check(hub.first.name, hub.known()).empty());
  CHECK_FALSE(fs::exists(hub.store() / ("." + hub.first.name + ".staged")));
}

TEST_CASE("Unknown and ambiguous versions are refused with what there is") {
  const Hub hub;
  const SkillStore store(hub.store());
  CHECK(store.Resolve(hub.first.name, hub.v1.substr(0, 12)) == hub.v1);
  CHECK_THROWS_WITH(store.Resolve(hub.first.name, "zz"), Catch::Contains(hub.v1));
  CHECK_THROWS_AS(store.Resolve(hub.first.name, ""), ConfigError);
  CHECK_THROWS_WITH(store.Resolve("nobody", "head"), Catch::Contains("no history"));
  CHECK_THROWS_AS(store.Read("../feed"), ConfigError);
}

TEST_CASE("A log that names a path instead of a version is refused") {
  const Hub hub;
  const fs::path log = hub.store() / ".versions" / "log.json";
  for (const char* key : {"version", "name"}) {
    Json json = ReadJsonFile(log);
    json[0][key] = "../../../etc";
    Put(log, DumpPretty(json));
    CHECK_THROWS_WITH(SkillStore(hub.store()), Catch::Contains("log.json"));
  }
}

TEST_CASE("Export and import give the same bytes, and the import has a history") {
  const Hub hub;
  const TemporaryDirectory elsewhere;
  const SkillStore store(hub.store());
  const fs::path out = store.Export(hub.first.name, "", elsewhere.path() / "out");
  CHECK_FALSE(fs::exists(out / "references" / "rule_counts.json"));
  CHECK(CheckSkillFolder(out, hub.known()).empty());
  CHECK(SkillVersionId(ReadSkillFiles(out)) == hub.v2);
  CHECK_THROWS_AS(store.Export(hub.first.name, "", elsewhere.path() / "out"), ConfigError);
  CHECK(SkillVersionId(ReadSkillFiles(
            store.Export(hub.first.name, hub.v1, elsewhere.path() / "old"))) == hub.v1);

  SkillStore into(elsewhere.path() / "in");
  CHECK(into.Import(out, false, {0, "a person", "from a run"}) == hub.v2);
  CHECK(into.head(hub.first.name) == hub.v2);
  CHECK(into.log().back().kind == "imported");
  CHECK(into.Check(hub.first.name, hub.known()).empty());
  CHECK(into.Import(out, false, {}) == hub.v2);  // the same content again changes nothing
  CHECK(into.log().size() == 1);
  const fs::path old = elsewhere.path() / "old" / hub.first.name;
  CHECK_THROWS_WITH(into.Import(old, false, {}), Catch::Contains("--replace"));
  CHECK(into.Import(old, true, {0, "a person", "older"}) == hub.v1);
  CHECK(into.Rollback(hub.first.name, "parent", {0, "a person", "no, newer"}));
  CHECK(into.head(hub.first.name) == hub.v2);
}

TEST_CASE("Importing a plain folder keeps its other files, but no scripts") {
  const TemporaryDirectory directory;
  const fs::path folder = directory.path() / "feed-craft";
  Put(folder / "SKILL.md", kPlain);
  Put(folder / "references" / "heads.md", "Heads.\n");
  Put(folder / "scripts" / "run.sh", "rm -rf /\n");
  const auto findings = CheckSkillFolder(folder, {});
  REQUIRE(findings.size() == 1);
  CHECK_THAT(Describe(findings[0]), Catch::Contains("scripts: warning"));
  SkillStore store(directory.path() / "in");
  store.Import(folder, false, {0, "a person", "found it"});
  CHECK(ReadFile(directory.path() / "in" / "feed-craft" / "references" / "heads.md") == "Heads.\n");
  CHECK(ReadFile(directory.path() / "in" / "feed-craft" / "SKILL.md") == kPlain);
  CHECK_FALSE(fs::exists(directory.path() / "in" / "feed-craft" / "scripts"));
}

TEST_CASE("Replacing a folder that had no history keeps what was there") {
  const TemporaryDirectory directory;
  const fs::path folder = directory.path() / "new" / "feed-craft";
  Put(folder / "SKILL.md", std::string(kPlain) + "\nNewer.\n");
  Put(directory.path() / "in" / "feed-craft" / "SKILL.md", kPlain);
  SkillStore store(directory.path() / "in");
  store.Import(folder, true, {0, "a person", "newer"});
  CHECK_THAT(store.Read("feed-craft").domain_knowledge, Catch::Contains("Newer."));
  CHECK(store.Rollback("feed-craft", "parent", {0, "a person", "no"}));
  CHECK(ReadFile(directory.path() / "in" / "feed-craft" / "SKILL.md") == kPlain);
}

}  // namespace
}  // namespace rectune::agents
