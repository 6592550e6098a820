// SPDX-License-Identifier: Apache-2.0
#include "core/parameter_space.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/check.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "core/parameter_values.h"

namespace rectune {
namespace {

constexpr double kTolerance = 1e-9;  // of each range

bool IsWhole(double value) { return std::isfinite(value) && value == std::floor(value); }

// Both ways between the root unit interval and a box in it. A box of no width has one point, the
// middle of every cube it could come from.
double IntoBox(double low, double high, double unit) {
  return std::clamp(std::lerp(low, high, unit), low, high);
}
double OutOfBox(double low, double high, double root) {
  return high > low ? std::clamp((root - low) / (high - low), 0.0, 1.0) : 0.5;
}

// Restores what a library's rounding may have bent by less than the tolerance: numbers to their
// range, a curve to exact ends and no fall. False when the values are not this parameter's at all.
bool Straighten(const Parameter& p, std::span<double> values) {
  if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) {
    return false;
  }
  if (p.has_levels()) {
    return IsWhole(values[0]) && values[0] >= 0.0 &&
           values[0] < static_cast<double>(p.levels.size());
  }
  if (p.is_numeric()) {
    const double slack = p.kind == ParameterKind::kContinuous ? kTolerance * (p.high - p.low) : 0.0;
    if (values[0] < p.low - slack || values[0] > p.high + slack ||
        (p.kind == ParameterKind::kInteger && !IsWhole(values[0]))) {
      return false;
    }
    values[0] = std::clamp(values[0], p.low, p.high);
    return true;
  }
  if (std::abs(values.front()) > kTolerance || std::abs(values.back() - 1.0) > kTolerance) {
    return false;
  }
  values.front() = 0.0;
  values.back() = 1.0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] < values[i - 1] - kTolerance || values[i] > 1.0 + kTolerance) {
      return false;
    }
    values[i] = std::clamp(values[i], values[i - 1], 1.0);
  }
  return true;
}

}  // namespace

ParameterSpace::ParameterSpace(std::vector<Parameter> parameters, const std::string& path)
    : parameters_(std::move(parameters)) {
  if (parameters_.empty()) {
    throw ConfigError(path, "[]", "at least one parameter");
  }
  std::set<std::string> names;
  std::size_t width = 0;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    Parameter& p = parameters_[i];
    const std::string where = path + "/" + std::to_string(i);
    if (p.kind == ParameterKind::kBoolean && p.levels.empty()) {
      p.levels = {"false", "true"};
    }
    CheckParameter(p, where);
    if (!names.insert(p.name).second) {
      throw ConfigError(where + "/name", Json(p.name).dump(), "a name no other parameter has");
    }
    value_offsets_.push_back(width);
    width += p.width();
    coordinate_offsets_.push_back(coordinates_.size());
    for (std::size_t offset = 0; offset < p.dimension(); ++offset) {
      coordinates_.push_back({i, offset});
    }
  }
  box_low_.resize(coordinates_.size());
  box_high_.resize(coordinates_.size());
  allowed_levels_.resize(parameters_.size());
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    ResetBox(i);
  }
}

ParameterSpace ParameterSpace::FromJson(const Json& array, const std::string& path) {
  if (!array.is_array()) {
    throw ConfigError(path, array.dump(), "an array of parameters");
  }
  std::vector<Parameter> parameters;
  for (std::size_t i = 0; i < array.size(); ++i) {
    parameters.push_back(ParameterFromJson(array[i], path + "/" + std::to_string(i)));
  }
  return ParameterSpace(std::move(parameters), path);
}

Json ParameterSpace::ToJson() const {
  Json array = Json::array();
  for (const Parameter& parameter : parameters_) {
    array.push_back(rectune::ToJson(parameter));
  }
  return array;
}

