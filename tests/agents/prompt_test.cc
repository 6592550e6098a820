// SPDX-License-Identifier: Apache-2.0
#include "agents/prompt.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "agents/actor.h"
#include "agents/critic.h"
#include "agents/reply_schema.h"
#include "agents/skillhub/skill.h"
#include "core/config_error.h"
#include "tests/agents/feed_task.h"
#include "tests/support/temporary_directory.h"

namespace rectune::agents {
namespace {

using testing::MakeFeedTask;
using testing::MakeFeedTrial;

/// Everything an Actor can be told, with words that can be looked for.
struct Full {
  TuningTask task = MakeFeedTask(1);
  FeatureMap features{*task.space};
  Skill skill = SkillForTask(task);
  std::vector<int> helpful = {4};
  std::vector<int> harmful = {1};
  Trial trial = MakeFeedTrial(task, 3, task.space->Decode(std::vector<double>(9, 0.7)),
                              {0.5, 0.25, 2.5, 1.0});
  ActorContext context;
  std::vector<DraftProposal> drafts;

  Full() {
    skill.domain_knowledge = "If DAU falls, look at long views.";
    SkillRule rule;
    rule.id = "rule-001";
    rule.pattern = {"lvr_weight", "", "dau", 0.8, 0.2, {3}, "Long views pay."};
    skill.rules.push_back(rule);
    context.brief = {&task, &features, &skill, task.space.get(), &helpful, &harmful};
    context.round = 7;
    context.proposals = 6;
    context.elites = {&trial};
    context.history = {&trial};
    context.patterns = {{"ctr_weight", "", "dau", -0.4, 0.1, {3}, "Clicks cost visits."}};
    context.failures = {{"cg_weight", "", -1, 4, 3, 0.01, {3}}};
    context.rejections = {"proposal 2: unknown parameter"};
    DraftProposal draft;
    draft.number = 1;
    draft.hypothesis = "a hypothesis {{not_a_tag}} <b>";
    draft.config = ParseJson(R"([{"param": "lvr_weight", "value": 2}])");
    drafts.push_back(draft);
  }
};

TEST_CASE_METHOD(Full, "The Actor's prompt has every section that the paper names") {
  Json data = ActorData(context);
  data["schema"] = ActorSchema().text();
  const std::vector<ChatMessage> messages = PromptLibrary("").Render("actor", data);
  REQUIRE(messages.size() == 2);
  const std::string system = messages[0].text;
  const std::string user = messages[1].text;
  for (const char* part :
       {"# Role", "# Task", "A feed that wants people back.", "# Parameters",
        "- lvr_weight (rank, weight): a number in [0.1, 10] (log scale); production 1.",
        "Weight of long views.", "# Requirements and trade-offs", "# North-star metrics",
        "dau: higher is better, weight 2", "# Guardrails",
        "clickbait_share: lift over control at most +1%", "# Output", "\"hypothesis\"",
        "# Domain knowledge", "If DAU falls, look at long views.", "rule-001: Long views pay.",
        "helpful 4, harmful 1"}) {
    INFO(part);
    CHECK(system.find(part) != std::string::npos);
  }
  for (const char* part :
       {"# Self-learned patterns", "Clicks cost visits.", "lower cg_weight",
        "# Elite configurations", "Trial 3:", "breaks the guardrail", "# Recent trials",
        "# Rejected in this round", "unknown parameter", "round 7 of 12", "exactly 6 proposals"}) {
    INFO(part);
    CHECK(user.find(part) != std::string::npos);
  }
  CHECK((system + user).find("{{") == std::string::npos);  // nothing left unrendered
}

TEST_CASE_METHOD(Full, "The Critic's prompt has the five rules and what the Actor was told") {
  CriticContext critic{&context, &drafts, 3};
  Json data = CriticData(critic);
  data["schema"] = CriticSchema().text();
  const std::vector<ChatMessage> messages = PromptLibrary("").Render("critic", data);
  for (const char* part : {"1. validity", "2. alignment", "3. soundness", "4. diversity",
                           "5. format", "# Parameters", "# North-star metrics", "# Guardrails"}) {
    INFO(part);
    CHECK(messages[0].text.find(part) != std::string::npos);
  }
  for (const char* part : {"# Proposals to judge", "## Proposal 1",
                           "Trial 3:", "Clicks cost visits.", "At most 3\nof them"}) {
    INFO(part);
    CHECK(messages[1].text.find(part) != std::string::npos);
  }
  // Values are text: neither rendered again nor escaped.
  CHECK(messages[1].text.find("a hypothesis {{not_a_tag}} <b>") != std::string::npos);
}

TEST_CASE_METHOD(Full, "What does not change within a campaign comes first and stays the same") {
  const PromptLibrary prompts("");
  const auto render = [&] {
    Json data = ActorData(context);
    data["schema"] = ActorSchema().text();
    return prompts.Render("actor", data);
  };
  const std::vector<ChatMessage> before = render();
  context.round = 8;
  context.history.clear();
  context.patterns.clear();
  const std::vector<ChatMessage> after = render();
  CHECK(before[0].text == after[0].text);
  CHECK(before[1].text != after[1].text);
}

TEST_CASE("A folder can replace prompts one by one, and broken ones are refused") {
  test_support::TemporaryDirectory directory;
  WriteFileAtomically(directory.path() / "actor.mustache",
                      "Tune {{{task}}}.\n===== user =====\nRound {{{round}}}.\n");
  const PromptLibrary prompts(directory.path());
  const Json data = {{"task", "joint"}, {"round", 2}};
  CHECK(prompts.Render("actor", data)[0].text == "Tune joint.\n");
  CHECK(prompts.Render("actor", data)[1].text == "Round 2.\n");
  CHECK(prompts.Source("critic") == PromptLibrary("").Source("critic"));
  WriteFileAtomically(directory.path() / "critic.mustache", "no user line");
  CHECK_THROWS_WITH(PromptLibrary(directory.path()), Catch::Contains("critic.mustache"));
  WriteFileAtomically(directory.path() / "critic.mustache", "{{#open}}\n===== user =====\nx\n");
  CHECK_THROWS_AS(PromptLibrary(directory.path()), ConfigError);
  CHECK_THROWS_AS(PromptLibrary(directory.path() / "missing"), ConfigError);
}

TEST_CASE("The embedded prompts are the files in the tree") {
  for (const std::string& name : PromptLibrary::Names()) {
    const std::filesystem::path file =
        std::filesystem::path(RECTUNE_SOURCE_DIR) / "agents" / "prompts" / (name + ".mustache");
    CHECK(ReadFile(file) == PromptLibrary("").Source(name));
  }
  CHECK(PromptLibrary::Names().size() == 6);
}

}  // namespace
}  // namespace rectune::agents
