// SPDX-License-Identifier: Apache-2.0
//
// Attention: where a user's recent looking went, by topic; the source of satiation. Fatigue with a
// topic is its share of recent attention (plus a prior, so that a new user is tired of nothing).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rectune::sim {

class Attention {
 public:
  explicit Attention(std::size_t topics) : by_topic_(topics, 0.0F), fatigue_(topics, 0.0F) {}

  void Reset() {
    by_topic_.assign(by_topic_.size(), 0.0F);
    fatigue_.assign(fatigue_.size(), 0.0F);
    total_ = 0.0F;
  }
  float Fatigue(std::size_t topic) const { return by_topic_[topic] / (total_ + kPrior); }
  void Add(std::size_t topic, float examined) {
    by_topic_[topic] += examined;
    total_ += examined;
  }
  /// Fatigue of every topic as of now, for the funnel.
  std::span<const float> Snapshot() {
    const float scale = 1.0F / (total_ + kPrior);
    for (std::size_t t = 0; t < by_topic_.size(); ++t) fatigue_[t] = by_topic_[t] * scale;
    return fatigue_;
  }
  /// The night after a day on which the user came with chance `visit`: `before` is the morning's
  /// state; what was seen counts with that chance, and all of it fades.
  void EndDay(const Attention& before, float visit, float decay) {
    total_ = 0.0F;
    for (std::size_t t = 0; t < by_topic_.size(); ++t) {
      by_topic_[t] = decay * (visit * by_topic_[t] + (1.0F - visit) * before.by_topic_[t]);
      total_ += by_topic_[t];
    }
  }

 private:
  static constexpr float kPrior = 6.0F;  // positions
  std::vector<float> by_topic_;
  std::vector<float> fatigue_;
  float total_ = 0.0F;
};

}  // namespace rectune::sim