std::optional<std::size_t> ParameterSpace::Find(std::string_view name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

std::size_t ParameterSpace::IndexOf(std::string_view name) const {
  const std::optional<std::size_t> index = Find(name);
  RECTUNE_CHECK(index.has_value(), "no parameter is called " + std::string(name));
  return *index;
}

Configuration ParameterSpace::Production() const {
  std::vector<double> values;
  for (const Parameter& parameter : parameters_) {
    values.insert(values.end(), parameter.production.begin(), parameter.production.end());
  }
  return Configuration(std::move(values));
}

Configuration ParameterSpace::Decode(std::span<const double> unit) const {
  RECTUNE_CHECK(unit.size() == dimension(), "Decode needs one number a coordinate");
  std::vector<double> root(dimension());
  for (std::size_t c = 0; c < dimension(); ++c) {
    RECTUNE_CHECK(unit[c] >= 0.0 && unit[c] <= 1.0, "unit coordinates lie in [0, 1]");
    root[c] = IntoBox(box_low_[c], box_high_[c], unit[c]);
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < size(); ++i) {
    const Parameter& p = parameters_[i];
    const std::size_t c = coordinate_offsets_[i];
    switch (p.kind) {
      case ParameterKind::kContinuous:
        values.push_back(UnitToNative(p, root[c]));
        break;
      case ParameterKind::kInteger:
        values.push_back(
            std::clamp(std::round(UnitToNative(p, root[c])), native_low(i), native_high(i)));
        break;
      case ParameterKind::kCategorical:
      case ParameterKind::kBoolean: {
        const std::vector<std::size_t>& levels = allowed_levels_[i];
        const auto cell = static_cast<std::size_t>(unit[c] * static_cast<double>(levels.size()));
        values.push_back(static_cast<double>(levels[std::min(cell, levels.size() - 1)]));
        break;
      }
      case ParameterKind::kCurve: {
        const std::vector<double> heights =
            CurveFromUnit(std::span<const double>(root).subspan(c, p.dimension()));
        values.insert(values.end(), heights.begin(), heights.end());
        break;
      }
    }
  }
  return Configuration(std::move(values));
}

std::vector<double> ParameterSpace::Encode(const Configuration& configuration) const {
  RECTUNE_CHECK(configuration.values().size() == value_offsets_.back() + parameters_.back().width(),
                "the configuration belongs to another space");
  std::vector<double> unit(dimension());
  for (std::size_t i = 0; i < size(); ++i) {
    const Parameter& p = parameters_[i];
    const std::size_t c = coordinate_offsets_[i];
    const double value = configuration.value(value_offsets_[i]);
    switch (p.kind) {
      case ParameterKind::kContinuous:
        unit[c] = OutOfBox(box_low_[c], box_high_[c], NativeToUnit(p, value));
        break;
      case ParameterKind::kInteger:
        // Clamped first, so that an integer outside the box takes the edge cell's centre.
        unit[c] = OutOfBox(box_low_[c], box_high_[c],
                           CellCentre(p, std::clamp(value, native_low(i), native_high(i))));
        break;
      case ParameterKind::kCategorical:
      case ParameterKind::kBoolean: {
        const std::vector<std::size_t>& levels = allowed_levels_[i];
        const auto nearest =
            std::min_element(levels.begin(), levels.end(), [value](std::size_t a, std::size_t b) {
              return std::abs(static_cast<double>(a) - value) <
                     std::abs(static_cast<double>(b) - value);
            });
        unit[c] = (static_cast<double>(nearest - levels.begin()) + 0.5) /
                  static_cast<double>(levels.size());
        break;
      }
      case ParameterKind::kCurve: {
        const std::vector<double> root = CurveToUnit(
            std::span<const double>(configuration.values()).subspan(value_offsets_[i], p.width()));
        for (std::size_t j = 0; j < root.size(); ++j) {
          unit[c + j] = OutOfBox(box_low_[c + j], box_high_[c + j], root[j]);
        }
        break;
      }
    }
  }
  return unit;
}

Configuration ParameterSpace::Parse(const Json& object, const std::string& path,
                                    const Configuration* base) const {
  RECTUNE_CHECK(base == nullptr || base->values().size() == Production().values().size(),
                "the base configuration belongs to another space");
  ObjectReader reader(object, path);
  for (const Parameter& parameter : parameters_) {
    reader.Declare(parameter.name);
  }
  reader.Finish();  // a misspelt name is reported as such, not as a missing parameter
  std::vector<double> values;
  std::optional<ConfigError> outside;
  for (std::size_t i = 0; i < size(); ++i) {
    const Parameter& p = parameters_[i];
    const auto found = object.find(p.name);
    if (found == object.end()) {
      if (base == nullptr) {
        throw ConfigError(reader.PathOf(p.name), "missing", DescribeAllowed(i));
      }
      const auto first = base->values().begin() + static_cast<std::ptrdiff_t>(value_offsets_[i]);
      values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(p.width()));
      continue;
    }
    const std::vector<double> own =
        ValuesFromJson(p, *found, reader.PathOf(p.name), [&] { return DescribeAllowed(i); });
    values.insert(values.end(), own.begin(), own.end());
    if (!outside && !InBox(i, own)) {
      outside.emplace(reader.PathOf(p.name), found->dump(), DescribeAllowed(i));
    }
  }
  Configuration configuration(std::move(values));
  // Control is always deployable, even from outside the box.
  if (outside && configuration != Production()) {
    throw ConfigError(*outside);
  }
  return configuration;
}

