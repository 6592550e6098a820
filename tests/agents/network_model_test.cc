// SPDX-License-Identifier: Apache-2.0
//
// The models behind HTTP against a server that misbehaves: every fault ends in a named outcome,
// retries are the ones the rules allow, waits are those the server asked for, and the key shows
// nowhere. No test sleeps: the wait is recorded instead.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "agents/model_client.h"
#include "agents/models/openai_compatible_model.h"
#include "tests/agents/wire_request.h"

namespace rectune::agents {
namespace {

using testing::Answer;
using testing::FaultServer;
using testing::kKey;
using testing::Options;
using testing::Request;

constexpr char kGood[] = R"({"proposals":[{"hypothesis":"h","config":[{"param":"x","value":1}]}]})";

std::string Completion(const std::string& content, const std::string& finish = "stop") {
  Json body = ParseJson(R"({"id":"c","model":"tiny-q4","choices":[{"index":0,"message":
      {"role":"assistant","refusal":null}}],"usage":{"prompt_tokens":120,"completion_tokens":30,
      "total_tokens":150,"prompt_tokens_details":{"cached_tokens":64},
      "completion_tokens_details":{"reasoning_tokens":7}}})");
  body["choices"][0]["message"]["content"] = content;
  body["choices"][0]["finish_reason"] = finish;
  return body.dump();
}

/// A model on a server, and what its retries waited for.
struct Wire {
  explicit Wire(std::vector<Answer> script) : server(std::move(script)) {}
  ChatReply Ask(const NetworkOptions& options) {
    OpenAiCompatibleModel model(options, kKey, 1,
                                [this](double seconds) { waits.push_back(seconds); });
    return model.Complete(Request());
  }
  ChatReply Ask() { return Ask(Options(server)); }
  /// The outcome of a call that fails; the message must name it and must not hold the key.
  CallOutcome Failure(const NetworkOptions& options) {
    try {
      Ask(options);
    } catch (const ModelUnavailable& error) {
      message = error.what();
      CHECK_THAT(message, Catch::Contains(ToString(error.outcome())));
      CHECK_THAT(message, !Catch::Contains("secret"));
      return error.outcome();
    }
    FAIL("the call succeeded");
    return CallOutcome::kAnswered;
  }
  CallOutcome Failure() { return Failure(Options(server)); }

  FaultServer server;
  std::vector<double> waits;
  std::string message;
};

TEST_CASE("An answer carries text, usage and the model served") {
  Wire wire({Answer::Json(200, Completion(kGood))});
  const ChatReply reply = wire.Ask();
  CHECK(reply.text == kGood);
  CHECK(reply.outcome == CallOutcome::kAnswered);
  CHECK(reply.finish_reason == "stop");
  CHECK(reply.model_asked == "tiny");
  CHECK(reply.model_served == "tiny-q4");
  CHECK(reply.input_tokens == 120);
  CHECK(reply.cached_tokens == 64);
  CHECK(reply.output_tokens == 30);
  CHECK(reply.reasoning_tokens == 7);
  CHECK_FALSE(reply.tokens_are_estimated);
  CHECK(reply.transport.empty());
  CHECK(wire.waits.empty());
}

TEST_CASE("The request is what an OpenAI-compatible server expects") {
  Wire wire({Answer::Json(200, Completion(kGood))});
  NetworkOptions options = Options(wire.server);
  options.temperature = 0.5;
  options.seed = 7;
  options.reasoning_effort = "low";
  options.token_limit_key = "max_tokens";
  options.extra = ParseJson(R"({"cache_prompt": false})");
  wire.Ask(options);
  const testing::ReceivedRequest sent = wire.server.requests().at(0);
  CHECK_THAT(sent.head, Catch::StartsWith("POST /v1/chat/completions HTTP/1.1"));
  CHECK_THAT(sent.head, Catch::Contains("authorization: Bearer " + std::string(kKey)));
  const Json body = ParseJson(sent.body);
  CHECK(body["model"] == "tiny");
  CHECK(body["messages"][0] == ParseJson(R"({"role":"system","content":"You are the Actor."})"));
  CHECK(body["messages"][1]["role"] == "user");
  CHECK(body["max_tokens"] == 512);
  CHECK_FALSE(body.contains("max_completion_tokens"));
  CHECK(body["temperature"] == 0.5);
  CHECK(body["seed"] == 7);
  CHECK(body["reasoning_effort"] == "low");
  CHECK(body["cache_prompt"] == false);
  CHECK(body["response_format"]["type"] == "json_schema");
  CHECK(body["response_format"]["json_schema"]["name"] == "proposals");
  CHECK(body["response_format"]["json_schema"]["strict"] == true);
  const Json& schema = body["response_format"]["json_schema"]["schema"];
  CHECK(schema["additionalProperties"] == false);
  CHECK(schema.dump().find("maxLength") == std::string::npos);
  CHECK_FALSE(body.contains("stream"));
}

