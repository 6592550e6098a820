// SPDX-License-Identifier: Apache-2.0
//
// Cassettes: what is recorded comes back, in order and in every field; a miss says what differs;
// keys never reach the file.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "agents/ledger.h"
#include "agents/models/cassette_model.h"
#include "agents/models/line_diff.h"
#include "tests/agents/campaign.h"
#include "tests/agents/scripted_model.h"
#include "tests/support/temporary_directory.h"

namespace rectune::agents {
namespace {

namespace fs = std::filesystem;
using testing::ScriptedModel;

constexpr char kKey[] = "sk-secret-0123456789-abcdefghij";
const ModelIdentity kScripted{"rectune", "scripted", true};

ChatRequest Request(int round, const std::string& user, int sample = 0) {
  ChatRequest request;
  request.round = round;
  request.sample = sample;
  request.messages = {{"system", "the same\nfor all\nof them"}, {"user", user}};
  request.schema_name = "s";
  request.schema = ParseJson(R"({"type":"object"})");
  request.max_output_tokens = 100;
  return request;
}

CassetteModel Open(CassetteMode mode, const fs::path& file, std::vector<std::string> script,
                   const Json& options = Json::object()) {
  std::unique_ptr<ChatModel> inner;
  if (mode != CassetteMode::kStrict) inner = std::make_unique<ScriptedModel>(std::move(script));
  return CassetteModel(std::move(inner), mode, file, kScripted, options, Redactor({kKey}));
}

std::string Say(CassetteModel* model, const ChatRequest& request) {
  return model->Complete(request).text;
}

std::string Miss(CassetteModel* model, const ChatRequest& request) {
  try {
    model->Complete(request);
  } catch (const CassetteMiss& miss) {
    return miss.what();
  }
  FAIL("no miss");
  return "";
}

struct Fixture {
  test_support::TemporaryDirectory folder;
  fs::path file = folder.path() / "deep" / "a.jsonl";
};

TEST_CASE_METHOD(Fixture, "What was recorded is replayed, in every field") {
  ChatReply recorded;
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"one", "two"});
    recorded = model.Complete(Request(1, "a"));
    CHECK(Say(&model, Request(1, "b")) == "two");
  }
  for (CassetteMode mode : {CassetteMode::kStrict, CassetteMode::kReplay, CassetteMode::kAuto}) {
    CassetteModel model = Open(mode, file, {"never"});
    CHECK(Say(&model, Request(1, "b")) == "two");  // any order
    const ChatReply again = model.Complete(Request(1, "a"));
    CHECK(again.text == "one");
    CHECK(again.finish_reason == recorded.finish_reason);
    CHECK(again.model_served == "scripted");
    CHECK(again.model_asked == "scripted");
    CHECK(again.input_tokens == recorded.input_tokens);
    CHECK(again.output_tokens == recorded.output_tokens);
    CHECK(again.latency_seconds == recorded.latency_seconds);
    CHECK(again.replayed);
    CHECK_FALSE(recorded.replayed);
    CHECK(model.is_stand_in());
  }
}

TEST_CASE_METHOD(Fixture, "Repeated requests are served in the order they were recorded") {
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"one", "two", "other sample"});
    Say(&model, Request(1, "a"));
    Say(&model, Request(1, "a"));
    Say(&model, Request(1, "a", 1));
  }
  CassetteModel model = Open(CassetteMode::kStrict, file, {});
  CHECK(Say(&model, Request(1, "a", 1)) == "other sample");
  CHECK(Say(&model, Request(1, "a")) == "one");
  CHECK(Say(&model, Request(1, "a")) == "two");
  CHECK_THAT(Miss(&model, Request(1, "a")), Catch::Contains("fewer times"));
}

TEST_CASE_METHOD(Fixture, "A resumed replay is served the round it asks about") {
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"first", "second"});
    Say(&model, Request(1, "a"));
    Say(&model, Request(2, "a"));  // a prompt that does not name its round
  }
  CassetteModel model = Open(CassetteMode::kStrict, file, {});
  CHECK(Say(&model, Request(2, "a")) == "second");
}

