// SPDX-License-Identifier: Apache-2.0
//
// From model text to a checked JSON object: extraction, limits, schema, the repair loop.
#include <catch2/catch.hpp>
#include <string>

#include "agents/model_client.h"
#include "agents/reply_parser.h"
#include "agents/reply_schema.h"
#include "tests/agents/scripted_model.h"

namespace rectune::agents {
namespace {

using testing::ScriptedModel;

constexpr char kGood[] = R"({"proposals":[{"hypothesis":"h","config":[{"param":"x","value":1}]}]})";

std::string Error(const std::string& text) { return ParseReply(text, {}).error; }

TEST_CASE("A JSON object is found among what models write around it") {
  const Json expected = ParseJson(kGood);
  const std::string good = kGood;
  for (const std::string& text :
       {good, "```json\n" + good + "\n```", "```\n" + good + "\n```",
        "Sure! Here is my answer.\n\n```json\n" + good + "\n```\nLet me know.",
        "My proposals: " + good, good + "\nThat is all.", "\xEF\xBB\xBF" + good,
        "I considered {several options}. " + good, "  \n\t" + good}) {
    INFO(text);
    const ParsedReply reply = ParseReply(text, {});
    REQUIRE(reply.value.has_value());
    CHECK(*reply.value == expected);
    CHECK(reply.error.empty());
  }
}

TEST_CASE("Text without a usable object is an error that says what to do") {
  CHECK_THAT(Error(""), Catch::Contains("no JSON object"));
  CHECK_THAT(Error("I would rather not."), Catch::Contains("no JSON object"));
  CHECK_THAT(Error("[1, 2, 3]"), Catch::Contains("no JSON object"));
  CHECK_THAT(Error(std::string(kGood).substr(0, 40)), Catch::Contains("never closed"));
  CHECK_THAT(Error("```json\n{\"a\": 1"), Catch::Contains("never closed"));
  CHECK_THAT(Error("{\"a\": 1,}"), Catch::Contains("does not parse"));
  CHECK_THAT(Error("{'a': 1}"), Catch::Contains("does not parse"));
  CHECK_THAT(Error("{\"a\": NaN}"), Catch::Contains("does not parse"));
  CHECK_THAT(Error("{\"a\": 1e999}"), Catch::Contains("does not parse"));
  CHECK_THAT(Error("{\"a\": 1, \"a\": 2}"), Catch::Contains("does not parse"));
}

TEST_CASE("Size and depth are bounded before anything is built") {
  const std::string huge = "{\"a\": \"" + std::string(70000, 'x') + "\"}";
  CHECK_THAT(Error(huge), Catch::Contains("bytes"));
  CHECK(ParseReply(huge, {.max_bytes = 100000}).value.has_value());
  const std::string deep = std::string(11, '[') + "1" + std::string(11, ']');
  CHECK(ParseReply("{\"a\":" + deep + "}", {}).value.has_value());
  CHECK_THAT(Error("{\"a\":[" + deep + "]}"), Catch::Contains("levels deep"));
  CHECK_THAT(Error("{\"a\":" + std::string(30000, '[')), Catch::Contains("levels deep"));
  CHECK_FALSE(Error(std::string(60000, '{')).empty());
}

TEST_CASE("Control characters never get through") {
  const ParsedReply reply = ParseReply("{\"a\x1b\": \"x\x07y\xE2\x80\xAEz\"}", {});
  REQUIRE(reply.value.has_value());
  CHECK((*reply.value)["a"] == "xyz");
}

TEST_CASE("Schemas refuse what is missing, added or of the wrong type, and say where") {
  const ReplySchema& schema = ActorSchema();
  const auto check = [&](const std::string& text) { return schema.Check(ParseJson(text)); };
  CHECK(check(kGood).empty());
  CHECK(check(R"({"proposals":[]})").empty());
  CHECK(check(R"({"proposals":[{"hypothesis":"h","config":[
      {"param":"x","value":1.5},{"param":"y","value":"a"},{"param":"z","value":true},
      {"param":"c","value":[0,0.5,1]}]}]})")
            .empty());
  CHECK_THAT(check(R"({})"), Catch::Contains("proposals"));
  CHECK_THAT(check(R"({"proposals":[{"hypothesis":"h"}]})"), Catch::Contains("config"));
  CHECK_THAT(check(R"({"proposals":[],"note":1})"), Catch::Contains("note"));
  CHECK_THAT(check(R"({"proposals":{}})"), Catch::Contains("[proposals]"));
  CHECK_FALSE(check(R"({"proposals":[{"hypothesis":1,"config":[]}]})").empty());
  CHECK_FALSE(check(R"({"proposals":[{"hypothesis":"h","config":{"x":1}}]})").empty());
  CHECK_FALSE(
      check(R"({"proposals":[{"hypothesis":"h","config":[{"param":"x","value":null}]}]})").empty());
  CHECK_FALSE(
      check(R"({"proposals":[{"hypothesis":"h","config":[{"param":"x","value":"1","v":2}]}]})")
          .empty());
  CHECK_FALSE(InsightSchema()
                  .Check(ParseJson(R"({"patterns":[{"parameter":"p","level":"","metric":"m",
                  "direction":"sideways","evidence":[],"statement":"s"}]})"))
                  .empty());
}

