// SPDX-License-Identifier: Apache-2.0
//
// Ledger: what the agents' model calls cost and what became of bad replies. Every call is an entry;
// totals stand under stable keys that reports read. Latency and money come with network models.
//
//   ledger.Record(request, reply);
//   ledger.CountStopped(Layer::kValidator, 2);
#pragma once

#include <string>
#include <vector>

#include "agents/chat_model.h"
#include "core/json.h"

namespace rectune::agents {

/// The layer at which an unusable proposal was stopped.
enum class Layer { kParser, kValidator, kCritic };

struct LedgerEntry {
  AgentRole role = AgentRole::kActor;
  int round = 0;
  int sample = 0;
  int attempt = 0;
  std::string model;
  std::string request_hash;  // first 16 digits of SHA-256 of messages, schema, limits and sample
  int input_tokens = 0;
  int output_tokens = 0;
  std::string finish_reason;
  bool usable = false;  // parsed and matched its schema
};

class Ledger {
 public:
  void Record(LedgerEntry entry, bool tokens_are_estimated);
  /// Proposals that could not have been deployed.
  void CountStopped(Layer layer, int proposals);
  /// Deployable proposals that the Critic did not keep.
  void CountRejectedByCritic(int proposals) { rejected_by_critic_ += proposals; }

  const std::vector<LedgerEntry>& entries() const { return entries_; }
  int stopped(Layer layer) const;
  int rejected_by_critic() const { return rejected_by_critic_; }
  bool any_estimated() const { return any_estimated_; }

  /// {"calls", "input_tokens", "output_tokens", "repairs", "unusable_replies", "token_counts",
  /// "invalid_stopped_by": {"parser", "validator", "critic"}, "rejected_by_critic", "by_role",
  /// "entries"}
  Json ToJson() const;
  static Ledger FromJson(const Json& json, const std::string& path);

 private:
  std::vector<LedgerEntry> entries_;
  bool any_estimated_ = false;
  int stopped_by_parser_ = 0;
  int stopped_by_validator_ = 0;
  int stopped_by_critic_ = 0;
  int rejected_by_critic_ = 0;
};

/// The content address of a request: same words, schema, limit and sample index, same hash.
std::string RequestHash(const ChatRequest& request);

}  // namespace rectune::agents