TEST_CASE_METHOD(Fixture, "A strict miss shows the lines that differ") {
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"one", "two"});
    Say(&model, Request(1, "first\nsecond\nthird"));
    Say(&model, Request(2, "something else"));
  }
  CassetteModel model = Open(CassetteMode::kStrict, file, {});
  ChatRequest asked = Request(1, "first\nzweite\x1b[31m\nthird");
  asked.max_output_tokens = 200;
  const std::string miss = Miss(&model, asked);
  INFO(miss);
  CHECK_THAT(miss, Catch::Contains("no recorded reply for actor, round 1"));
  CHECK_THAT(miss, Catch::Contains("@@ message 2, user @@\n  first\n- second\n+ zweite[31m\n"));
  CHECK_THAT(miss, Catch::Contains("@@ max_output_tokens @@\n- 100\n+ 200\n"));
  CHECK_THAT(miss, !Catch::Contains("message 1") && !Catch::Contains("\x1b"));
  ChatRequest critic = Request(1, "a");
  critic.role = AgentRole::kCritic;
  CHECK_THAT(Miss(&model, critic), Catch::Contains("holds 2 calls, none of this agent"));
}

TEST_CASE_METHOD(Fixture, "Auto adds what is missing; replay asks for it and writes nothing") {
  {
    CassetteModel model = Open(CassetteMode::kAuto, file, {"one"});
    CHECK(Say(&model, Request(1, "a")) == "one");
  }
  {
    CassetteModel model = Open(CassetteMode::kAuto, file, {"two"});
    CHECK(Say(&model, Request(1, "a")) == "one");
    CHECK(Say(&model, Request(1, "b")) == "two");
  }
  const std::string before = ReadFile(file);
  {
    CassetteModel model = Open(CassetteMode::kReplay, file, {"three"});
    CHECK(Say(&model, Request(1, "b")) == "two");
    const ChatReply live = model.Complete(Request(1, "c"));
    CHECK(live.text == "three");
    CHECK_FALSE(live.replayed);
  }
  CHECK(ReadFile(file) == before);
}

TEST_CASE_METHOD(Fixture, "Recording a round again replaces what a killed attempt left of it") {
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"kept", "stale", "stale"});
    Say(&model, Request(1, "a"));
    Say(&model, Request(2, "b"));
    Say(&model, Request(3, "c"));
  }
  std::ofstream(file, std::ios::app) << R"({"type": "call", "key)";  // cut off by the kill
  CHECK_THROWS_AS(Cassette::Read(file), ConfigError);
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"fresh"});
    Say(&model, Request(2, "b"));
  }
  const Cassette cassette = Cassette::Read(file);
  REQUIRE(cassette.calls.size() == 2);
  CHECK(cassette.calls[0].reply.text == "kept");
  CHECK(cassette.calls[1].reply.text == "fresh");
}

TEST_CASE_METHOD(Fixture, "Keys are redacted wherever they stand, and long texts stand once") {
  {
    CassetteModel model =
        Open(CassetteMode::kRecord, file, {std::string("your key is ") + kKey, "two"});
    Say(&model, Request(1, std::string("a prompt with ") + kKey));
    Say(&model, Request(1, "and Bearer abcdefghijklmnopqrstuvwxyz"));
  }
  const std::string text = ReadFile(file);
  CHECK_THAT(text, !Catch::Contains("secret") && !Catch::Contains("qrstuv"));
  CHECK_THAT(text, Catch::Contains("your key is [redacted]"));
  CHECK(text.find("for all") == text.rfind("for all"));
}

TEST_CASE_METHOD(Fixture, "A cassette of another model or another tuner is not taken or spoilt") {
  const Json options = ParseJson(R"({"critic": false})");
  {
    CassetteModel model = Open(CassetteMode::kRecord, file, {"one"}, options);
    Say(&model, Request(1, "a"));
  }
  const std::string before = ReadFile(file);
  CassetteModel other(nullptr, CassetteMode::kStrict, file, {"openai", "large", false}, options,
                      Redactor({}));
  CHECK_THROWS_WITH(other.Complete(Request(1, "a")),
                    Catch::Contains("scripted") && Catch::Contains("large"));
  for (CassetteMode mode : {CassetteMode::kRecord, CassetteMode::kAuto}) {
    CassetteModel rewritten = Open(mode, file, {"two"});
    CHECK_THROWS_WITH(rewritten.Complete(Request(1, "a")), Catch::Contains("/options"));
  }
  CHECK(ReadFile(file) == before);
}

TEST_CASE_METHOD(Fixture, "Two recorders of one file are refused") {
  CassetteModel first = Open(CassetteMode::kRecord, file, {"one"});
  Say(&first, Request(1, "a"));
  CassetteModel second = Open(CassetteMode::kRecord, file, {"two"});
  CHECK_THROWS_WITH(second.Complete(Request(1, "a")), Catch::Contains("another cell"));
}

