// SPDX-License-Identifier: Apache-2.0
#include "sim/heads.h"

#include <algorithm>
#include <cmath>

#include "sim/candidates.h"
#include "sim/fast_math.h"

// The loops below run over rows of floats without branches. Where the processor has AVX2 the same
// code runs eight lanes wide; without contraction to fused operations the bits are the same.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RECTUNE_WIDE __attribute__((target_clones("avx2", "default")))
#else
#define RECTUNE_WIDE
#endif

namespace rectune::sim {
namespace {

constexpr float kCodesPerNat = 2048.0F;
constexpr std::size_t kCodes = 32768;
constexpr float kDwellUnitSeconds = 120.0F;
constexpr float kMinProbability = 1.2e-7F;
constexpr std::size_t kQualityChannel = kBehaviours;
constexpr std::size_t kReferenceUsers = 200;
/// Error of the two-tower match score: it knows embeddings, so it is small beside the others'.
constexpr float kAffinityNoise = 0.1F;

/// "Step" of the noise address: version and what the noise belongs to.
constexpr std::uint64_t kStepsAVersion = 64;
constexpr std::uint64_t kItemStep = 0;
constexpr std::uint64_t kBiasStep = 1;
constexpr std::uint64_t kDriftStep = 62;  // below model_push.cc's
std::uint64_t NoiseStep(std::uint64_t version, Purpose population) {
  return version * kStepsAVersion + static_cast<std::uint64_t>(population);
}

/// Blocks of a candidate's noise: one for the coarse heads, two for the fine ones.
constexpr std::uint64_t kBlocksACandidate = 3;

/// Sum of four uniforms of 8 or 16 bits, centred and scaled to unit variance (Irwin-Hall): close
/// enough to normal for prediction noise (kurtosis -0.3, support +-3.46). Eight bits move a coarse
/// head by at most two of its codes.
float NormalOf32(std::uint32_t word) {
  const auto sum = static_cast<float>((word & 0xFFU) + ((word >> 8U) & 0xFFU) +
                                      ((word >> 16U) & 0xFFU) + (word >> 24U));
  constexpr float kScale = 1.7320508F / 256.0F;
  return (sum - 510.0F) * kScale;
}
float NormalOf64(std::uint64_t word) {
  const auto sum = static_cast<float>((word & 0xFFFFU) + ((word >> 16U) & 0xFFFFU) +
                                      ((word >> 32U) & 0xFFFFU) + (word >> 48U));
  constexpr float kScale = 1.7320508F / 65536.0F;
  return (sum - 131070.0F) * kScale;
}

/// A component of an embedding in 16 bits.
constexpr float kUnit = 32767.0F;
float Match(const Embedding& tastes, const std::array<std::int16_t, kEmbedding>& item) {
  std::array<float, 4> lanes{};
  for (std::size_t i = 0; i < kEmbedding; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) lanes[k] += tastes[i + k] * static_cast<float>(item[i + k]);
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/// Candidates that loops look ahead: hides the latency of a catalogue that outgrows the caches.
constexpr std::size_t kAhead = 16;
void Prefetch(const void* object, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += 64) {
    __builtin_prefetch(static_cast<const char*>(object) + at);
  }
}

/// logit(Sigmoid(a) Sigmoid(b)) = -ln(e^-a + e^-b + e^-(a+b)), added to `noise` in place.
RECTUNE_WIDE void AddProductLogit(const float* a, const float* b, float* noise, std::size_t count) {
  for (std::size_t c = 0; c < count; ++c) {
    const float x = FastExp(-a[c]);
    const float y = FastExp(-b[c]);
    noise[c] -= FastLog(x + y + x * y);
  }
}

RECTUNE_WIDE void AddScaledLog1p(const float* age, float scale, float* row, std::size_t count) {
  for (std::size_t c = 0; c < count; ++c) row[c] += scale * FastLog(1.0F + age[c]);
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

/// Freshness is known exactly: 255 for new, halving every `half_life` days.
RECTUNE_WIDE void EncodeFreshness(const float* age, float half_life, std::uint8_t* codes,
                                  std::size_t count) {
  const float scale = -0.6931472F / half_life;
  for (std::size_t c = 0; c < count; ++c) {
    codes[c] =
        static_cast<std::uint8_t>(static_cast<std::int32_t>(255.0F * FastExp(scale * age[c])));
  }
}

std::int32_t EncodeNats(float nats) {
  const float code = nats * kCodesPerNat + 0.5F;
  return static_cast<std::int32_t>(std::min(code, static_cast<float>(kCodes - 1)));
}

/// -ln Sigmoid of each logit as a code.
RECTUNE_WIDE void EncodeLogits(const float* logits, std::int32_t* codes, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) codes[k] = EncodeNats(NegativeLogSigmoid(logits[k]));
}

}  // namespace

std::uint16_t EncodeProbability(float probability) {
  return static_cast<std::uint16_t>(
      EncodeNats(-FastLog(std::clamp(probability, kMinProbability, 1.0F))));
}

const std::vector<float>& ProbabilityTable() {
  static const std::vector<float> table = [] {
    std::vector<float> values(kCodes);
    for (std::size_t code = 0; code < kCodes; ++code) {
      values[code] = static_cast<float>(std::exp(-static_cast<double>(code) / kCodesPerNat));
    }
    return values;
  }();
  return table;
}

HeadModel::HeadModel(const WorldConstants& constants, const WorldSize& size,
                     const Catalogue& catalogue, const Truth& truth, std::uint64_t seed,
                     std::uint64_t version)
    : catalogue_(catalogue),
      truth_(truth),
      constants_(constants.heads),
      truth_constants_(constants.truth),
      fresh_days_(static_cast<float>(constants.fresh_days)),
      seed_(seed),
      version_(version),
      character_(DrawHeadCharacter(seed, version)) {
  RandomStream bias(seed, Purpose::kHeadNoise, version * kStepsAVersion + kBiasStep);
  for (float& value : bias_) {
    value = static_cast<float>(constants.heads.calibration_bias_sd * bias.Normal());
  }
  for (std::size_t c = 0; c < kFineChannels; ++c) bias_[c] += character_.fine_level[c];
  if (constants.shift.head_levels > 0.0) {
    RandomStream drift(seed, Purpose::kHeadNoise, version * kStepsAVersion + kDriftStep);
    for (float& value : bias_) {
      value += static_cast<float>(constants.shift.head_levels * drift.Normal());
    }
  }
  MakeSignals(constants);
  CalibrateQuantiles(constants, size);
}

void HeadModel::MakeSignals(const WorldConstants& constants) {
  const TruthConstants& truth = constants.truth;
  const auto part = [](const BehaviourConstants& c, const Item& item) {
    return static_cast<float>(c.intercept) + static_cast<float>(c.quality) * item.quality +
           static_cast<float>(c.catchiness) * item.catchiness +
           static_cast<float>(c.log_duration) * item.log_duration;
  };
  const auto all_carry =
      static_cast<float>(constants_.coarse_noise * std::sqrt(constants_.item_noise_share));
  const auto carried = [&](CoarseHead head) {
    return all_carry * character_.coarse_noise[Index(head)];
  };
  signals_.resize(catalogue_.items().size());
  item_noise_.resize(signals_.size());
  for (std::size_t i = 0; i < signals_.size(); ++i) {
    const Item& item = catalogue_.items()[i];
    ItemSignals& signals = signals_[i];
    RandomStream stream(seed_, Purpose::kHeadNoise, version_ * kStepsAVersion + kItemStep, i);
    ItemNoise& noise = item_noise_[i];
    for (float& value : noise) value = static_cast<float>(stream.Normal());
    for (std::size_t k = 0; k < kEmbedding; ++k) {
      signals.embedding[k] = static_cast<std::int16_t>(std::lround(item.embedding[k] * kUnit));
    }
    signals.long_view_rate =
        carried(CoarseHead::kLongViewRate) * noise[Index(Behaviour::kLongView)];
    signals.first_age_days = item.first_age_days;
    signals.click =
        part(truth.click, item) + carried(CoarseHead::kClickRate) * noise[Index(Behaviour::kClick)];
    signals.bait = static_cast<float>(truth.click.clickbait) * item.clickbait;
    signals.long_view = part(truth.long_view, item) +
                        static_cast<float>(truth.long_view.clickbait) * item.clickbait;
    signals.dismissal = part(truth.dismissal, item) +
                        static_cast<float>(truth.dismissal.clickbait) * item.clickbait +
                        carried(CoarseHead::kDismissal) * noise[Index(Behaviour::kDismissal)];
    signals.quality = item.quality + carried(CoarseHead::kQuality) * noise[kQualityChannel];
    signals.guard =
        item.clickbait + static_cast<float>(constants_.guard_confusion) * item.catchiness;
  }
}

void HeadModel::RawCoarse(const User& user, std::span<const std::uint32_t> items, int day,
                          const RequestAddress& address, HeadScratch& scratch) const {
  const std::size_t count = items.size();
  Embedding tastes = user.embedding;
  for (float& taste : tastes) taste /= kUnit;
  constexpr std::size_t kLongViewLogit = kCoarseHeads;  // rows that are no head
  constexpr std::size_t kClickLogit = kCoarseHeads + 1;
  const auto row = [&](std::size_t index) { return scratch.rows[index].data(); };
  float* const long_view_rate = row(Index(CoarseHead::kLongViewRate));
  float* const click_rate = row(Index(CoarseHead::kClickRate));
  float* const guard = row(Index(CoarseHead::kClickbaitGuard));
  float* const dismissal = row(Index(CoarseHead::kDismissal));
  float* const quality = row(Index(CoarseHead::kQuality));
  float* const affinity = row(Index(CoarseHead::kAffinity));
  float* const age = row(Index(CoarseHead::kFreshness));
  float* const long_view_logit = row(kLongViewLogit);
  float* const click_logit = row(kClickLogit);
  const auto sd = static_cast<float>(constants_.coarse_noise);
  const float all_own = sd * static_cast<float>(std::sqrt(1.0 - constants_.item_noise_share));
  const auto own = [&](CoarseHead head) { return all_own * character_.coarse_noise[Index(head)]; };
  const float long_view_own = own(CoarseHead::kLongViewRate);
  const float click_own = own(CoarseHead::kClickRate);
  const float dismissal_own = own(CoarseHead::kDismissal);
  const float quality_own = own(CoarseHead::kQuality);
  const float affinity_noise =
      kAffinityNoise * character_.coarse_noise[Index(CoarseHead::kAffinity)];
  const float guard_noise = 2.0F * static_cast<float>(constants_.guard_noise) *
                            character_.coarse_noise[Index(CoarseHead::kClickbaitGuard)];
  const auto click_affinity = static_cast<float>(truth_constants_.click.affinity);
  const auto long_view_affinity = static_cast<float>(truth_constants_.long_view.affinity);
  const auto dismissal_affinity = static_cast<float>(truth_constants_.dismissal.affinity);
  const std::array<std::uint64_t, 2> key = {seed_, static_cast<std::uint64_t>(Purpose::kHeadNoise)};
  const std::uint64_t step = NoiseStep(version_, address.population);
  for (std::size_t c = 0; c < count; ++c) {
    if (c + kAhead < count) {
      Prefetch(&signals_[items[c + kAhead]], sizeof(ItemSignals));
    }
    const ItemSignals& item = signals_[items[c]];
    const auto words =
        PhiloxBlock({c * kBlocksACandidate, step, address.user, address.request}, key);
    const auto low = [&](std::size_t k) {
      return NormalOf32(static_cast<std::uint32_t>(words[k]));
    };
    const auto high = [&](std::size_t k) {
      return NormalOf32(static_cast<std::uint32_t>(words[k] >> 32U));
    };
    const float match = Match(tastes, item.embedding);
    click_logit[c] = item.click + user.click_offset + click_affinity * match +
                     user.clickbait_susceptibility * item.bait;
    long_view_logit[c] = item.long_view + user.long_view_offset + long_view_affinity * match;
    long_view_rate[c] = item.long_view_rate + long_view_own * low(0);
    click_rate[c] = click_own * high(0);
    dismissal[c] = item.dismissal + dismissal_affinity * match + dismissal_own * low(1);
    quality[c] = item.quality + quality_own * high(1);
    affinity[c] = match + affinity_noise * low(2);
    guard[c] = item.guard + guard_noise * high(2);
    age[c] = catalogue_.AgeFrom(item.first_age_days, day);
  }
  AddScaledLog1p(age, static_cast<float>(truth_constants_.click.log_age), click_logit, count);
  AddScaledLog1p(age, static_cast<float>(truth_constants_.long_view.log_age), long_view_logit,
                 count);
  AddScaledLog1p(age, static_cast<float>(truth_constants_.dismissal.log_age), dismissal, count);
  AddProductLogit(click_logit, long_view_logit, long_view_rate, count);
  for (std::size_t c = 0; c < count; ++c) click_rate[c] += click_logit[c];
}

void HeadModel::CalibrateQuantiles(const WorldConstants& constants, const WorldSize& size) {
  CandidateSource source(constants, catalogue_);
  HeadScratch scratch(size.candidates);
  std::vector<std::uint32_t> candidates(size.candidates);
  std::array<double, kCoarseHeads> sum{};
  std::array<double, kCoarseHeads> squares{};
  std::array<double, kBehaviours> logit_sum{};
  double count = 0.0;
  for (std::uint64_t id = 0; id < kReferenceUsers; ++id) {
    const User user = MakeUser(constants, catalogue_, seed_, Purpose::kCalibration, id);
    RandomStream stream(seed_, Purpose::kCandidates, NoiseStep(0, Purpose::kCalibration), id);
    source.Draw(user, 0, stream, candidates);
    RawCoarse(user, candidates, 0, {Purpose::kCalibration, id, 0}, scratch);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const Item& item = catalogue_.items()[candidates[c]];
      const Logits logits = truth_.LogitsOf(user, item, catalogue_.AgeDays(candidates[c], 0), 0.0F);
      for (std::size_t b = 0; b < kBehaviours; ++b) logit_sum[b] += static_cast<double>(logits[b]);
      for (std::size_t h = 0; h < kCoarseHeads; ++h) {
        const auto raw = static_cast<double>(scratch.rows[h][c]);
        sum[h] += raw;
        squares[h] += raw * raw;
      }
      count += 1.0;
    }
  }
  for (std::size_t b = 0; b < kBehaviours; ++b) {
    mean_logits_[b] = static_cast<float>(logit_sum[b] / count);
  }
  for (std::size_t h = 0; h < kCoarseHeads; ++h) {
    const double mean = sum[h] / count;
    coarse_mean_[h] = static_cast<float>(mean);
    coarse_sd_[h] =
        static_cast<float>(std::sqrt(std::max(squares[h] / count - mean * mean, 1e-12)));
  }
  // The quantile table stays as version 0 filled it, so a pushed head's outputs move over it.
  for (std::size_t h = 0; h < kPushedCoarse; ++h) {
    coarse_sd_[h] /= character_.coarse_slope[h];
    coarse_mean_[h] -= character_.coarse_level[h] * coarse_sd_[h];
  }
}

