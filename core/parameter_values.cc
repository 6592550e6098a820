// SPDX-License-Identifier: Apache-2.0
#include "core/parameter_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "core/config_error.h"
#include "core/object_reader.h"

namespace rectune {
namespace {

constexpr double kTolerance = 1e-9;  // of a curve's ends and of its rise

struct ScaleEnds {
  double low;
  double high;
};

double OnScale(const Parameter& parameter, double native) {
  return parameter.scale == ParameterScale::kLog ? std::log(native) : native;
}

double HalfStep(const Parameter& parameter) {
  return parameter.kind == ParameterKind::kInteger ? 0.5 : 0.0;
}

ScaleEnds EndsOf(const Parameter& parameter) {
  return {OnScale(parameter, parameter.low - HalfStep(parameter)),
          OnScale(parameter, parameter.high + HalfStep(parameter))};
}

std::vector<double> CurveFromJson(const Parameter& parameter, const Json& json,
                                  const std::string& path,
                                  const std::function<std::string()>& describe) {
  if (!json.is_array() || json.size() != parameter.width()) {
    throw ConfigError(path, json.dump(), describe());
  }
  std::vector<double> heights;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const double previous = i == 0 ? 0.0 : heights.back();
    const double height = json[i].is_number() ? json[i].get<double>() : std::nan("");
    const bool is_end = i == 0 || i + 1 == json.size();
    const double end = i == 0 ? 0.0 : 1.0;
    if (!(height >= previous - kTolerance && height <= 1.0 + kTolerance) ||
        (is_end && std::abs(height - end) > kTolerance)) {
      throw ConfigError(path + "/" + std::to_string(i), json[i].dump(), describe());
    }
    heights.push_back(is_end ? end : std::clamp(height, previous, 1.0));
  }
  return heights;
}

}  // namespace

double NativeToUnit(const Parameter& parameter, double native) {
  const ScaleEnds ends = EndsOf(parameter);
  return std::clamp((OnScale(parameter, native) - ends.low) / (ends.high - ends.low), 0.0, 1.0);
}

double UnitToNative(const Parameter& parameter, double unit) {
  const double low = parameter.low - HalfStep(parameter);
  const double high = parameter.high + HalfStep(parameter);
  if (unit <= 0.0) {
    return low;
  }
  if (unit >= 1.0) {
    return high;
  }
  const ScaleEnds ends = EndsOf(parameter);
  const double scaled = std::lerp(ends.low, ends.high, unit);
  return std::clamp(parameter.scale == ParameterScale::kLog ? std::exp(scaled) : scaled, low, high);
}

double CellCentre(const Parameter& parameter, double integer) {
  return 0.5 * (NativeToUnit(parameter, integer - 0.5) + NativeToUnit(parameter, integer + 0.5));
}

double StickShare(double unit, std::size_t later) {
  return -std::expm1(std::log1p(-unit) / static_cast<double>(later));
}

std::vector<double> CurveFromUnit(std::span<const double> unit) {
  std::vector<double> heights{0.0};
  heights.reserve(unit.size() + 2);
  for (std::size_t j = 0; j < unit.size(); ++j) {
    const double remaining = 1.0 - heights.back();
    const double rise = remaining * StickShare(unit[j], unit.size() - j);
    heights.push_back(std::min(1.0, heights.back() + rise));
  }
  heights.push_back(1.0);
  return heights;
}

std::vector<double> CurveToUnit(std::span<const double> heights) {
  std::vector<double> unit;
  unit.reserve(heights.size() - 2);
  for (std::size_t j = 0; j + 2 < heights.size(); ++j) {
    const double remaining = 1.0 - heights[j];
    const auto later = static_cast<double>(heights.size() - 2 - j);
    const double share =
        remaining > 0.0 ? std::clamp((heights[j + 1] - heights[j]) / remaining, 0.0, 1.0) : 0.0;
    unit.push_back(-std::expm1(later * std::log1p(-share)));
  }
  return unit;
}

