// SPDX-License-Identifier: Apache-2.0
#include "sim/rank.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "sim/top_k.h"

namespace rectune::sim {
namespace {

constexpr float kRankOffset = 10.0F;

constexpr std::size_t kClick = Index(FineHead::kClick);
constexpr std::size_t kDismissal = Index(FineHead::kDismissal);
constexpr std::size_t kQuality = Index(FineHead::kQuality);

}  // namespace

Ranker::Ranker(const World& world, const RankConfig& config)
    : catalogue_(world.catalogue), config_(config) {
  weights_[kClick] = static_cast<float>(config.ctr);
  weights_[Index(FineHead::kLongView)] = static_cast<float>(config.lvr);
  weights_[Index(FineHead::kLike)] = static_cast<float>(config.like);
  weights_[Index(FineHead::kShare)] = static_cast<float>(config.share);
  weights_[Index(FineHead::kFollow)] = static_cast<float>(config.follow);
  weights_[Index(FineHead::kDwell)] = static_cast<float>(config.dwell);
  weights_[kDismissal] = static_cast<float>(config.dismiss);
  weights_[kQuality] = static_cast<float>(config.ltv);
  if (config.form != FusionForm::kRankSort) return;
  const auto exponent = static_cast<float>(config.exponent);
  rank_divisors_.resize(world.size.candidates);
  for (std::size_t rank = 0; rank < rank_divisors_.size(); ++rank) {
    rank_divisors_[rank] = std::pow(static_cast<float>(rank + 1), exponent) + kRankOffset;
  }
}

void Ranker::DecodeHeads(const RequestView& request, const std::vector<std::uint32_t>& kept,
                         RankScratch& scratch) const {
  const std::vector<float>& table = ProbabilityTable();
  const auto debias = static_cast<float>(config_.duration_debias);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    const FineCodes& codes = request.fine[kept[k]];
    const float click = table[codes[kClick]];
    scratch.heads[kClick][k] = click;
    for (const FineHead head :
         {FineHead::kLongView, FineHead::kLike, FineHead::kShare, FineHead::kFollow}) {
      scratch.heads[Index(head)][k] = click * table[codes[Index(head)]];
    }
    scratch.heads[Index(FineHead::kDwell)][k] = table[codes[Index(FineHead::kDwell)]];
    scratch.heads[kDismissal][k] = table[codes[kDismissal]];
    scratch.heads[kQuality][k] = table[codes[kQuality]];
  }
  if (debias > 0.0F) {
    auto& dwell = scratch.heads[Index(FineHead::kDwell)];
    for (std::size_t k = 0; k < kept.size(); ++k) {
      dwell[k] *= std::exp(-debias * catalogue_.items()[request.items[kept[k]]].log_duration);
    }
  }
}

void Ranker::Fuse(std::size_t count, const std::array<float, kFusedHeads>& weights,
                  RankScratch& scratch) const {
  float* scores = scratch.scores.data();
  const float* click = scratch.heads[kClick].data();
  const float* dismissal = scratch.heads[kDismissal].data();
  const auto exponent = static_cast<float>(config_.exponent);
  if (config_.form == FusionForm::kPowerProduct) {
    for (std::size_t k = 0; k < count; ++k) {
      // One logarithm of a product instead of a sum of logarithms.
      float gains = 1.0F;
      for (std::size_t h = 0; h < kFusedHeads; ++h) {
        if (h != kClick && h != kDismissal) gains *= 1.0F + weights[h] * scratch.heads[h][k];
      }
      const float losses = 1.0F + weights[kDismissal] * dismissal[k];
      scores[k] = std::log(1.0F + weights[kClick] * click[k]) + exponent * std::log(gains / losses);
    }
    return;
  }
  std::fill_n(scores, count, 0.0F);
  for (std::size_t h = 0; h < kFusedHeads; ++h) {
    if (h == kDismissal) continue;
    const float weight = weights[h];
    const float* values = scratch.heads[h].data();
    for (std::size_t k = 0; k < count; ++k) scores[k] += weight * values[k];
  }
  if (config_.form == FusionForm::kClickConditional) {
    // The sum over p, times p^a: heads given a click, gated by the click. Quality is a head of its
    // own, so here it counts in proportion to the click as well.
    const float quality = weights[kQuality];
    const float* values = scratch.heads[kQuality].data();
    for (std::size_t k = 0; k < count; ++k) {
      const float gated = scores[k] + quality * values[k] * (click[k] - 1.0F);
      scores[k] = gated * std::pow(click[k], exponent - 1.0F);
    }
  }
  for (std::size_t k = 0; k < count; ++k) scores[k] -= weights[kDismissal] * dismissal[k];
}