TEST_CASE_METHOD(Fixture, "What is no cassette is refused with file and line") {
  fs::create_directories(file.parent_path());
  const std::string head =
      R"({"type":"cassette","schema":1,"provider":"rectune","asked":"scripted","options":{}})";
  for (const std::string& text :
       {std::string(), std::string("{}\n"), head + "\n{\"type\":\"cassette\"}\n",
        head + "\n{\"type\":\"call\",\"key\":1}\n", head + "\nnonsense\n", head}) {
    INFO(text);
    WriteFileAtomically(file, text);
    CHECK_THROWS_AS(Cassette::Read(file), ConfigError);
  }
  CassetteModel model = Open(CassetteMode::kStrict, file.parent_path() / "none.jsonl", {});
  CHECK_THROWS_WITH(model.Complete(Request(1, "a")), Catch::Contains("none.jsonl"));
}

TEST_CASE_METHOD(Fixture,
                 "A whole campaign replays strictly to the same trials, and only that one") {
  const auto options = [&](const std::string& mode, const std::string& more) {
    return R"({"model": {"kind": "synthetic", "malformed_rate": 0.2, "cassette": {"path": ")" +
           folder.path().string() + R"(", "mode": ")" + mode + "\"}}" + more + "}";
  };
  const TuningTask task = test_support::MakeToyTask(3, 3, 2);
  const auto play = [&](const std::string& options_text, const TuningTask& on) {
    const std::unique_ptr<Tuner> tuner = testing::Make("agent", on, options_text);
    tuner->Observe(testing::Production(on));
    return testing::Play(tuner.get(), 1, 3);
  };
  const std::string recorded = play(options("record", ""), task);
  CHECK(play(R"({"model": {"malformed_rate": 0.2}})", task) == recorded);
  CHECK(play(options("strict", ""), task) == recorded);
  CHECK(play(options("strict", ""), task) == recorded);
  CHECK_THROWS_AS(play(options("strict", R"(, "history_shown": 1)"), task), CassetteMiss);
  CHECK_THROWS_AS(play(options("strict", ""), test_support::MakeToyTask(4, 3, 2)), ConfigError);
}

TEST_CASE("The line diff shows changes with context and cuts what is too long") {
  CHECK(LineDiff("a\nb\nc", "a\nb\nc").empty());
  CHECK(LineDiff("a\nb\nc", "a\nx\nc") == std::vector<std::string>{"  a", "- b", "+ x", "  c"});
  CHECK(LineDiff("", "a") == std::vector<std::string>{"+ a"});
  CHECK(LineDiff("a", "") == std::vector<std::string>{"- a"});
  CHECK(LineDiff("1\n2\n3\n4\n5\n6\n7", "1\n2\n3\n4\n5\n6\n8") ==
        std::vector<std::string>{"  ...", "  4", "  5", "  6", "- 7", "+ 8"});
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "line " + std::to_string(i) + "\n";
  const std::vector<std::string> cut = LineDiff(many, "");
  CHECK(cut.size() == 40);
  CHECK_THAT(cut.back(), Catch::Contains("4961 lines more"));
  std::string other;
  for (int i = 0; i < 5000; ++i) other += "row " + std::to_string(i) + "\n";
  CHECK(LineDiff(many, other).size() == 40);
}

TEST_CASE("The redactor knows the keys in use and the shapes of others, and leaves words alone") {
  const Redactor redactor({"hunter2hunter2", "EMPTY"});
  CHECK(redactor.Redact("a hunter2hunter2 b") == "a [redacted] b");
  CHECK(redactor.Redact("EMPTY stays") == "EMPTY stays");
  CHECK(redactor.Redact("sk-abcdefghijklmnopqrstuvwxyz!") == "[redacted]!");
  CHECK(redactor.Redact("AIzaSyA0123456789012345678901234567890") == "[redacted]");
  CHECK(redactor.Redact("Authorization: Bearer abcdefghijklmnop1234") ==
        "Authorization: [redacted]");
  for (const char* innocent :
       {"task-abcdefghijklmnopqrstuvwxyz", "sk-short", "Bearer of news", "the AIza prefix"}) {
    CHECK(redactor.Redact(innocent) == innocent);
  }
}

}  // namespace
}  // namespace rectune::agents
