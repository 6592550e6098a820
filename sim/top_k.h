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
  float low = scores[0];
  float high = scores[0];
  for (const float score : scores) {
    low = std::min(low, score);
    high = std::max(high, score);
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
  ties.clear();
  for (std::uint32_t i = 0; i < size; ++i) {
    if (bucket_of[i] > cut) top.push_back(i);
    if (bucket_of[i] == cut) ties.push_back(ScoreKey(scores[i], i));
  }
  const std::size_t missing = count - above;
  if (missing < ties.size()) {
    std::nth_element(ties.begin(), ties.begin() + static_cast<std::ptrdiff_t>(missing), ties.end(),
                     std::greater<>());
  }
  for (std::size_t k = 0; k < missing; ++k) top.push_back(IndexOfKey(ties[k]));
}

}  // namespace rectune::sim
