// SPDX-License-Identifier: Apache-2.0
//
// Top-K selection on (score, index) packed in one integer: order by score, ties by lower index, so
// that the result does not depend on the standard library's partition.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace rectune::sim {

/// Larger is better. A finite float's bits, made monotone, above the complement of the index.
inline std::uint64_t ScoreKey(float score, std::uint32_t index) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  const std::uint32_t ordered = (bits & 0x80000000U) != 0U ? ~bits : bits | 0x80000000U;
  return (static_cast<std::uint64_t>(ordered) << 32U) | (0xFFFFFFFFU - index);
}
inline std::uint32_t IndexOfKey(std::uint64_t key) {
  return 0xFFFFFFFFU - static_cast<std::uint32_t>(key & 0xFFFFFFFFU);
}

/// Moves the `count` largest keys to the front, in no particular order.
inline void PartitionTop(std::vector<std::uint64_t>& keys, std::size_t count) {
  if (count >= keys.size()) return;
  std::nth_element(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count), keys.end(),
                   std::greater<>());
}

}  // namespace rectune::sim
