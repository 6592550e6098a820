// SPDX-License-Identifier: Apache-2.0
#include "sim/model_push.h"

#include <cmath>

#include "core/random_stream.h"

namespace rectune::sim {
namespace {

/// Above every step that heads use for a population of theirs within a version (sim/heads.cc).
constexpr std::uint64_t kStepsAVersion = 64;
constexpr std::uint64_t kPushStep = 63;

// Assumed, and reasoned from practice, not from what they do to an optimum.
/// Negatives are kept at a rate between 1 and 1/10, log-uniform, and a version brings another rate:
/// the difference of two such logs has standard deviation ln(10) / sqrt(6).
constexpr double kLevelSd = 0.94;
/// Another loss, smoothing or distillation spreads logits a third wider or narrower.
constexpr double kLogSlopeSd = 0.3;
/// A head's error changes by a quarter; on the whole for the better, or nobody would push.
constexpr double kLogNoiseMean = -0.05;
constexpr double kLogNoiseSd = 0.25;
/// The same shift in a coarse head's own standard deviations: its logits spread by about 2.
constexpr double kCoarseLevelSd = 0.5 * kLevelSd;

}  // namespace

HeadCharacter DrawHeadCharacter(std::uint64_t seed, std::uint64_t version) {
  HeadCharacter character;
  for (auto* ones : {&character.fine_slope, &character.fine_noise}) ones->fill(1.0F);
  for (auto* ones : {&character.coarse_slope, &character.coarse_noise}) ones->fill(1.0F);
  if (version == 0) return character;
  RandomStream stream(seed, Purpose::kHeadNoise, version * kStepsAVersion + kPushStep);
  const auto shift = [&](auto& values, double sd) {
    for (float& value : values) value = static_cast<float>(sd * stream.Normal());
  };
  const auto scale = [&](auto& values, double mean, double sd) {
    for (float& value : values) value = static_cast<float>(std::exp(mean + sd * stream.Normal()));
  };
  scale(character.fine_slope, 0.0, kLogSlopeSd);
  shift(character.fine_level, kLevelSd);
  scale(character.fine_noise, kLogNoiseMean, kLogNoiseSd);
  scale(character.coarse_slope, 0.0, kLogSlopeSd);
  shift(character.coarse_level, kCoarseLevelSd);
  scale(character.coarse_noise, kLogNoiseMean, kLogNoiseSd);
  return character;
}

}  // namespace rectune::sim
