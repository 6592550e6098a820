// SPDX-License-Identifier: Apache-2.0
//
// The Skill agent over a campaign: a rule lands when later arms bear it out, goes when still later
// ones bear out the opposite; what did not land is kept and told.
#include "agents/skill_agent.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/config_error.h"
#include "tests/agents/random_arms.h"
#include "tests/agents/scripted_model.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using testing::AlongClicks;
using testing::RandomArms;
using testing::ScriptedModel;

constexpr char kNothing[] = R"({"edits": []})";

std::string AddRule(const std::string& parameter) {
  return R"({"edits": [{"kind": "add_rule", "rule": "", "parameter": ")" + parameter +
         R"(", "level": "", "metric": "engagement", "direction": "up", "low": 0, "high": 0,
            "evidence": [1, 2], "statement": "It lifts."}]})";
}

/// Rounds of four arms; the model's edit comes in the first.
struct SkillCampaign {
  TuningTask task = test_support::MakeToyTask(1, 40, 4);
  FeatureMap features{*task.space};
  SkillAgent agent;
  std::string reply = AddRule("ctr_weight");
  std::string prompt;
  ScriptedModel model{[this](const ChatRequest& request) {
    prompt = request.messages.back().text;
    return std::exchange(reply, kNothing);
  }};
  PromptLibrary prompts{""};
  Ledger ledger;
  ModelClient client{&model, &prompts, &ledger, {0, 1000}};
  std::vector<Trial> trials;
  int round = 0;

  explicit SkillCampaign(bool use_gate)
      : agent(task, &features, SkillForTask(task), {use_gate, {}, 3}) {
    trials.reserve(400);
  }

  SkillRound Play(double slope, std::uint64_t seed = 1) {
    ++round;
    const std::size_t before = trials.size();
    for (Trial& trial : RandomArms(task, features, 4, AlongClicks(features, slope), seed,
                                   static_cast<std::int64_t>(before) + 1)) {
      trials.push_back(std::move(trial));
    }
    SkillContext context;
    context.brief.task = &task;
    context.brief.features = &features;
    context.round = round;
    context.patterns = {{"ctr_weight", "", "engagement", 3.0, 0.3, {1, 2}, "It lifts."}};
    std::vector<const Trial*> fresh;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      context.arms.push_back(&trials[i]);
      if (i >= before) fresh.push_back(&trials[i]);
    }
    return agent.Evolve(&client, context, fresh, 0);
  }
  /// Plays until the rule has landed.
  void PlayUntilLanded() {
    while (agent.skill().rules.empty() && round < 10) Play(3.0);
    REQUIRE(agent.skill().rules.size() == 1);
    REQUIRE(agent.watched().size() == 1);
  }
};

TEST_CASE("With the gate a rule waits for later arms; without it, it lands at once") {
  SkillCampaign gated(true);
  gated.Play(3.0);
  CHECK(gated.agent.skill().rules.empty());
  CHECK(gated.agent.pending().size() == 1);
  gated.PlayUntilLanded();
  CHECK(gated.agent.pending().empty());
  SkillCampaign ungated(false);
  ungated.Play(3.0);
  CHECK(ungated.agent.skill().rules.size() == 1);
  CHECK(ungated.agent.watched().empty());  // no gate, no second thoughts: as in the paper
}

TEST_CASE("A landed rule that later arms contradict is rolled back, and that is logged") {
  SkillCampaign campaign(true);
  campaign.PlayUntilLanded();
  const std::string with = campaign.agent.hub().head_id("toy-joint");
  std::vector<std::string> undone;
  for (int i = 0; i < 6 && undone.empty(); ++i) undone = campaign.Play(-3.0).undone;
  REQUIRE(undone.size() == 1);
  CHECK_THAT(undone[0], Catch::Contains("opposite of rule-001") && Catch::Contains("later arms"));
  CHECK(campaign.agent.skill().rules.empty());
  CHECK(campaign.agent.helpful().empty());
  CHECK(campaign.agent.watched().empty());
  const HeadMove& last = campaign.agent.hub().moves().back();
  CHECK(last.kind == "rolled back");
  CHECK(last.version == campaign.agent.hub().Find(with)->parent);
  CHECK_THAT(last.provenance.change, Catch::Contains("rule-001"));
}

