// SPDX-License-Identifier: Apache-2.0
//
// Funnel: candidates to slate through the three stages, F = f_re(f_rank(f_pre(x))). Built once for
// a configuration, then run on any number of requests; const and free of randomness, so arms differ
// only by their configuration. Scratch space is the caller's, one a thread: no allocation a
// request.
//
//   Funnel funnel(world, config);
//   FunnelScratch scratch(world.size);
//   funnel.Run(user, request, attention, scratch);      // scratch.slate: candidate indices, in
//   order
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/panel.h"
#include "sim/pre_rank.h"
#include "sim/rank.h"
#include "sim/re_rank.h"
#include "sim/stage_config.h"

namespace rectune::sim {

struct FunnelScratch {
  explicit FunnelScratch(const WorldSize& size)
      : pre_rank(size.candidates), rank(size.candidates), re_rank(size.candidates, size.slate) {}

  PreRankScratch pre_rank;
  RankScratch rank;
  ReRankScratch re_rank;
  /// Result: indices into the request's candidates, best position first.
  const std::vector<std::uint32_t>& slate() const { return re_rank.slate; }
};

class Funnel {
 public:
  Funnel(const World& world, const StageConfig& config)
      : pre_ranker_(config.pre_rank),
        ranker_(world, config.rank),
        re_ranker_(world, config.re_rank) {}

  /// `fatigue`: the user's topic fatigue by topic, each in [0, 1].
  void Run(const User& user, const RequestView& request, std::span<const float> fatigue,
           FunnelScratch& scratch) const {
    PreRank(request, scratch);
    RankAndArrange(user, request, fatigue, scratch);
  }

  /// The first stage alone, which needs only coarse heads; fills scratch.pre_rank.kept. A streamed
  /// request computes the fine heads of those before it goes on.
  void PreRank(const RequestView& request, FunnelScratch& scratch) const {
    pre_ranker_.Select(request, scratch.pre_rank);
  }
  void RankAndArrange(const User& user, const RequestView& request, std::span<const float> fatigue,
                      FunnelScratch& scratch) const {
    ranker_.Rank(user, request, scratch.pre_rank.kept, scratch.rank);
    re_ranker_.Arrange(request, scratch.rank.ranked, fatigue, scratch.re_rank);
  }

 private:
  PreRanker pre_ranker_;
  Ranker ranker_;
  ReRanker re_ranker_;
};

}  // namespace rectune::sim
