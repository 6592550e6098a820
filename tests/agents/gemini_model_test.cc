// SPDX-License-Identifier: Apache-2.0
//
// Gemini's dialect: what is sent, what is read, and which of its answers are none.
#include "agents/models/gemini_model.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/agents/wire_request.h"

namespace rectune::agents {
namespace {

using testing::Answer;
using testing::FaultServer;
using testing::kKey;
using testing::Options;
using testing::Request;

TEST_CASE("Gemini is asked and read in its own dialect") {
  FaultServer server({Answer::Json(200, R"({"candidates":[{"content":{"role":"model","parts":[
      {"text":"let me think","thought":true},{"text":"{\"a\":"},{"text":"1}"}]},
      "finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":20,
      "thoughtsTokenCount":50,"cachedContentTokenCount":60,"totalTokenCount":170},
      "modelVersion":"some-model-002"})")});
  NetworkOptions options = Options(server);
  options.base_url = server.url();
  options.temperature = 1.0;
  GeminiModel model(options, kKey, 1, [](double) {});
  ChatRequest request = Request();
  request.messages.push_back({"assistant", "nonsense"});
  request.messages.push_back({"user", "again"});
  const ChatReply reply = model.Complete(request);
  CHECK(reply.text == "{\"a\":1}");
  CHECK(reply.finish_reason == "stop");
  CHECK(reply.model_served == "some-model-002");
  CHECK(reply.input_tokens == 100);
  CHECK(reply.cached_tokens == 60);
  CHECK(reply.output_tokens == 70);
  CHECK(reply.reasoning_tokens == 50);
  CHECK(model.provider() == "gcp.gemini");
  const testing::ReceivedRequest sent = server.requests().at(0);
  CHECK_THAT(sent.head, Catch::StartsWith("POST /v1beta/models/tiny:generateContent HTTP/1.1"));
  CHECK_THAT(sent.head, Catch::Contains("x-goog-api-key: " + std::string(kKey)));
  const Json body = ParseJson(sent.body);
  CHECK(body["systemInstruction"]["parts"][0]["text"] == "You are the Actor.");
  REQUIRE(body["contents"].size() == 3);
  CHECK(body["contents"][1]["role"] == "model");
  CHECK(body["contents"][2]["parts"][0]["text"] == "again");
  CHECK(body["generationConfig"]["responseMimeType"] == "application/json");
  CHECK(body["generationConfig"]["responseJsonSchema"]["type"] == "object");
  CHECK(body["generationConfig"]["maxOutputTokens"] == 512);
}

TEST_CASE("Gemini's blocks, limits and empty answers are named") {
  const auto ask = [](const std::string& body) {
    FaultServer server({Answer::Json(200, body)});
    NetworkOptions options = Options(server);
    options.base_url = server.url();
    return GeminiModel(options, kKey, 1, [](double) {}).Complete(Request());
  };
  const ChatReply blocked = ask(R"({"promptFeedback":{"blockReason":"SAFETY"}})");
  CHECK(blocked.outcome == CallOutcome::kFiltered);
  CHECK_THAT(blocked.note, Catch::Contains("SAFETY"));
  CHECK(ask(R"({"candidates":[{"finishReason":"RECITATION"}]})").outcome == CallOutcome::kFiltered);
  CHECK(ask(R"({"candidates":[]})").outcome == CallOutcome::kEmpty);
  const ChatReply cut =
      ask(R"({"candidates":[{"content":{"parts":[{"text":"{"}]},"finishReason":"MAX_TOKENS"}]})");
  CHECK(cut.finish_reason == "length");
  CHECK(cut.outcome == CallOutcome::kAnswered);
  CHECK_THROWS_AS(ask(R"({"error":{"code":500}})"), ModelUnavailable);
  CHECK_THROWS_AS(ask(R"({"candidates":{}})"), ModelUnavailable);
}

TEST_CASE("Hosts are told apart from names that look like them") {
  CHECK(HostOf("http://127.0.0.1:8080/v1") == "127.0.0.1");
  CHECK(HostOf("http://[::1]:80/") == "::1");
  CHECK(HostOf("https://api.example.com") == "api.example.com");
  CHECK(HostOf("api.example.com").empty());
  CHECK(IsLoopback("127.0.0.1"));
  CHECK(IsLoopback("localhost"));
  CHECK(IsLoopback("::1"));
  CHECK_FALSE(IsLoopback("127.evil.example"));
  CHECK_FALSE(IsLoopback("localhost.example"));
}

}  // namespace
}  // namespace rectune::agents
