// SPDX-License-Identifier: Apache-2.0
//
// Heads: what the frozen models of the recommender predict of a candidate. Pre-ranking heads are
// coarse and cheap and served as 8-bit quantiles; ranking heads are fine and served as
// probabilities. They see the truth through noise (part of it carried by the item wherever it
// appears), a calibration slope below one, a bias, and, for the clickbait guard, confusion of
// catchy with dishonest. A *model push* is another `version`: other noise, other biases.
//
// Heads do not depend on the configuration, so a panel computes them once for all arms.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/candidates.h"
#include "sim/catalogue.h"
#include "sim/truth.h"
#include "sim/user.h"

namespace rectune::sim {

/// Pre-ranking heads, each a quantile among all candidates, as 0..255.
enum class CoarseHead : std::size_t {
  kLongViewRate = 0,
  kClickRate,
  kClickbaitGuard,
  kDismissal,
  kQuality,
  kAffinity,
  kFreshness,
  kCount
};
inline constexpr std::size_t kCoarseHeads = static_cast<std::size_t>(CoarseHead::kCount);
constexpr std::size_t Index(CoarseHead head) { return static_cast<std::size_t>(head); }

/// Ranking heads. Long view, like, share and follow are given a click; dwell is expected watch
/// time in units of two minutes; quality stands for long-term value; the guard is a level.
enum class FineHead : std::size_t {
  kClick = 0,
  kLongView,
  kLike,
  kShare,
  kFollow,
  kDwell,
  kDismissal,
  kQuality,
  kClickbaitGuard,
  kCount
};
inline constexpr std::size_t kFineHeads = static_cast<std::size_t>(FineHead::kCount);
constexpr std::size_t Index(FineHead head) { return static_cast<std::size_t>(head); }

/// A probability as 15 bits of its negative logarithm: relative error below 0.03%, floor e^-16.
std::uint16_t EncodeProbability(float probability);
/// Table of the 32,768 decoded values.
const std::vector<float>& ProbabilityTable();

using CoarseCodes = std::array<std::uint8_t, kCoarseHeads>;
using FineCodes = std::array<std::uint16_t, kFineHeads>;

/// Which candidate of whose request: the address of its noise.
struct CandidateAddress {
  Purpose population = Purpose::kUsers;
  std::uint64_t user = 0;
  std::uint64_t request = 0;  // day * requests_per_session + slate
  std::uint64_t candidate = 0;
};

class HeadModel {
 public:
  /// `version` 0 is in production at the start of an experiment.
  HeadModel(const WorldConstants& constants, const WorldSize& size, const Catalogue& catalogue,
            const Truth& truth, std::uint64_t seed, std::uint64_t version);

  void Predict(const User& user, std::uint32_t index, float age_days,
               const CandidateAddress& address, CoarseCodes& coarse, FineCodes& fine) const;

 private:
  /// Raw (not yet quantile) coarse predictions; freshness excluded.
  using RawCoarse = std::array<float, kCoarseHeads>;
  struct Noise;

  RawCoarse PredictCoarse(const User& user, const Item& item, std::uint32_t index,
                          const Logits& logits, const Noise& noise) const;
  Noise DrawNoise(const CandidateAddress& address) const;
  void CalibrateQuantiles(const WorldConstants& constants, const WorldSize& size);

  const Catalogue& catalogue_;
  const Truth& truth_;
  HeadConstants constants_;
  float fresh_days_;
  std::uint64_t seed_;
  std::uint64_t version_;
  Logits mean_logits_{};                       // over reference candidates; the slope's pivot
  std::array<float, kBehaviours + 1> bias_{};  // by behaviour, then quality
  std::vector<std::array<float, kBehaviours + 1>> item_noise_;  // unit variance
  RawCoarse coarse_mean_{};
  RawCoarse coarse_sd_{};
};

}  // namespace rectune::sim
