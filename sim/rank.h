// SPDX-License-Identifier: Apache-2.0
//
// Ranking, value fusion: one score from eight fine heads of very different base rates, in one of
// four published forms (Wang, lectures on industrial recommenders; reference in
// docs/attribution.md). u_i is a head's unconditional prediction, c_i the same given a click, p =
// P(click):
//
//   weighted_sum       w_ctr p + sum_i w_i u_i - w_dis u_dis
//   click_conditional  p^a (w_ctr + sum_i w_i c_i) - w_dis u_dis
//   power_product      log(1 + w_ctr p) + a (sum_i log(1 + w_i u_i) - log(1 + w_dis u_dis))
//   rank_sort          sum_i w_i / (r_i^a + 10), r_i the candidate's rank under head i
//
// Fresh items then gain `freshness_boost` standard deviations of the request's scores, and the best
// K2 go on. Users of low activity may have their CTR weight boosted.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/panel.h"
#include "sim/stage_config.h"

namespace rectune::sim {

/// A candidate with its score in a stage, best first in lists of them.
struct Scored {
  std::uint32_t candidate = 0;
  float score = 0.0F;
};

inline constexpr std::size_t kFusedHeads = 8;  // all fine heads but the clickbait guard

struct RankScratch {
  explicit RankScratch(std::size_t candidates) : scores(candidates) {
    for (auto& head : heads) head.resize(candidates);
    keys.reserve(candidates + 1);
    top.reserve(candidates);
    buckets.reserve(candidates);
    ranked.reserve(candidates);
  }
  std::array<std::vector<float>, kFusedHeads> heads;  // unconditional predictions
  std::vector<float> scores;
  std::vector<std::uint64_t> keys;
  std::vector<std::uint32_t> top;
  std::vector<std::uint16_t> buckets;
  std::vector<Scored> ranked;  // result, best first
};

class Ranker {
 public:
  Ranker(const World& world, const RankConfig& config);
  void Rank(const User& user, const RequestView& request, const std::vector<std::uint32_t>& kept,
            RankScratch& scratch) const;

 private:
  void DecodeHeads(const RequestView& request, const std::vector<std::uint32_t>& kept,
                   RankScratch& scratch) const;
  void Fuse(std::size_t count, const std::array<float, kFusedHeads>& weights,
            RankScratch& scratch) const;
  void FuseByRank(std::size_t count, const std::array<float, kFusedHeads>& weights,
                  RankScratch& scratch) const;
  void BoostFresh(const RequestView& request, const std::vector<std::uint32_t>& kept,
                  RankScratch& scratch) const;

  const Catalogue& catalogue_;
  RankConfig config_;
  std::array<float, kFusedHeads> weights_{};
  std::vector<float> rank_divisors_;  // r^a + 10 by rank, of rank_sort alone
};

}  // namespace rectune::sim
