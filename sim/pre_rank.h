// SPDX-License-Identifier: Apache-2.0
//
// Pre-ranking, value-based retrieval: a sum of utility curves over coarse heads, plus weights, cuts
// the candidates to K1.
//
//   score = w_lvr lvr_curve(q_lvr) + w_ctr ctr_curve(q_ctr) - w_cg cg_curve(q_cg)
//           - w_dismiss q_dismiss + w_quality q_quality + w_fresh freshness + w_aff q_affinity
//
// q: a head's quantile among candidates, in 8 bits, so that every term is one table look-up.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/panel.h"
#include "sim/stage_config.h"

namespace rectune::sim {

struct PreRankScratch {
  explicit PreRankScratch(std::size_t candidates) : scores(candidates) {
    buckets.reserve(candidates);
    ties.reserve(candidates + 1);
    kept.reserve(candidates);
    taken.resize(candidates);
  }
  std::vector<float> scores;
  std::vector<std::uint16_t> buckets;
  std::vector<std::uint64_t> ties;
  std::vector<std::uint32_t> kept;  // result: candidate indices
  std::vector<std::uint8_t> taken;
};

class PreRanker {
 public:
  explicit PreRanker(const PreRankConfig& config);
  void Select(const RequestView& request, PreRankScratch& scratch) const;

 private:
  std::array<std::array<float, 256>, kCoarseHeads> utility_{};
  std::size_t keep_;
  std::size_t exploration_;
};

}  // namespace rectune::sim
