// SPDX-License-Identifier: Apache-2.0
//
// The report's small figures: an interval beside a number, a knob's place in its range, a utility
// curve, and the critical-difference diagram. Each says in words (title, desc) what it draws.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiments/html.h"
#include "experiments/statistics.h"

namespace rectune::experiments {

/// A dot with its interval on an axis from `low` to `high`; ticks at `marks`.
Markup IntervalGlyph(const Interval& interval, double low, double high,
                     const std::vector<double>& marks, const std::string& title, int style);

/// Places in [0, 1]: production (ring), found (filled), optimum (bar).
Markup SliderGlyph(double production, double found, std::optional<double> optimum,
                   const std::string& title);

/// y over knots for production (dashed), found (solid) and optimum (dotted).
Markup CurveGlyph(const std::vector<double>& knots, const std::vector<double>& production,
                  const std::vector<double>& found, const std::vector<double>& optimum,
                  const std::string& title);

struct RankedName {
  std::string name = {};
  double average_rank = 0.0;
  int style = 0;
};

/// One row a tuner, best first; a bar at the right joins those within the critical difference.
struct RankDiagram {
  std::string id = {};
  std::string title = {};
  std::string description = {};
  std::vector<RankedName> rows = {};                  // ascending by rank
  std::vector<std::vector<std::size_t>> groups = {};  // contiguous indices into rows
  double critical_difference = 0.0;
  double width = 720.0;
  double font = 13.0;
  std::string css_class = {};
};
Markup DrawRanks(const RankDiagram& diagram);

}  // namespace rectune::experiments
