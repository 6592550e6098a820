// SPDX-License-Identifier: Apache-2.0
#include "sim/heads.h"

#include <algorithm>
#include <cmath>

namespace rectune::sim {
namespace {

constexpr float kCodesPerNat = 2048.0F;
constexpr std::size_t kCodes = 32768;
constexpr float kDwellUnitSeconds = 120.0F;
constexpr std::size_t kQualityChannel = kBehaviours;
constexpr std::size_t kReferenceUsers = 200;

/// "Step" of the noise address: version and what the noise belongs to.
constexpr std::uint64_t kStepsAVersion = 64;
constexpr std::uint64_t kItemStep = 0;
constexpr std::uint64_t kBiasStep = 1;
std::uint64_t NoiseStep(std::uint64_t version, Purpose population) {
  return version * kStepsAVersion + static_cast<std::uint64_t>(population);
}

/// Sum of four 16-bit uniforms, centred and scaled to unit variance (Irwin-Hall): close enough to
/// normal for prediction noise (kurtosis -0.3, support +-3.46) at one word a draw.
float CheapNormal(std::uint64_t word) {
  const auto sum = static_cast<float>((word & 0xFFFFU) + ((word >> 16U) & 0xFFFFU) +
                                      ((word >> 32U) & 0xFFFFU) + (word >> 48U));
  constexpr float kScale = 1.7320508F / 65536.0F;
  return (sum - 131070.0F) * kScale;
}

/// Approximates the normal CDF by a logistic curve (error below 0.01), which is all that an 8-bit
/// quantile can show.
std::uint8_t QuantileCode(float z) {
  const float quantile = Sigmoid(1.702F * z);
  return static_cast<std::uint8_t>(std::min(255.0F, quantile * 256.0F));
}

float SafeLogit(float probability) {
  const float p = std::clamp(probability, 1e-6F, 1.0F - 1e-6F);
  return std::log(p / (1.0F - p));
}

}  // namespace

/// Unit-variance draws for one candidate.
struct HeadModel::Noise {
  std::array<float, 5> coarse{};              // long view rate, click, dismissal, quality, affinity
  std::array<float, kBehaviours + 1> fine{};  // by behaviour, then quality
  float coarse_guard = 0.0F;
  float fine_guard = 0.0F;
};

std::uint16_t EncodeProbability(float probability) {
  const float nats = -std::log(std::clamp(probability, 1.2e-7F, 1.0F));
  return static_cast<std::uint16_t>(
      std::min<std::int64_t>(std::lround(nats * kCodesPerNat), kCodes - 1));
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
      fresh_days_(static_cast<float>(constants.fresh_days)),
      seed_(seed),
      version_(version) {
  RandomStream bias(seed, Purpose::kHeadNoise, version * kStepsAVersion + kBiasStep);
  for (float& value : bias_) {
    value = static_cast<float>(constants.heads.calibration_bias_sd * bias.Normal());
  }
  item_noise_.resize(catalogue.items().size());
  for (std::size_t item = 0; item < item_noise_.size(); ++item) {
    RandomStream stream(seed, Purpose::kHeadNoise, version * kStepsAVersion + kItemStep, item);
    for (float& value : item_noise_[item]) value = static_cast<float>(stream.Normal());
  }
  CalibrateQuantiles(constants, size);
}

HeadModel::Noise HeadModel::DrawNoise(const CandidateAddress& address) const {
  constexpr std::size_t kBlocks = 4;
  const std::array<std::uint64_t, 2> key = {seed_, static_cast<std::uint64_t>(Purpose::kHeadNoise)};
  std::array<float, 4 * kBlocks> draws{};
  for (std::size_t block = 0; block < kBlocks; ++block) {
    const auto words =
        PhiloxBlock({address.candidate * kBlocks + block, NoiseStep(version_, address.population),
                     address.user, address.request},
                    key);
    for (std::size_t k = 0; k < 4; ++k) draws[4 * block + k] = CheapNormal(words[k]);
  }
  Noise noise;
  std::copy_n(draws.begin(), noise.coarse.size(), noise.coarse.begin());
  std::copy_n(draws.begin() + 5, noise.fine.size(), noise.fine.begin());
  noise.coarse_guard = draws[12];
  noise.fine_guard = draws[13];
  return noise;
}

HeadModel::RawCoarse HeadModel::PredictCoarse(const User& user, const Item& item,
                                              std::uint32_t index, const Logits& logits,
                                              const Noise& noise) const {
  const auto item_share = static_cast<float>(std::sqrt(constants_.item_noise_share));
  const auto own_share = static_cast<float>(std::sqrt(1.0 - constants_.item_noise_share));
  const auto sd = static_cast<float>(constants_.coarse_noise);
  const auto& carried = item_noise_[index];
  const auto error = [&](std::size_t draw, std::size_t channel) {
    return sd * (own_share * noise.coarse[draw] + item_share * carried[channel]);
  };
  const float long_view_rate =
      Sigmoid(logits[Index(Behaviour::kClick)]) * Sigmoid(logits[Index(Behaviour::kLongView)]);
  RawCoarse raw{};
  raw[Index(CoarseHead::kLongViewRate)] =
      SafeLogit(long_view_rate) + error(0, Index(Behaviour::kLongView));
  raw[Index(CoarseHead::kClickRate)] =
      logits[Index(Behaviour::kClick)] + error(1, Index(Behaviour::kClick));
  raw[Index(CoarseHead::kDismissal)] =
      logits[Index(Behaviour::kDismissal)] + error(2, Index(Behaviour::kDismissal));
  raw[Index(CoarseHead::kQuality)] = item.quality + error(3, kQualityChannel);
  // The two-tower match score knows embeddings, so its error is small beside the others'.
  raw[Index(CoarseHead::kAffinity)] = Dot(user.embedding, item.embedding) + 0.1F * noise.coarse[4];
  raw[Index(CoarseHead::kClickbaitGuard)] =
      item.clickbait + static_cast<float>(constants_.guard_confusion) * item.catchiness +
      2.0F * static_cast<float>(constants_.guard_noise) * noise.coarse_guard;
  return raw;
}

void HeadModel::CalibrateQuantiles(const WorldConstants& constants, const WorldSize& size) {
  CandidateSource source(constants, catalogue_);
  std::vector<std::uint32_t> candidates(size.candidates);
  std::array<double, kCoarseHeads> sum{};
  std::array<double, kCoarseHeads> squares{};
  std::array<double, kBehaviours> logit_sum{};
  double count = 0.0;
  for (std::uint64_t id = 0; id < kReferenceUsers; ++id) {
    const User user = MakeUser(constants, catalogue_, seed_, Purpose::kCalibration, id);
    RandomStream stream(seed_, Purpose::kCandidates, NoiseStep(0, Purpose::kCalibration), id);
    source.Draw(user, 0, stream, candidates);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const Item& item = catalogue_.items()[candidates[c]];
      const Logits logits = truth_.LogitsOf(user, item, catalogue_.AgeDays(candidates[c], 0), 0.0F);
      for (std::size_t b = 0; b < kBehaviours; ++b) logit_sum[b] += static_cast<double>(logits[b]);
      const Noise noise = DrawNoise({Purpose::kCalibration, id, 0, c});
      const RawCoarse raw = PredictCoarse(user, item, candidates[c], logits, noise);
      for (std::size_t h = 0; h < kCoarseHeads; ++h) {
        sum[h] += static_cast<double>(raw[h]);
        squares[h] += static_cast<double>(raw[h]) * static_cast<double>(raw[h]);
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
}

void HeadModel::Predict(const User& user, std::uint32_t index, float age_days,
                        const CandidateAddress& address, CoarseCodes& coarse,
                        FineCodes& fine) const {
  const Item& item = catalogue_.items()[index];
  const Logits logits = truth_.LogitsOf(user, item, age_days, 0.0F);
  const Noise noise = DrawNoise(address);
  const RawCoarse raw = PredictCoarse(user, item, index, logits, noise);
  for (std::size_t h = 0; h < kCoarseHeads; ++h) {
    coarse[h] = QuantileCode((raw[h] - coarse_mean_[h]) / coarse_sd_[h]);
  }
  // Freshness is known exactly: 1 for new, halving every five fresh periods.
  coarse[Index(CoarseHead::kFreshness)] = static_cast<std::uint8_t>(
      255.0F * std::exp2(-age_days / (5.0F * std::max(fresh_days_, 0.1F))));

  const auto item_share = static_cast<float>(std::sqrt(constants_.item_noise_share));
  const auto own_share = static_cast<float>(std::sqrt(1.0 - constants_.item_noise_share));
  const auto sd = static_cast<float>(constants_.fine_noise);
  const auto slope = static_cast<float>(constants_.calibration_slope);
  const auto& carried = item_noise_[index];
  std::array<float, kBehaviours> predicted{};
  for (std::size_t b = 0; b < kBehaviours; ++b) {
    const float error = sd * (own_share * noise.fine[b] + item_share * carried[b]);
    predicted[b] =
        Sigmoid(mean_logits_[b] + slope * (logits[b] - mean_logits_[b]) + bias_[b] + error);
  }
  const float click = predicted[Index(Behaviour::kClick)];
  const float long_view = predicted[Index(Behaviour::kLongView)];
  const float quality = item.quality + sd * (own_share * noise.fine[kQualityChannel] +
                                             item_share * carried[kQualityChannel]);
  const float guard = item.clickbait +
                      static_cast<float>(constants_.guard_confusion) * item.catchiness +
                      static_cast<float>(constants_.guard_noise) * noise.fine_guard;
  fine[Index(FineHead::kClick)] = EncodeProbability(click);
  fine[Index(FineHead::kLongView)] = EncodeProbability(long_view);
  fine[Index(FineHead::kLike)] = EncodeProbability(predicted[Index(Behaviour::kLike)]);
  fine[Index(FineHead::kShare)] = EncodeProbability(predicted[Index(Behaviour::kShare)]);
  fine[Index(FineHead::kFollow)] = EncodeProbability(predicted[Index(Behaviour::kFollow)]);
  fine[Index(FineHead::kDwell)] = EncodeProbability(
      truth_.WatchSeconds(click, long_view, item.log_duration) / kDwellUnitSeconds);
  fine[Index(FineHead::kDismissal)] = EncodeProbability(predicted[Index(Behaviour::kDismissal)]);
  fine[Index(FineHead::kQuality)] = EncodeProbability(Sigmoid(quality));
  fine[Index(FineHead::kClickbaitGuard)] = EncodeProbability(guard);
}

}  // namespace rectune::sim
