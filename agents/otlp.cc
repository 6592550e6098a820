// SPDX-License-Identifier: Apache-2.0
#include "agents/otlp.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/digest.h"

namespace rectune::agents {
namespace {

constexpr int kInternal = 1;
constexpr int kClient = 3;
constexpr int kStatusError = 2;
constexpr std::uint64_t kShortestCallNanoseconds = 1000;

/// Attributes in OTLP's JSON: 64-bit integers travel as strings.
class Attributes {
 public:
  void Text(const char* key, const std::string& value) { Add(key, {{"stringValue", value}}); }
  void Integer(const char* key, std::int64_t value) {
    Add(key, {{"intValue", std::to_string(value)}});
  }
  void Number(const char* key, double value) { Add(key, {{"doubleValue", value}}); }
  void Flag(const char* key, bool value) { Add(key, {{"boolValue", value}}); }
  void Texts(const char* key, const std::vector<std::string>& values) {
    Json list = Json::array();
    for (const std::string& value : values) list.push_back({{"stringValue", value}});
    Add(key, {{"arrayValue", {{"values", std::move(list)}}}});
  }
  Json Take() { return std::move(list_); }

 private:
  void Add(const char* key, Json value) {
    list_.push_back({{"key", key}, {"value", std::move(value)}});
  }
  Json list_ = Json::array();
};

Json CallAttributes(const LedgerEntry& entry, const TraceSource& source) {
  Attributes attributes;
  attributes.Text("gen_ai.operation.name", "chat");
  attributes.Text("gen_ai.provider.name", source.provider);
  attributes.Text("gen_ai.request.model", entry.asked.empty() ? entry.model : entry.asked);
  attributes.Integer("gen_ai.request.max_tokens", source.max_output_tokens);
  if (source.temperature) attributes.Number("gen_ai.request.temperature", *source.temperature);
  attributes.Text("gen_ai.output.type", "json");
  attributes.Text("gen_ai.response.model", entry.model);
  attributes.Texts("gen_ai.response.finish_reasons", {entry.finish_reason});
  attributes.Integer("gen_ai.usage.input_tokens", entry.input_tokens);
  attributes.Integer("gen_ai.usage.output_tokens", entry.output_tokens);
  attributes.Integer("gen_ai.usage.cache_read.input_tokens", entry.cached_tokens);
  attributes.Integer("gen_ai.usage.reasoning.output_tokens", entry.reasoning_tokens);
  attributes.Text("rectune.role", ToString(entry.role));
  attributes.Integer("rectune.sample", entry.sample);
  attributes.Integer("rectune.repair", entry.attempt);
  attributes.Text("rectune.request_hash", entry.request_hash);
  attributes.Flag("rectune.usable", entry.usable);
  attributes.Flag("rectune.replayed", entry.replayed);
  if (!entry.transport.empty()) attributes.Texts("rectune.repeated_after", entry.transport);
  if (entry.outcome != CallOutcome::kAnswered) {
    attributes.Text("error.type", ToString(entry.outcome));
  }
  return attributes.Take();
}

Json Span(const std::string& trace, const std::string& id, const std::string& parent,
          const std::string& name, int kind, std::uint64_t start, std::uint64_t end,
          Json attributes) {
  Json span = {{"traceId", trace}, {"spanId", id}};
  if (!parent.empty()) span["parentSpanId"] = parent;
  span["name"] = name;
  span["kind"] = kind;
  span["startTimeUnixNano"] = std::to_string(start);
  span["endTimeUnixNano"] = std::to_string(end);
  span["attributes"] = std::move(attributes);
  return span;
}

Json Resource() {
  Attributes attributes;
  attributes.Text("service.name", "rectune");
  attributes.Text("rectune.clock", "logical: from 0, each call as long as its recorded latency");
  return {{"attributes", attributes.Take()}};
}

}  // namespace

std::string OtlpLines(const Ledger& ledger, const TraceSource& source) {
  const std::vector<LedgerEntry>& entries = ledger.entries();
  std::string lines;
  std::uint64_t clock = 0;
  std::size_t next = 0;
  while (next < entries.size()) {
    const int round = entries[next].round;
    const std::string address = source.scenario + '\n' + source.task + '\n' + source.tuner + '\n' +
                                std::to_string(source.seed) + '\n' + std::to_string(round);
    const std::string trace = Sha256Hex(address).substr(0, 32);
    const std::string root = Sha256Hex(address + "\nround").substr(0, 16);
    const std::uint64_t begin = clock;
    Json calls = Json::array();
    for (; next < entries.size() && entries[next].round == round; ++next) {
      const LedgerEntry& entry = entries[next];
      const std::uint64_t end =
          clock + std::max(kShortestCallNanoseconds,
                           static_cast<std::uint64_t>(std::llround(entry.latency_seconds * 1e9)));
      Json span = Span(trace, Sha256Hex(address + '\n' + std::to_string(next)).substr(0, 16), root,
                       "chat " + (entry.asked.empty() ? entry.model : entry.asked), kClient, clock,
                       end, CallAttributes(entry, source));
      if (entry.outcome != CallOutcome::kAnswered) span["status"] = {{"code", kStatusError}};
      calls.push_back(std::move(span));
      clock = end;
    }
    Attributes attributes;
    attributes.Text("gen_ai.operation.name", "invoke_agent");
    attributes.Text("gen_ai.provider.name", source.provider);
    attributes.Text("gen_ai.agent.name", source.tuner);
    attributes.Text("rectune.scenario", source.scenario);
    attributes.Text("rectune.task", source.task);
    attributes.Text("rectune.seed", std::to_string(source.seed));
    attributes.Integer("rectune.round", round);
    Json spans = Json::array({Span(trace, root, "", "invoke_agent " + source.tuner, kInternal,
                                   begin, clock, attributes.Take())});
    for (Json& call : calls) spans.push_back(std::move(call));
    Json scope = {{"scope", {{"name", "rectune.agents"}}}, {"spans", std::move(spans)}};
    Json resource = {{"resource", Resource()}, {"scopeSpans", Json::array({std::move(scope)})}};
    lines += DumpLine({{"resourceSpans", Json::array({std::move(resource)})}}) + "\n";
  }
  return lines;
}

}  // namespace rectune::agents
