// SPDX-License-Identifier: Apache-2.0
#include "agents/validator.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "agents/text.h"
#include "core/config_error.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

// Two configurations this close in every root-cube coordinate are one experiment.
constexpr double kSameExperiment = 1e-6;

std::string DescribeError(const ConfigError& error) {
  return SanitizeLine(error.value(), 80) + " is not allowed; allowed: " + error.allowed();
}

bool SameExperiment(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t j = 0; j < a.size(); ++j) {
    if (std::abs(a[j] - b[j]) > kSameExperiment) return false;
  }
  return true;
}

std::vector<std::string> Names(const ParameterSpace& space) {
  std::vector<std::string> names;
  for (const Parameter& parameter : space.parameters()) names.push_back(parameter.name);
  return names;
}

}  // namespace

Validation ReadConfiguration(const ParameterSpace& root, const Json& config) {
  Validation result;
  Json values = Json::object();
  std::set<std::string> seen;
  const Configuration production = root.Production();
  for (const Json& pair : config) {
    const std::string name = SanitizeLine(pair["param"].get<std::string>(), 200);
    if (!root.Find(name)) {
      const std::string nearest = NearestName(name, Names(root));
      result.reasons.push_back("unknown parameter \"" + name + "\"" +
                               (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
      continue;
    }
    if (!seen.insert(name).second) {
      result.reasons.push_back(name + ": given twice");
      continue;
    }
    Json one = Json::object();
    one[name] = pair["value"];
    try {
      root.Parse(one, "", &production);
      values[name] = pair["value"];
    } catch (const ConfigError& error) {
      result.reasons.push_back(name + ": " + DescribeError(error));
    }
  }
  if (result.reasons.empty()) result.configuration = root.Parse(values, "", &production);
  return result;
}

Validator::Validator(const ParameterSpace& root, const ParameterSpace& box,
                     std::vector<Configuration> tried)
    : root_(root), box_(box), tried_(std::move(tried)) {}

Validation Validator::Check(const Json& config) {
  Validation result = ReadConfiguration(root_, config);
  if (!result.configuration) return result;
  const Configuration& configuration = *result.configuration;
  const std::vector<double> unit = root_.Encode(configuration);
  if (SameExperiment(unit, root_.Encode(root_.Production()))) {
    result.reasons.push_back("it changes nothing: this is the production configuration");
  } else if (!box_.Contains(configuration)) {
    const Json values = root_.ToJson(configuration);
    const Configuration production = root_.Production();
    for (const Json& pair : config) {
      const std::string name = pair["param"].get<std::string>();
      Json one = Json::object();
      one[name] = values[name];
      try {
        box_.Parse(one, "", &production);
      } catch (const ConfigError& error) {
        result.reasons.push_back(name + ": outside the skill's search space; " +
                                 DescribeError(error));
      }
    }
    if (result.reasons.empty()) {
      // Production may lie outside the box, but a new arm may not, even where it agrees with it.
      result.reasons.push_back("it is outside the skill's search space");
    }
  }
  const bool repeated = std::any_of(tried_.begin(), tried_.end(), [&](const Configuration& other) {
    return SameExperiment(unit, root_.Encode(other));
  });
  if (repeated) result.reasons.push_back("this configuration was already tried or proposed");
  if (result.reasons.empty()) {
    tried_.push_back(configuration);
  } else {
    result.configuration.reset();
  }
  return result;
}

}  // namespace rectune::agents
