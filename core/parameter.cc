// SPDX-License-Identifier: Apache-2.0
#include "core/parameter.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/check.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "core/parameter_values.h"

namespace rectune {
namespace {

constexpr double kLargestInteger = 1e9;  // beyond it, cells of the unit interval lose their digits

const std::vector<ParameterKind>& Kinds() {
  static const std::vector<ParameterKind> kKinds{
      ParameterKind::kContinuous, ParameterKind::kInteger, ParameterKind::kCategorical,
      ParameterKind::kBoolean, ParameterKind::kCurve};
  return kKinds;
}

bool IsSnakeCase(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(), allowed);
}

void CheckRange(const Parameter& p, const std::string& path) {
  const std::string shown =
      "[" + NumberToJson(p.low).dump() + ", " + NumberToJson(p.high).dump() + "]";
  if (!(std::isfinite(p.low) && std::isfinite(p.high) && p.low < p.high)) {
    throw ConfigError(path + "/range", shown, "[low, high] with low < high, both finite");
  }
  if (p.scale == ParameterScale::kLog && p.low <= 0.0) {
    throw ConfigError(path + "/range", shown, "a positive low end, because the scale is log");
  }
  if (p.kind == ParameterKind::kInteger &&
      (p.low != std::floor(p.low) || p.high != std::floor(p.high) ||
       std::max(std::abs(p.low), std::abs(p.high)) > kLargestInteger)) {
    throw ConfigError(path + "/range", shown, "integers of at most 1e9 in magnitude");
  }
}

void CheckLevels(const Parameter& p, const std::string& path) {
  const std::string shown = Json(p.levels).dump();
  if (p.kind == ParameterKind::kBoolean) {
    if (p.levels != std::vector<std::string>{"false", "true"}) {
      throw ConfigError(path + "/levels", shown,
                        R"(["false", "true"], which a boolean always has)");
    }
    return;
  }
  const std::set<std::string> unique(p.levels.begin(), p.levels.end());
  if (p.levels.size() < 2 || unique.size() != p.levels.size() || unique.contains("")) {
    throw ConfigError(path + "/levels", shown, "at least two levels, named and different");
  }
}

void CheckKnots(const Parameter& p, const std::string& path) {
  const bool finite =
      std::all_of(p.knots.begin(), p.knots.end(), [](double x) { return std::isfinite(x); });
  const bool ascending =
      std::adjacent_find(p.knots.begin(), p.knots.end(), std::greater_equal<>()) == p.knots.end();
  if (p.knots.size() < 3 || !finite || !ascending) {
    throw ConfigError(path + "/knots",
                      finite ? Json(p.knots).dump() : "a number that is not finite",
                      "at least three knots, each above the one before");
  }
}

// The values a caller put in a struct must read back through the strict JSON reader.
void CheckProduction(const Parameter& p, const std::string& path) {
  const std::string where = path + "/production";
  const std::string allowed = DescribeValues(p);
  const bool finite = std::all_of(p.production.begin(), p.production.end(),
                                  [](double x) { return std::isfinite(x); });
  const bool is_level =
      !p.has_levels() || (p.production.size() == 1 && p.production[0] >= 0.0 &&
                          p.production[0] < static_cast<double>(p.levels.size()) &&
                          p.production[0] == std::floor(p.production[0]));
  if (p.production.size() != p.width() || !finite || !is_level) {
    throw ConfigError(where, finite ? Json(p.production).dump() : "a number that is not finite",
                      allowed);
  }
  // An integer's JSON form would drop a fraction before the reader sees it.
  const Json value =
      p.kind == ParameterKind::kInteger ? Json(p.production[0]) : ValuesToJson(p, p.production);
  if (ValuesFromJson(p, value, where, [&p] { return DescribeValues(p); }) != p.production) {
    throw ConfigError(where, value.dump(), allowed + ", exactly");
  }
}

}  // namespace

const char* ToString(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kContinuous:
      return "continuous";
    case ParameterKind::kInteger:
      return "integer";
    case ParameterKind::kCategorical:
      return "categorical";
    case ParameterKind::kBoolean:
      return "boolean";
    case ParameterKind::kCurve:
      return "curve";
  }
  RECTUNE_CHECK(false, "not a kind of parameter");
}

void CheckParameter(const Parameter& parameter, const std::string& path) {
  if (!IsSnakeCase(parameter.name)) {
    throw ConfigError(path + "/name", Json(parameter.name).dump(),
                      "a snake_case name (a-z, 0-9, _; starts with a letter)");
  }
  if (!parameter.is_numeric() && parameter.scale != ParameterScale::kLinear) {
    throw ConfigError(path + "/scale", "\"log\"",
                      std::string("no scale, because the kind is ") + ToString(parameter.kind));
  }
  if (parameter.is_numeric()) {
    CheckRange(parameter, path);
  } else if (parameter.has_levels()) {
    CheckLevels(parameter, path);
  } else {
    CheckKnots(parameter, path);
  }
  CheckProduction(parameter, path);
}

Parameter ParameterFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  Parameter p;
  p.name = reader.String("name");
  p.stage = reader.String("stage");
  p.unit = reader.String("unit");
  p.meaning = reader.String("meaning");
  std::vector<std::string> kinds;
  for (const ParameterKind kind : Kinds()) {
    kinds.emplace_back(ToString(kind));
  }
  const std::string kind = reader.OneOf("kind", kinds);
  for (const ParameterKind candidate : Kinds()) {
    if (kind == ToString(candidate)) {
      p.kind = candidate;
    }
  }
  if (p.is_numeric()) {
    if (reader.Has("scale") && reader.OneOf("scale", {"linear", "log"}) == "log") {
      p.scale = ParameterScale::kLog;
    }
    const std::vector<double> range = reader.Numbers("range");
    if (range.size() != 2) {
      throw ConfigError(reader.PathOf("range"), Json(range).dump(), "two numbers: [low, high]");
    }
    p.low = range[0];
    p.high = range[1];
    CheckRange(p, path);
  } else if (p.kind == ParameterKind::kCategorical) {
    p.levels = reader.Strings("levels");
    CheckLevels(p, path);
  } else if (p.kind == ParameterKind::kBoolean) {
    p.levels = {"false", "true"};
  } else {
    p.knots = reader.Numbers("knots");
    CheckKnots(p, path);
  }
  const std::string allowed = DescribeValues(p);
  if (!reader.Has("production")) {
    throw ConfigError(reader.PathOf("production"), "missing", allowed);
  }
  p.production = ValuesFromJson(p, reader.Value("production"), reader.PathOf("production"),
                                [&p] { return DescribeValues(p); });
  reader.Finish();
  CheckParameter(p, path);
  return p;
}

Json ToJson(const Parameter& parameter) {
  Json json = {{"name", parameter.name},
               {"stage", parameter.stage},
               {"unit", parameter.unit},
               {"meaning", parameter.meaning},
               {"kind", ToString(parameter.kind)}};
  if (parameter.is_numeric()) {
    json["scale"] = parameter.scale == ParameterScale::kLog ? "log" : "linear";
    json["range"] = Json::array({ValuesToJson(parameter, std::vector<double>{parameter.low}),
                                 ValuesToJson(parameter, std::vector<double>{parameter.high})});
  } else if (parameter.kind == ParameterKind::kCategorical) {
    json["levels"] = parameter.levels;
  } else if (parameter.kind == ParameterKind::kCurve) {
    json["knots"] = parameter.knots;
  }
  json["production"] = ValuesToJson(parameter, parameter.production);
  return json;
}

}  // namespace rectune
