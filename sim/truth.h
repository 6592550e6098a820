// SPDX-License-Identifier: Apache-2.0
//
// Truth: what a user would really do with an item, as probabilities and an expected watch time. The
// simulator's secret: model heads see it through noise (sim/heads.h), tuners never.
//
//   logit P(click | examined) = intercept + user + a * affinity + b * quality + c * catchiness
//                               + d * susceptibility * clickbait + e * log(1 + age) - satiation
// and likewise for the other behaviours, given a click where that applies.
#pragma once

#include <array>
#include <cstddef>

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
  explicit Truth(const WorldConstants& constants);

  /// `fatigue`: how much of the user's recent attention went to the item's topic, in [0, 1].
  Logits LogitsOf(const User& user, const Item& item, float age_days, float fatigue) const;
  Outcome OutcomeOf(const User& user, const Item& item, float age_days, float fatigue) const;
  /// Expected seconds watched given the probabilities.
  float WatchSeconds(float click, float long_view_given_click, float log_duration) const;

 private:
  TruthConstants constants_;
  float satiation_;
  float long_view_ratio_;  // mean watch ratio of a long view, fitted
};

}  // namespace rectune::sim
