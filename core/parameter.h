// SPDX-License-Identifier: Apache-2.0
//
// Parameter: one tunable knob of the recommender's configuration, with the text an engineer or an
// agent reads about it. A plain description; ParameterSpace validates it and does the arithmetic.
//
// A *curve* is a monotone piecewise-linear utility curve y(x) on fixed knots x_0 < ... < x_{K-1}
// with y_0 = 0, y_{K-1} = 1 and non-negative increments. Its K - 2 unit coordinates break the rise
// like a stick (Sethuraman, 1994): coordinate j is mapped through Beta(1, remaining knots) to the
// share of the remaining rise taken by increment j. So every point of the unit cube is a valid
// curve, uniform coordinates give curves uniform over the simplex of increments, and encoding
// inverts decoding (plain "draw increments, then rescale the end" does not: it has one redundant
// direction).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/json.h"

namespace rectune {

enum class ParameterKind { kContinuous, kInteger, kCategorical, kBoolean, kCurve };
enum class ParameterScale { kLinear, kLog };

struct Parameter {
  std::string name;     // snake_case, unique in its space
  std::string stage;    // "pre_rank", "rank", "re_rank"
  std::string unit;     // "weight", "items", "share", ...
  std::string meaning;  // one paragraph, read by people and by agents
  ParameterKind kind = ParameterKind::kContinuous;
  ParameterScale scale = ParameterScale::kLinear;  // continuous and integer only
  double low = 0.0;                                // continuous and integer, inclusive
  double high = 1.0;
  std::vector<std::string> levels;  // categorical: names in order; boolean: {"false", "true"}
  std::vector<double> knots;        // curve: x positions, ascending, K >= 3
  std::vector<double> production;   // native values (see width())

  /// Native values held in a Configuration: K for a curve (the y at each knot), else 1 (the number,
  /// or the level's index).
  std::size_t width() const { return kind == ParameterKind::kCurve ? knots.size() : 1; }
  /// Unit-cube coordinates: K - 2 for a curve, else 1.
  std::size_t dimension() const { return kind == ParameterKind::kCurve ? knots.size() - 2 : 1; }
  bool is_unordered() const { return kind == ParameterKind::kCategorical; }
  bool is_numeric() const {
    return kind == ParameterKind::kContinuous || kind == ParameterKind::kInteger;
  }
  bool has_levels() const {
    return kind == ParameterKind::kCategorical || kind == ParameterKind::kBoolean;
  }
};

const char* ToString(ParameterKind kind);

/// Throws ConfigError at "<path>/<field>" when the description is unusable: an empty range, a log
/// scale that meets zero, knots that do not ascend, production outside its own range, ...
void CheckParameter(const Parameter& parameter, const std::string& path);

/// {"name", "stage", "unit", "meaning", "kind": "continuous" | "integer" | "categorical" |
/// "boolean" | "curve", "scale": "linear" | "log" (optional), "range": [low, high] | "levels":
/// [...] | "knots": [...], "production": number | "level" | true | [y_0, ..., y_{K-1}]}.
/// Strict, and checked.
Parameter ParameterFromJson(const Json& json, const std::string& path);
Json ToJson(const Parameter& parameter);

}  // namespace rectune
