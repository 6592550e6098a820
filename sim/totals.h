// SPDX-License-Identifier: Apache-2.0
//
// Total: the per-user sums over an experiment's horizon from which every metric is a ratio
// (sim/metrics.h). Simulating an arm means producing, for each user, the expectation of these
// sums and their covariance given that user. An explicit list; the order is part of no file format.
#pragma once

#include <cstddef>

namespace rectune::sim {

enum class Total : std::size_t {
  kUsers = 0,   // 1 for each user, so that "per user" is a ratio too
  kActiveDays,  // days in the horizon with at least one session
  kDays,        // days in the horizon (a constant)
  kSessions,
  kRequests,
  kTimeSpentSeconds,
  kImpressions,  // examined slate positions
  kClicks,
  kLongViews,
  kLikes,
  kShares,
  kFollows,
  kDismissals,
  kClickbaitImpressions,  // impressions of items whose clickbait level is above the line
  kTopicDiversity,        // sum over requests of the slate's topic diversity in [0, 1]
  kCreatorCoverage,       // sum over requests of distinct creators / slate size
  kFreshImpressions,      // impressions of items at most a day old
  kNextDayReturns,        // active days followed by an active day
  kNextDayChances,        // active days with a following day inside the horizon
  kWeekReturns,           // expected active days in the 7 days after the horizon
  kCount
};

inline constexpr std::size_t kTotals = static_cast<std::size_t>(Total::kCount);
constexpr std::size_t Index(Total total) { return static_cast<std::size_t>(total); }

}  // namespace rectune::sim
