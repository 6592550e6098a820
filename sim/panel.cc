// SPDX-License-Identifier: Apache-2.0
#include "sim/panel.h"

#include <numeric>

#include "core/check.h"
#include "sim/candidates.h"

namespace rectune::sim {

Panel::Panel(const World& world, Purpose population, std::size_t users)
    : days_(world.size.days),
      slates_(world.size.requests_per_session),
      candidates_(world.size.candidates) {
  RECTUNE_CHECK(users > 0, "a panel needs users");
  users_.reserve(users);
  for (std::size_t id = 0; id < users; ++id) {
    users_.push_back(MakeUser(world.constants, world.catalogue, world.seed, population, id));
  }
  items_.resize(requests() * candidates_);
  coarse_.resize(items_.size() * kCoarseHeads);
  fine_.resize(items_.size());
  CandidateSource source(world.constants, world.catalogue);
  HeadScratch scratch(candidates_);
  std::vector<std::uint32_t> all(candidates_);
  std::iota(all.begin(), all.end(), 0U);
  for (std::size_t u = 0; u < users; ++u) {
    for (int day = 0; day < days_; ++day) {
      for (int slate = 0; slate < slates_; ++slate) {
        const std::size_t first = RequestIndex(u, day, slate) * candidates_;
        const RequestAddress address{population, u, RequestInUser(day, slate, slates_)};
        const std::span<std::uint32_t> items(&items_[first], candidates_);
        RandomStream stream(world.seed, Purpose::kCandidates,
                            static_cast<std::uint64_t>(population), u, address.request);
        source.Draw(users_[u], day, stream, items);
        world.heads.PredictCoarse(users_[u], items, day, address, scratch,
                                  &coarse_[first * kCoarseHeads]);
        world.heads.PredictFine(users_[u], items, all, day, address,
                                std::span(&fine_[first], candidates_));
      }
    }
  }
}

RequestView Panel::Request(std::size_t user, int day, int slate) const {
  const std::size_t first = RequestIndex(user, day, slate) * candidates_;
  return {std::span(&items_[first], candidates_), &coarse_[first * kCoarseHeads],
          std::span(&fine_[first], candidates_), day};
}

std::size_t Panel::bytes() const {
  return items_.size() * (sizeof(std::uint32_t) + kCoarseHeads + sizeof(FineCodes)) +
         users_.size() * sizeof(User);
}

}  // namespace rectune::sim
