// SPDX-License-Identifier: Apache-2.0
//
// Real model text through the whole loop: a recorded campaign of a small language model
// (tests/golden/cassettes) is replayed strictly. See the README there for how to record again.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "agents/agent_tuner.h"
#include "agents/models/cassette.h"
#include "agents/reply_parser.h"
#include "agents/reply_schema.h"
#include "tests/agents/campaign.h"

namespace rectune::agents {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 3;

/// Cassettes and prompts are named relative to the root, so that no recording names a machine.
struct AtRoot {
  AtRoot() : before(fs::current_path()) { fs::current_path(RECTUNE_SOURCE_DIR); }
  ~AtRoot() { fs::current_path(before); }
  fs::path before;
};

std::string Options(const char* record_from) {
  const std::string url = record_from == nullptr ? "http://127.0.0.1:8080/v1" : record_from;
  return R"({"prompts": "tests/golden/cassettes/prompts", "proposals_per_arm": 2, "top_ups": 1,
      "max_repairs": 1, "max_output_tokens": 320, "history_shown": 6, "elites": 2,
      "max_patterns": 2, "max_edits": 2, "model": {"kind": "openai", "base_url": ")" +
         url + R"(", "model": "smollm2-135m-instruct-q4_1", "token_limit_key": "max_tokens",
      "temperature": 0.4, "seed": 1, "schema_text_limit": 60, "schema_list_limit": 2,
      "cassette": {"path": "tests/golden/cassettes/toy", "mode": ")" +
         (record_from == nullptr ? "strict" : "record") + "\"}}}";
}

TEST_CASE("A recorded campaign of a real model replays strictly, to the same bytes", "[cassette]") {
  const AtRoot at_root;
  const TuningTask task = test_support::MakeToyTask(1, kRounds, 2);
  std::string first;
  Json ledger;
  const char* record_from = std::getenv("RECTUNE_RECORD_CASSETTES");
  for (int pass = 0; pass < 2; ++pass) {
    const std::unique_ptr<Tuner> tuner =
        testing::Make("agent", task, Options(pass == 0 ? record_from : nullptr));
    tuner->Observe(testing::Production(task));
    const std::string log = testing::Play(tuner.get(), 1, kRounds);
    if (pass == 0) first = log;
    CHECK(log == first);
    ledger = dynamic_cast<const AgentTuner&>(*tuner).ledger().ToJson();
    for (const Trial& trial : tuner->history()) {
      // Whatever the model said, an arm is inside the space or charged as invalid, with a reason.
      if (trial.proposal.configuration) {
        CHECK(trial.status == TrialStatus::kCompleted);
      } else {
        CHECK(trial.status == TrialStatus::kInvalid);
        CHECK_FALSE(trial.status_reason.empty());
      }
    }
  }
  // The last pass asked nobody, and nothing recorded was left over.
  const fs::path folder = "tests/golden/cassettes/toy";
  REQUIRE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  const Cassette cassette = Cassette::Read(fs::directory_iterator(folder)->path());
  CHECK(ledger["calls"] == cassette.calls.size());
  CHECK(ledger["network"]["replayed"] == cassette.calls.size());
  CHECK(ledger["network"]["served"] == Json::array({"smollm2-135m-instruct-q4_1"}));
}

/// How many replies of a recording can be used and how many were cut, by the schema asked for.
std::map<std::string, std::pair<int, int>> UsableAndCut(const fs::path& folder) {
  REQUIRE(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1);
  const Cassette cassette = Cassette::Read(fs::directory_iterator(folder)->path());
  const std::map<std::string, const ReplySchema*> schemas = {
      {ActorSchema().name(), &ActorSchema()},
      {CriticSchema().name(), &CriticSchema()},
      {InsightSchema().name(), &InsightSchema()},
      {SkillSchema().name(), &SkillSchema()}};
  std::map<std::string, std::pair<int, int>> counts;
  for (const RecordedCall& call : cassette.calls) {
    INFO(call.reply.text);
    const ParsedReply parsed = ParseReply(call.reply.text, {});
    CHECK(parsed.value.has_value() == parsed.error.empty());
    if (parsed.value) {
      CHECK(schemas.at(call.schema_name)->Check(*parsed.value) == "");
      ++counts[call.schema_name].first;
    } else {
      CHECK(call.reply.finish_reason == "length");
      CHECK_THAT(parsed.error, Catch::Contains("never closed"));
      ++counts[call.schema_name].second;
    }
  }
  return counts;
}

TEST_CASE("Replies of a real model about the feed parse or say why not") {
  const AtRoot at_root;
  using Counts = std::map<std::string, std::pair<int, int>>;
  // Under the product's own prompts no proposal names a parameter, so nobody asks the Critic.
  CHECK(UsableAndCut("tests/golden/cassettes/discover_feed") ==
        Counts{{"proposals", {2, 2}}, {"patterns", {3, 0}}, {"skill_edits", {3, 0}}});
  // Under short ones with a worked example all four are asked.
  CHECK(UsableAndCut("tests/golden/cassettes/discover_feed_short") ==
        Counts{{"proposals", {3, 0}},
               {"verdicts", {1, 0}},
               {"patterns", {3, 0}},
               {"skill_edits", {3, 0}}});
}

}  // namespace
}  // namespace rectune::agents
