// SPDX-License-Identifier: Apache-2.0
//
// Ledger: what the agents' model calls cost and what became of bad replies. Every call is an entry;
// totals stand under stable keys that reports read, a round's also as a share of each of its arms.
// Money needs a price table, which the spec's author states; without one there is none.
//
//   ledger.Record(request, reply, RequestHash(request), usable);
//   ledger.CountStopped(Layer::kValidator, 2);
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/chat_model.h"
#include "agents/models/price_table.h"
#include "core/json.h"

namespace rectune::agents {

/// The layer at which an unusable proposal was stopped.
enum class Layer { kParser, kValidator, kCritic };

struct LedgerEntry {
  AgentRole role = AgentRole::kActor;
  int round = 0;
  int sample = 0;
  int attempt = 0;
  std::string asked;         // "" for an embedded model
  std::string model;         // as served
  std::string request_hash;  // first 16 digits of SHA-256 of messages, schema, limits and sample
  int input_tokens = 0;
  int cached_tokens = 0;
  int output_tokens = 0;
  int reasoning_tokens = 0;
  double latency_seconds = 0.0;
  std::vector<std::string> transport;  // outcomes of tries that were repeated
  CallOutcome outcome = CallOutcome::kAnswered;
  std::string finish_reason;
  bool replayed = false;
  bool usable = false;  // parsed and matched its schema
};

class Ledger {
 public:
  void Record(const ChatRequest& request, const ChatReply& reply, const std::string& request_hash,
              bool usable);
  /// Arms that the round launched: what its calls are shared over.
  void SetArms(int round, int arms) { arms_[round] = arms; }
  /// Not part of the state: a restored ledger is priced by the spec again.
  void SetPrices(std::optional<PriceTable> prices) { prices_ = std::move(prices); }
  /// Proposals that could not have been deployed.
  void CountStopped(Layer layer, int proposals);
  /// Deployable proposals that the Critic did not keep.
  void CountRejectedByCritic(int proposals) { rejected_by_critic_ += proposals; }

  const std::vector<LedgerEntry>& entries() const { return entries_; }
  const std::map<int, int>& arms() const { return arms_; }
  const std::optional<PriceTable>& prices() const { return prices_; }
  int stopped(Layer layer) const;
  int rejected_by_critic() const { return rejected_by_critic_; }
  bool any_estimated() const { return any_estimated_; }

  /// {"calls", "input_tokens", "output_tokens", "repairs", "unusable_replies", ("network": totals
  /// of calls over a network), ("cost"), "token_counts", "invalid_stopped_by": {"parser",
  /// "validator", "critic"}, "rejected_by_critic", "by_role", "by_round": [... "per_arm"],
  /// "entries"}
  Json ToJson() const;
  static Ledger FromJson(const Json& json, const std::string& path);

 private:
  std::vector<LedgerEntry> entries_;
  std::map<int, int> arms_;  // by round
  std::optional<PriceTable> prices_;
  bool any_estimated_ = false;
  int stopped_by_parser_ = 0;
  int stopped_by_validator_ = 0;
  int stopped_by_critic_ = 0;
  int rejected_by_critic_ = 0;
};

/// The content address of a request: same words, schema, limit and sample index, same hash.
std::string RequestHash(const ChatRequest& request);

}  // namespace rectune::agents
