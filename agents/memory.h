// SPDX-License-Identifier: Apache-2.0
//
// AgentMemory: the paper's memory, one record an item: id, configuration, explanation, when it was
// proposed, status, results, evaluation check. The Critic creates items, the Online agent completes
// them, the Insight agent archives what is beaten, Actor and Insight read. Results stay in the
// tuner's trials, which an item names, so that nothing is stored twice.
//
//   MemoryItem& item = memory.Create(round, number, proposal, "critic: ...");
//   memory.Complete(trial);                       // by trial.proposal
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents {

enum class MemoryStatus { kKept, kLaunched, kCompleted, kInvalid, kFailed, kRejected };
const char* ToString(MemoryStatus status);

struct MemoryItem {
  std::string id;           // "r03-p2": round and proposal number; "t17" for a foreign trial
  std::int64_t trial = -1;  // once launched and read out
  int arm = 0;              // 1-based slot in its round; 0 if never launched
  std::optional<Configuration> configuration;
  std::string explanation;  // the Actor's hypothesis
  int proposed_round = 0;
  MemoryStatus status = MemoryStatus::kKept;
  std::string evaluation_check;  // the validator's and the Critic's findings
  bool archived = false;         // another item beats it on every metric
  /// By review, before launch: no trial ever came of it.
  bool is_refused() const { return status == MemoryStatus::kRejected && trial < 0; }
};

class AgentMemory {
 public:
  MemoryItem& Add(MemoryItem item);
  /// Marks the launched item of `trial` as read out; a trial nobody here proposed becomes an item
  /// of its own. Returns its index.
  std::size_t Complete(const Trial& trial);

  std::vector<MemoryItem>& items() { return items_; }
  const std::vector<MemoryItem>& items() const { return items_; }

  /// The paper's record of one item, results included.
  static Json RecordJson(const MemoryItem& item, const TuningTask& task,
                         std::span<const Trial> history);

  /// Compact: what the named trial already holds is left out, and so is what equals production.
  Json ToJson(const ParameterSpace& space) const;
  static AgentMemory FromJson(const Json& json, const std::string& path,
                              const ParameterSpace& space, std::span<const Trial> history);

 private:
  std::vector<MemoryItem> items_;
};

/// What differs from production, by parameter; null without a configuration.
Json ChangesJson(const ParameterSpace& space, const std::optional<Configuration>& configuration);

/// The trial of this id, or null.
const Trial* FindTrial(std::span<const Trial> history, std::int64_t id);

}  // namespace rectune::agents
