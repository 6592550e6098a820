// SPDX-License-Identifier: Apache-2.0
//
// Review before launch: the three policies, what a person sees, and what a refusal leaves behind.
#include "agents/review.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agents/agent_tuner.h"
#include "core/config_error.h"
#include "tests/agents/campaign.h"
#include "tests/agents/scripted_model.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;
using testing::Make;
using testing::Production;
using testing::ScriptedModel;

/// Production with some values changed.
Proposal Change(const TuningTask& task, const char* changes) {
  const Configuration production = task.space->Production();
  Proposal proposal;
  proposal.configuration = task.space->Parse(ParseJson(changes), "", &production);
  proposal.hypothesis = "Because\x1b[2J I say so.";
  proposal.source = "agent/actor";
  return proposal;
}

ReviewOptions Rules(const char* json) { return ReviewOptionsFromJson(ParseJson(json), "/review"); }

TEST_CASE("The automatic policy approves what can be deployed, and nothing else") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  const Reviewer reviewer({}, task, {});
  CHECK(reviewer.Review(1, 1, Change(task, R"({"ctr_weight": 9})")).approved);
  Proposal invalid;
  invalid.invalid_reason = "unknown parameter";
  CHECK_FALSE(reviewer.Review(1, 1, invalid).approved);
  CHECK(reviewer.Review(1, 1, invalid).reason == "unknown parameter");
}

TEST_CASE("Rules bound how many parameters change, how far, and which may") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  const auto verdict = [&](const char* rules, const char* changes) {
    return Reviewer(Rules(rules), task, {}).Review(1, 1, Change(task, changes));
  };
  const char* two = R"({"ctr_weight": 3, "topic_window": 9})";
  CHECK(verdict(R"({"policy": "rules"})", two).approved);
  CHECK(verdict(R"({"policy": "rules", "max_changes": 2})", two).approved);
  CHECK_THAT(verdict(R"({"policy": "rules", "max_changes": 1})", two).reason,
             Catch::Contains("2 parameters change, at most 1"));
  // freshness_boost runs from 0 to 2 and stands at 0.4: half the range is 1.
  CHECK(verdict(R"({"policy": "rules", "max_step": 0.5})", R"({"freshness_boost": 1.4})").approved);
  CHECK_THAT(
      verdict(R"({"policy": "rules", "max_step": 0.5})", R"({"freshness_boost": 1.6})").reason,
      Catch::Contains("freshness_boost moves 0.6 of its range, at most 0.5"));
  CHECK_THAT(verdict(R"({"policy": "rules", "frozen": ["topic_window"]})", two).reason,
             Catch::Contains("topic_window is frozen"));
  CHECK(verdict(R"({"policy": "rules", "frozen": ["dedupe"]})", two).approved);
  // Levels have no distance: only the number of changes and the frozen list bind them.
  CHECK(verdict(R"({"policy": "rules", "max_step": 0.1})", R"({"fusion": "rank_ensemble"})")
            .approved);
}

TEST_CASE("Options and frozen names are refused by their place") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  CHECK_THROWS_WITH(Rules(R"({"policy": "autos"})"), Catch::Contains("/review/policy"));
  CHECK_THROWS_WITH(Rules(R"({"max_steps": 1})"), Catch::Contains("/review/max_steps"));
  CHECK_THROWS_WITH(Reviewer(Rules(R"({"frozen": ["ctr_weigth"]})"), task, {}),
                    Catch::Contains("/review/frozen/0") && Catch::Contains("ctr_weight"));
}

TEST_CASE("A person sees the difference, is warned, and is asked until there is an answer") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  std::istringstream in("maybe\n\nn too bold\x1b[2J\ny\n");
  std::ostringstream out;
  const Reviewer reviewer(Rules(R"({"policy": "interactive", "max_step": 0.2})"), task,
                          {&in, &out, true});
  const Proposal proposal = Change(task, R"({"freshness_boost": 1.6, "dedupe": true})");
  const ReviewDecision refused = reviewer.Review(3, 2, proposal);
  CHECK_FALSE(refused.approved);
  CHECK(refused.reviewer == "a person");
  CHECK_THAT(refused.reason, Catch::StartsWith("too bold"));
  const std::string text = out.str();
  CHECK_THAT(text, Catch::Contains("round 3 of 4, arm 2") && Catch::Contains("Because") &&
                       Catch::Contains("- freshness_boost: 0.4\n    + freshness_boost: 1.6") &&
                       Catch::Contains("- dedupe: false\n    + dedupe: true") &&
                       Catch::Contains("Mind: freshness_boost moves 0.6"));
  CHECK(text.find("ctr_weight") == std::string::npos);  // only what changes
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(refused.reason.find('\x1b') == std::string::npos);
  CHECK(reviewer.Review(3, 3, proposal).approved);
  // Nobody answers any more: the round must not go out unreviewed.
  CHECK_THROWS_WITH(reviewer.Review(3, 4, proposal), Catch::Contains("resume"));
}

