// SPDX-License-Identifier: Apache-2.0
//
// AliasTable: draws a value with fixed weights from one random word in constant time (Walker 1977;
// built by Vose 1991). One cell holds all that a draw needs, so a draw is one cache miss, and Hint
// lets a caller with many draws hide it. Probabilities are met to within 2^-32 of the mean weight.
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
      : cells_(weights.size()) {
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
      cells_[low] = {static_cast<std::uint32_t>(share[low] * kScale), values[low], values[high]};
      share[high] -= 1.0 - share[low];
      if (share[high] < 1.0) {
        rich.pop_back();
        poor.push_back(high);
      }
    }
    // What rounding left over is full.
    for (const std::uint32_t i : rich) cells_[i] = {kAlways, values[i], values[i]};
    for (const std::uint32_t i : poor) cells_[i] = {kAlways, values[i], values[i]};
  }

  std::uint32_t Pick(std::uint64_t word) const {
    const Cell& cell = cells_[ScaleToIndex(word, cells_.size())];
    return static_cast<std::uint32_t>(word) < cell.threshold ? cell.value : cell.alias;
  }
  /// Where Pick(word) will look.
  const void* Hint(std::uint64_t word) const { return &cells_[ScaleToIndex(word, cells_.size())]; }
  bool empty() const { return cells_.empty(); }
  std::size_t bytes() const { return cells_.size() * sizeof(Cell); }

 private:
  static constexpr double kScale = 4294967296.0;
  static constexpr std::uint32_t kAlways = 0xFFFFFFFFU;
  struct Cell {
    std::uint32_t threshold = kAlways;
    std::uint32_t value = 0;
    std::uint32_t alias = 0;
  };
  std::vector<Cell> cells_;
};

}  // namespace rectune::sim