void HeadModel::PredictCoarse(const User& user, std::span<const std::uint32_t> items, int day,
                              const RequestAddress& address, HeadScratch& scratch,
                              std::uint8_t* codes) const {
  RawCoarse(user, items, day, address, scratch);
  for (std::size_t h = 0; h < kCoarseHeads; ++h) {
    std::uint8_t* row = codes + h * items.size();
    if (h == Index(CoarseHead::kFreshness)) {
      EncodeFreshness(scratch.rows[h].data(), 5.0F * std::max(fresh_days_, 0.1F), row,
                      items.size());
    } else {
      EncodeQuantiles(scratch.rows[h].data(), coarse_mean_[h], coarse_sd_[h], row, items.size());
    }
  }
}

void HeadModel::PredictFine(const User& user, std::span<const std::uint32_t> items,
                            std::span<const std::uint32_t> which, int day,
                            const RequestAddress& address, HeadScratch& scratch,
                            std::span<FineCodes> fine) const {
  const auto sd = static_cast<float>(constants_.fine_noise);
  const float own = sd * static_cast<float>(std::sqrt(1.0 - constants_.item_noise_share));
  const float carried = sd * static_cast<float>(std::sqrt(constants_.item_noise_share));
  const auto slope = static_cast<float>(constants_.calibration_slope);
  const auto confusion = static_cast<float>(constants_.guard_confusion);
  const auto guard_noise = static_cast<float>(constants_.guard_noise);
  const std::array<std::uint64_t, 2> key = {seed_, static_cast<std::uint64_t>(Purpose::kHeadNoise)};
  const std::uint64_t step = NoiseStep(version_, address.population);
  for (std::size_t k = 0; k < which.size(); ++k) {
    const std::uint32_t c = which[k];
    if (k + kAhead < which.size()) {
      const std::uint32_t ahead = items[which[k + kAhead]];
      Prefetch(&catalogue_.items()[ahead], sizeof(Item));
      Prefetch(&item_noise_[ahead], sizeof(ItemNoise));
    }
    const Item& item = catalogue_.items()[items[c]];
    const ItemNoise& item_noise = item_noise_[items[c]];
    const Logits logits = truth_.LogitsOf(user, item, catalogue_.AgeDays(items[c], day), 0.0F);
    const std::uint64_t block = c * kBlocksACandidate;
    const auto first = PhiloxBlock({block + 1, step, address.user, address.request}, key);
    const auto second = PhiloxBlock({block + 2, step, address.user, address.request}, key);
    const auto noise = [&](std::size_t draw) {
      return NormalOf64(draw < 4 ? first[draw] : second[draw - 4]);
    };
    for (std::size_t b = 0; b < kBehaviours; ++b) {
      const float error = character_.fine_noise[b] * (own * noise(b) + carried * item_noise[b]);
      scratch.rows[b][k] = mean_logits_[b] +
                           slope * character_.fine_slope[b] * (logits[b] - mean_logits_[b]) +
                           bias_[b] + error;
    }
    // Summed from the left: version 0 must give the bits that it gave before there were pushes.
    const float quality_noise = character_.fine_noise[kQualityChannel];
    scratch.rows[kQualityChannel][k] = character_.fine_slope[kQualityChannel] * item.quality +
                                       quality_noise * own * noise(kQualityChannel) +
                                       quality_noise * carried * item_noise[kQualityChannel] +
                                       character_.fine_level[kQualityChannel];
    const float guard = item.clickbait + confusion * item.catchiness + guard_noise * noise(7);
    fine[c][Index(FineHead::kClickbaitGuard)] = EncodeProbability(guard);
    const float click = Sigmoid(scratch.rows[Index(Behaviour::kClick)][k]);
    const float long_view = Sigmoid(scratch.rows[Index(Behaviour::kLongView)][k]);
    fine[c][Index(FineHead::kDwell)] = EncodeProbability(
        truth_.WatchSeconds(click, long_view, item.log_duration) / kDwellUnitSeconds);
  }
  constexpr std::array<std::pair<std::size_t, FineHead>, kBehaviours + 1> kRowHeads = {{
      {Index(Behaviour::kClick), FineHead::kClick},
      {Index(Behaviour::kLongView), FineHead::kLongView},
      {Index(Behaviour::kLike), FineHead::kLike},
      {Index(Behaviour::kShare), FineHead::kShare},
      {Index(Behaviour::kFollow), FineHead::kFollow},
      {Index(Behaviour::kDismissal), FineHead::kDismissal},
      {kQualityChannel, FineHead::kQuality},
  }};
  for (const auto& [row, head] : kRowHeads) {
    EncodeLogits(scratch.rows[row].data(), scratch.codes.data(), which.size());
    for (std::size_t k = 0; k < which.size(); ++k) {
      fine[which[k]][Index(head)] = static_cast<std::uint16_t>(scratch.codes[k]);
    }
  }
}

}  // namespace rectune::sim