void Ranker::FuseByRank(std::size_t count, const std::array<float, kFusedHeads>& weights,
                        RankScratch& scratch) const {
  std::fill_n(scratch.scores.begin(), count, 0.0F);
  for (std::size_t h = 0; h < kFusedHeads; ++h) {
    const float sign = h == kDismissal ? -1.0F : 1.0F;  // rarest dismissal ranks first
    scratch.keys.resize(count);
    for (std::size_t k = 0; k < count; ++k) {
      scratch.keys[k] = ScoreKey(sign * scratch.heads[h][k], static_cast<std::uint32_t>(k));
    }
    std::sort(scratch.keys.begin(), scratch.keys.end(), std::greater<>());
    for (std::size_t rank = 0; rank < count; ++rank) {
      scratch.scores[IndexOfKey(scratch.keys[rank])] += weights[h] / rank_divisors_[rank];
    }
  }
}

void Ranker::BoostFresh(const RequestView& request, const std::vector<std::uint32_t>& kept,
                        RankScratch& scratch) const {
  const auto boost = static_cast<float>(config_.freshness_boost);
  if (boost <= 0.0F) return;
  float sum = 0.0F;
  float squares = 0.0F;
  for (std::size_t k = 0; k < kept.size(); ++k) sum += scratch.scores[k];
  const auto count = static_cast<float>(kept.size());
  const float mean = sum / count;
  for (std::size_t k = 0; k < kept.size(); ++k) {
    squares += (scratch.scores[k] - mean) * (scratch.scores[k] - mean);
  }
  const float unit = boost * std::sqrt(squares / count) / 255.0F;
  const std::uint8_t* freshness = request.coarse(CoarseHead::kFreshness);
  for (std::size_t k = 0; k < kept.size(); ++k) {
    scratch.scores[k] += unit * static_cast<float>(freshness[kept[k]]);
  }
}

void Ranker::Rank(const User& user, const RequestView& request,
                  const std::vector<std::uint32_t>& kept, RankScratch& scratch) const {
  const std::size_t count = kept.size();
  DecodeHeads(request, kept, scratch);
  std::array<float, kFusedHeads> weights = weights_;
  if (user.low_activity) weights[kClick] *= static_cast<float>(config_.low_activity_ctr_boost);
  if (config_.form == FusionForm::kRankSort) {
    FuseByRank(count, weights, scratch);
  } else {
    Fuse(count, weights, scratch);
  }
  BoostFresh(request, kept, scratch);

  const std::size_t keep = std::min(config_.keep, count);
  scratch.top.clear();
  SelectTop(std::span(scratch.scores.data(), count), keep, scratch.buckets, scratch.keys,
            scratch.top);
  scratch.keys.clear();
  for (const std::uint32_t k : scratch.top) scratch.keys.push_back(ScoreKey(scratch.scores[k], k));
  std::sort(scratch.keys.begin(), scratch.keys.end(), std::greater<>());
  scratch.ranked.clear();
  for (const std::uint64_t key : scratch.keys) {
    const std::uint32_t position = IndexOfKey(key);
    scratch.ranked.push_back({kept[position], scratch.scores[position]});
  }
}

}  // namespace rectune::sim
