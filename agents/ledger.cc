// SPDX-License-Identifier: Apache-2.0
#include "agents/ledger.h"

#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "agents/digest.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr std::array<AgentRole, 4> kRoles = {AgentRole::kActor, AgentRole::kCritic,
                                             AgentRole::kInsight, AgentRole::kSkill};
constexpr std::array<CallOutcome, 4> kOutcomes = {CallOutcome::kAnswered, CallOutcome::kRefused,
                                                  CallOutcome::kFiltered, CallOutcome::kEmpty};
constexpr IntegerRange kCount{0, 1000000000};

struct Totals {
  std::int64_t calls = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t repairs = 0;
  std::int64_t unusable = 0;
  // Of calls that asked a model by name, over a network or from a cassette.
  std::int64_t network_calls = 0;
  std::int64_t replayed = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t reasoning_tokens = 0;
  std::int64_t retries = 0;
  double latency_seconds = 0.0;
  double cost = 0.0;
  std::set<std::string> asked;
  std::set<std::string> served;
};

void Add(const LedgerEntry& entry, const std::optional<PriceTable>& prices, Totals* totals) {
  ++totals->calls;
  totals->input_tokens += entry.input_tokens;
  totals->output_tokens += entry.output_tokens;
  totals->repairs += entry.attempt > 0 ? 1 : 0;
  totals->unusable += entry.usable ? 0 : 1;
  if (prices) {
    totals->cost += prices->Cost(entry.input_tokens, entry.cached_tokens, entry.output_tokens);
  }
  if (entry.asked.empty()) return;
  ++totals->network_calls;
  totals->replayed += entry.replayed ? 1 : 0;
  totals->cached_tokens += entry.cached_tokens;
  totals->reasoning_tokens += entry.reasoning_tokens;
  totals->retries += static_cast<std::int64_t>(entry.transport.size());
  totals->latency_seconds += entry.latency_seconds;
  totals->asked.insert(entry.asked);
  totals->served.insert(entry.model);
}

/// Sums of milliseconds, printed without the dust of binary fractions.
double Milliseconds(double seconds) { return std::round(seconds * 1000.0) / 1000.0; }

void Write(const Totals& totals, Json* json) {
  (*json)["calls"] = totals.calls;
  (*json)["input_tokens"] = totals.input_tokens;
  (*json)["output_tokens"] = totals.output_tokens;
  (*json)["repairs"] = totals.repairs;
  (*json)["unusable_replies"] = totals.unusable;
}

Json NetworkJson(const Totals& totals) {
  return {{"asked", totals.asked},
          {"served", totals.served},
          {"calls", totals.network_calls},
          {"replayed", totals.replayed},
          {"retries", totals.retries},
          {"cached_tokens", totals.cached_tokens},
          {"reasoning_tokens", totals.reasoning_tokens},
          {"latency_seconds", Milliseconds(totals.latency_seconds)}};
}

Json CostJson(const PriceTable& prices, double cost) {
  return {{"amount", cost}, {"currency", prices.currency}, {"price_table", prices.version}};
}

Json EntryJson(const LedgerEntry& entry) {
  Json row;
  row["role"] = ToString(entry.role);
  row["round"] = entry.round;
  row["sample"] = entry.sample;
  row["attempt"] = entry.attempt;
  row["model"] = entry.model;
  row["request"] = entry.request_hash;
  row["input_tokens"] = entry.input_tokens;
  row["output_tokens"] = entry.output_tokens;
  row["finish"] = entry.finish_reason;
  row["usable"] = entry.usable;
  if (!entry.asked.empty()) {
    row["network"] = {{"asked", entry.asked},
                      {"outcome", ToString(entry.outcome)},
                      {"cached_tokens", entry.cached_tokens},
                      {"reasoning_tokens", entry.reasoning_tokens},
                      {"latency_seconds", entry.latency_seconds},
                      {"repeated_after", entry.transport},
                      {"replayed", entry.replayed}};
  }
  return row;
}

LedgerEntry EntryFromJson(const Json& json, const std::string& path) {
  ObjectReader row(json, path);
  LedgerEntry entry;
  const auto count = [](ObjectReader* reader, const char* key) {
    return static_cast<int>(reader->Integer(key, kCount));
  };
  const std::string role = row.OneOf("role", {"actor", "critic", "insight", "skill"});
  for (AgentRole candidate : kRoles) {
    if (role == ToString(candidate)) entry.role = candidate;
  }
  entry.round = count(&row, "round");
  entry.sample = count(&row, "sample");
  entry.attempt = count(&row, "attempt");
  entry.model = row.String("model");
  entry.request_hash = row.String("request");
  entry.input_tokens = count(&row, "input_tokens");
  entry.output_tokens = count(&row, "output_tokens");
  entry.finish_reason = row.String("finish");
  entry.usable = row.Boolean("usable");
  if (row.Has("network")) {
    ObjectReader network = row.Object("network");
    entry.asked = network.String("asked");
    const std::string outcome =
        network.OneOf("outcome", {"answered", "refused", "filtered", "empty"});
    for (CallOutcome candidate : kOutcomes) {
      if (outcome == ToString(candidate)) entry.outcome = candidate;
    }
    entry.cached_tokens = count(&network, "cached_tokens");
    entry.reasoning_tokens = count(&network, "reasoning_tokens");
    entry.latency_seconds = network.Number("latency_seconds", {0.0, 1e6});
    entry.transport = network.Strings("repeated_after");
    entry.replayed = network.Boolean("replayed");
    network.Finish();
  }
  row.Finish();
  return entry;
}

}  // namespace

