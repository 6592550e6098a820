// SPDX-License-Identifier: Apache-2.0
#include "agents/ledger.h"

#include <array>
#include <utility>

#include "agents/digest.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr std::array<AgentRole, 4> kRoles = {AgentRole::kActor, AgentRole::kCritic,
                                             AgentRole::kInsight, AgentRole::kSkill};

struct Totals {
  std::int64_t calls = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  std::int64_t repairs = 0;
  std::int64_t unusable = 0;
};

void Add(const LedgerEntry& entry, Totals* totals) {
  ++totals->calls;
  totals->input_tokens += entry.input_tokens;
  totals->output_tokens += entry.output_tokens;
  totals->repairs += entry.attempt > 0 ? 1 : 0;
  totals->unusable += entry.usable ? 0 : 1;
}

void Write(const Totals& totals, Json* json) {
  (*json)["calls"] = totals.calls;
  (*json)["input_tokens"] = totals.input_tokens;
  (*json)["output_tokens"] = totals.output_tokens;
  (*json)["repairs"] = totals.repairs;
  (*json)["unusable_replies"] = totals.unusable;
}

}  // namespace

void Ledger::Record(LedgerEntry entry, bool tokens_are_estimated) {
  entries_.push_back(std::move(entry));
  any_estimated_ = any_estimated_ || tokens_are_estimated;
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
  Totals all;
  for (const LedgerEntry& entry : entries_) Add(entry, &all);
  Json json;
  Write(all, &json);
  json["token_counts"] = any_estimated_ ? "estimated, four bytes a token" : "reported by the model";
  json["invalid_stopped_by"]["parser"] = stopped_by_parser_;
  json["invalid_stopped_by"]["validator"] = stopped_by_validator_;
  json["invalid_stopped_by"]["critic"] = stopped_by_critic_;
  json["rejected_by_critic"] = rejected_by_critic_;
  json["by_role"] = Json::object();
  for (AgentRole role : kRoles) {
    Totals of_role;
    for (const LedgerEntry& entry : entries_) {
      if (entry.role == role) Add(entry, &of_role);
    }
    Json totals;
    Write(of_role, &totals);
    json["by_role"][ToString(role)] = std::move(totals);
  }
  json["entries"] = Json::array();
  for (const LedgerEntry& entry : entries_) {
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
    json["entries"].push_back(std::move(row));
  }
  return json;
}

Ledger Ledger::FromJson(const Json& json, const std::string& path) {
  Ledger ledger;
  ObjectReader reader(json, path);
  for (const char* derived :
       {"calls", "input_tokens", "output_tokens", "repairs", "unusable_replies", "by_role"}) {
    reader.Value(derived);  // recomputed from the entries
  }
  ledger.any_estimated_ = reader.String("token_counts") != "reported by the model";
  ObjectReader stopped = reader.Object("invalid_stopped_by");
  const IntegerRange count{0, 1000000000};
  ledger.stopped_by_parser_ = static_cast<int>(stopped.Integer("parser", count));
  ledger.stopped_by_validator_ = static_cast<int>(stopped.Integer("validator", count));
  ledger.stopped_by_critic_ = static_cast<int>(stopped.Integer("critic", count));
  stopped.Finish();
  ledger.rejected_by_critic_ = static_cast<int>(reader.Integer("rejected_by_critic", count));
  reader.ForEach("entries", [&](const Json& element, const std::string& where) {
    ObjectReader row(element, where);
    LedgerEntry entry;
    const std::string role = row.OneOf("role", {"actor", "critic", "insight", "skill"});
    for (AgentRole candidate : kRoles) {
      if (role == ToString(candidate)) entry.role = candidate;
    }
    entry.round = static_cast<int>(row.Integer("round", count));
    entry.sample = static_cast<int>(row.Integer("sample", count));
    entry.attempt = static_cast<int>(row.Integer("attempt", count));
    entry.model = row.String("model");
    entry.request_hash = row.String("request");
    entry.input_tokens = static_cast<int>(row.Integer("input_tokens", count));
    entry.output_tokens = static_cast<int>(row.Integer("output_tokens", count));
    entry.finish_reason = row.String("finish");
    entry.usable = row.Boolean("usable");
    row.Finish();
    ledger.entries_.push_back(std::move(entry));
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
