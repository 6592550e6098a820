// SPDX-License-Identifier: Apache-2.0
#include "sim/cost.h"

#include <algorithm>
#include <array>

namespace rectune::sim {
namespace {

constexpr double kFixedMs = 4.0;
constexpr double kPreRankMsPerCandidate = 0.002;
constexpr double kRankMsPerCandidateAndHead = 0.010;
constexpr double kSortMsPerCandidateAndHead = 0.001;  // rank-based fusion sorts every head
constexpr double kReRankMsPerPair = 0.0015;           // ranked candidates x slate positions
constexpr double kDppFactor = 2.5;                    // list-wise determinants against MMR
constexpr double kNegligible = 1e-3;

}  // namespace

int RankingHeadsUsed(const RankConfig& config) {
  const std::array<double, 8> weights = {config.ctr,    config.lvr,   config.like,    config.share,
                                         config.follow, config.dwell, config.dismiss, config.ltv};
  const double line = kNegligible * *std::max_element(weights.begin(), weights.end());
  return static_cast<int>(
      std::count_if(weights.begin(), weights.end(), [line](double w) { return w >= line; }));
}

double ServingCost(const StageConfig& config, const WorldSize& size) {
  const auto candidates = static_cast<double>(size.candidates);
  const double ranked = std::min(static_cast<double>(config.pre_rank.keep), candidates);
  const double listed = std::min(static_cast<double>(config.rank.keep), ranked);
  const double heads = RankingHeadsUsed(config.rank);
  double cost =
      kFixedMs + kPreRankMsPerCandidate * candidates + kRankMsPerCandidateAndHead * ranked * heads;
  if (config.rank.form == FusionForm::kRankSort) {
    cost += kSortMsPerCandidateAndHead * ranked * heads;
  }
  const double pairs = listed * static_cast<double>(size.slate);
  const bool dpp = config.re_rank.diversifier == Diversifier::kDpp;
  return cost + kReRankMsPerPair * pairs * (dpp ? kDppFactor : 1.0);
}

}  // namespace rectune::sim
