// SPDX-License-Identifier: Apache-2.0
//
// The ledger as OpenTelemetry spans: the encoding's own rules, and times that depend on no clock.
#include "agents/otlp.h"

#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <string>

#include "tests/agents/campaign.h"
#include "tests/support/temporary_directory.h"

namespace rectune::agents {
namespace {

const Json* Find(const Json& span, const std::string& key) {
  for (const Json& attribute : span["attributes"]) {
    if (attribute["key"] == key) return &attribute["value"];
  }
  return nullptr;
}

bool IsId(const Json& id, std::size_t digits) {
  const std::string text = id.get<std::string>();
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos &&
         text.find_first_not_of('0') != std::string::npos;
}

std::vector<Json> Spans(const std::string& lines) {
  std::vector<Json> spans;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    const Json traces = ParseJson(line);
    for (const Json& span : traces["resourceSpans"][0]["scopeSpans"][0]["spans"]) {
      spans.push_back(span);
    }
  }
  return spans;
}

TEST_CASE("A round is a trace, a call is a span, and each lasts as long as it did") {
  Ledger ledger;
  ChatRequest request;
  ChatReply reply;
  reply.model_asked = "tiny";
  reply.model_served = "tiny-q4";
  reply.finish_reason = "stop";
  reply.input_tokens = 100;
  reply.output_tokens = 20;
  reply.latency_seconds = 1.25;
  request.round = 1;
  ledger.Record(request, reply, "70feb4797b880123", true);
  request.role = AgentRole::kCritic;
  reply.outcome = CallOutcome::kRefused;
  ledger.Record(request, reply, "70feb4797b880124", false);
  request.round = 2;
  ledger.Record(request, reply, "70feb4797b880125", false);
  const TraceSource source{"agent", "feed", "joint", 7, "openai", 512, 0.5};
  const std::string lines = OtlpLines(ledger, source);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  const std::vector<Json> spans = Spans(lines);
  REQUIRE(spans.size() == 5);
  std::set<std::string> ids;
  for (const Json& span : spans) {
    CHECK(IsId(span["traceId"], 32));
    CHECK(IsId(span["spanId"], 16));
    CHECK(ids.insert(span["spanId"].get<std::string>()).second);
    CHECK(span["startTimeUnixNano"].is_string());
  }
  CHECK(spans[0]["name"] == "invoke_agent agent");
  CHECK_FALSE(spans[0].contains("parentSpanId"));
  CHECK(spans[1]["parentSpanId"] == spans[0]["spanId"]);
  CHECK(spans[1]["traceId"] == spans[0]["traceId"]);
  CHECK(spans[3]["traceId"] != spans[0]["traceId"]);
  CHECK(spans[1]["name"] == "chat tiny");
  CHECK(spans[1]["kind"] == 3);
  CHECK(spans[1]["startTimeUnixNano"] == "0");
  CHECK(spans[1]["endTimeUnixNano"] == "1250000000");
  CHECK(spans[2]["startTimeUnixNano"] == "1250000000");
  CHECK(spans[0]["endTimeUnixNano"] == "2500000000");
  CHECK(spans[4]["endTimeUnixNano"] == "3750000000");
  CHECK(*Find(spans[1], "gen_ai.operation.name") == Json{{"stringValue", "chat"}});
  CHECK(*Find(spans[1], "gen_ai.provider.name") == Json{{"stringValue", "openai"}});
  CHECK(*Find(spans[1], "gen_ai.request.model") == Json{{"stringValue", "tiny"}});
  CHECK(*Find(spans[1], "gen_ai.response.model") == Json{{"stringValue", "tiny-q4"}});
  CHECK(*Find(spans[1], "gen_ai.usage.input_tokens") == Json{{"intValue", "100"}});
  CHECK(Find(spans[1], "error.type") == nullptr);
  CHECK(*Find(spans[2], "error.type") == Json{{"stringValue", "refused"}});
  CHECK(spans[2]["status"]["code"] == 2);
  CHECK(OtlpLines(ledger, source) == lines);
  CHECK(OtlpLines(Ledger::FromJson(ledger.ToJson(), ""), source) == lines);
  CHECK(OtlpLines(Ledger(), source).empty());
}

TEST_CASE("A campaign leaves its traces beside the transcript, the same ones every time") {
  const TuningTask task = test_support::MakeToyTask(1, 2, 2);
  const auto traces = [&] {
    const test_support::TemporaryDirectory home;
    const std::unique_ptr<Tuner> tuner = testing::Make("agent", task, "{}", {home.path()});
    tuner->Observe(testing::Production(task));
    testing::Play(tuner.get(), 1, 2);
    return ReadFile(home.path() / "traces.otlp.jsonl");
  };
  const std::string first = traces();
  CHECK(traces() == first);
  const std::vector<Json> spans = Spans(first);
  REQUIRE(spans.size() > 2);
  CHECK(*Find(spans[1], "gen_ai.provider.name") == Json{{"stringValue", "rectune"}});
}

}  // namespace
}  // namespace rectune::agents