TEST_CASE("JSON is not enforced where the messages ask for XML") {
  FaultServer server({Answer::Json(200, Completion("<proposals/>"))});
  OpenAiCompatibleModel model(Options(server), "", 1, [](double) {});
  ChatRequest request = Request();
  request.format = ReplyFormat::kXml;
  model.Complete(request);
  CHECK_FALSE(ParseJson(server.requests().at(0).body).contains("response_format"));
}

TEST_CASE("Schema limits can be sent, tightened, for servers that enforce them") {
  const Json sent = SchemaForProvider(ActorSchema().json(), 120, 4);
  CHECK(sent["properties"]["proposals"]["maxItems"] == 4);
  CHECK(sent["properties"]["proposals"]["items"]["properties"]["hypothesis"]["maxLength"] == 120);
  CHECK(SchemaForProvider(sent, 500, 500) == sent);  // never loosened
  // A property that happens to be called like a limit is kept.
  const Json named = ParseJson(R"({"properties":{"maxItems":{"type":"integer"}}})");
  CHECK(SchemaForProvider(named, 0, 0) == named);
}

TEST_CASE("Rate limits are waited for as the server asks, then the answer counts") {
  Wire wire({Answer::Json(429, "{}", "retry-after: 2\r\n"),
             Answer::Json(429, "{}", "retry-after: 9\r\nretry-after-ms: 1500\r\n"),
             Answer::Json(200, Completion(kGood))});
  const ChatReply reply = wire.Ask();
  CHECK(wire.waits == std::vector<double>{2.0, 1.5});
  CHECK(reply.transport == std::vector<std::string>{"rate_limited", "rate_limited"});
  CHECK(reply.text == kGood);
}

TEST_CASE("A long wait is cut at sixty seconds, and a date is read against the server's own") {
  Wire wire({Answer::Json(503, "", "retry-after: 86400\r\n"),
             Answer::Json(529, "",
                          "date: Tue, 24 Nov 2026 12:00:00 GMT\r\n"
                          "retry-after: Tue, 24 Nov 2026 12:00:07 GMT\r\n"),
             Answer::Json(200, Completion(kGood))});
  const ChatReply reply = wire.Ask();
  CHECK(wire.waits == std::vector<double>{60.0, 7.0});
  CHECK(reply.transport == std::vector<std::string>{"server_error", "server_error"});
}

TEST_CASE("Without a hint waits grow, with jitter that the seed decides") {
  NetworkOptions options;
  const auto waits = [&](std::uint64_t seed) {
    FaultServer server({Answer::Json(500, "")});
    options = Options(server);
    options.retry.max_retries = 6;
    std::vector<double> seen;
    OpenAiCompatibleModel model(options, "", seed, [&](double s) { seen.push_back(s); });
    CHECK_THROWS_AS(model.Complete(Request()), ModelUnavailable);
    return seen;
  };
  const std::vector<double> first = waits(1);
  REQUIRE(first.size() == 6);
  const std::vector<double> full = {0.5, 1.0, 2.0, 4.0, 8.0, 8.0};
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(first[i] <= full[i]);
    CHECK(first[i] > 0.75 * full[i]);
  }
  CHECK(waits(1) == first);
  CHECK(waits(2) != first);
}

TEST_CASE("Retries are bounded, and what is left is a named failure") {
  Wire wire({Answer::Json(500, R"({"error":{"message":"boom"}})")});
  CHECK(wire.Failure() == CallOutcome::kServerError);
  CHECK(wire.server.requests().size() == 3);
  CHECK_THAT(wire.message, Catch::Contains("3 tries") && Catch::Contains("HTTP 500") &&
                               Catch::Contains("boom") && Catch::Contains("rectune resume"));
  Wire limited({Answer::Json(429, "")});
  CHECK(limited.Failure() == CallOutcome::kRateLimited);
}

TEST_CASE("Refusals that no retry changes are not retried") {
  for (int status : {400, 401, 403, 404, 409, 413, 422, 301, 307, 204}) {
    INFO(status);
    Wire wire({Answer::Json(status, R"({"error":"no"})", "location: http://127.0.0.1:1/\r\n")});
    CHECK(wire.Failure() == CallOutcome::kRejected);
    CHECK(wire.server.requests().size() == 1);
    CHECK(wire.waits.empty());
  }
}

