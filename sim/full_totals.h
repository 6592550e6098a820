// SPDX-License-Identifier: Apache-2.0
//
// FullTotals: first and second moments of simulated users' totals, in exact integers, so that
// adding users and merging shards is associative: however a population is cut, the result is the
// same to the last bit. Seconds are kept in milliseconds, list metrics in 2^-20. Not an ArmOutcome,
// but becomes one (a panel of one mean user), and with it metrics, errors and lifts.
#pragma once

#include <array>
#include <cstdint>

#include "core/json.h"
#include "sim/arm_outcome.h"

namespace rectune::sim {

__extension__ using Int128 = __int128;

/// One user's realised totals in fixed point, by Total.
using UserTotals = std::array<std::int64_t, kTotals>;

/// Fixed-point units of one of `total`.
std::int64_t UnitsOf(Total total);

class FullTotals {
 public:
  void Add(const UserTotals& user);
  void Merge(const FullTotals& other);

  std::uint64_t users() const { return users_; }
  /// Mean and covariance over users. Needs two users.
  ArmOutcome ToOutcome(double serving_cost) const;
  /// Sums as decimal strings: what a shard hands on.
  Json ToJson() const;

  friend bool operator==(const FullTotals&, const FullTotals&) = default;

 private:
  std::uint64_t users_ = 0;
  std::array<Int128, kTotals> sums_{};
  std::array<Int128, kTotals * kTotals> products_{};  // upper triangle
};

}  // namespace rectune::sim