void Ledger::Record(const ChatRequest& request, const ChatReply& reply,
                    const std::string& request_hash, bool usable) {
  LedgerEntry entry;
  entry.role = request.role;
  entry.round = request.round;
  entry.sample = request.sample;
  entry.attempt = request.attempt;
  entry.asked = reply.model_asked;
  entry.model = reply.model_served;
  entry.request_hash = request_hash;
  entry.input_tokens = reply.input_tokens;
  entry.cached_tokens = reply.cached_tokens;
  entry.output_tokens = reply.output_tokens;
  entry.reasoning_tokens = reply.reasoning_tokens;
  entry.latency_seconds = reply.latency_seconds;
  entry.transport = reply.transport;
  entry.outcome = reply.outcome;
  entry.finish_reason = reply.finish_reason;
  entry.replayed = reply.replayed;
  entry.usable = usable;
  entries_.push_back(std::move(entry));
  any_estimated_ = any_estimated_ || reply.tokens_are_estimated;
}

void Ledger::CountStopped(Layer layer, int proposals) {
  switch (layer) {
    case Layer::kParser:
      stopped_by_parser_ += proposals;
      break;
    case Layer::kValidator:
      stopped_by_validator_ += proposals;
      break;
    case Layer::kCritic:
      stopped_by_critic_ += proposals;
      break;
  }
}

int Ledger::stopped(Layer layer) const {
  switch (layer) {
    case Layer::kParser:
      return stopped_by_parser_;
    case Layer::kValidator:
      return stopped_by_validator_;
    case Layer::kCritic:
      return stopped_by_critic_;
  }
  return 0;
}

Json Ledger::ToJson() const {
  const auto total = [&](const auto& counts) {
    Totals totals;
    for (const LedgerEntry& entry : entries_) {
      if (counts(entry)) Add(entry, prices_, &totals);
    }
    return totals;
  };
  const Totals all = total([](const LedgerEntry&) { return true; });
  Json json;
  Write(all, &json);
  if (all.network_calls > 0) json["network"] = NetworkJson(all);
  if (prices_) json["cost"] = CostJson(*prices_, all.cost);
  json["token_counts"] = any_estimated_ ? "estimated, four bytes a token" : "reported by the model";
  json["invalid_stopped_by"]["parser"] = stopped_by_parser_;
  json["invalid_stopped_by"]["validator"] = stopped_by_validator_;
  json["invalid_stopped_by"]["critic"] = stopped_by_critic_;
  json["rejected_by_critic"] = rejected_by_critic_;
  json["by_role"] = Json::object();
  for (AgentRole role : kRoles) {
    Json totals;
    Write(total([&](const LedgerEntry& entry) { return entry.role == role; }), &totals);
    json["by_role"][ToString(role)] = std::move(totals);
  }
  json["by_round"] = Json::array();
  for (const auto& [round, arms] : arms_) {
    const int r = round;
    const Totals of_round = total([&](const LedgerEntry& entry) { return entry.round == r; });
    Json row = {{"round", round}, {"arms", arms}};
    Write(of_round, &row);
    row["per_arm"]["calls"] = static_cast<double>(of_round.calls) / arms;
    row["per_arm"]["tokens"] =
        static_cast<double>(of_round.input_tokens + of_round.output_tokens) / arms;
    if (prices_) row["per_arm"]["cost"] = of_round.cost / arms;
    json["by_round"].push_back(std::move(row));
  }
  json["entries"] = Json::array();
  for (const LedgerEntry& entry : entries_) json["entries"].push_back(EntryJson(entry));
  return json;
}

Ledger Ledger::FromJson(const Json& json, const std::string& path) {
  Ledger ledger;
  ObjectReader reader(json, path);
  for (const char* derived :
       {"calls", "input_tokens", "output_tokens", "repairs", "unusable_replies", "by_role"}) {
    reader.Value(derived);  // recomputed from the entries
  }
  for (const char* derived : {"network", "cost"}) reader.Declare(derived);
  ledger.any_estimated_ = reader.String("token_counts") != "reported by the model";
  ObjectReader stopped = reader.Object("invalid_stopped_by");
  ledger.stopped_by_parser_ = static_cast<int>(stopped.Integer("parser", kCount));
  ledger.stopped_by_validator_ = static_cast<int>(stopped.Integer("validator", kCount));
  ledger.stopped_by_critic_ = static_cast<int>(stopped.Integer("critic", kCount));
  stopped.Finish();
  ledger.rejected_by_critic_ = static_cast<int>(reader.Integer("rejected_by_critic", kCount));
  reader.ForEach("by_round", [&](const Json& element, const std::string& where) {
    ObjectReader row(element, where);
    const auto round = static_cast<int>(row.Integer("round", kCount));
    ledger.SetArms(round, static_cast<int>(row.Integer("arms", {1, 1000000})));
  });
  reader.ForEach("entries", [&](const Json& element, const std::string& where) {
    ledger.entries_.push_back(EntryFromJson(element, where));
  });
  reader.Finish();
  return ledger;
}

std::string RequestHash(const ChatRequest& request) {
  std::string text = std::string(ToString(request.role)) + '\n' + request.schema_name + '\n' +
                     request.schema.dump() + '\n' + std::to_string(request.max_output_tokens) +
                     '\n' + std::to_string(request.sample) + '\n';
  for (const ChatMessage& message : request.messages) {
    text += message.role + ' ' + std::to_string(message.text.size()) + '\n' + message.text + '\n';
  }
  return Sha256Hex(text).substr(0, 16);
}

}  // namespace rectune::agents