TEST_CASE("A server that quotes the key does not get it into the message or the reply") {
  const std::string quoted = std::string("Incorrect API key provided: ") + kKey + ".";
  Wire wire({Answer::Json(401, quoted)});
  CHECK(wire.Failure() == CallOutcome::kRejected);
  CHECK_THAT(wire.message, Catch::Contains("[redacted]"));
  // Where the shown part of the body ends in the middle of the key, too.
  Wire cut({Answer::Json(401, std::string(290, 'x') + kKey)});
  CHECK(cut.Failure() == CallOutcome::kRejected);
  CHECK_THAT(cut.message, !Catch::Contains("sk-"));
  Wire echo({Answer::Json(200, Completion(quoted))});
  CHECK_THAT(echo.Ask().text, Catch::Contains("[redacted]") && !Catch::Contains("secret"));
}

TEST_CASE("Lost connections are retried") {
  const std::string body = Completion(kGood);
  Wire wire({Answer::Part(body, 0.5, Answer::End::kReset),
             Answer::Part(body, 0.5, Answer::End::kClosed), Answer::Json(200, body)});
  const ChatReply reply = wire.Ask();
  CHECK(reply.transport == std::vector<std::string>{"connection_lost", "connection_lost"});
  CHECK(reply.text == kGood);
  Wire silent({Answer{"", 0, Answer::End::kReset}});
  CHECK(silent.Failure() == CallOutcome::kConnectionLost);
  CHECK(silent.server.requests().size() == 3);
}

TEST_CASE("Nobody listening is a lost connection") {
  std::string url;
  {
    FaultServer gone({Answer{}});
    url = gone.url();
  }
  Wire wire({Answer{}});
  NetworkOptions options = Options(wire.server);
  options.base_url = url + "/v1";
  CHECK(wire.Failure(options) == CallOutcome::kConnectionLost);
  CHECK_THAT(wire.message, Catch::Contains(url));
}

TEST_CASE("A body that never ends in time is given up, once") {
  Wire wire({Answer::Part(Completion(kGood), 0.5, Answer::End::kStalled)});
  NetworkOptions options = Options(wire.server);
  options.http.total_seconds = 0.05;
  CHECK(wire.Failure(options) == CallOutcome::kTimedOut);
  CHECK(wire.server.requests().size() == 1);
}

TEST_CASE("A body of 50 MB is cut off at the limit, once") {
  Answer huge = Answer::Json(200, "");
  huge.bytes = "HTTP/1.1 200 X\r\ncontent-length: 52428800\r\nconnection: close\r\n\r\n";
  huge.padding = 52428800;
  Wire wire({huge});
  CHECK(wire.Failure() == CallOutcome::kTooLarge);
  CHECK(wire.server.requests().size() == 1);
  CHECK_THAT(wire.message, Catch::Contains("8388608 bytes"));
}

TEST_CASE("A server without TLS behind an https address is refused") {
  Wire wire({Answer::Json(200, Completion(kGood))});
  NetworkOptions options = Options(wire.server);
  options.base_url.replace(0, 4, "https");
  CHECK(wire.Failure(options) == CallOutcome::kTlsFailed);
  CHECK(wire.waits.empty());
}

TEST_CASE("Status 200 with something else than a completion is a named failure") {
  const std::string whole = Completion(kGood);
  for (const std::string& body :
       {std::string(), std::string("null"), std::string("[]"), std::string("<html>hello</html>"),
        whole.substr(0, whole.size() / 2), std::string(R"({"choices": 3})"),
        std::string(R"({"error": {"message": "loading"}})"), std::string(100000, '[')}) {
    INFO(body.substr(0, 40));
    Wire wire({Answer::Json(200, body)});
    CHECK(wire.Failure() == CallOutcome::kMalformedBody);
    CHECK(wire.server.requests().size() == 1);
  }
  Wire bytes({Answer::Json(200, std::string("\xFF\xFE\0", 3))});
  CHECK(bytes.Failure() == CallOutcome::kMalformedBody);
  CHECK_THAT(bytes.message, Catch::Contains("3 bytes without readable text"));
}

TEST_CASE("What the model does wrong is a reply with a name, not a failure") {
  Wire empty({Answer::Json(200, R"({"model":"m","choices":[]})")});
  CHECK(empty.Ask().outcome == CallOutcome::kEmpty);
  Wire blank({Answer::Json(200, Completion(""))});
  CHECK(blank.Ask().outcome == CallOutcome::kEmpty);
  Json refusal = ParseJson(Completion(""));
  refusal["choices"][0]["message"]["content"] = nullptr;
  refusal["choices"][0]["message"]["refusal"] = "I cannot help with that.";
  Wire refused({Answer::Json(200, refusal.dump())});
  const ChatReply reply = refused.Ask();
  CHECK(reply.outcome == CallOutcome::kRefused);
  CHECK(reply.note == "I cannot help with that.");
  Wire filtered({Answer::Json(200, Completion("{", "content_filter"))});
  CHECK(filtered.Ask().outcome == CallOutcome::kFiltered);
}