std::vector<double> ValuesFromJson(const Parameter& parameter, const Json& json,
                                   const std::string& path,
                                   const std::function<std::string()>& describe) {
  const auto refusal = [&] { return ConfigError(path, json.dump(), describe()); };
  switch (parameter.kind) {
    case ParameterKind::kContinuous:
    case ParameterKind::kInteger: {
      // Negated comparisons refuse a NaN that was built in memory.
      if (!json.is_number() ||
          !(json.get<double>() >= parameter.low && json.get<double>() <= parameter.high)) {
        throw refusal();
      }
      const double value = json.get<double>();
      if (parameter.kind == ParameterKind::kInteger && value != std::floor(value)) {
        throw refusal();
      }
      return {value};
    }
    case ParameterKind::kBoolean:
      if (!json.is_boolean()) {
        throw refusal();
      }
      return {json.get<bool>() ? 1.0 : 0.0};
    case ParameterKind::kCategorical: {
      if (!json.is_string()) {
        throw refusal();
      }
      const auto& levels = parameter.levels;
      const auto found = std::find(levels.begin(), levels.end(), json.get<std::string>());
      if (found == levels.end()) {
        const std::string nearest = NearestName(json.get<std::string>(), levels);
        throw ConfigError(
            path, json.dump(),
            nearest.empty() ? describe() : describe() + " (did you mean \"" + nearest + "\"?)");
      }
      return {static_cast<double>(found - levels.begin())};
    }
    case ParameterKind::kCurve:
      return CurveFromJson(parameter, json, path, describe);
  }
  RECTUNE_CHECK(false, "not a kind of parameter");
}

Json ValuesToJson(const Parameter& parameter, std::span<const double> values) {
  RECTUNE_CHECK(values.size() == parameter.width(), parameter.name + " has another shape");
  switch (parameter.kind) {
    case ParameterKind::kContinuous:
      return NumberToJson(values[0]);
    case ParameterKind::kInteger:
      return static_cast<std::int64_t>(values[0]);
    case ParameterKind::kBoolean:
      return values[0] == 1.0;
    case ParameterKind::kCategorical:
      return parameter.levels[static_cast<std::size_t>(values[0])];
    case ParameterKind::kCurve: {
      Json heights = Json::array();
      for (const double height : values) {
        heights.push_back(NumberToJson(height));
      }
      return heights;
    }
  }
  RECTUNE_CHECK(false, "not a kind of parameter");
}

std::string DescribeValues(const Parameter& parameter, double low, double high,
                           const std::vector<std::size_t>& levels) {
  const std::string range = "in [" + NumberText(low) + ", " + NumberText(high) + "]" +
                            (parameter.scale == ParameterScale::kLog ? " (log scale)" : "");
  switch (parameter.kind) {
    case ParameterKind::kContinuous:
      return "a number " + range;
    case ParameterKind::kInteger:
      return "an integer " + range;
    case ParameterKind::kBoolean:
      return levels.size() == 2 ? "true or false" : parameter.levels[levels.front()];
    case ParameterKind::kCategorical: {
      std::vector<std::string> names;
      for (const std::size_t level : levels) {
        names.push_back("\"" + parameter.levels[level] + "\"");
      }
      return "one of: " + JoinNames(names);
    }
    case ParameterKind::kCurve: {
      std::vector<std::string> knots;
      for (const double knot : parameter.knots) {
        knots.push_back(NumberText(knot));
      }
      return "an array of " + std::to_string(parameter.knots.size()) +
             " heights that never fall, the first 0 and the last 1, at x = " + JoinNames(knots);
    }
  }
  RECTUNE_CHECK(false, "not a kind of parameter");
}

std::string DescribeValues(const Parameter& parameter) {
  std::vector<std::size_t> levels(parameter.levels.size());
  std::iota(levels.begin(), levels.end(), std::size_t{0});
  return DescribeValues(parameter, parameter.low, parameter.high, levels);
}

}  // namespace rectune
