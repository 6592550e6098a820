// SPDX-License-Identifier: Apache-2.0
#include "baselines/coordinates.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/parameter_values.h"

namespace rectune::baselines {
namespace {

std::vector<double> EqualCells(std::size_t levels) {
  std::vector<double> edges(levels + 1);
  for (std::size_t i = 0; i <= levels; ++i) {
    edges[i] = static_cast<double>(i) / static_cast<double>(levels);
  }
  return edges;
}

std::vector<double> IntegerCells(const ParameterSpace& space, std::size_t parameter) {
  const double low = space.native_low(parameter);
  const double high = space.native_high(parameter);
  if (high - low + 1.0 > static_cast<double>(kMostLevels)) return {};
  const auto levels = static_cast<std::size_t>(high - low + 1.0);
  const Parameter& description = space.parameters()[parameter];
  if (description.scale == ParameterScale::kLinear) return EqualCells(levels);
  const double first = NativeToUnit(description, low - 0.5);
  const double last = NativeToUnit(description, high + 0.5);
  std::vector<double> edges{0.0};
  for (std::size_t i = 1; i < levels; ++i) {
    const double border = NativeToUnit(description, low + static_cast<double>(i) - 0.5);
    edges.push_back((border - first) / (last - first));
  }
  edges.push_back(1.0);
  return edges;
}

}  // namespace

std::vector<CoordinateView> ViewCoordinates(const ParameterSpace& space) {
  std::vector<CoordinateView> views;
  views.reserve(space.dimension());
  for (const Coordinate& coordinate : space.coordinates()) {
    const Parameter& parameter = space.parameters()[coordinate.parameter];
    CoordinateView view;
    view.parameter = coordinate.parameter;
    switch (parameter.kind) {
      case ParameterKind::kContinuous:
      case ParameterKind::kCurve:
        // Tightened to a point: one cell, nothing to choose.
        if (space.box_low(views.size()) >= space.box_high(views.size())) {
          view.kind = CoordinateKind::kOrdered;
          view.edges = EqualCells(1);
        }
        break;
      case ParameterKind::kInteger:
        view.edges = IntegerCells(space, coordinate.parameter);
        if (!view.edges.empty()) view.kind = CoordinateKind::kOrdered;
        break;
      case ParameterKind::kBoolean:
        view.kind = CoordinateKind::kOrdered;
        view.is_boolean = true;
        view.edges = EqualCells(space.allowed_levels(coordinate.parameter).size());
        break;
      case ParameterKind::kCategorical:
        view.kind = CoordinateKind::kUnordered;
        view.edges = EqualCells(space.allowed_levels(coordinate.parameter).size());
        break;
    }
    views.push_back(std::move(view));
  }
  return views;
}

std::size_t CoordinateView::LevelOf(double unit) const {
  RECTUNE_CHECK(has_levels(), "a continuous coordinate has no cells");
  const auto above = std::upper_bound(edges.begin(), edges.end(), unit);
  const auto cell = std::max<std::ptrdiff_t>(0, above - edges.begin() - 1);
  return std::min(static_cast<std::size_t>(cell), levels() - 1);
}

double Reflected(double u) {
  const double folded = std::fmod(std::abs(u), 2.0);
  return folded <= 1.0 ? folded : 2.0 - folded;
}

}  // namespace rectune::baselines
