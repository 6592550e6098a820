// SPDX-License-Identifier: Apache-2.0
//
// RequestMaker: requests made on the spot and forgotten: candidates, their coarse heads, and the
// fine heads of what pre-ranking keeps. The same numbers as a Panel's request of the same address,
// without its memory; for full mode, where users are too many to keep. One a thread.
//
//   RequestMaker maker(world);
//   OpenRequest request(world.size);
//   maker.Open(user, population, day, slate, request);
//   funnel.PreRank(request.view(), scratch);
//   maker.PredictFine(user, scratch.pre_rank.kept, request);
//   funnel.RankAndArrange(user, request.view(), fatigue, scratch);
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/candidates.h"
#include "sim/panel.h"

namespace rectune::sim {

struct OpenRequest {
  explicit OpenRequest(const WorldSize& size)
      : items(size.candidates), coarse(size.candidates * kCoarseHeads), fine(size.candidates) {}
  RequestView view() const { return {items, coarse.data(), fine, day}; }

  std::vector<std::uint32_t> items;
  std::vector<std::uint8_t> coarse;
  std::vector<FineCodes> fine;  // only of candidates that PredictFine was asked for
  int day = 0;
  RequestAddress address;
};

class RequestMaker {
 public:
  explicit RequestMaker(const World& world)
      : world_(world), source_(world.constants, world.catalogue), scratch_(world.size.candidates) {}

  void Open(const User& user, Purpose population, int day, int slate, OpenRequest& request) {
    request.day = day;
    request.address = {population, user.id,
                       RequestInUser(day, slate, world_.size.requests_per_session)};
    RandomStream draw(world_.seed, Purpose::kCandidates, static_cast<std::uint64_t>(population),
                      user.id, request.address.request);
    source_.Draw(user, day, draw, request.items);
    world_.heads.PredictCoarse(user, request.items, day, request.address, scratch_,
                               request.coarse.data());
  }
  void PredictFine(const User& user, std::span<const std::uint32_t> candidates,
                   OpenRequest& request) {
    world_.heads.PredictFine(user, request.items, candidates, request.day, request.address,
                             request.fine);
  }

 private:
  const World& world_;
  CandidateSource source_;
  HeadScratch scratch_;
};

}  // namespace rectune::sim
