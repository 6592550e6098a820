// SPDX-License-Identifier: Apache-2.0
//
// Slate: what one user makes of one slate, in expectation and covariance. Examination runs down the
// slate and stops for good (a scrolling budget whose survival depends on patience and on how
// enjoyable the positions so far were); behaviours at an examined position are independent draws of
// the truth.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/attention.h"
#include "sim/panel.h"
#include "sim/totals.h"
#include "sim/world.h"

namespace rectune::sim {

/// The totals that a single slate adds to: a contiguous run of the enum.
inline constexpr std::size_t kFirstSlateTotal = Index(Total::kRequests);
inline constexpr std::size_t kSlateTotals = Index(Total::kFreshImpressions) - kFirstSlateTotal + 1;
constexpr std::size_t SlateIndex(Total total) { return Index(total) - kFirstSlateTotal; }

using SlateVector = std::array<double, kSlateTotals>;
using SlateMatrix = std::array<double, kSlateTotals * kSlateTotals>;  // row-major, symmetric

struct SlateOutcome {
  SlateVector mean{};
  SlateMatrix covariance{};    // filled only when asked for
  double gratification = 0.0;  // what it does to satisfaction, per examined position
  double enjoyment = 0.0;      // long views per examined position: whether one more slate follows
};

struct ListMetrics {
  double diversity = 0.0;  // 1 - sum of squared topic shares (Gini-Simpson)
  double coverage = 0.0;   // distinct creators over positions
};
ListMetrics MeasureList(const World& world, const RequestView& request,
                        std::span<const std::uint32_t> slate);

/// Shows `slate` (candidate indices) to the user; `attention` is updated as positions are examined.
void ShowSlate(const World& world, const User& user, const RequestView& request,
               std::span<const std::uint32_t> slate, bool with_covariance, Attention& attention,
               SlateOutcome& outcome);

}  // namespace rectune::sim