TEST_CASE("Hostile usage figures are not believed") {
  for (const char* usage :
       {R"({})", R"({"usage":null})", R"({"usage":{"prompt_tokens":-5,"completion_tokens":2}})",
        R"({"usage":{"prompt_tokens":1e300,"completion_tokens":2}})",
        R"({"usage":{"prompt_tokens":"9","completion_tokens":99999999999}})"}) {
    INFO(usage);
    Json body = ParseJson(Completion(kGood));
    body.erase("usage");
    body.update(ParseJson(usage));
    Wire wire({Answer::Json(200, body.dump())});
    const ChatReply reply = wire.Ask();
    CHECK(reply.tokens_are_estimated);
    CHECK(reply.input_tokens > 0);
    CHECK(reply.output_tokens > 0);
    CHECK(reply.output_tokens < 1000);
  }
}

/// The whole way: server, model, client with its repairs, ledger.
struct Loop {
  explicit Loop(std::vector<Answer> script)
      : server(std::move(script)),
        model(Options(server), kKey, 1, [](double) {}),
        prompts(""),
        client(&model, &prompts, &ledger, {2, 512}) {}
  AskResult Ask() {
    return client.Ask(AgentRole::kActor, 1, 0, Json::object(), ActorSchema(), &context);
  }
  FaultServer server;
  OpenAiCompatibleModel model;
  PromptLibrary prompts;
  Ledger ledger;
  ModelClient client;
  ActorContext context;
};

TEST_CASE("Fenced JSON is used; cut, ignored-schema, refused and empty replies are repaired") {
  Loop fenced({Answer::Json(200, Completion("```json\n" + std::string(kGood) + "\n```"))});
  CHECK(fenced.Ask().exchanges.size() == 1);

  struct Case {
    std::string body;
    std::string error;
    std::string outcome;
  };
  Json refusal = ParseJson(Completion(""));
  refusal["choices"][0]["message"]["refusal"] = "I would rather not.";
  const std::string cut = std::string(kGood).substr(0, 40);
  for (const Case& bad : std::vector<Case>{
           {Completion(cut, "length"), "length limit", "answered"},
           {Completion(R"({"answer": 42})"), "answer", "answered"},
           {refusal.dump(), "refused: I would rather not.", "refused"},
           {R"({"choices":[]})", "empty: no choices", "empty"},
           {Completion("", "content_filter"), "withheld", "filtered"},
           {Completion("{\"a\":" + std::string(60000, '[')), "levels deep", "answered"},
           {Completion("{\"a\":\"" + std::string(100000, 'x') + "\"}"), "bytes", "answered"}}) {
    INFO(bad.error);
    Loop loop({Answer::Json(200, bad.body), Answer::Json(200, Completion(kGood))});
    const AskResult result = loop.Ask();
    REQUIRE(result.value.has_value());
    REQUIRE(result.exchanges.size() == 2);
    CHECK_THAT(result.exchanges[0].error, Catch::Contains(bad.error));
    const Json ledger = loop.ledger.ToJson();
    CHECK(ledger["entries"][0]["network"]["outcome"] == bad.outcome);
    CHECK(ledger["unusable_replies"] == 1);
    CHECK(ledger["repairs"] == 1);
    const Json repair = ParseJson(loop.server.requests().at(1).body);
    CHECK(repair["messages"].size() == 4);
    for (const Json& message : repair["messages"]) CHECK_FALSE(message["content"] == "");
  }
}

TEST_CASE("The ledger tells asked from served, counts retries and prices what it is told to") {
  Loop loop({Answer::Json(503, ""), Answer::Json(200, Completion(kGood))});
  loop.ledger.SetPrices(PriceTable{"test", "USD", 10.0, 1.0, 100.0});
  loop.Ask();
  loop.ledger.SetArms(1, 2);
  const Json ledger = loop.ledger.ToJson();
  CHECK(ledger["network"]["asked"] == Json::array({"tiny"}));
  CHECK(ledger["network"]["served"] == Json::array({"tiny-q4"}));
  CHECK(ledger["network"]["retries"] == 1);
  CHECK(ledger["network"]["cached_tokens"] == 64);
  CHECK(ledger["entries"][0]["network"]["repeated_after"] == Json::array({"server_error"}));
  // 56 fresh and 64 cached tokens in, 30 out.
  CHECK(ledger["cost"]["amount"].get<double>() ==
        Approx((56 * 10.0 + 64 * 1.0 + 30 * 100.0) / 1e6));
  CHECK(ledger["by_round"][0]["per_arm"]["calls"] == 0.5);
  CHECK(ledger["by_round"][0]["per_arm"]["tokens"] == 75.0);
  Ledger again = Ledger::FromJson(ledger, "");
  again.SetPrices(loop.ledger.prices());
  CHECK(again.ToJson() == ledger);
  CHECK_THAT(ledger.dump(), !Catch::Contains("secret"));
}

}  // namespace
}  // namespace rectune::agents
