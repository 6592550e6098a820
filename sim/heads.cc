// SPDX-License-Identifier: Apache-2.0
#include "sim/heads.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/candidates.h"

namespace rectune::sim {
namespace {

constexpr std::size_t kQualityChannel = kBehaviours;
constexpr std::size_t kGuardChannel = kQualityChannel + 1;
static_assert(kGuardChannel + 1 == kFineLanes);
constexpr std::array<std::pair<std::size_t, FineHead>, kBehaviours + 1> kChannelHeads = {{
    {Index(Behaviour::kClick), FineHead::kClick},
    {Index(Behaviour::kLongView), FineHead::kLongView},
    {Index(Behaviour::kLike), FineHead::kLike},
    {Index(Behaviour::kShare), FineHead::kShare},
    {Index(Behaviour::kFollow), FineHead::kFollow},
    {Index(Behaviour::kDismissal), FineHead::kDismissal},
    {kQualityChannel, FineHead::kQuality},
}};
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

/// Inlined always: GCC drops a call of a function that only prefetches, as one without effects.
[[gnu::always_inline]] inline void Prefetch(const void* object, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += 64) {
    __builtin_prefetch(static_cast<const char*>(object) + at);
  }
}

/// The chunks of [0, count).
template <typename OnChunk>
void ForChunks(std::size_t count, const OnChunk& on_chunk) {
  for (std::size_t begin = 0; begin < count; begin += kHeadChunk) {
    on_chunk(begin, std::min(begin + kHeadChunk, count));
  }
}

}  // namespace

