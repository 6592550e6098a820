// SPDX-License-Identifier: Apache-2.0
//
// Heads: what the frozen models of the recommender predict of a candidate. Pre-ranking heads are
// coarse and cheap and served as 8-bit quantiles; ranking heads are fine and served as
// probabilities. They see the truth through noise (part of it carried by the item wherever it
// appears), a calibration slope below one, a bias, and, for the clickbait guard, confusion of
// catchy with dishonest. A *model push* is another `version`: other noise, other biases, another
// level, scale and accuracy of each head (sim/model_push.h).
//
// Heads do not depend on the configuration, so a panel computes them once for all arms. Where a
// request is seen only once (full mode), the fine heads are computed for what pre-ranking kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random_stream.h"
#include "sim/catalogue.h"
#include "sim/head_loops.h"
#include "sim/model_push.h"
#include "sim/truth.h"
#include "sim/user.h"
#include "sim/world_constants.h"

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

inline constexpr float kCodesPerNat = 2048.0F;
inline constexpr std::size_t kProbabilityCodes = 32768;
/// A probability as 15 bits of its negative logarithm: relative error below 0.03%, floor e^-16.
std::uint16_t EncodeProbability(float probability);
/// Table of the 32,768 decoded values.
const std::vector<float>& ProbabilityTable();

using FineCodes = std::array<std::uint16_t, kFineHeads>;

/// Whose request: the address of its noise.
struct RequestAddress {
  Purpose population = Purpose::kUsers;
  std::uint64_t user = 0;
  std::uint64_t request = 0;  // day * requests_per_session + slate
};

/// Rows of floats by candidate; the caller's, one a thread, so that no request allocates.
struct HeadScratch {
  explicit HeadScratch(std::size_t candidates) {
    for (auto& row : rows) row.resize(candidates);
  }
  std::array<std::vector<float>, kCoarseHeads + 2> rows;
};

class HeadModel {
 public:
  /// `version` 0 is in production at the start of an experiment.
  HeadModel(const WorldConstants& constants, const WorldSize& size, const Catalogue& catalogue,
            const Truth& truth, std::uint64_t seed, std::uint64_t version);

  /// Coarse heads of all `items` on `day`: kCoarseHeads rows of items.size() codes, head-major.
  void PredictCoarse(const User& user, std::span<const std::uint32_t> items, int day,
                     const RequestAddress& address, HeadScratch& scratch,
                     std::uint8_t* codes) const;
  /// Fine heads of the candidates `which` (indices into `items`): fine[c] for each of them.
  void PredictFine(const User& user, std::span<const std::uint32_t> items,
                   std::span<const std::uint32_t> which, int day, const RequestAddress& address,
                   std::span<FineCodes> fine) const;

  std::size_t bytes() const { return signals_.size() * (sizeof(ItemSignals) + sizeof(ItemNoise)); }

  /// From now on its outputs are put on the scale of `fitted`, whatever its own world is like.
  void KeepScaleOf(const HeadModel& fitted) {
    coarse_mean_ = fitted.coarse_mean_;
    coarse_sd_ = fitted.coarse_sd_;
    mean_logits_ = fitted.mean_logits_;
  }

 private:
  /// Rows of the scratch after RawCoarse, by CoarseHead; freshness holds the age in days.
  void RawCoarse(const User& user, std::span<const std::uint32_t> items, int day,
                 const RequestAddress& address, HeadScratch& scratch) const;
  CoarseTerms CoarseTermsOf(const User& user) const;
  FineTerms FineTermsOf(const User& user) const;
  void MakeSignals(const WorldConstants& constants);
  void CalibrateQuantiles(const WorldConstants& constants, const WorldSize& size);

  const Catalogue& catalogue_;
  const Truth& truth_;
  HeadConstants constants_;
  TruthConstants truth_constants_;
  float fresh_days_;
  std::uint64_t seed_;
  std::uint64_t version_;
  HeadCharacter character_;
  std::vector<ItemSignals> signals_;  // by item
  using ItemNoise =
      std::array<float, kBehaviours + 1>;      // unit variance; by behaviour, then quality
  std::vector<ItemNoise> item_noise_;          // by item
  Logits mean_logits_{};                       // over reference candidates; the slope's pivot
  std::array<float, kBehaviours + 1> bias_{};  // by behaviour, then quality
  std::array<float, kCoarseHeads> coarse_mean_{};
  std::array<float, kCoarseHeads> coarse_sd_{};
};

}  // namespace rectune::sim
