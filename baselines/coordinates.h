// SPDX-License-Identifier: Apache-2.0
//
// CoordinateView: how a tuner sees one coordinate of the unit cube: continuous, ordered levels
// (integers, booleans) or unordered levels (categoricals). ParameterSpace does the encoding; this
// only answers "how many cells has this coordinate, and which one is u in". Not a second encoder.
//
//   std::vector<CoordinateView> views = ViewCoordinates(space);
//   if (views[j].has_levels()) { std::size_t level = views[j].LevelOf(unit[j]); }
#pragma once

#include <cstddef>
#include <vector>

#include "core/parameter_space.h"

namespace rectune::baselines {

enum class CoordinateKind { kContinuous, kOrdered, kUnordered };

/// An integer with more values than this is treated as continuous: Decode rounds it anyhow, and a
/// model of a thousand cells is a model of a continuum.
inline constexpr std::size_t kMostLevels = 1000;

struct CoordinateView {
  CoordinateKind kind = CoordinateKind::kContinuous;
  std::size_t parameter = 0;  // index into ParameterSpace::parameters()
  bool is_boolean = false;    // kOrdered, but two levels without a scale
  /// The cells' borders in the (tightened) cube, 0 first and 1 last; empty when continuous. Equal
  /// widths but for integers on a log scale.
  std::vector<double> edges;

  bool has_levels() const { return kind != CoordinateKind::kContinuous; }
  std::size_t levels() const { return edges.empty() ? 0 : edges.size() - 1; }
  /// Nothing to choose: tightened to a single level.
  bool is_fixed() const { return levels() == 1; }
  /// Levels without a scale: a step of size s means nothing.
  bool is_choice() const { return kind == CoordinateKind::kUnordered || is_boolean; }

  /// The cell that `unit` in [0, 1] falls into, and the centre of a cell.
  std::size_t LevelOf(double unit) const;
  double Centre(std::size_t level) const { return 0.5 * (edges[level] + edges[level + 1]); }
};

std::vector<CoordinateView> ViewCoordinates(const ParameterSpace& space);

/// `u` folded into [0, 1] at its ends, as a step that leaves the cube comes back into it.
double Reflected(double u);

}  // namespace rectune::baselines
