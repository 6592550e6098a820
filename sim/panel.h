// SPDX-License-Identifier: Apache-2.0
//
// Panel: a fixed set of users with every request they could make over an experiment, its candidates
// and what the heads predict of them. Configurations differ only in what the funnel makes of a
// panel, so all arms of all rounds share one (common random numbers), and the heads are computed
// once. Immutable. Three populations never mix: tuning, evaluation, oracle.
//
// Bytes a candidate: 4 (item) + 7 (coarse heads) + 18 (fine heads).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/heads.h"
#include "sim/user.h"
#include "sim/world.h"

namespace rectune::sim {

/// One request's candidates as the funnel sees them.
struct RequestView {
  std::span<const std::uint32_t> items{};
  /// Head-major: coarse(h)[c] is head h of candidate c.
  const std::uint8_t* coarse_codes = nullptr;
  std::span<const FineCodes> fine{};
  int day = 0;

  const std::uint8_t* coarse(CoarseHead head) const {
    return coarse_codes + Index(head) * items.size();
  }
};

/// Which of a user's requests; part of the address of everything random about it.
inline std::uint64_t RequestInUser(int day, int slate, int slates_a_session) {
  return static_cast<std::uint64_t>(day) * static_cast<std::uint64_t>(slates_a_session) +
         static_cast<std::uint64_t>(slate);
}

class Panel {
 public:
  Panel(const World& world, Purpose population, std::size_t users);

  const std::vector<User>& users() const { return users_; }
  int days() const { return days_; }
  int requests_per_session() const { return slates_; }
  std::size_t requests() const {
    return users_.size() * static_cast<std::size_t>(days_) * static_cast<std::size_t>(slates_);
  }
  RequestView Request(std::size_t user, int day, int slate) const;
  std::size_t bytes() const;

 private:
  std::size_t RequestIndex(std::size_t user, int day, int slate) const {
    return (user * static_cast<std::size_t>(days_) + static_cast<std::size_t>(day)) *
               static_cast<std::size_t>(slates_) +
           static_cast<std::size_t>(slate);
  }

  int days_;
  int slates_;
  std::size_t candidates_;
  std::vector<User> users_;
  std::vector<std::uint32_t> items_;
  std::vector<std::uint8_t> coarse_;
  std::vector<FineCodes> fine_;
};

}  // namespace rectune::sim
