// SPDX-License-Identifier: Apache-2.0
#include "sim/re_rank.h"

#include <algorithm>
#include <cmath>

namespace rectune::sim {
namespace {

/// Two items of one topic are similar even where their embeddings are not.
constexpr float kSameTopicSimilarity = 0.5F;
constexpr float kMinResidual = 1e-4F;

}  // namespace

ReRanker::ReRanker(const World& world, const ReRankConfig& config)
    : catalogue_(world.catalogue),
      slate_(world.size.slate),
      fresh_days_(static_cast<float>(world.constants.fresh_days)),
      config_(config),
      tradeoff_(static_cast<float>(std::clamp(config.diversity_strength, 0.0, 0.99))),
      dpp_sharpness_(4.0F * (1.0F - tradeoff_) / (tradeoff_ + 0.05F)) {}

float ReRanker::Similarity(const Item& a, const Item& b) const {
  const float cosine = std::max(0.0F, Dot(a.embedding, b.embedding));
  const float topic = a.topic == b.topic ? kSameTopicSimilarity : 0.0F;
  return topic + (1.0F - kSameTopicSimilarity) * cosine;
}

void ReRanker::SetRelevance(const RequestView& request, const std::vector<Scored>& ranked,
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
    float relevance = 1.0F - (top - ranked[k].score) / range;
    if (table[request.fine[candidate][Index(FineHead::kClickbaitGuard)]] > clickbait_line) {
      relevance *= clickbait_factor;
    }
    if (fatigue[catalogue_.items()[request.items[candidate]].topic] > fatigue_line) {
      relevance *= fatigue_factor;
    }
    scratch.relevance[k] = relevance;
    scratch.redundancy[k] = 0.0F;
    scratch.used[k] = 0;
    if (config_.diversifier == Diversifier::kDpp) {
      const float quality = std::exp(0.5F * dpp_sharpness_ * (relevance - 1.0F));
      scratch.residual[k] = quality * quality;
    }
  }
}

bool ReRanker::Allowed(const Item& item, const RequestView& request,
                       const std::vector<Scored>& ranked, const ReRankScratch& scratch,
                       Rules rules) const {
  if (rules == Rules::kNone) return true;
  const std::size_t picked = scratch.picks.size();
  const auto picked_item = [&](std::size_t back) -> const Item& {
    return catalogue_.items()[request.items[ranked[scratch.picks[picked - 1 - back]].candidate]];
  };
  const std::size_t window = std::min(config_.topic_window, picked + 1) - 1;
  std::size_t same_topic = 0;
  for (std::size_t back = 0; back < window; ++back) {
    if (picked_item(back).topic == item.topic) ++same_topic;
  }
  if (same_topic >= std::max<std::size_t>(config_.topic_cap, 1)) return false;
  if (rules == Rules::kNoGap) return true;
  for (std::size_t back = 0; back < std::min(config_.creator_gap, picked); ++back) {
    if (picked_item(back).creator == item.creator) return false;
  }
  return true;
}

float ReRanker::Gain(std::size_t position, const ReRankScratch& scratch) const {
  if (config_.diversifier == Diversifier::kDpp) return scratch.residual[position];
  return (1.0F - tradeoff_) * scratch.relevance[position] -
         tradeoff_ * scratch.redundancy[position];
}

int ReRanker::Best(const RequestView& request, const std::vector<Scored>& ranked, bool fresh_only,
                   Rules rules, const ReRankScratch& scratch) const {
  int best = -1;
  float best_gain = 0.0F;
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    if (scratch.used[k] != 0) continue;
    const float gain = Gain(k, scratch);
    if (best >= 0 && gain <= best_gain) continue;
    const std::uint32_t index = request.items[ranked[k].candidate];
    if (fresh_only && catalogue_.AgeDays(index, request.day) > fresh_days_) continue;
    if (!Allowed(catalogue_.items()[index], request, ranked, scratch, rules)) continue;
    best = static_cast<int>(k);
    best_gain = gain;
  }
  return best;
}

void ReRanker::AccountForPick(std::size_t pick, const RequestView& request,
                              const std::vector<Scored>& ranked, ReRankScratch& scratch) const {
  scratch.used[pick] = 1;
  const Item& item = catalogue_.items()[request.items[ranked[pick].candidate]];
  const std::size_t column = scratch.picks.size();
  scratch.picks.push_back(static_cast<std::uint32_t>(pick));
  if (config_.diversifier == Diversifier::kMmr) {
    if (tradeoff_ <= 0.0F) return;
    for (std::size_t k = 0; k < ranked.size(); ++k) {
      if (scratch.used[k] != 0) continue;
      const Item& other = catalogue_.items()[request.items[ranked[k].candidate]];
      scratch.redundancy[k] = std::max(scratch.redundancy[k], Similarity(item, other));
    }
    return;
  }
  // L_ij = q_i S_ij q_j; e_k = (L_pick,k - c_pick . c_k) / d_pick, d_k^2 -= e_k^2.
  const float pivot = std::sqrt(std::max(scratch.residual[pick], kMinResidual));
  const float* pick_row = &scratch.cholesky[pick * slate_];
  const auto quality = [&](std::size_t k) {
    return std::exp(0.5F * dpp_sharpness_ * (scratch.relevance[k] - 1.0F));
  };
  const float pick_quality = quality(pick);
  for (std::size_t k = 0; k < ranked.size(); ++k) {
    if (scratch.used[k] != 0) continue;
    const Item& other = catalogue_.items()[request.items[ranked[k].candidate]];
    float* row = &scratch.cholesky[k * slate_];
    float dot = 0.0F;
    for (std::size_t i = 0; i < column; ++i) dot += pick_row[i] * row[i];
    const float entry = (pick_quality * Similarity(item, other) * quality(k) - dot) / pivot;
    row[column] = entry;
    scratch.residual[k] = std::max(scratch.residual[k] - entry * entry, 0.0F);
  }
}

void ReRanker::Arrange(const RequestView& request, const std::vector<Scored>& ranked,
                       std::span<const float> fatigue, ReRankScratch& scratch) const {
  scratch.picks.clear();
  scratch.slate.clear();
  if (ranked.empty()) return;
  SetRelevance(request, ranked, fatigue, scratch);
  const std::size_t length = std::min(slate_, ranked.size());
  const std::size_t fresh_from = length - std::min(config_.fresh_slots, length);
  if (config_.pin_best) AccountForPick(0, request, ranked, scratch);
  while (scratch.picks.size() < length) {
    int pick = -1;
    if (scratch.picks.size() >= fresh_from) {
      pick = Best(request, ranked, /*fresh_only=*/true, Rules::kAll, scratch);
    }
    for (const Rules rules : {Rules::kAll, Rules::kNoGap, Rules::kNone}) {
      if (pick >= 0) break;
      pick = Best(request, ranked, /*fresh_only=*/false, rules, scratch);
    }
    AccountForPick(static_cast<std::size_t>(pick), request, ranked, scratch);
  }
  for (const std::uint32_t pick : scratch.picks) {
    scratch.slate.push_back(ranked[pick].candidate);
  }
}

}  // namespace rectune::sim