TEST_CASE("Where something else landed since, only the contradicted rule goes") {
  SkillCampaign campaign(true);
  campaign.PlayUntilLanded();
  // A person's rule, say, comes on top: the head is no longer the version that brought rule-001.
  campaign.agent.Restore(
      [&] {
        Json state = campaign.agent.ToJson();
        Skillhub hub = Skillhub::FromJson(state["hub"], "", campaign.task.space);
        Skill skill = hub.head("toy-joint");
        SkillRule rule = skill.rules[0];
        rule.id = "rule-002";
        rule.pattern.parameter = "topic_window";
        skill.rules.push_back(rule);
        hub.Commit(skill, {campaign.round, "a person", "mind the window"});
        state["hub"] = hub.ToJson();
        state["helpful"] = {1, 0};
        state["harmful"] = {0, 0};
        return state;
      }(),
      "");
  std::vector<std::string> undone;
  for (int i = 0; i < 6 && undone.empty(); ++i) undone = campaign.Play(-3.0).undone;
  REQUIRE(undone.size() == 1);
  REQUIRE(campaign.agent.skill().rules.size() == 1);
  CHECK(campaign.agent.skill().rules[0].id == "rule-002");
  CHECK_THAT(campaign.agent.hub().moves().back().provenance.change, Catch::StartsWith("undone"));
}

TEST_CASE("A true rule stays, and is watched no longer than the gate's patience") {
  int undone = 0;
  int landed = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SkillCampaign campaign(true);
    while (campaign.agent.skill().rules.empty() && campaign.round < 10) campaign.Play(3.0, seed);
    if (campaign.agent.skill().rules.empty()) continue;  // the gate's power is not one
    ++landed;
    REQUIRE(campaign.agent.watched().size() == 1);
    for (int i = 0; i < 7; ++i) undone += static_cast<int>(campaign.Play(3.0, seed).undone.size());
    CHECK(campaign.agent.watched().empty());
  }
  CHECK(landed >= 8);
  CHECK(undone == 0);
}

TEST_CASE("What did not land is kept with its reason, told to the model, and left as a file") {
  SkillCampaign campaign(true);
  campaign.reply = AddRule("topic_window");  // no pattern supports it
  campaign.Play(3.0);
  REQUIRE(campaign.agent.rejected().size() == 1);
  CHECK(campaign.agent.rejected()[0].round == 1);
  CHECK_THAT(campaign.agent.rejected()[0].reason, Catch::Contains("no such pattern"));
  campaign.Play(3.0);
  CHECK_THAT(campaign.prompt, Catch::Contains("Edits that did not land") &&
                                  Catch::Contains("add_rule topic_window"));
  // The log is bounded: the state is saved every round.
  for (int i = 0; i < 80; ++i) {
    campaign.reply = AddRule("topic_window");
    campaign.Play(3.0);
  }
  CHECK(campaign.agent.rejected().size() == 60);
  CHECK(campaign.agent.rejected().back().round == 82);
  const test_support::TemporaryDirectory directory;
  campaign.agent.WriteTo(directory.path());
  const Json file = ReadJsonFile(directory.path() / ".versions" / "rejected.json");
  CHECK(file.size() == 60);
  CHECK(file.back().at("round") == 82);
}

TEST_CASE("Pending, watched and rejected edits survive an interruption") {
  SkillCampaign campaign(true);
  campaign.PlayUntilLanded();
  campaign.reply = AddRule("topic_window");
  campaign.Play(3.0);
  const Json state = ParseJson(DumpLine(campaign.agent.ToJson()));
  SkillAgent again(campaign.task, &campaign.features, SkillForTask(campaign.task), {});
  again.Restore(state, "");
  CHECK(again.ToJson() == state);
  CHECK(again.watched().size() == 1);
  CHECK(again.rejected().size() == 1);
  Json forged = state;
  forged["watched"][0]["before"] = "0000000000000000";
  CHECK_THROWS_AS(again.Restore(forged, ""), ConfigError);
}

}  // namespace
}  // namespace rectune::agents
