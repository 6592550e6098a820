// SPDX-License-Identifier: Apache-2.0
#include "sim/pre_rank.h"

#include <algorithm>

#include "sim/top_k.h"

namespace rectune::sim {

PreRanker::PreRanker(const PreRankConfig& config)
    : keep_(config.keep), exploration_(std::min(config.exploration, config.keep)) {
  for (std::size_t code = 0; code < 256; ++code) {
    const double q = static_cast<double>(code) / 255.0;
    const auto set = [&](CoarseHead head, double value) {
      utility_[Index(head)][code] = static_cast<float>(value);
    };
    set(CoarseHead::kLongViewRate, config.lvr_weight * config.lvr_curve.At(q));
    set(CoarseHead::kClickRate, config.ctr_weight * config.ctr_curve.At(q));
    set(CoarseHead::kClickbaitGuard, -config.cg_weight * config.cg_curve.At(q));
    set(CoarseHead::kDismissal, -config.dismiss_weight * q);
    set(CoarseHead::kQuality, config.quality_weight * q);
    set(CoarseHead::kAffinity, config.affinity_weight * q);
    set(CoarseHead::kFreshness, config.freshness_weight * q);
  }
}

void PreRanker::Select(const RequestView& request, PreRankScratch& scratch) const {
  const std::size_t count = request.items.size();
  std::array<const std::uint8_t*, kCoarseHeads> codes{};
  for (std::size_t h = 0; h < kCoarseHeads; ++h) {
    codes[h] = request.coarse(static_cast<CoarseHead>(h));
  }
  for (std::size_t c = 0; c < count; ++c) {
    float score = 0.0F;
    for (std::size_t h = 0; h < kCoarseHeads; ++h) score += utility_[h][codes[h][c]];
    scratch.scores[c] = score;
  }
  const std::size_t keep = std::min(keep_, count);
  const std::size_t by_score = keep - std::min(exploration_, keep);
  scratch.kept.clear();
  SelectTop(scratch.scores, by_score, scratch.buckets, scratch.ties, scratch.kept);
  if (by_score == keep) return;
  // Exploration: retrieval hands candidates over in random order, so the first ones that the score
  // did not keep are a uniform sample, the same for every configuration.
  std::fill(scratch.taken.begin(), scratch.taken.end(), std::uint8_t{0});
  for (const std::uint32_t c : scratch.kept) scratch.taken[c] = 1;
  for (std::uint32_t c = 0; scratch.kept.size() < keep; ++c) {
    if (scratch.taken[c] == 0) scratch.kept.push_back(c);
  }
}

}  // namespace rectune::sim
