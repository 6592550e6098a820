// SPDX-License-Identifier: Apache-2.0
#include "sim/truth.h"

#include "core/random_stream.h"
#include "sim/calibration/constants.h"

namespace rectune::sim {
namespace {

LogitLine LineOf(const BehaviourConstants& c) {
  return {.intercept = static_cast<float>(c.intercept),
          .affinity = static_cast<float>(c.affinity),
          .quality = static_cast<float>(c.quality),
          .catchiness = static_cast<float>(c.catchiness),
          .log_age = static_cast<float>(c.log_age),
          .log_duration = static_cast<float>(c.log_duration),
          .offset = 0.0F,
          .clickbait = static_cast<float>(c.clickbait)};
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
    : lines_{LineOf(constants.truth.click),  LineOf(constants.truth.long_view),
             LineOf(constants.truth.like),   LineOf(constants.truth.share),
             LineOf(constants.truth.follow), LineOf(constants.truth.dismissal)},
      satiation_(static_cast<float>(constants.dynamics.satiation)),
      long_view_ratio_(static_cast<float>(MeanWatchRatio(KuaiRandConstants().liked_watch))) {
  RandomStream days(seed, Purpose::kDays);
  for (float& mood : click_mood_) {
    mood = static_cast<float>(constants.day_click_sd * days.Normal());
  }
}

LogitLines Truth::LinesOf(const User& user) const {
  LogitLines lines = lines_;
  lines[Index(Behaviour::kClick)].offset = user.click_offset;
  lines[Index(Behaviour::kClick)].clickbait *= user.clickbait_susceptibility;
  lines[Index(Behaviour::kLongView)].offset = user.long_view_offset;
  for (const Behaviour interaction : {Behaviour::kLike, Behaviour::kShare, Behaviour::kFollow}) {
    lines[Index(interaction)].offset = user.interaction_offset;
  }
  return lines;
}

Logits Truth::LogitsOf(const User& user, const Item& item, float age_days, float fatigue) const {
  const LogitInputs inputs{.affinity = Dot(user.embedding, item.embedding),
                           .quality = item.quality,
                           .catchiness = item.catchiness,
                           .clickbait = item.clickbait,
                           .log_age = FastLog(1.0F + age_days),
                           .log_duration = item.log_duration};
  const LogitLines lines = LinesOf(user);
  Logits logits{};
  for (std::size_t b = 0; b < kBehaviours; ++b) logits[b] = lines[b].At(inputs);
  const float tired = satiation_ * user.satiation * fatigue;
  logits[Index(Behaviour::kClick)] -= tired;
  logits[Index(Behaviour::kLongView)] -= 0.5F * tired;
  logits[Index(Behaviour::kDismissal)] += 0.5F * tired;
  return logits;
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
