// SPDX-License-Identifier: Apache-2.0
//
// Top-K selection by score, ties by lower index: exact, and the same whatever the standard
// library's partition does. Two tools: SelectTop for cutting many candidates to a few hundred
// without order, and packed keys for small lists that need one.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
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

/// Indices of the `count` largest scores, appended to `top` in no particular order.
/// One pass buckets the scores between their extremes; only the bucket that the cut falls into is
/// compared exactly. Scores must be finite. `bucket_of` and `ties` are scratch.
inline void SelectTop(std::span<const float> scores, std::size_t count,
                      std::vector<std::uint16_t>& bucket_of, std::vector<std::uint64_t>& ties,
                      std::vector<std::uint32_t>& top) {
  constexpr std::size_t kBuckets = 256;
  const auto size = static_cast<std::uint32_t>(scores.size());
  if (count >= size) {
    for (std::uint32_t i = 0; i < size; ++i) top.push_back(i);
    return;
  }
  // Extremes in lanes, which need not wait for one another.
  constexpr std::uint32_t kLanes = 8;
  std::array<float, kLanes> lows{};
  std::array<float, kLanes> highs{};
  lows.fill(scores[0]);
  highs.fill(scores[0]);
  std::uint32_t next = 0;
  for (; next + kLanes <= size; next += kLanes) {
    for (std::uint32_t k = 0; k < kLanes; ++k) {
      lows[k] = std::min(lows[k], scores[next + k]);
      highs[k] = std::max(highs[k], scores[next + k]);
    }
  }
  float low = *std::min_element(lows.begin(), lows.end());
  float high = *std::max_element(highs.begin(), highs.end());
  for (; next < size; ++next) {
    low = std::min(low, scores[next]);
    high = std::max(high, scores[next]);
  }
  // Bucketing is monotone in the score, which is all that exactness needs.
  const float scale = high > low ? static_cast<float>(kBuckets - 1) / (high - low) : 0.0F;
  bucket_of.resize(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    bucket_of[i] = static_cast<std::uint16_t>(
        std::min((scores[i] - low) * scale, static_cast<float>(kBuckets - 1)));
  }
  std::array<std::uint32_t, kBuckets> filled{};
  for (const std::uint16_t bucket : bucket_of) ++filled[bucket];
  std::size_t above = 0;
  std::size_t cut = kBuckets - 1;
  while (above + filled[cut] <= count && cut > 0) above += filled[cut--];
  // Where the cut falls is a matter of chance, so nothing below branches on it: every index is
  // written, and the end moves on behind those that belong. One loop a list: their ends are chains
  // of additions, and a loop of both took twice as long.
  const std::size_t before = top.size();
  top.resize(before + above + 1);
  ties.resize(filled[cut] + 1);
  std::size_t end = before;
  for (std::uint32_t i = 0; i < size; ++i) {
    top[end] = i;
    end += bucket_of[i] > cut ? 1 : 0;
  }
  std::size_t tied = 0;
  for (std::uint32_t i = 0; i < size; ++i) {
    ties[tied] = i;
    tied += bucket_of[i] == cut ? 1 : 0;
  }
  top.resize(end);
  ties.resize(tied);
  for (std::uint64_t& tie : ties) {
    const auto index = static_cast<std::uint32_t>(tie);
    tie = ScoreKey(scores[index], index);
  }
  const std::size_t missing = count - above;
  if (missing < ties.size()) {
    std::nth_element(ties.begin(), ties.begin() + static_cast<std::ptrdiff_t>(missing), ties.end(),
                     std::greater<>());
  }
  for (std::size_t k = 0; k < missing; ++k) top.push_back(IndexOfKey(ties[k]));
}

}  // namespace rectune::sim
