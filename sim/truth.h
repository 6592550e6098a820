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

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/catalogue.h"
#include "sim/fast_math.h"
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

/// What an item brings to a logit.
struct LogitInputs {
  float affinity = 0.0F;  // of its embedding to the user's
  float quality = 0.0F;
  float catchiness = 0.0F;
  float clickbait = 0.0F;
  float log_age = 0.0F;  // log(1 + age in days)
  float log_duration = 0.0F;
};

/// One user's logit of one behaviour, on a day like any other, as a line in what an item brings.
struct LogitLine {
  /// Summed in this order, which results depend on.
  float At(const LogitInputs& item) const {
    return intercept + affinity * item.affinity + quality * item.quality +
           catchiness * item.catchiness + log_age * item.log_age +
           log_duration * item.log_duration + offset + clickbait * item.clickbait;
  }
  float intercept = 0.0F;
  float affinity = 0.0F;
  float quality = 0.0F;
  float catchiness = 0.0F;
  float log_age = 0.0F;
  float log_duration = 0.0F;
  float offset = 0.0F;  // the user's
  float clickbait = 0.0F;
};
using LogitLines = std::array<LogitLine, kBehaviours>;

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
  /// The same without fatigue, for loops over many items.
  LogitLines LinesOf(const User& user) const;
  Outcome OutcomeOf(const User& user, const Item& item, float age_days, float fatigue,
                    int day) const;
  /// Expected seconds watched given the probabilities.
  float WatchSeconds(float click, float long_view_given_click, float log_duration) const {
    const float seconds = kReferenceSeconds * FastExp(log_duration);
    const float long_seconds =
        long_view_ratio_ * kReferenceSeconds * FastExp(kDurationElasticity * log_duration);
    const float watched = long_view_given_click * std::min(long_seconds, 2.0F * seconds) +
                          (1.0F - long_view_given_click) * std::min(kBounceSeconds, 0.5F * seconds);
    return click * watched + (1.0F - click) * kGlanceSeconds;
  }

 private:
  static constexpr float kReferenceSeconds = 30.0F;
  /// Seconds of an impression without a click, and of a click that bounces: the median play under
  /// random exposure is 2.1 s (KuaiRand-27K); a click is a play beyond 7 s there.
  static constexpr float kGlanceSeconds = 2.1F;
  static constexpr float kBounceSeconds = 9.0F;
  /// Seconds of a long view grow slower than the item's duration (ratio times 30 s at 30 s): people
  /// do not watch ten minutes as fully as half a minute. Assumed; without it, watch time could be
  /// bought by showing long items alone.
  static constexpr float kDurationElasticity = 0.2F;

  LogitLines lines_;  // of a user without traits, and of clicks at susceptibility 1
  float satiation_;
  float long_view_ratio_;                      // mean watch ratio of a long view, fitted
  std::array<float, kMoodDays> click_mood_{};  // logits, by day modulo its size
};

}  // namespace rectune::sim