const std::vector<float>& ProbabilityTable() {
  static const std::vector<float> table = [] {
    std::vector<float> values(kProbabilityCodes);
    for (std::size_t code = 0; code < kProbabilityCodes; ++code) {
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
      signals.embedding[k] =
          static_cast<std::int16_t>(std::lround(item.embedding[k] * kEmbeddingUnit));
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

CoarseTerms HeadModel::CoarseTermsOf(const User& user) const {
  const auto sd = static_cast<float>(constants_.coarse_noise);
  const float all_own = sd * static_cast<float>(std::sqrt(1.0 - constants_.item_noise_share));
  const auto own = [&](CoarseHead head) { return all_own * character_.coarse_noise[Index(head)]; };
  CoarseTerms terms{
      .tastes = user.embedding,
      .click_offset = user.click_offset,
      .click_affinity = static_cast<float>(truth_constants_.click.affinity),
      .susceptibility = user.clickbait_susceptibility,
      .long_view_offset = user.long_view_offset,
      .long_view_affinity = static_cast<float>(truth_constants_.long_view.affinity),
      .dismissal_affinity = static_cast<float>(truth_constants_.dismissal.affinity),
      .long_view_noise = own(CoarseHead::kLongViewRate),
      .click_noise = own(CoarseHead::kClickRate),
      .dismissal_noise = own(CoarseHead::kDismissal),
      .quality_noise = own(CoarseHead::kQuality),
      .affinity_noise = kAffinityNoise * character_.coarse_noise[Index(CoarseHead::kAffinity)],
      .guard_noise = 2.0F * static_cast<float>(constants_.guard_noise) *
                     character_.coarse_noise[Index(CoarseHead::kClickbaitGuard)]};
  for (float& taste : terms.tastes) taste /= kEmbeddingUnit;
  return terms;
}

void HeadModel::RawCoarse(const User& user, std::span<const std::uint32_t> items, int day,
                          const RequestAddress& address, HeadScratch& scratch) const {
  const std::size_t count = items.size();
  const CoarseTerms terms = CoarseTermsOf(user);
  const auto row = [&](CoarseHead head) { return scratch.rows[Index(head)].data(); };
  const CoarseRows rows{.long_view_rate = row(CoarseHead::kLongViewRate),
                        .click_rate = row(CoarseHead::kClickRate),
                        .guard = row(CoarseHead::kClickbaitGuard),
                        .dismissal = row(CoarseHead::kDismissal),
                        .quality = row(CoarseHead::kQuality),
                        .affinity = row(CoarseHead::kAffinity),
                        .first_age = row(CoarseHead::kFreshness),
                        .click_logit = scratch.rows[kCoarseHeads].data(),
                        .long_view_logit = scratch.rows[kCoarseHeads + 1].data()};
  const std::array<std::uint64_t, 2> key = {seed_, static_cast<std::uint64_t>(Purpose::kHeadNoise)};
  const std::uint64_t step = NoiseStep(version_, address.population);
  std::array<std::uint64_t, kHeadChunk> blocks{};
  std::array<std::uint64_t, 4 * kHeadChunk> words{};
  std::array<float, 4 * kHeadChunk> low{};
  std::array<float, 4 * kHeadChunk> high{};
  std::array<float, kHeadChunk> log_age{};
  // The next chunk's signals come from far away, so they are asked for a third at a time, before
  // each of the chunk's longer loops: more at once than the processor can wait for would stall it.
  const auto fetch = [&](std::size_t from, std::size_t to) __attribute__((always_inline)) {
    for (std::size_t c = from; c < std::min(to, count); ++c) {
      Prefetch(&signals_[items[c]], sizeof(ItemSignals));
    }
  };
  constexpr std::size_t kThird = (kHeadChunk + 2) / 3;
  fetch(0, kHeadChunk);
  ForChunks(count, [&](std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    fetch(end, end + kThird);
    for (std::size_t k = 0; k < size; ++k) blocks[k] = (begin + k) * kBlocksACandidate;
    PhiloxBlocks(std::span(blocks.data(), size), {0, step, address.user, address.request}, key,
                 std::span(words.data(), 4 * size));
    NormalsOf32(words.data(), low.data(), high.data(), 4 * size);
    fetch(end + kThird, end + 2 * kThird);
    GatherCoarse(signals_.data(), items.data(), begin, end, low.data(), high.data(), terms, rows);
    fetch(end + 2 * kThird, end + kHeadChunk);
    AgeOn(catalogue_, day, rows.first_age + begin, size);
    Log1p(rows.first_age + begin, log_age.data(), size);
    const auto add_age = [&](const BehaviourConstants& constants, float* logits) {
      AddScaled(log_age.data(), static_cast<float>(constants.log_age), logits + begin, size);
    };
    add_age(truth_constants_.click, rows.click_logit);
    add_age(truth_constants_.long_view, rows.long_view_logit);
    add_age(truth_constants_.dismissal, rows.dismissal);
    AddProductLogit(rows.click_logit + begin, rows.long_view_logit + begin,
                    rows.long_view_rate + begin, size);
    AddScaled(rows.click_logit + begin, 1.0F, rows.click_rate + begin, size);
  });
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

FineTerms HeadModel::FineTermsOf(const User& user) const {
  const auto sd = static_cast<float>(constants_.fine_noise);
  const auto slope = static_cast<float>(constants_.calibration_slope);
  FineTerms terms;
  terms.own = sd * static_cast<float>(std::sqrt(1.0 - constants_.item_noise_share));
  terms.carried = sd * static_cast<float>(std::sqrt(constants_.item_noise_share));
  const LogitLines lines = truth_.LinesOf(user);
  for (std::size_t b = 0; b < kBehaviours; ++b) {
    const LogitLine& line = lines[b];
    terms.intercept[b] = line.intercept;
    terms.affinity[b] = line.affinity;
    terms.quality[b] = line.quality;
    terms.catchiness[b] = line.catchiness;
    terms.log_age[b] = line.log_age;
    terms.log_duration[b] = line.log_duration;
    terms.offset[b] = line.offset;
    terms.clickbait[b] = line.clickbait;
    terms.mean[b] = mean_logits_[b];
    terms.slope[b] = slope * character_.fine_slope[b];
    terms.bias[b] = bias_[b];
    terms.noise[b] = character_.fine_noise[b];
  }
  return terms;
}

void HeadModel::PredictFine(const User& user, std::span<const std::uint32_t> items,
                            std::span<const std::uint32_t> which, int day,
                            const RequestAddress& address, std::span<FineCodes> fine) const {
  const FineTerms terms = FineTermsOf(user);
  const auto confusion = static_cast<float>(constants_.guard_confusion);
  const auto guard_noise = static_cast<float>(constants_.guard_noise);
  const float quality_noise = character_.fine_noise[kQualityChannel];
  const std::array<std::uint64_t, 2> key = {seed_, static_cast<std::uint64_t>(Purpose::kHeadNoise)};
  const std::uint64_t step = NoiseStep(version_, address.population);
  FineChunk chunk{};
  std::array<std::uint64_t, 2 * kHeadChunk> blocks{};
  std::array<std::uint64_t, kHeadChunk * kFineLanes> words{};
  std::array<float, kHeadChunk> guards{};
  std::array<float, kHeadChunk> clicks{};
  std::array<float, kHeadChunk> long_views{};
  std::array<std::int32_t, kHeadChunk * kFineLanes> codes{};
  std::array<std::int32_t, kHeadChunk> dwell{};
  std::array<std::int32_t, kHeadChunk> guard{};
  ForChunks(which.size(), [&](std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    for (std::size_t k = 0; k < size; ++k) {
      const std::uint32_t item = items[which[begin + k]];
      Prefetch(&catalogue_.items()[item], sizeof(Item));
      Prefetch(&item_noise_[item], sizeof(ItemNoise));
      blocks[2 * k] = which[begin + k] * kBlocksACandidate + 1;
      blocks[2 * k + 1] = blocks[2 * k] + 1;
    }
    PhiloxBlocks(std::span(blocks.data(), 2 * size), {0, step, address.user, address.request}, key,
                 std::span(words.data(), kFineLanes * size));
    NormalsOf64(words.data(), chunk.normals.data(), kFineLanes * size);
    for (std::size_t k = 0; k < size; ++k) {
      const std::uint32_t index = items[which[begin + k]];
      const Item& item = catalogue_.items()[index];
      chunk.affinity[k] = Dot(user.embedding, item.embedding);
      chunk.log_age[k] = catalogue_.AgeFrom(item.first_age_days, day);  // its logarithm follows
      chunk.quality[k] = item.quality;
      chunk.catchiness[k] = item.catchiness;
      chunk.clickbait[k] = item.clickbait;
      chunk.log_duration[k] = item.log_duration;
      std::copy_n(item_noise_[index].data(), item_noise_[index].size(),
                  &chunk.item_noise[k * kFineLanes]);
    }
    Log1p(chunk.log_age.data(), chunk.log_age.data(), size);
    FineLogits(terms, chunk, size);
    for (std::size_t k = 0; k < size; ++k) {
      float* logits = &chunk.logits[k * kFineLanes];
      const float* normals = &chunk.normals[k * kFineLanes];
      // Summed from the left: version 0 must give the bits that it gave before there were pushes.
      logits[kQualityChannel] =
          character_.fine_slope[kQualityChannel] * chunk.quality[k] +
          quality_noise * terms.own * normals[kQualityChannel] +
          quality_noise * terms.carried * chunk.item_noise[k * kFineLanes + kQualityChannel] +
          character_.fine_level[kQualityChannel];
      guards[k] = chunk.clickbait[k] + confusion * chunk.catchiness[k] +
                  guard_noise * normals[kGuardChannel];
      clicks[k] = logits[Index(Behaviour::kClick)];
      long_views[k] = logits[Index(Behaviour::kLongView)];
    }
    EncodeLogits(chunk.logits.data(), codes.data(), kFineLanes * size);
    EncodeProbabilities(guards.data(), guard.data(), size);
    EncodeDwell(truth_, clicks.data(), long_views.data(), chunk.log_duration.data(), dwell.data(),
                size);
    for (std::size_t k = 0; k < size; ++k) {
      FineCodes& heads = fine[which[begin + k]];
      for (const auto& [channel, head] : kChannelHeads) {
        heads[Index(head)] = static_cast<std::uint16_t>(codes[k * kFineLanes + channel]);
      }
      heads[Index(FineHead::kDwell)] = static_cast<std::uint16_t>(dwell[k]);
      heads[Index(FineHead::kClickbaitGuard)] = static_cast<std::uint16_t>(guard[k]);
    }
  });
}

}  // namespace rectune::sim
