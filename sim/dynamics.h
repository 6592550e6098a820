// SPDX-License-Identifier: Apache-2.0
//
// The hazards that panel mode and full mode share: whether a user comes, how often, whether a
// session goes on, whether the next position is looked at, what a monotonous slate costs. Each is a
// formula in a scenario's DynamicsConstants; who draws, and who takes expectations, is the modes'
// business.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/calibration/constants.h"
#include "sim/user.h"
#include "sim/world_constants.h"

namespace rectune::sim {

inline constexpr int kDaysAWeek = 7;
/// Long views a position at which sessions and slates go on as their base rates say.
inline constexpr double kNeutralEnjoyment = 0.3;
inline constexpr double kMaxContinue = 0.95;
/// E[t^2] / E[t]^2 of the seconds watched at one position: watch times are heavier-tailed than
/// exponential (for which it is 2). Assumed.
inline constexpr double kTimeSecondMoment = 2.5;

/// `mood`: satisfaction above the user's neutral one.
inline double VisitChance(const User& user, const DynamicsConstants& dynamics, double mood) {
  return 1.0 / (1.0 + std::exp(-(user.activity_logit + dynamics.return_slope * mood)));
}

/// Mean sessions of a day with a visit.
inline double SessionsADay(const User& user, const DynamicsConstants& dynamics, int day,
                           double mood) {
  const double weekday =
      KuaiRandConstants().weekday_volume[static_cast<std::size_t>(day % kDaysAWeek)];
  return user.sessions_a_day * weekday * std::exp(dynamics.visits_slope * mood);
}

/// Chance of one more slate after one with this enjoyment (long views a position).
inline double ContinueChance(const DynamicsConstants& dynamics, double enjoyment) {
  return std::clamp(
      dynamics.session_continue + dynamics.session_enjoyment * (enjoyment - kNeutralEnjoyment), 0.0,
      kMaxContinue);
}

/// Chance of looking at the next position after one with this chance of a long view.
inline float KeepLooking(const User& user, const DynamicsConstants& dynamics, float long_view) {
  const float keep = static_cast<float>(dynamics.position_continue) + user.patience +
                     static_cast<float>(dynamics.position_enjoyment) *
                         (long_view - static_cast<float>(kNeutralEnjoyment));
  return std::clamp(keep, 0.0F, 0.995F);
}

/// What a slate's distance from the best topic diversity costs in gratification.
inline double DiversityLoss(const DynamicsConstants& dynamics, double diversity) {
  const double off = diversity - dynamics.diversity_optimum;
  return dynamics.diversity_weight * off * off;
}

/// Expected times that each of a session's simulated slates is shown; the last one stands for all
/// later ones (geometric).
class SessionWeights {
 public:
  SessionWeights(const DynamicsConstants& dynamics, int slates)
      : dynamics_(dynamics), left_(slates) {}
  double Next(double enjoyment) {
    const double next = ContinueChance(dynamics_, enjoyment);
    const double weight = --left_ == 0 ? reach_ / (1.0 - next) : reach_;
    reach_ *= next;
    return weight;
  }

 private:
  const DynamicsConstants& dynamics_;
  int left_;
  double reach_ = 1.0;
};

}  // namespace rectune::sim
