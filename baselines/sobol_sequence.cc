// SPDX-License-Identifier: Apache-2.0
#include "baselines/sobol_sequence.h"

#include <boost/random/sobol.hpp>
#include <cmath>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

constexpr int kBits = 32;
using Engine = boost::random::sobol_engine<std::uint32_t, kBits>;

}  // namespace

std::size_t SobolSequence::max_dimension() {
  return boost::random::default_sobol_table::max_dimension;
}

SobolSequence::SobolSequence(std::size_t dimension, std::uint64_t seed)
    : dimension_(dimension), seed_(seed), directions_(dimension * kBits) {
  RECTUNE_CHECK(dimension >= 1 && dimension <= max_dimension(),
                "Sobol points exist for 1 to 3,667 dimensions");
  // In Gray-code order the engine's state after 2^k - 1 skipped points is v_k xor v_(k-1): seeding
  // it there gives direction number v_k, and with these any point can be had without its
  // predecessors.
  Engine engine(dimension);
  for (int k = 0; k < kBits; ++k) {
    engine.seed((std::uint32_t{1} << k) - 1);
    for (std::size_t j = 0; j < dimension; ++j) {
      const std::uint32_t below = k == 0 ? 0 : directions_[j * kBits + k - 1];
      directions_[j * kBits + k] = engine() ^ below;
    }
  }
}

std::vector<std::uint32_t> SobolSequence::IntegerPoint(std::uint32_t index) const {
  const std::uint32_t gray = index ^ (index >> 1);
  std::vector<std::uint32_t> point(dimension_, 0);
  for (std::size_t j = 0; j < dimension_; ++j) {
    for (int k = 0; k < kBits; ++k) {
      if ((gray >> k) & 1U) point[j] ^= directions_[j * kBits + k];
    }
  }
  return point;
}

double SobolSequence::Scramble(std::uint32_t bits, std::size_t coordinate) const {
  std::uint64_t node = 1;  // the binary tree of prefixes, numbered like a heap
  std::uint64_t scrambled = 0;
  for (int k = kBits - 1; k >= 0; --k) {
    RandomStream coin(seed_, Purpose::kSobolScramble, coordinate, node);
    const std::uint64_t bit = (bits >> k) & 1U;
    scrambled = (scrambled << 1) | (bit ^ (coin.NextBits() >> 63));
    node = (node << 1) | bit;
  }
  // Below the last bit every point is alone in its cell: uniform inside it, on 2^21 steps, which
  // fills a double's 53 bits exactly (no rounding up to 1).
  RandomStream inside(seed_, Purpose::kSobolScramble, coordinate, node);
  const std::uint64_t fraction = (scrambled << 21) | (inside.NextBits() >> 43);
  return std::ldexp(static_cast<double>(fraction), -53);
}

std::vector<double> SobolSequence::Point(std::uint32_t index) const {
  const std::vector<std::uint32_t> integers = IntegerPoint(index);
  std::vector<double> point(dimension_);
  for (std::size_t j = 0; j < dimension_; ++j) point[j] = Scramble(integers[j], j);
  return point;
}

}  // namespace rectune::baselines
