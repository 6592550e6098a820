// SPDX-License-Identifier: Apache-2.0
//
// Constants that real logs inform: the moments and shapes of users, items and watching that the
// simulated worlds are drawn from, fitted to KuaiRand-27K by `rectune_fit_constants` and embedded
// at build time from kuairand_constants.json (no file is read at run time). Fitted numbers and
// published rates only, never rows of the data. Not the truth model: how a click depends on
// affinity, quality or position is the scenario's.
//
//   const LogConstants& logs = KuaiRandConstants();
//   double propensity = stream.Beta(logs.propensity_alpha, logs.propensity_beta);
//   double volume = std::exp(logs.log_volume_mean + logs.log_volume_sd * stream.Normal());
//
// Source: Gao et al., "KuaiRand: An Unbiased Sequential Recommendation Dataset with Randomly
// Exposed Videos", CIKM 2022; parent data CC BY-SA 4.0. Methods and residuals stand in the JSON.
#pragma once

#include <array>
#include <string_view>

#include "core/json.h"
#include "sim/calibration/watch_mixture.h"

namespace rectune::sim {

/// Shares of impressions, under a trained policy or under uniformly random exposure.
struct HeadRates {
  double click = 0.0;       // KuaiRand-27K, all surfaces
  double valid_play = 0.0;  // played over 7 s, or finished
  double long_view = 0.0;   // played at least 18 s, or finished
  double completion = 0.0;
  double interaction = 0.0;  // like, follow, comment or forward
  double profile_enter = 0.0;
  double hate = 0.0;
  double long_view_given_click = 0.0;
  double completion_given_click = 0.0;
  double interaction_given_click = 0.0;
};

struct LogConstants {
  // A user's click propensity: Beta(alpha, beta) over users.
  double propensity_alpha = 0.0;
  double propensity_beta = 0.0;
  // The same users under uniformly random items, binomial noise removed.
  double random_propensity_alpha = 0.0;
  double random_propensity_beta = 0.0;

  // log(impressions of a user in `volume_window_days`): normal.
  double log_volume_mean = 0.0;
  double log_volume_sd = 0.0;
  double volume_window_days = 0.0;
  // Pearson correlation of log volume with click propensity (heavy users click less).
  double volume_propensity_correlation = 0.0;

  // Popularity weight of the item at rank share u in (0, 1] (sim/calibration/popularity_law.h):
  //   w(u) = (u + popularity_shift)^-popularity_exponent.
  double popularity_exponent = 0.0;
  double popularity_shift = 0.0;

  WatchMixture liked_watch;
  WatchMixture hated_watch;

  // Volume and CTR of a weekday relative to the mean day; Monday is 0, Sunday 6.
  std::array<double, 7> weekday_volume{};
  std::array<double, 7> weekday_ctr{};
  // Volume and CTR of an hour of the day relative to the mean hour.
  std::array<double, 24> hour_volume{};
  std::array<double, 24> hour_ctr{};
  // Standard deviation of a day's CTR relative to its mean, weekdays removed: shared by everyone.
  double daily_ctr_sd = 0.0;

  HeadRates trained_rates;  // published: a trained production policy
  HeadRates random_rates;   // published: uniformly random exposure
};

/// From the JSON that `rectune_fit_constants` writes; ConfigError for anything amiss.
LogConstants ReadLogConstants(const Json& json);

/// The constants embedded in this program.
const LogConstants& KuaiRandConstants();

/// The JSON they were read from, with methods, residuals, sources and attribution.
std::string_view KuaiRandConstantsJson();

}  // namespace rectune::sim
