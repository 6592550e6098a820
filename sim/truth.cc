// SPDX-License-Identifier: Apache-2.0
#include "sim/truth.h"

#include <algorithm>

#include "core/random_stream.h"
#include "sim/calibration/constants.h"
#include "sim/fast_math.h"

namespace rectune::sim {
namespace {

constexpr float kReferenceSeconds = 30.0F;
/// Seconds of an impression without a click, and of a click that bounces: the median play under
/// random exposure is 2.1 s (KuaiRand-27K); a click is a play beyond 7 s there.
constexpr float kGlanceSeconds = 2.1F;
constexpr float kBounceSeconds = 9.0F;
/// Seconds of a long view grow slower than the item's duration (ratio times 30 s at 30 s): people
/// do not watch ten minutes as fully as half a minute. Assumed; without it, watch time could be
/// bought by showing long items alone.
constexpr float kDurationElasticity = 0.2F;

float Linear(const BehaviourConstants& c, float affinity, const Item& item, float log_age) {
  return static_cast<float>(c.intercept) + static_cast<float>(c.affinity) * affinity +
         static_cast<float>(c.quality) * item.quality +
         static_cast<float>(c.catchiness) * item.catchiness +
         static_cast<float>(c.log_age) * log_age +
         static_cast<float>(c.log_duration) * item.log_duration;
}

/// Mean of the fitted watch-ratio law of liked rows, by the midpoint rule over quantiles.
double MeanWatchRatio(const WatchMixture& mixture) {
  constexpr int kPoints = 400;
  double sum = 0.0;
  for (int i = 0; i < kPoints; ++i) sum += mixture.Quantile((i + 0.5) / kPoints);
  return sum / kPoints;
}

}  // namespace

Truth::Truth(const WorldConstants& constants, std::uint64_t seed)
    : constants_(constants.truth),
      satiation_(static_cast<float>(constants.dynamics.satiation)),
      long_view_ratio_(static_cast<float>(MeanWatchRatio(KuaiRandConstants().liked_watch))) {
  RandomStream days(seed, Purpose::kDays);
  for (float& mood : click_mood_) {
    mood = static_cast<float>(constants.day_click_sd * days.Normal());
  }
}

Logits Truth::LogitsOf(const User& user, const Item& item, float age_days, float fatigue) const {
  const float affinity = Dot(user.embedding, item.embedding);
  const float log_age = FastLog(1.0F + age_days);
  const float bait = item.clickbait;
  const TruthConstants& c = constants_;
  const float tired = satiation_ * user.satiation * fatigue;
  Logits logits{};
  logits[Index(Behaviour::kClick)] =
      Linear(c.click, affinity, item, log_age) + user.click_offset +
      static_cast<float>(c.click.clickbait) * user.clickbait_susceptibility * bait - tired;
  logits[Index(Behaviour::kLongView)] =
      Linear(c.long_view, affinity, item, log_age) + user.long_view_offset +
      static_cast<float>(c.long_view.clickbait) * bait - 0.5F * tired;
  const auto interaction = [&](const BehaviourConstants& constants) {
    return Linear(constants, affinity, item, log_age) + user.interaction_offset +
           static_cast<float>(constants.clickbait) * bait;
  };
  logits[Index(Behaviour::kLike)] = interaction(c.like);
  logits[Index(Behaviour::kShare)] = interaction(c.share);
  logits[Index(Behaviour::kFollow)] = interaction(c.follow);
  logits[Index(Behaviour::kDismissal)] = Linear(c.dismissal, affinity, item, log_age) +
                                         static_cast<float>(c.dismissal.clickbait) * bait +
                                         0.5F * tired;
  return logits;
}

float Truth::WatchSeconds(float click, float long_view_given_click, float log_duration) const {
  const float seconds = kReferenceSeconds * FastExp(log_duration);
  const float long_seconds =
      long_view_ratio_ * kReferenceSeconds * FastExp(kDurationElasticity * log_duration);
  const float watched = long_view_given_click * std::min(long_seconds, 2.0F * seconds) +
                        (1.0F - long_view_given_click) * std::min(kBounceSeconds, 0.5F * seconds);
  return click * watched + (1.0F - click) * kGlanceSeconds;
}

Outcome Truth::OutcomeOf(const User& user, const Item& item, float age_days, float fatigue,
                         int day) const {
  const Logits logits = LogitsOf(user, item, age_days, fatigue);
  Outcome outcome;
  outcome.click = Sigmoid(logits[Index(Behaviour::kClick)] +
                          click_mood_[static_cast<std::size_t>(day) % kMoodDays]);
  const float long_view = Sigmoid(logits[Index(Behaviour::kLongView)]);
  outcome.long_view = outcome.click * long_view;
  outcome.like = outcome.click * Sigmoid(logits[Index(Behaviour::kLike)]);
  outcome.share = outcome.click * Sigmoid(logits[Index(Behaviour::kShare)]);
  outcome.follow = outcome.click * Sigmoid(logits[Index(Behaviour::kFollow)]);
  outcome.dismissal = Sigmoid(logits[Index(Behaviour::kDismissal)]);
  outcome.watch_seconds = WatchSeconds(outcome.click, long_view, item.log_duration);
  return outcome;
}

}  // namespace rectune::sim