Json ParameterSpace::ToJson(const Configuration& configuration) const {
  Json object = Json::object();
  for (std::size_t i = 0; i < size(); ++i) {
    object[parameters_[i].name] =
        ValuesToJson(parameters_[i], std::span<const double>(configuration.values())
                                         .subspan(value_offsets_[i], parameters_[i].width()));
  }
  return object;
}

Configuration ParameterSpace::FromValues(std::vector<double> values) const {
  RECTUNE_CHECK(values.size() == value_offsets_.back() + parameters_.back().width(),
                "FromValues needs every parameter's values");
  for (std::size_t i = 0; i < size(); ++i) {
    RECTUNE_CHECK(Straighten(parameters_[i], std::span<double>(values).subspan(
                                                 value_offsets_[i], parameters_[i].width())),
                  parameters_[i].name + " must be " + DescribeAllowed(i));
  }
  Configuration configuration(std::move(values));
  RECTUNE_CHECK(Contains(configuration) || configuration == Production(),
                "the values lie outside the space's box");
  return configuration;
}

bool ParameterSpace::Contains(const Configuration& configuration) const {
  if (configuration.values().size() != value_offsets_.back() + parameters_.back().width()) {
    return false;
  }
  for (std::size_t i = 0; i < size(); ++i) {
    const auto own = std::span<const double>(configuration.values())
                         .subspan(value_offsets_[i], parameters_[i].width());
    std::vector<double> straight(own.begin(), own.end());
    if (!Straighten(parameters_[i], straight) || !InBox(i, straight)) {
      return false;
    }
  }
  return true;
}

bool ParameterSpace::InBox(std::size_t parameter, std::span<const double> values) const {
  const Parameter& p = parameters_[parameter];
  const std::size_t c = coordinate_offsets_[parameter];
  switch (p.kind) {
    case ParameterKind::kContinuous: {
      const double unit = NativeToUnit(p, values[0]);
      return unit >= box_low_[c] - kTolerance && unit <= box_high_[c] + kTolerance;
    }
    case ParameterKind::kInteger:
      return values[0] >= native_low(parameter) && values[0] <= native_high(parameter);
    case ParameterKind::kCategorical:
    case ParameterKind::kBoolean: {
      const std::vector<std::size_t>& levels = allowed_levels_[parameter];
      return std::find(levels.begin(), levels.end(), static_cast<std::size_t>(values[0])) !=
             levels.end();
    }
    case ParameterKind::kCurve:
      // Compared as rises, not as coordinates: where little is left to share, the coordinate says
      // nothing.
      for (std::size_t j = 0; j < p.dimension(); ++j) {
        const double remaining = 1.0 - values[j];
        const double rise = values[j + 1] - values[j];
        const std::size_t later = p.dimension() - j;
        if (rise < remaining * StickShare(box_low_[c + j], later) - kTolerance ||
            rise > remaining * StickShare(box_high_[c + j], later) + kTolerance) {
          return false;
        }
      }
      return true;
  }
  RECTUNE_CHECK(false, "not a kind of parameter");
}

}  // namespace rectune
