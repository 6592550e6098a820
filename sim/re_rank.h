// SPDX-License-Identifier: Apache-2.0
//
// Re-ranking: the list-wise stage. Demotes what looks like clickbait and topics the user is tired
// of, then fills the slate greedily by maximal marginal relevance (Carbonell and Goldstein, 1998)
// or a determinantal point process (fast greedy MAP: Chen, Zhang and Zhou, NeurIPS 2018), under
// a topic cap within a window, a gap between items of one creator, and slots kept for fresh items.
// A rule that no candidate can meet gives way rather than leaving a hole.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/panel.h"
#include "sim/rank.h"
#include "sim/stage_config.h"

namespace rectune::sim {

/// What re-ranking needs of one ranked candidate, side by side.
struct ListedItem {
  Embedding embedding{};
  std::uint32_t topic = 0;
  std::uint32_t creator = 0;
  float relevance = 0.0F;
  float redundancy = 0.0F;  // MMR: largest similarity to a pick so far
  float quality = 0.0F;     // DPP: exp of relevance
  float residual = 0.0F;    // DPP: what is left of the diagonal
  bool fresh = false;
  bool used = false;
};

struct ReRankScratch {
  ReRankScratch(std::size_t candidates, std::size_t slate_size)
      : listed(candidates), cholesky(candidates * slate_size) {
    slate.reserve(slate_size);
    picks.reserve(slate_size);
  }
  std::vector<ListedItem> listed;    // by rank position
  std::vector<float> cholesky;       // DPP: a row a rank position, one entry a pick
  std::vector<std::uint32_t> picks;  // rank positions, in slate order
  std::vector<std::uint32_t> slate;  // result: candidate indices
};

class ReRanker {
 public:
  ReRanker(const World& world, const ReRankConfig& config);
  void Arrange(const RequestView& request, const std::vector<Scored>& ranked,
               std::span<const float> fatigue, ReRankScratch& scratch) const;

 private:
  /// Which rules a pick at this position must meet, from strict to none.
  enum class Rules { kAll, kNoGap, kNone };

  void List(const RequestView& request, const std::vector<Scored>& ranked,
            std::span<const float> fatigue, ReRankScratch& scratch) const;
  bool Allowed(const ListedItem& item, const ReRankScratch& scratch, Rules rules) const;
  float Gain(const ListedItem& item) const;
  void AccountForPick(std::size_t pick, std::size_t count, ReRankScratch& scratch) const;
  int Best(std::size_t count, bool fresh_only, Rules rules, const ReRankScratch& scratch) const;

  const Catalogue& catalogue_;
  std::size_t slate_;
  float fresh_days_;
  ReRankConfig config_;
  float tradeoff_;       // diversity strength, in [0, 1)
  float dpp_sharpness_;  // exponent of relevance in the DPP's quality term
};

}  // namespace rectune::sim