/// Providers enforce only this subset, so every object must list all of its properties.
void CheckStrict(const Json& schema, int depth) {
  REQUIRE(depth < 10);
  if (schema.contains("properties")) {
    CHECK(schema["additionalProperties"] == false);
    CHECK(schema["required"].size() == schema["properties"].size());
    for (const auto& [name, field] : schema["properties"].items()) CheckStrict(field, depth + 1);
  }
  if (schema.contains("items")) CheckStrict(schema["items"], depth + 1);
  for (const char* banned : {"allOf", "not", "if"}) CHECK_FALSE(schema.contains(banned));
}

TEST_CASE("Schemas keep to the subset that providers can enforce") {
  for (const ReplySchema* schema :
       {&ActorSchema(), &CriticSchema(), &InsightSchema(), &SkillSchema()}) {
    CHECK(schema->json()["type"] == "object");
    CheckStrict(schema->json(), 0);
  }
}

struct Loop {
  explicit Loop(std::vector<std::string> script, int max_repairs = 2)
      : model(std::move(script)),
        prompts(""),
        client(&model, &prompts, &ledger, {max_repairs, 1000}) {}
  AskResult Ask() {
    return client.Ask(AgentRole::kActor, 3, 0, Json::object(), ActorSchema(), &context);
  }
  ActorContext context;
  ScriptedModel model;
  PromptLibrary prompts;
  Ledger ledger;
  ModelClient client;
};

TEST_CASE("A bad reply is sent back with its error until it is good") {
  Loop loop({"no idea", R"({"proposals": 7})", kGood});
  const AskResult result = loop.Ask();
  REQUIRE(result.value.has_value());
  CHECK(result.exchanges.size() == 3);
  CHECK_THAT(result.exchanges[0].error, Catch::Contains("no JSON object"));
  CHECK_THAT(result.exchanges[1].error, Catch::Contains("[proposals]"));
  CHECK(result.exchanges[2].error.empty());
  const ChatRequest& last = loop.model.requests.back();
  CHECK(last.attempt == 2);
  REQUIRE(last.messages.size() == 6);
  CHECK(last.messages[2].role == "assistant");
  CHECK(last.messages[2].text == "no idea");
  CHECK_THAT(last.messages[3].text, Catch::Contains("no JSON object"));
  CHECK_THAT(last.messages[5].text, Catch::Contains("[proposals]"));
  const Json ledger = loop.ledger.ToJson();
  CHECK(ledger["calls"] == 3);
  CHECK(ledger["repairs"] == 2);
  CHECK(ledger["unusable_replies"] == 2);
  CHECK(ledger["input_tokens"] == 30);
  CHECK(ledger["by_role"]["actor"]["calls"] == 3);
  CHECK(ledger["entries"][0]["request"] != ledger["entries"][1]["request"]);
  CHECK(Ledger::FromJson(ledger, "").ToJson() == ledger);
}

TEST_CASE("Repairs are bounded, and the last error is kept") {
  Loop loop({"no idea"}, 1);
  const AskResult result = loop.Ask();
  CHECK_FALSE(result.value.has_value());
  CHECK(result.exchanges.size() == 2);
  CHECK(loop.model.requests.size() == 2);
  CHECK(Loop({"no idea"}, 0).Ask().exchanges.size() == 1);
}

TEST_CASE("A reply cut by the length limit says so") {
  Loop loop({std::string(kGood).substr(0, 30)}, 0);
  loop.model.finish_reason = "length";
  CHECK_THAT(loop.Ask().exchanges[0].error, Catch::Contains("length limit"));
}

TEST_CASE("The request hash follows every word of the request and its sample index") {
  ChatRequest request;
  request.messages = {{"system", "a"}, {"user", "b"}};
  request.schema = Json::object();
  const std::string hash = RequestHash(request);
  CHECK(hash.size() == 16);
  CHECK(RequestHash(request) == hash);
  ChatRequest other = request;
  other.sample = 1;
  CHECK(RequestHash(other) != hash);
  other = request;
  other.messages[1].text = "c";
  CHECK(RequestHash(other) != hash);
  other = request;
  other.messages = {{"system", "ab"}, {"user", ""}};
  CHECK(RequestHash(other) != hash);
}

}  // namespace
}  // namespace rectune::agents
