// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic and the JSON of one parameter's native values, for ParameterSpace and whoever
// writes a parameter down. Knows nothing of boxes: "unit" here is the root unit cube.
//
//   double u = NativeToUnit(parameter, 2.5);          // continuous, integer
//   std::vector<double> y = CurveFromUnit(unit);      // K - 2 coordinates to K heights
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/parameter.h"

namespace rectune {

/// Position of a native number on the parameter's scale. An integer's scale runs from half a step
/// below `low` to half a step above `high`, so that every integer owns the cell between its half
/// integers (equal widths on a linear scale, narrowing ones on a log scale).
double NativeToUnit(const Parameter& parameter, double native);
/// The inverse; exact at both ends. For an integer, round the result to the owner of the cell.
double UnitToNative(const Parameter& parameter, double unit);
/// The centre of an integer's cell.
double CellCentre(const Parameter& parameter, double integer);

/// Stick-breaking (core/parameter.h). With r increments still to come after increment j and a
/// coordinate u, the increment takes 1 - (1 - u)^(1/r) of the remaining rise: the quantile function
/// of Beta(1, r).
std::vector<double> CurveFromUnit(std::span<const double> unit);
/// The inverse; where nothing is left to share the coordinate is free, and reads 0.
std::vector<double> CurveToUnit(std::span<const double> heights);
/// The share of the remaining rise that coordinate `unit` gives away, `later` = r.
double StickShare(double unit, std::size_t later);

/// Native values of one parameter from JSON: type, range and shape checked, curve ends made exact.
/// Throws ConfigError at `path` saying what `describe` says is allowed (asked only when needed:
/// journals hold many values and few mistakes).
std::vector<double> ValuesFromJson(const Parameter& parameter, const Json& json,
                                   const std::string& path,
                                   const std::function<std::string()>& describe);
Json ValuesToJson(const Parameter& parameter, std::span<const double> values);

/// In words, for a number's bounds [low, high] and the indices of the levels allowed.
std::string DescribeValues(const Parameter& parameter, double low, double high,
                           const std::vector<std::size_t>& levels);
/// The same for everything the parameter allows.
std::string DescribeValues(const Parameter& parameter);

}  // namespace rectune