TEST_CASE("Without a terminal the interactive policy is refused before anything runs") {
  const TuningTask task = MakeToyTask(1, 4, 4);
  std::istringstream in("y\n");
  std::ostringstream out;
  CHECK_THROWS_WITH(Reviewer(Rules(R"({"policy": "interactive"})"), task, {&in, &out, false}),
                    Catch::Contains("/review/policy") && Catch::Contains("terminal"));
}

TEST_CASE("A refused arm goes to the next proposal, is remembered, told and never tried again") {
  const TuningTask task = MakeToyTask(1, 4, 2);
  AgentOptions options;
  options.critic = options.insight = options.skillhub = false;
  options.spare = true;
  options.top_ups = 0;
  options.review = Rules(R"({"policy": "rules", "max_step": 0.3})");
  std::vector<std::string> prompts;
  auto model = std::make_unique<ScriptedModel>([&](const ChatRequest& request) {
    prompts.push_back(request.messages.back().text);
    return std::string(R"({"proposals": [
        {"hypothesis": "far", "config": [{"param": "freshness_boost", "value": 1.9}]},
        {"hypothesis": "near", "config": [{"param": "freshness_boost", "value": 0.6}]},
        {"hypothesis": "other", "config": [{"param": "freshness_boost", "value": 0.2}]}]})");
  });
  AgentTuner tuner("agent", task, options, std::move(model), {});
  tuner.Observe(Production(task));
  const std::vector<Proposal> arms = tuner.Propose(2);
  CHECK(arms[0].hypothesis == "near");
  CHECK(arms[1].hypothesis == "other");
  const std::vector<MemoryItem>& items = tuner.memory().items();
  REQUIRE(items.size() == 3);
  CHECK(items[0].is_refused());
  CHECK(items[0].configuration.has_value());
  CHECK_THAT(items[0].evaluation_check, Catch::Contains("at most 0.3"));
  CHECK(prompts[0].find("Refused by review") == std::string::npos);

  tuner.Observe(test_support::RunToyRound(task, 1, arms, 0.2, 1));
  const std::vector<Proposal> again = tuner.Propose(2);
  CHECK_THAT(prompts.back(), Catch::Contains("# Refused by review") &&
                                 Catch::Contains("freshness_boost 0.4 -> 1.9") &&
                                 Catch::Contains("at most 0.3"));
  // All three are known now, the refused one too: the validator stops them.
  CHECK_FALSE(again[0].configuration.has_value());
  CHECK(tuner.ledger().stopped(Layer::kValidator) == 3);

  // It survives an interruption.
  AgentTuner restored("agent", task, options,
                      std::make_unique<ScriptedModel>(std::vector<std::string>{"{}"}), {});
  restored.Restore(tuner.history(), ParseJson(DumpLine(tuner.Save())));
  CHECK(restored.memory().items()[0].is_refused());
  CHECK(restored.Save() == tuner.Save());
}

TEST_CASE("When review lets nothing through, the arm is lost and says who refused it") {
  const TuningTask task = MakeToyTask(1, 2, 2);
  const auto tuner = Make("agent", task, R"({"review": {"policy": "rules", "frozen": [
      "freshness_boost", "ctr_weight", "topic_window", "fusion", "dedupe", "lvr_curve"]}})");
  tuner->Observe(Production(task));
  for (const Proposal& proposal : tuner->Propose(2)) {
    CHECK_FALSE(proposal.configuration.has_value());
    CHECK_THAT(proposal.invalid_reason, Catch::StartsWith("refused by review (the rules:"));
  }
}

TEST_CASE("Every launched arm leaves a configuration that can be deployed as it is") {
  const test_support::TemporaryDirectory home;
  const TuningTask task = MakeToyTask(3, 2, 2);
  const auto tuner = Make("agent", task, "{}", {home.path(), {}});
  tuner->Observe(Production(task));
  const std::vector<Proposal> arms = tuner->Propose(2);
  for (int arm = 1; arm <= 2; ++arm) {
    const Proposal& proposal = arms[static_cast<std::size_t>(arm) - 1];
    if (!proposal.configuration) continue;
    const Json file =
        ReadJsonFile(home.path() / "deploy" / ("round-01-arm-" + std::to_string(arm) + ".json"));
    CHECK(task.space->Parse(file, "") == *proposal.configuration);  // nothing is left to defaults
  }
  const Json log = ReadJsonFile(home.path() / "proposals" / "round-01.json");
  CHECK(log.size() >= 4);
  int launched = 0;
  for (const Json& entry : log) {
    const int arm = entry.at("arm").get<int>();
    if (arm == 0) continue;
    ++launched;
    CHECK(entry.at("critic") == "kept");
    const Configuration production = task.space->Production();
    CHECK(task.space->Parse(entry.at("changes"), "", &production) ==
          arms[static_cast<std::size_t>(arm) - 1].configuration);
  }
  CHECK(launched == 2);
}

}  // namespace
}  // namespace rectune::agents
