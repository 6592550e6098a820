// SPDX-License-Identifier: Apache-2.0
//
// Catalogue: topics, creators and items of a world, and the draw of an item by source. Immutable
// once made; a pure function of (constants, size, seed). Not a retrieval model: sim/candidates.h
// decides which sources a request draws from.
//
// An item stands for a *slot*: when it reaches the end of its life it is replaced by a new upload
// of the same kind, so that the mix of ages is the same on every day of an experiment.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/random_stream.h"
#include "sim/alias_table.h"
#include "sim/world_constants.h"

namespace rectune::sim {

inline constexpr std::size_t kEmbedding = 16;
using Embedding = std::array<float, kEmbedding>;

/// Cosine similarity of unit vectors, summed in a fixed order.
inline float Dot(const Embedding& a, const Embedding& b) {
  std::array<float, 4> lanes{};
  for (std::size_t i = 0; i < kEmbedding; i += 4) {
    for (std::size_t k = 0; k < 4; ++k) lanes[k] += a[i + k] * b[i + k];
  }
  return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/// A vector of independent normals with the given standard deviation, added to `center` and scaled
/// to unit length.
Embedding PerturbedUnit(const Embedding& center, double spread, RandomStream& stream);

struct Item {
  Embedding embedding{};
  float quality = 0.0F;       // standard normal
  float catchiness = 0.0F;    // standard normal: draws clicks, harms nobody
  float clickbait = 0.0F;     // in [0, 1]: draws clicks and disappoints
  float log_duration = 0.0F;  // log(seconds / 30)
  float first_age_days = 0.0F;
  std::uint32_t topic = 0;
  std::uint32_t creator = 0;
};

class Catalogue {
 public:
  Catalogue(const WorldConstants& constants, const WorldSize& size, std::uint64_t seed);

  const std::vector<Item>& items() const { return items_; }
  const std::vector<Embedding>& topic_centroids() const { return topic_centroids_; }
  const std::vector<double>& topic_popularity() const { return topic_popularity_; }

  /// Age in days of an item on day `day` (0 is the first day of an experiment).
  float AgeDays(std::uint32_t item, int day) const {
    return AgeFrom(items_[item].first_age_days, day);
  }
  float AgeFrom(float first_age_days, int day) const { return ages().On(first_age_days, day); }
  /// AgeFrom for loops over many items.
  struct Ages {
    float On(float first_age_days, int day) const {
      const float age = first_age_days + static_cast<float>(day);
      return age < life_days ? age : age - life_days;
    }
    float life_days;
  };
  Ages ages() const { return {life_days_}; }
  /// Items at most `fresh_days` old on `day`.
  const std::vector<std::uint32_t>& FreshItems(int day) const {
    return fresh_items_[static_cast<std::size_t>(day)];
  }

  /// Items by popularity, and, within a topic, by a flatter law: interest looks deeper.
  const AliasTable& popular() const { return popularity_; }
  const AliasTable& in_topic(std::size_t topic) const { return topic_popularity_of_items_[topic]; }
  std::uint32_t DrawUniform(std::uint64_t word) const;

 private:
  void MakeTopicsAndCreators(const WorldConstants& constants, const WorldSize& size,
                             std::uint64_t seed);
  void MakeItems(const WorldConstants& constants, const WorldSize& size, std::uint64_t seed);
  /// New items take over slots, and with them the popularity that they have in retrieval.
  void TakeSlots(const ShockedContent& shock, std::uint64_t seed);
  void IndexPopularity(std::uint64_t seed);

  std::vector<Embedding> topic_centroids_;
  std::vector<double> topic_popularity_;
  std::vector<std::vector<std::uint32_t>> creators_of_topic_;
  std::vector<std::vector<double>> creator_weights_of_topic_;
  std::vector<Item> items_;
  float life_days_ = 1.0F;
  std::vector<std::vector<std::uint32_t>> fresh_items_;  // by day
  AliasTable popularity_;                                // over all items
  std::vector<AliasTable> topic_popularity_of_items_;
};

}  // namespace rectune::sim
