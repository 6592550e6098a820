// SPDX-License-Identifier: Apache-2.0
#include "sim/re_rank.h"

#include <algorithm>
#include <cmath>

namespace rectune::sim {
namespace {

/// Two items of one topic are similar even where their embeddings are not.
constexpr float kSameTopicSimilarity = 0.5F;
constexpr float kMinResidual = 1e-4F;

float Similarity(const ListedItem& a, const ListedItem& b) {
  const float cosine = std::max(0.0F, Dot(a.embedding, b.embedding));
  const float topic = a.topic == b.topic ? kSameTopicSimilarity : 0.0F;
  return topic + (1.0F - kSameTopicSimilarity) * cosine;
}

}  // namespace

ReRanker::ReRanker(const World& world, const ReRankConfig& config)
    : catalogue_(world.catalogue),
      slate_(world.size.slate),
      fresh_days_(static_cast<float>(world.constants.fresh_days)),
      config_(config),
      tradeoff_(static_cast<float>(std::clamp(config.diversity_strength, 0.0, 0.99))),
      dpp_sharpness_(4.0F * (1.0F - tradeoff_) / (tradeoff_ + 0.05F)) {}

void ReRanker::List(const RequestView& request, const std::vector<Scored>& ranked,
                    std::span<const float> fatigue, ReRankScratch& scratch) const {
  // Min-max within the list, so that a demotion or a strength means the same under every fusion.
  const float top = ranked.front().score;
  const float range = std::max(top - ranked.back().score, 1e-12F);
  const auto& table = ProbabilityTable();
  const auto clickbait_line = static_cast<float>(config_.clickbait_threshold);
  const auto clickbait_factor = static_cast<float>(1.0 - config_.clickbait_demotion);
  const auto fatigue_line = static_cast<float>(config_.fatigue_threshold);
  const auto fatigue_factor = static_cast<float>(1.0 - config_.fatigue_demotion);
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    const std::uint32_t candidate = ranked[k].candidate;
    const std::uint32_t index = request.items[candidate];
    const Item& item = catalogue_.items()[index];
    ListedItem& listed = scratch.listed[k];
    listed.embedding = item.embedding;
    listed.topic = item.topic;
    listed.creator = item.creator;
    listed.fresh = catalogue_.AgeDays(index, request.day) <= fresh_days_;
    listed.used = false;
    listed.redundancy = 0.0F;
    listed.relevance = 1.0F - (top - ranked[k].score) / range;
    if (table[request.fine[candidate][Index(FineHead::kClickbaitGuard)]] > clickbait_line) {
      listed.relevance *= clickbait_factor;
    }
    if (fatigue[item.topic] > fatigue_line) listed.relevance *= fatigue_factor;
    if (config_.diversifier == Diversifier::kDpp) {
      listed.quality = std::exp(0.5F * dpp_sharpness_ * (listed.relevance - 1.0F));
      listed.residual = listed.quality * listed.quality;
    }
  }
}

bool ReRanker::Allowed(const ListedItem& item, const ReRankScratch& scratch, Rules rules) const {
  if (rules == Rules::kNone) return true;
  const std::size_t picked = scratch.picks.size();
  const auto picked_item = [&](std::size_t back) -> const ListedItem& {
    return scratch.listed[scratch.picks[picked - 1 - back]];
  };
  const std::size_t window = std::min(config_.topic_window, picked + 1) - 1;
  std::size_t same_topic = 0;
  for (std::size_t back = 0; back < window; ++back) {
    same_topic += picked_item(back).topic == item.topic ? 1 : 0;
  }
  if (same_topic >= std::max<std::size_t>(config_.topic_cap, 1)) return false;
  if (rules == Rules::kNoGap) return true;
  for (std::size_t back = 0; back < std::min(config_.creator_gap, picked); ++back) {
    if (picked_item(back).creator == item.creator) return false;
  }
  return true;
}

float ReRanker::Gain(const ListedItem& item) const {
  if (config_.diversifier == Diversifier::kDpp) return item.residual;
  return (1.0F - tradeoff_) * item.relevance - tradeoff_ * item.redundancy;
}

int ReRanker::Best(std::size_t count, bool fresh_only, Rules rules,
                   const ReRankScratch& scratch) const {
  int best = -1;
  float best_gain = 0.0F;
  for (std::size_t k = 0; k < count; ++k) {
    const ListedItem& item = scratch.listed[k];
    if (item.used || (fresh_only && !item.fresh)) continue;
    const float gain = Gain(item);
    if (best >= 0 && gain <= best_gain) continue;
    if (!Allowed(item, scratch, rules)) continue;
    best = static_cast<int>(k);
    best_gain = gain;
  }
  return best;
}

void ReRanker::AccountForPick(std::size_t pick, std::size_t count, ReRankScratch& scratch) const {
  ListedItem& picked = scratch.listed[pick];
  picked.used = true;
  const std::size_t column = scratch.picks.size();
  scratch.picks.push_back(static_cast<std::uint32_t>(pick));
  if (config_.diversifier == Diversifier::kMmr) {
    if (tradeoff_ <= 0.0F) return;
    for (std::size_t k = 0; k < count; ++k) {
      ListedItem& other = scratch.listed[k];
      other.redundancy = std::max(other.redundancy, Similarity(picked, other));
    }
    return;
  }
  // L_ij = q_i S_ij q_j; e_k = (L_pick,k - c_pick . c_k) / d_pick, d_k^2 -= e_k^2.
  const float pivot = std::sqrt(std::max(picked.residual, kMinResidual));
  const float* pick_row = &scratch.cholesky[pick * slate_];
  for (std::size_t k = 0; k < count; ++k) {
    ListedItem& other = scratch.listed[k];
    if (other.used) continue;
    float* row = &scratch.cholesky[k * slate_];
    float dot = 0.0F;
    for (std::size_t i = 0; i < column; ++i) dot += pick_row[i] * row[i];
    const float entry = (picked.quality * Similarity(picked, other) * other.quality - dot) / pivot;
    row[column] = entry;
    other.residual = std::max(other.residual - entry * entry, 0.0F);
  }
}

void ReRanker::Arrange(const RequestView& request, const std::vector<Scored>& ranked,
                       std::span<const float> fatigue, ReRankScratch& scratch) const {
  scratch.picks.clear();
  scratch.slate.clear();
  if (ranked.empty()) return;
  List(request, ranked, fatigue, scratch);
  const std::size_t count = ranked.size();
  const std::size_t length = std::min(slate_, count);
  const std::size_t fresh_from = length - std::min(config_.fresh_slots, length);
  if (config_.pin_best) AccountForPick(0, count, scratch);
  while (scratch.picks.size() < length) {
    int pick = -1;
    if (scratch.picks.size() >= fresh_from) {
      pick = Best(count, /*fresh_only=*/true, Rules::kAll, scratch);
    }
    for (const Rules rules : {Rules::kAll, Rules::kNoGap, Rules::kNone}) {
      if (pick >= 0) break;
      pick = Best(count, /*fresh_only=*/false, rules, scratch);
    }
    AccountForPick(static_cast<std::size_t>(pick), count, scratch);
  }
  for (const std::uint32_t pick : scratch.picks) {
    scratch.slate.push_back(ranked[pick].candidate);
  }
}

}  // namespace rectune::sim
