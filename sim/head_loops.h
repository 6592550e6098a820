// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of sim/heads.h: what it does to a chunk of candidates once their random words are
// there. Rows of floats without branches, so that they become vector code; the arithmetic, its
// order included, is the model's, and every processor gives the same bits. Not for other callers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/catalogue.h"
#include "sim/truth.h"

namespace rectune::sim {

/// Candidates that go through the loops together; all their rows stay in the first cache.
inline constexpr std::size_t kHeadChunk = 64;

/// What coarse heads know of an item before they meet a user: its part of each logit, with the
/// share of their noise that it carries wherever it appears. One cache line, because a request
/// touches a thousand items all over the catalogue; hence the embedding in 16 bits a component.
struct alignas(64) ItemSignals {
  std::array<std::int16_t, kEmbedding> embedding{};
  float click = 0.0F;
  float bait = 0.0F;  // what clickbait adds to the click logit at susceptibility 1
  float long_view = 0.0F;
  float dismissal = 0.0F;
  float quality = 0.0F;
  float guard = 0.0F;
  float first_age_days = 0.0F;
  float long_view_rate = 0.0F;
};
/// A component of an embedding in 16 bits.
inline constexpr float kEmbeddingUnit = 32767.0F;

/// What a request's user and the model bring to coarse heads.
struct CoarseTerms {
  Embedding tastes{};  // over kEmbeddingUnit
  float click_offset = 0.0F;
  float click_affinity = 0.0F;
  float susceptibility = 0.0F;
  float long_view_offset = 0.0F;
  float long_view_affinity = 0.0F;
  float dismissal_affinity = 0.0F;
  // Noise of its own that a head adds.
  float long_view_noise = 0.0F;
  float click_noise = 0.0F;
  float dismissal_noise = 0.0F;
  float quality_noise = 0.0F;
  float affinity_noise = 0.0F;
  float guard_noise = 0.0F;
};

/// Where coarse heads go; one float a candidate.
struct CoarseRows {
  float* long_view_rate;
  float* click_rate;
  float* guard;
  float* dismissal;
  float* quality;
  float* affinity;
  float* first_age;
  float* click_logit;      // no head
  float* long_view_logit;  // no head
};

/// Normals of a sum of four uniforms of 8 or 16 bits, centred and scaled to unit variance
/// (Irwin-Hall): close enough to normal for prediction noise (kurtosis -0.3, support +-3.46). Eight
/// bits move a coarse head by at most two of its codes.
void NormalsOf32(const std::uint64_t* words, float* of_low, float* of_high, std::size_t count);
void NormalsOf64(const std::uint64_t* words, float* normals, std::size_t count);

/// Noise and linear parts of candidates [begin, end) of `items`. Normals: four a candidate, of
/// which three are used, from the first candidate on.
void GatherCoarse(const ItemSignals* signals, const std::uint32_t* items, std::size_t begin,
                  std::size_t end, const float* low, const float* high, const CoarseTerms& terms,
                  const CoarseRows& rows);

/// Item ages on `day` (Catalogue::AgeFrom), in place.
void AgeOn(const Catalogue& catalogue, int day, float* age, std::size_t count);
void Log1p(const float* age, float* logarithm, std::size_t count);
void AddScaled(const float* values, float scale, float* row, std::size_t count);
/// logit(Sigmoid(a) Sigmoid(b)), added to `noise` in place.
void AddProductLogit(const float* a, const float* b, float* noise, std::size_t count);
/// Quantiles among reference candidates, in 8 bits.
void EncodeQuantiles(const float* raw, float mean, float sd, std::uint8_t* codes,
                     std::size_t count);
/// Freshness is known exactly: 255 for new, halving every `half_life` days.
void EncodeFreshness(const float* age, float half_life, std::uint8_t* codes, std::size_t count);

/// Channels of the fine heads: behaviours, quality, and the guard.
inline constexpr std::size_t kFineLanes = 8;
using FineLanes = std::array<float, kFineLanes>;

/// What a request's user and the model bring to fine heads; by channel, of which behaviours count.
struct FineTerms {
  FineLanes intercept{}, affinity{}, quality{}, catchiness{}, log_age{}, log_duration{}, offset{},
      clickbait{};
  FineLanes mean{}, slope{}, bias{}, noise{};
  float own = 0.0F;
  float carried = 0.0F;
};

/// A chunk of candidates on their way to fine heads.
struct FineChunk {
  std::array<float, kHeadChunk> affinity, log_age, quality, catchiness, clickbait, log_duration;
  std::array<float, kHeadChunk * kFineLanes> normals, item_noise;  // by candidate, then channel
  std::array<float, kHeadChunk * kFineLanes> logits;
};

/// Served logits of behaviours.
void FineLogits(const FineTerms& terms, FineChunk& chunk, std::size_t count);
/// Codes of -ln Sigmoid of each logit, of -ln of each probability, and of the expected watch time.
void EncodeLogits(const float* logits, std::int32_t* codes, std::size_t count);
void EncodeProbabilities(const float* probabilities, std::int32_t* codes, std::size_t count);
void EncodeDwell(const Truth& truth, const float* click_logits, const float* long_view_logits,
                 const float* log_durations, std::int32_t* codes, std::size_t count);

}  // namespace rectune::sim
