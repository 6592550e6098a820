// SPDX-License-Identifier: Apache-2.0
//
// RandomStream: counter-based random numbers, Philox4x64-10 (Salmon et al., SC'11; Random123).
// The address (seed, purpose; step, entity, replicate) decides the numbers, so results do not
// depend on thread count, on order of evaluation, or on how users are cut into shards, and two
// configurations meet the same users (common random numbers). There is no global, default or
// clock seed. Not cryptographic, and not a C++ distribution engine: the transforms below are our
// own, because the standard ones differ between libraries.
//
//   RandomStream stream(seed, Purpose::kTunerProposal, /*step=*/round, /*entity=*/arm);
//   double u = stream.Uniform();
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace rectune {

/// What the numbers are for; part of the generator's key. Codes are append-only: changing one
/// changes every result that used it.
enum class Purpose : std::uint64_t {
  kTest = 1,
  kCatalogue = 2,
  kUsers = 3,
  kCandidates = 4,
  kHeadNoise = 5,
  kSession = 6,
  kEvaluationUsers = 7,  // held out: no tuner's data comes from here
  kOracleUsers = 8,      // held out: reference optimum and normalisation
  kAbNoise = 9,
  kAbAssignment = 10,
  kTunerProposal = 11,
  kTunerInitial = 12,
  kTunerInternal = 13,
  kSyntheticModel = 14,
  kAgent = 15,
  kBootstrap = 16,
  kSobolScramble = 17,
  kShuffle = 18,
  kOracleSearch = 19,
  kCalibration = 20,
  kDays = 21,
};

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t step = 0,
               std::uint64_t entity = 0, std::uint64_t replicate = 0);

  /// The next 64 uniform bits.
  std::uint64_t NextBits();
  /// Fills `words` with what as many calls of NextBits would return, faster.
  void Fill(std::span<std::uint64_t> words);
  /// Uniform on [0, 1) with 53 bits.
  double Uniform();
  /// Uniform on (0, 1), symmetric about 1/2, never 0 or 1.
  double UniformOpen();
  double Uniform(double low, double high);
  /// Uniform on {0, ..., count - 1}, unbiased. count > 0.
  std::uint64_t UniformInteger(std::uint64_t count);
  /// Standard normal, by inverse CDF (one draw a value, so streams stay aligned).
  double Normal();
  /// Index i with probability weights[i] / sum. Weights non-negative with positive sum.
  std::size_t Categorical(std::span<const double> weights);
  /// Gamma(shape, 1) (Marsaglia and Tsang, 2000). shape > 0. Consumes a varying number of draws.
  double Gamma(double shape);
  double Beta(double a, double b);

  /// Fisher-Yates.
  template <typename T>
  void Shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[static_cast<std::size_t>(UniformInteger(i))]);
    }
  }

 private:
  void Refill();

  std::array<std::uint64_t, 2> key_;
  std::array<std::uint64_t, 4> counter_;  // block, step, entity, replicate
  std::array<std::uint64_t, 4> words_{};
  std::size_t used_ = 4;
};

/// One raw Philox4x64-10 block, for published vectors and for bulk use.
std::array<std::uint64_t, 4> PhiloxBlock(const std::array<std::uint64_t, 4>& counter,
                                         const std::array<std::uint64_t, 2>& key);

/// Many blocks whose counters differ in their first word: words[4 i + w] is word w of the block
/// {first[i], counter[1], counter[2], counter[3]}. Faster than as many calls of PhiloxBlock. Broken
/// contract unless there is room for exactly that many.
void PhiloxBlocks(std::span<const std::uint64_t> first, const std::array<std::uint64_t, 4>& counter,
                  const std::array<std::uint64_t, 2>& key, std::span<std::uint64_t> words);

/// Inverse of the standard normal CDF on (0, 1); relative error below 1e-15 (Wichura, AS 241).
double NormalQuantile(double probability);

/// Standard normal CDF.
double NormalCdf(double x);

/// A 64-bit seed derived from a base seed and a label (FNV-1a, then one Philox block); for giving
/// each grid cell its own key. Never `seed + i`.
std::uint64_t DeriveSeed(std::uint64_t seed, std::string_view label);

}  // namespace rectune
