// SPDX-License-Identifier: Apache-2.0
#include "sim/head_loops.h"

#include <algorithm>
#include <cstring>

#include "sim/fast_math.h"
#include "sim/heads.h"
#include "sim/wide.h"

namespace rectune::sim {
namespace {

constexpr float kDwellUnitSeconds = 120.0F;
constexpr float kMinProbability = 1.2e-7F;

/// Four lanes by name: GCC unrolls the loop that would say the same before it looks for vectors.
using FourShorts [[gnu::vector_size(8)]] = std::int16_t;
using FourInts [[gnu::vector_size(16)]] = std::int32_t;
using FourFloats [[gnu::vector_size(16)]] = float;

/// Dot of sim/catalogue.h with the item's side in 16 bits.
inline float Match(const Embedding& tastes, const std::array<std::int16_t, kEmbedding>& item) {
  FourFloats lanes{};
  for (std::size_t i = 0; i < kEmbedding; i += 4) {
    FourFloats taste;
    FourShorts component;
    std::memcpy(&taste, &tastes[i], sizeof(taste));
    std::memcpy(&component, &item[i], sizeof(component));
    // By way of integers, which GCC has an instruction for.
    const auto whole = __builtin_convertvector(component, FourInts);
    lanes += taste * __builtin_convertvector(whole, FourFloats);
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

std::int32_t EncodeNats(float nats) {
  const float code = nats * kCodesPerNat + 0.5F;
  return static_cast<std::int32_t>(std::min(code, static_cast<float>(kProbabilityCodes - 1)));
}

std::int32_t CodeOf(float probability) {
  return EncodeNats(-FastLog(std::min(std::max(probability, kMinProbability), 1.0F)));
}

}  // namespace

std::uint16_t EncodeProbability(float probability) {
  return static_cast<std::uint16_t>(CodeOf(probability));
}

RECTUNE_WIDE void NormalsOf32(const std::uint64_t* words, float* of_low, float* of_high,
                              std::size_t count) {
  constexpr float kScale = 1.7320508F / 256.0F;
  constexpr std::uint64_t kBytes = 0x00FF00FF00FF00FFU;
  constexpr std::uint64_t kShorts = 0x0000FFFF0000FFFFU;
  for (std::size_t w = 0; w < count; ++w) {
    const std::uint64_t pairs = (words[w] & kBytes) + ((words[w] >> 8U) & kBytes);
    const std::uint64_t sums = (pairs & kShorts) + ((pairs >> 16U) & kShorts);
    const auto low = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums));
    const auto high = static_cast<std::int32_t>(static_cast<std::uint32_t>(sums >> 32U));
    of_low[w] = (static_cast<float>(low) - 510.0F) * kScale;
    of_high[w] = (static_cast<float>(high) - 510.0F) * kScale;
  }
}

RECTUNE_WIDE void NormalsOf64(const std::uint64_t* words, float* normals, std::size_t count) {
  constexpr float kScale = 1.7320508F / 65536.0F;
  constexpr std::uint64_t kShorts = 0x0000FFFF0000FFFFU;
  for (std::size_t w = 0; w < count; ++w) {
    const std::uint64_t pairs = (words[w] & kShorts) + ((words[w] >> 16U) & kShorts);
    const auto sum = static_cast<std::int32_t>(static_cast<std::uint32_t>(pairs) +
                                               static_cast<std::uint32_t>(pairs >> 32U));
    normals[w] = (static_cast<float>(sum) - 131070.0F) * kScale;
  }
}

RECTUNE_WIDE void GatherCoarse(const ItemSignals* signals, const std::uint32_t* items,
                               std::size_t begin, std::size_t end, const float* low,
                               const float* high, const CoarseTerms& terms,
                               const CoarseRows& rows) {
  const CoarseTerms t = terms;  // copies, which no row can be an alias of
  const CoarseRows r = rows;
  for (std::size_t c = begin; c < end; ++c) {
    const ItemSignals& item = signals[items[c]];
    const float* own_low = low + 4 * (c - begin);
    const float* own_high = high + 4 * (c - begin);
    const float match = Match(t.tastes, item.embedding);
    r.click_logit[c] =
        item.click + t.click_offset + t.click_affinity * match + t.susceptibility * item.bait;
    r.long_view_logit[c] = item.long_view + t.long_view_offset + t.long_view_affinity * match;
    r.long_view_rate[c] = item.long_view_rate + t.long_view_noise * own_low[0];
    r.click_rate[c] = t.click_noise * own_high[0];
    r.dismissal[c] = item.dismissal + t.dismissal_affinity * match + t.dismissal_noise * own_low[1];
    r.quality[c] = item.quality + t.quality_noise * own_high[1];
    r.affinity[c] = match + t.affinity_noise * own_low[2];
    r.guard[c] = item.guard + t.guard_noise * own_high[2];
    r.first_age[c] = item.first_age_days;
  }
}

RECTUNE_WIDE void AgeOn(const Catalogue& catalogue, int day, float* age, std::size_t count) {
  const Catalogue::Ages ages = catalogue.ages();
  for (std::size_t c = 0; c < count; ++c) age[c] = ages.On(age[c], day);
}

RECTUNE_WIDE void Log1p(const float* age, float* logarithm, std::size_t count) {
  for (std::size_t c = 0; c < count; ++c) logarithm[c] = FastLog(1.0F + age[c]);
}

RECTUNE_WIDE void AddScaled(const float* values, float scale, float* row, std::size_t count) {
  for (std::size_t c = 0; c < count; ++c) row[c] += scale * values[c];
}

/// -ln(e^-a + e^-b + e^-(a+b)).
RECTUNE_WIDE void AddProductLogit(const float* a, const float* b, float* noise, std::size_t count) {
  for (std::size_t c = 0; c < count; ++c) {
    const float x = FastExp(-a[c]);
    const float y = FastExp(-b[c]);
    noise[c] -= FastLog(x + y + x * y);
  }
}

/// Approximates the normal CDF by a logistic curve (error below 0.01), which is all that an 8-bit
/// quantile can show.
RECTUNE_WIDE void EncodeQuantiles(const float* raw, float mean, float sd, std::uint8_t* codes,
                                  std::size_t count) {
  const float scale = 1.702F / sd;
  for (std::size_t c = 0; c < count; ++c) {
    const float code = 256.0F * Sigmoid(scale * (raw[c] - mean));
    codes[c] = static_cast<std::uint8_t>(static_cast<std::int32_t>(std::min(code, 255.0F)));
  }
}

RECTUNE_WIDE void EncodeFreshness(const float* age, float half_life, std::uint8_t* codes,
                                  std::size_t count) {
  const float scale = -0.6931472F / half_life;
  for (std::size_t c = 0; c < count; ++c) {
    codes[c] =
        static_cast<std::uint8_t>(static_cast<std::int32_t>(255.0F * FastExp(scale * age[c])));
  }
}

RECTUNE_WIDE void FineLogits(const FineTerms& terms, FineChunk& chunk, std::size_t count) {
  const FineTerms t = terms;  // a copy, which no row can be an alias of
  for (std::size_t k = 0; k < count; ++k) {
    const LogitInputs item{.affinity = chunk.affinity[k],
                           .quality = chunk.quality[k],
                           .catchiness = chunk.catchiness[k],
                           .clickbait = chunk.clickbait[k],
                           .log_age = chunk.log_age[k],
                           .log_duration = chunk.log_duration[k]};
    const float* normals = &chunk.normals[k * kFineLanes];
    const float* item_noise = &chunk.item_noise[k * kFineLanes];
    FineLanes served;
    for (std::size_t b = 0; b < kFineLanes; ++b) {
      const LogitLine line{t.intercept[b], t.affinity[b],     t.quality[b], t.catchiness[b],
                           t.log_age[b],   t.log_duration[b], t.offset[b],  t.clickbait[b]};
      const float error = t.noise[b] * (t.own * normals[b] + t.carried * item_noise[b]);
      served[b] = t.mean[b] + t.slope[b] * (line.At(item) - t.mean[b]) + t.bias[b] + error;
    }
    std::copy_n(served.data(), kFineLanes, &chunk.logits[k * kFineLanes]);
  }
}

RECTUNE_WIDE void EncodeLogits(const float* logits, std::int32_t* codes, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) codes[k] = EncodeNats(NegativeLogSigmoid(logits[k]));
}

RECTUNE_WIDE void EncodeProbabilities(const float* probabilities, std::int32_t* codes,
                                      std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) codes[k] = CodeOf(probabilities[k]);
}

RECTUNE_WIDE void EncodeDwell(const Truth& truth, const float* click_logits,
                              const float* long_view_logits, const float* log_durations,
                              std::int32_t* codes, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const float seconds = truth.WatchSeconds(Sigmoid(click_logits[k]), Sigmoid(long_view_logits[k]),
                                             log_durations[k]);
    codes[k] = CodeOf(seconds / kDwellUnitSeconds);
  }
}

}  // namespace rectune::sim
