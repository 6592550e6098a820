// SPDX-License-Identifier: Apache-2.0
//
// HeadCharacter: how a pushed model version differs from the one that production was tuned for,
// head by head. Version 0 is that one, and neutral. Not the heads' random errors, which sim/heads.h
// draws anew for every version.
//
// A push retrains: negatives are down-sampled at another rate (which shifts a head's logits by the
// log of the rate unless recalibrated: He et al., ADKDD 2014), a loss becomes ranking-aware or is
// smoothed (which changes how far logits spread), architecture and data change how much error is
// left. What was tuned on top, weights against base rates and curves over a head's scale, stays.
//
//   logit_h   = mean_h + slope_h (calibrated logit - mean_h) + level_h        fine heads
//   z_h       = slope_h z_h + level_h                                         coarse heads
//
// z_h is a coarse head's standardised output before it is looked up in the quantile table, which
// was made for version 0: curves are drawn over a served scale, and a push moves the scores on it.
#pragma once

#include <array>
#include <cstdint>

#include "sim/truth.h"

namespace rectune::sim {

inline constexpr std::size_t kFineChannels = kBehaviours + 1;  // the behaviours, then quality
inline constexpr std::size_t kPushedCoarse = 6;  // the coarse heads but freshness, a known age

struct HeadCharacter {
  std::array<float, kFineChannels> fine_slope{};  // times the scenario's calibration slope
  std::array<float, kFineChannels> fine_level{};  // logits, on top of the calibration bias
  std::array<float, kFineChannels> fine_noise{};  // times the scenario's noise
  std::array<float, kPushedCoarse> coarse_slope{};
  std::array<float, kPushedCoarse> coarse_level{};  // standard deviations of the head
  std::array<float, kPushedCoarse> coarse_noise{};
};

/// A pure function of (seed, version).
HeadCharacter DrawHeadCharacter(std::uint64_t seed, std::uint64_t version);

}  // namespace rectune::sim
