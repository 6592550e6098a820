// SPDX-License-Identifier: Apache-2.0
//
// A small population with a closed form, for testing statistics: each user's totals are Poisson
// counts and thinnings of them, so their moments given the user are known exactly *and* the same
// users can be simulated flip by flip. Not a recommender: nothing here depends on items.
#pragma once

#include <Eigen/Dense>
#include <array>
#include <cstdint>
#include <vector>

#include "core/random_stream.h"
#include "sim/ab_platform.h"
#include "sim/arm_outcome.h"

namespace rectune::sim::testing {

/// What is thinned from a user's impressions, in the order of `UserLaw::heads`.
inline constexpr std::array<Total, 8> kHeads = {
    Total::kClicks,           Total::kLongViews, Total::kLikes,
    Total::kShares,           Total::kFollows,   Total::kClickbaitImpressions,
    Total::kFreshImpressions, Total::kDismissals};

struct UserLaw {
  double impressions = 0.0;  // Poisson mean
  std::array<double, kHeads.size()> heads{};
  double active = 0.0;    // probability of a visit on any day
  double sessions = 0.0;  // Poisson mean
  double requests = 0.0;  // Poisson mean
  double topic_diversity = 0.0;
  double creator_coverage = 0.0;
  double chances = 0.0;  // Poisson mean of active days with a following day
};

inline constexpr int kHorizonDays = 7;
/// Of an arm, where nothing else is asked for.
inline constexpr double kUsers = 200000.0;
inline const AbOptions kOptions{.users_per_arm = kUsers, .horizon_days = kHorizonDays};

struct Population {
  int users = 500;
  double mean_log_impressions = 3.0;
  double sd_log_impressions = 0.96;
  double volume_propensity_correlation = -0.5;
  double propensity_alpha = 2.97;
  double propensity_beta = 3.35;
};
std::vector<UserLaw> MakePanel(const Population& population, std::uint64_t seed);

/// A treatment: factors on click propensity and on the daily probability of a visit.
struct Treatment {
  double click = 1.0;
  double active = 1.0;
};
std::vector<UserLaw> Treat(std::vector<UserLaw> panel, const Treatment& treatment);

/// The exact moments.
ArmOutcome Outcome(const std::vector<UserLaw>& panel);

/// One user's totals, flip by flip.
Eigen::VectorXd SimulateTotals(const UserLaw& law, RandomStream& stream);

}  // namespace rectune::sim::testing
