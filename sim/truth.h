// SPDX-License-Identifier: Apache-2.0
//
// Truth: what a user would really do with an item, as probabilities and an expected watch time. The
// simulator's secret: model heads see it through noise (sim/heads.h), tuners never.
//
//   logit P(click | examined) = intercept + user + a * affinity + b * quality + c * catchiness
//                               + d * susceptibility * clickbait + e * log(1 + age) - satiation
//                               + mood of the day, which all users share
// and likewise for the other behaviours, given a click where that applies.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/catalogue.h"
#include "sim/user.h"
#include "sim/world_constants.h"

namespace rectune::sim {

enum class Behaviour : std::size_t {
  kClick = 0,
  kLongView,
  kLike,
  kShare,
  kFollow,
  kDismissal,
  kCount
};
inline constexpr std::size_t kBehaviours = static_cast<std::size_t>(Behaviour::kCount);
constexpr std::size_t Index(Behaviour behaviour) { return static_cast<std::size_t>(behaviour); }

/// Logits by Behaviour; long view, like, share and follow are given a click.
using Logits = std::array<float, kBehaviours>;

struct Outcome {
  float click = 0.0F;  // probabilities given examination
  float long_view = 0.0F;
  float like = 0.0F;
  float share = 0.0F;
  float follow = 0.0F;
  float dismissal = 0.0F;
  float watch_seconds = 0.0F;
};

class Truth {
 public:
  /// Days until moods repeat.
  static constexpr std::size_t kMoodDays = 64;

  Truth(const WorldConstants& constants, std::uint64_t seed);

  /// On a day like any other, which is what heads predict. `fatigue`: how much of the user's recent
  /// attention went to the item's topic, in [0, 1].
  Logits LogitsOf(const User& user, const Item& item, float age_days, float fatigue) const;
  Outcome OutcomeOf(const User& user, const Item& item, float age_days, float fatigue,
                    int day) const;
  /// Expected seconds watched given the probabilities.
  float WatchSeconds(float click, float long_view_given_click, float log_duration) const;

 private:
  TruthConstants constants_;
  float satiation_;
  float long_view_ratio_;                      // mean watch ratio of a long view, fitted
  std::array<float, kMoodDays> click_mood_{};  // logits, by day modulo its size
};

}  // namespace rectune::sim
