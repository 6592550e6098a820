// SPDX-License-Identifier: Apache-2.0
//
// SobolSequence: Sobol's digital sequence with Owen's nested uniform scramble. The points are
// Boost's, from the direction numbers of Joe and Kuo (SIAM J. Sci. Comput. 30, 2008;
// new-joe-kuo-6.21201), up to 3,667 dimensions, in Gray-code order; Boost skips the origin, we do
// not: without point 0 the first 2^m points are no net. Not a random stream.
//
//   SobolSequence sequence(dimension, seed);
//   std::vector<double> u = sequence.Point(0);   // any index below 2^32, in any order
//
// Scramble (Owen, 1995): bit k of a coordinate is flipped by a fair coin that belongs to (seed,
// dimension, the k bits before it), so that each point is uniform and every dyadic box keeps its
// count. The coins are Philox numbers at that address. This is the true nested scramble, not the
// hash of Laine and Karras, and it is random below bit 32 as well, so points have 53 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace rectune::baselines {

class SobolSequence {
 public:
  /// dimension from 1 to max_dimension().
  SobolSequence(std::size_t dimension, std::uint64_t seed);

  std::size_t dimension() const { return dimension_; }
  static std::size_t max_dimension();

  /// Scrambled point `index`, each coordinate in [0, 1).
  std::vector<double> Point(std::uint32_t index) const;
  /// The unscrambled integer point (32-bit fractions).
  std::vector<std::uint32_t> IntegerPoint(std::uint32_t index) const;

 private:
  double Scramble(std::uint32_t bits, std::size_t coordinate) const;

  std::size_t dimension_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> directions_;  // 32 a dimension, extracted from Boost's engine
};

}  // namespace rectune::baselines
