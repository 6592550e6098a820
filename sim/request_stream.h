// SPDX-License-Identifier: Apache-2.0
//
// RequestStream: one request at a time, made on the spot and forgotten: candidates, their coarse
// heads, and the fine heads of what pre-ranking keeps. The same numbers as a Panel's request of the
// same address, without its memory; for full mode, where users are too many to keep. One a thread.
//
//   RequestStream stream(world);
//   stream.Open(user, population, day, slate);
//   funnel.PreRank(stream.view(), scratch);
//   stream.PredictFine(scratch.pre_rank.kept);
//   funnel.RankAndArrange(user, stream.view(), fatigue, scratch);
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/candidates.h"
#include "sim/panel.h"

namespace rectune::sim {

class RequestStream {
 public:
  explicit RequestStream(const World& world)
      : world_(world),
        source_(world.constants, world.catalogue),
        scratch_(world.size.candidates),
        items_(world.size.candidates),
        coarse_(world.size.candidates * kCoarseHeads),
        fine_(world.size.candidates) {}

  /// `user` must outlive the request.
  void Open(const User& user, Purpose population, int day, int slate) {
    user_ = &user;
    day_ = day;
    address_ = {population, user.id, RequestInUser(day, slate, world_.size.requests_per_session)};
    RandomStream draw(world_.seed, Purpose::kCandidates, static_cast<std::uint64_t>(population),
                      user.id, address_.request);
    source_.Draw(user, day, draw, items_);
    world_.heads.PredictCoarse(user, items_, day, address_, scratch_, coarse_.data());
  }
  /// Fine heads of these candidates; the others keep what an earlier request left there.
  void PredictFine(std::span<const std::uint32_t> candidates) {
    world_.heads.PredictFine(*user_, items_, candidates, day_, address_, scratch_, fine_);
  }
  RequestView view() const { return {items_, coarse_.data(), fine_, day_}; }

 private:
  const World& world_;
  CandidateSource source_;
  HeadScratch scratch_;
  std::vector<std::uint32_t> items_;
  std::vector<std::uint8_t> coarse_;
  std::vector<FineCodes> fine_;
  const User* user_ = nullptr;
  int day_ = 0;
  RequestAddress address_;
};

}  // namespace rectune::sim
