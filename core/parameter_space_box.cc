// SPDX-License-Identifier: Apache-2.0
//
// ParameterSpace's box: what tightening leaves of each parameter, how it widens back, and how that
// is said in words. Encoding and parsing stand in core/parameter_space.cc.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "core/parameter_space.h"
#include "core/parameter_values.h"

namespace rectune {
namespace {

std::string Interval(double low, double high) {
  return "[" + NumberText(low) + ", " + NumberText(high) + "]";
}

}  // namespace

std::string ParameterSpace::DescribeAllowed(std::size_t parameter) const {
  const Parameter& p = parameters_.at(parameter);
  const bool numeric = p.is_numeric();
  std::string text =
      DescribeValues(p, numeric ? native_low(parameter) : 0.0,
                     numeric ? native_high(parameter) : 0.0, allowed_levels_[parameter]);
  if (p.kind == ParameterKind::kCurve) {
    for (std::size_t j = 0; j < p.dimension(); ++j) {
      const std::size_t c = coordinate_offsets_[parameter] + j;
      if (box_low_[c] > 0.0 || box_high_[c] < 1.0) {
        text += ", rise " + std::to_string(j + 1) + " taking a share in " +
                Interval(StickShare(box_low_[c], p.dimension() - j),
                         StickShare(box_high_[c], p.dimension() - j)) +
                " of what is left";
      }
    }
  }
  return text;
}

ParameterSpace ParameterSpace::Tighten(std::size_t parameter, double low, double high) const {
  RECTUNE_CHECK(parameter < size() && parameters_[parameter].is_numeric(),
                "only continuous and integer parameters have a native interval");
  const Parameter& p = parameters_[parameter];
  const std::size_t c = coordinate_offsets_[parameter];
  const ConfigError nothing_left("/" + p.name, Interval(low, high),
                                 "an interval that meets " + DescribeAllowed(parameter));
  if (!(low <= high && low <= p.high && high >= p.low)) {
    throw nothing_left;
  }
  ParameterSpace tightened = *this;
  if (p.kind == ParameterKind::kInteger) {
    const double first = std::max(std::ceil(low), native_low(parameter));
    const double last = std::min(std::floor(high), native_high(parameter));
    if (first > last) {
      throw nothing_left;
    }
    tightened.SetCells(parameter, first, last);
    return tightened;
  }
  tightened.box_low_[c] = std::max(box_low_[c], NativeToUnit(p, std::max(low, p.low)));
  tightened.box_high_[c] = std::min(box_high_[c], NativeToUnit(p, std::min(high, p.high)));
  if (tightened.box_low_[c] > tightened.box_high_[c]) {
    throw nothing_left;
  }
  return tightened;
}

ParameterSpace ParameterSpace::TightenUnit(std::size_t coordinate, double low, double high) const {
  RECTUNE_CHECK(coordinate < dimension(), "no such coordinate");
  const std::size_t i = coordinates_[coordinate].parameter;
  const Parameter& p = parameters_[i];
  const ConfigError nothing_left(
      "/" + p.name, Interval(low, high),
      "an interval of the unit cube that meets " +
          Interval(box_low_[coordinate], box_high_[coordinate]) +
          (p.has_levels() || p.kind == ParameterKind::kInteger ? " and holds a cell's centre"
                                                               : ""));
  const double from = std::max(low, box_low_[coordinate]);
  const double to = std::min(high, box_high_[coordinate]);
  if (!(low <= high && from <= to)) {
    throw nothing_left;
  }
  ParameterSpace tightened = *this;
  if (p.has_levels()) {
    std::vector<std::size_t>& levels = tightened.allowed_levels_[i];
    std::erase_if(levels, [&](std::size_t level) {
      const double centre =
          (static_cast<double>(level) + 0.5) / static_cast<double>(p.levels.size());
      return centre < from || centre > to;
    });
    if (levels.empty()) {
      throw nothing_left;
    }
    tightened.FitBoxToLevels(i);
  } else if (p.kind == ParameterKind::kInteger) {
    // A cell belongs when its centre does.
    double first = std::round(UnitToNative(p, from));
    double last = std::round(UnitToNative(p, to));
    first += CellCentre(p, first) < from ? 1.0 : 0.0;
    last -= CellCentre(p, last) > to ? 1.0 : 0.0;
    first = std::max(first, native_low(i));
    last = std::min(last, native_high(i));
    if (first > last) {
      throw nothing_left;
    }
    tightened.SetCells(i, first, last);
  } else {
    tightened.box_low_[coordinate] = from;
    tightened.box_high_[coordinate] = to;
  }
  return tightened;
}

ParameterSpace ParameterSpace::TightenLevels(std::size_t parameter,
                                             const std::vector<std::string>& keep) const {
  RECTUNE_CHECK(parameter < size() && parameters_[parameter].has_levels(),
                "only categorical and boolean parameters have levels");
  const Parameter& p = parameters_[parameter];
  for (const std::string& name : keep) {
    if (std::find(p.levels.begin(), p.levels.end(), name) == p.levels.end()) {
      const std::string nearest = NearestName(name, p.levels);
      throw ConfigError("/" + p.name, Json(name).dump(),
                        "levels among: " + JoinNames(p.levels) +
                            (nearest.empty() ? "" : " (did you mean \"" + nearest + "\"?)"));
    }
  }
  ParameterSpace tightened = *this;
  std::erase_if(tightened.allowed_levels_[parameter], [&](std::size_t level) {
    return std::find(keep.begin(), keep.end(), p.levels[level]) == keep.end();
  });
  if (tightened.allowed_levels_[parameter].empty()) {
    throw ConfigError("/" + p.name, Json(keep).dump(),
                      "levels that leave " + DescribeAllowed(parameter));
  }
  tightened.FitBoxToLevels(parameter);
  return tightened;
}

ParameterSpace ParameterSpace::Widen(std::size_t parameter) const {
  RECTUNE_CHECK(parameter < size(), "no such parameter");
  ParameterSpace widened = *this;
  widened.ResetBox(parameter);
  return widened;
}

bool ParameterSpace::is_tightened() const {
  for (std::size_t c = 0; c < dimension(); ++c) {
    if (box_low_[c] > 0.0 || box_high_[c] < 1.0) {
      return true;
    }
  }
  for (std::size_t i = 0; i < size(); ++i) {
    if (parameters_[i].has_levels() && allowed_levels_[i].size() < parameters_[i].levels.size()) {
      return true;
    }
  }
  return false;
}

double ParameterSpace::native_low(std::size_t parameter) const {
  RECTUNE_CHECK(parameter < size() && parameters_[parameter].is_numeric(),
                "only continuous and integer parameters have native bounds");
  const Parameter& p = parameters_[parameter];
  const double native = UnitToNative(p, box_low_[coordinate_offsets_[parameter]]);
  return p.kind == ParameterKind::kInteger ? std::round(native + 0.5) : native;
}

double ParameterSpace::native_high(std::size_t parameter) const {
  RECTUNE_CHECK(parameter < size() && parameters_[parameter].is_numeric(),
                "only continuous and integer parameters have native bounds");
  const Parameter& p = parameters_[parameter];
  const double native = UnitToNative(p, box_high_[coordinate_offsets_[parameter]]);
  return p.kind == ParameterKind::kInteger ? std::round(native - 0.5) : native;
}

void ParameterSpace::SetCells(std::size_t parameter, double first, double last) {
  const Parameter& p = parameters_[parameter];
  const std::size_t c = coordinate_offsets_[parameter];
  box_low_[c] = NativeToUnit(p, first - 0.5);
  box_high_[c] = NativeToUnit(p, last + 0.5);
}

void ParameterSpace::FitBoxToLevels(std::size_t parameter) {
  const auto count = static_cast<double>(parameters_[parameter].levels.size());
  const std::vector<std::size_t>& levels = allowed_levels_[parameter];
  const std::size_t c = coordinate_offsets_[parameter];
  box_low_[c] = static_cast<double>(levels.front()) / count;
  box_high_[c] = static_cast<double>(levels.back() + 1) / count;
}

void ParameterSpace::ResetBox(std::size_t parameter) {
  const Parameter& p = parameters_[parameter];
  for (std::size_t j = 0; j < p.dimension(); ++j) {
    box_low_[coordinate_offsets_[parameter] + j] = 0.0;
    box_high_[coordinate_offsets_[parameter] + j] = 1.0;
  }
  allowed_levels_[parameter].resize(p.levels.size());
  std::iota(allowed_levels_[parameter].begin(), allowed_levels_[parameter].end(), std::size_t{0});
}

}  // namespace rectune
