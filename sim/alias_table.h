// SPDX-License-Identifier: Apache-2.0
//
// AliasTable: draws a value with fixed weights from one random word in constant time (Walker 1977;
// built by Vose 1991). One cell holds all that a draw needs, so a draw is one cache miss, and a
// caller with many draws can hide it (cells()). Probabilities are met to within 2^-32 of the mean
// weight.
//
//   const AliasTable table(values, weights);
//   std::uint32_t value = table.Pick(stream.NextBits());
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/check.h"

namespace rectune::sim {

/// High 32 bits of `word` as an index below `count`; bias below count / 2^32.
inline std::size_t ScaleToIndex(std::uint64_t word, std::size_t count) {
  return static_cast<std::size_t>(((word >> 32U) * count) >> 32U);
}

class AliasTable {
 public:
  AliasTable() = default;
  /// Weights non-negative, with a positive sum; one a value.
  AliasTable(std::span<const std::uint32_t> values, std::span<const double> weights)
      : words_(kCellWords * weights.size()) {
    RECTUNE_CHECK(values.size() == weights.size(), "an alias table has a weight a value");
    double sum = 0.0;
    for (const double weight : weights) sum += weight;
    RECTUNE_CHECK(sum > 0.0, "weights of an alias table need a positive sum");
    std::vector<double> share(weights.size());
    std::vector<std::uint32_t> poor;
    std::vector<std::uint32_t> rich;
    for (std::uint32_t i = 0; i < weights.size(); ++i) {
      share[i] = weights[i] * static_cast<double>(weights.size()) / sum;
      (share[i] < 1.0 ? poor : rich).push_back(i);
    }
    while (!poor.empty() && !rich.empty()) {
      const std::uint32_t low = poor.back();
      const std::uint32_t high = rich.back();
      poor.pop_back();
      SetCell(low, static_cast<std::uint32_t>(share[low] * kScale), values[low], values[high]);
      share[high] -= 1.0 - share[low];
      if (share[high] < 1.0) {
        rich.pop_back();
        poor.push_back(high);
      }
    }
    // What rounding left over is full.
    for (const std::uint32_t i : rich) SetCell(i, kAlways, values[i], values[i]);
    for (const std::uint32_t i : poor) SetCell(i, kAlways, values[i], values[i]);
  }

  std::uint32_t Pick(std::uint64_t word) const {
    const std::uint32_t* cell = &words_[kCellWords * ScaleToIndex(word, size())];
    return cell[static_cast<std::uint32_t>(word) < cell[0] ? kValue : kAlias];
  }
  std::size_t size() const { return words_.size() / kCellWords; }
  bool empty() const { return words_.empty(); }
  std::size_t bytes() const { return words_.size() * sizeof(std::uint32_t); }

  /// For a caller that makes many draws at once (sim/candidates.cc): the cells side by side, each a
  /// threshold, the value below it and the value from it on.
  static constexpr std::size_t kCellWords = 3;
  static constexpr std::size_t kValue = 1;
  static constexpr std::size_t kAlias = 2;
  const std::uint32_t* cells() const { return words_.data(); }

 private:
  static constexpr double kScale = 4294967296.0;
  static constexpr std::uint32_t kAlways = 0xFFFFFFFFU;

  void SetCell(std::size_t index, std::uint32_t threshold, std::uint32_t value,
               std::uint32_t alias) {
    std::uint32_t* cell = &words_[kCellWords * index];
    cell[0] = threshold;
    cell[kValue] = value;
    cell[kAlias] = alias;
  }

  std::vector<std::uint32_t> words_;
};

}  // namespace rectune::sim
