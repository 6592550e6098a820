// SPDX-License-Identifier: Apache-2.0
#include "sim/catalogue.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/calibration/constants.h"

namespace rectune::sim {
namespace {

/// Duration in the catalogue: log-normal with median 27 s and 90th percentile 169 s (KuaiRand-27K,
/// video_basic tables), cut to what a feed would accept.
constexpr double kMedianSeconds = 27.0;
constexpr double kDurationSpread = 1.431;  // ln(169 / 27) / 1.2816
constexpr double kMinSeconds = 3.0;
constexpr double kMaxSeconds = 900.0;
constexpr double kReferenceSeconds = 30.0;

/// Clickbait level over items, Beta: most are honest, a few are not. Assumed.
constexpr double kClickbaitAlpha = 0.8;
constexpr double kClickbaitBeta = 2.6;

/// How much of an item's popularity its quality and catchiness explain. Assumed.
constexpr double kPopularityFromQuality = 0.5;
constexpr double kPopularityFromCatchiness = 0.4;

/// A life this many times the mean age gives ages uniform on [0, life) with that mean.
constexpr double kLifePerMeanAge = 2.0;

/// Roles within the catalogue's stream purpose: the "step" of the address.
enum CatalogueStep : std::uint64_t {
  kTopicStep,
  kCreatorStep,
  kItemStep,
  kPopularityStep,
  kShockStep
};

std::vector<double> ZipfWeights(std::size_t count, double exponent) {
  std::vector<double> weights(count);
  for (std::size_t i = 0; i < count; ++i) {
    weights[i] = std::pow(static_cast<double>(i + 1), -exponent);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace

Embedding PerturbedUnit(const Embedding& center, double spread, RandomStream& stream) {
  const double per_axis = spread / std::sqrt(static_cast<double>(kEmbedding));
  Embedding result{};
  double norm = 0.0;
  for (std::size_t k = 0; k < kEmbedding; ++k) {
    const double value = static_cast<double>(center[k]) + per_axis * stream.Normal();
    result[k] = static_cast<float>(value);
    norm += value * value;
  }
  const auto scale = static_cast<float>(1.0 / std::sqrt(norm));
  for (float& value : result) value *= scale;
  return result;
}

Catalogue::Catalogue(const WorldConstants& constants, const WorldSize& size, std::uint64_t seed)
    : life_days_(static_cast<float>(kLifePerMeanAge * constants.mean_age_days)) {
  MakeTopicsAndCreators(constants, size, seed);
  MakeItems(constants, size, seed);
  IndexPopularity(seed);
  for (const ShockedContent& shock : constants.shift.shocks) TakeSlots(shock, seed);
  fresh_items_.resize(static_cast<std::size_t>(size.days));
  for (int day = 0; day < size.days; ++day) {
    auto& fresh = fresh_items_[static_cast<std::size_t>(day)];
    for (std::uint32_t item = 0; item < items_.size(); ++item) {
      if (AgeDays(item, day) <= static_cast<float>(constants.fresh_days)) fresh.push_back(item);
    }
  }
}

void Catalogue::MakeTopicsAndCreators(const WorldConstants& constants, const WorldSize& size,
                                      std::uint64_t seed) {
  topic_popularity_ = ZipfWeights(size.topics, constants.topic_exponent);
  for (std::size_t topic = 0; topic < size.topics; ++topic) {
    RandomStream stream(seed, Purpose::kCatalogue, kTopicStep, topic);
    topic_centroids_.push_back(PerturbedUnit(Embedding{}, 1.0, stream));
  }
  creators_of_topic_.resize(size.topics);
  for (std::uint32_t creator = 0; creator < size.creators; ++creator) {
    RandomStream stream(seed, Purpose::kCatalogue, kCreatorStep, creator);
    // The first creators cover every topic, so that none is empty.
    const std::size_t topic =
        creator < size.topics ? creator : stream.Categorical(topic_popularity_);
    creators_of_topic_[topic].push_back(creator);
  }
  for (const auto& creators : creators_of_topic_) {
    creator_weights_of_topic_.push_back(
        ZipfWeights(std::max<std::size_t>(creators.size(), 1), constants.creator_exponent));
  }
}

void Catalogue::MakeItems(const WorldConstants& constants, const WorldSize& size,
                          std::uint64_t seed) {
  items_.resize(size.items);
  for (std::size_t i = 0; i < size.items; ++i) {
    RandomStream stream(seed, Purpose::kCatalogue, kItemStep, i);
    Item& item = items_[i];
    std::size_t topic = stream.Categorical(topic_popularity_);
    if (creators_of_topic_[topic].empty()) topic = 0;  // fewer creators than topics
    item.topic = static_cast<std::uint32_t>(topic);
    item.creator = creators_of_topic_[topic][stream.Categorical(creator_weights_of_topic_[topic])];
    item.embedding = PerturbedUnit(topic_centroids_[topic], constants.embedding_noise, stream);
    item.quality = static_cast<float>(stream.Normal());
    item.catchiness = static_cast<float>(stream.Normal());
    item.clickbait = static_cast<float>(stream.Beta(kClickbaitAlpha, kClickbaitBeta));
    const double seconds = std::clamp(kMedianSeconds * std::exp(kDurationSpread * stream.Normal()),
                                      kMinSeconds, kMaxSeconds);
    item.log_duration = static_cast<float>(std::log(seconds / kReferenceSeconds));
    item.first_age_days = static_cast<float>(stream.Uniform()) * life_days_;
  }
}

void Catalogue::TakeSlots(const ShockedContent& shock, std::uint64_t seed) {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (std::ranges::find(shock.topics, item.topic) == shock.topics.end()) continue;
    RandomStream stream(seed, Purpose::kCatalogue, kShockStep, i);
    if (stream.Uniform() >= shock.share) continue;
    item.quality += static_cast<float>(shock.quality);
    item.clickbait = std::clamp(item.clickbait + static_cast<float>(shock.clickbait), 0.0F, 1.0F);
    item.first_age_days = static_cast<float>(stream.Uniform() * shock.age_days);
  }
}

void Catalogue::IndexPopularity(std::uint64_t seed) {
  const std::size_t count = items_.size();
  std::vector<double> appeal(count);
  for (std::size_t i = 0; i < count; ++i) {
    RandomStream stream(seed, Purpose::kCatalogue, kPopularityStep, i);
    appeal[i] = kPopularityFromQuality * static_cast<double>(items_[i].quality) +
                kPopularityFromCatchiness * static_cast<double>(items_[i].catchiness) +
                stream.Normal();
  }
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return appeal[a] > appeal[b]; });
  const LogConstants& logs = KuaiRandConstants();
  std::vector<double> weight(count);
  for (std::size_t rank = 0; rank < count; ++rank) {
    const double share = (static_cast<double>(rank) + 0.5) / static_cast<double>(count);
    weight[order[rank]] = std::pow(share + logs.popularity_shift, -logs.popularity_exponent);
  }
  std::vector<std::uint32_t> everything(count);
  std::iota(everything.begin(), everything.end(), 0U);
  popularity_ = AliasTable(everything, weight);
  std::vector<std::vector<std::uint32_t>> items_of_topic(topic_centroids_.size());
  std::vector<std::vector<double>> weights_of_topic(topic_centroids_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    items_of_topic[items_[i].topic].push_back(i);
    weights_of_topic[items_[i].topic].push_back(std::sqrt(weight[i]));
  }
  for (std::size_t topic = 0; topic < items_of_topic.size(); ++topic) {
    // A topic nobody posts in gives way to what is popular.
    topic_popularity_of_items_.push_back(
        items_of_topic[topic].empty() ? popularity_
                                      : AliasTable(items_of_topic[topic], weights_of_topic[topic]));
  }
}

std::uint32_t Catalogue::DrawUniform(std::uint64_t word) const {
  return static_cast<std::uint32_t>(ScaleToIndex(word, items_.size()));
}

}  // namespace rectune::sim
