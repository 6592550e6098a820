// SPDX-License-Identifier: Apache-2.0
#include "agents/feature_map.h"

#include <cmath>

namespace rectune::agents {

FeatureMap::FeatureMap(const ParameterSpace& root)
    : space_(root), production_unit_(root.Encode(root.Production())) {
  for (std::size_t p = 0; p < space_.size(); ++p) {
    const Parameter& parameter = space_.parameters()[p];
    const std::size_t coordinate = space_.coordinate_offset(p);
    if (parameter.kind == ParameterKind::kCategorical) {
      const auto production = static_cast<std::size_t>(parameter.production[0]);
      for (std::size_t level = 0; level < parameter.levels.size(); ++level) {
        if (level == production) continue;
        moves_.push_back({p, parameter.levels[level], features_.size(), 1});
        features_.push_back({p, coordinate, static_cast<int>(level)});
      }
      continue;
    }
    moves_.push_back({p, "", features_.size(), parameter.dimension()});
    for (std::size_t k = 0; k < parameter.dimension(); ++k) {
      features_.push_back({p, coordinate + k, -1});
    }
  }
}

Eigen::VectorXd FeatureMap::Of(const Configuration& configuration) const {
  const std::vector<double> unit = space_.Encode(configuration);
  Eigen::VectorXd x(static_cast<Eigen::Index>(features_.size()));
  for (std::size_t j = 0; j < features_.size(); ++j) {
    const Feature& feature = features_[j];
    if (feature.level >= 0) {
      const double level = configuration.value(space_.value_offset(feature.parameter));
      x[static_cast<Eigen::Index>(j)] = std::lround(level) == feature.level ? 1.0 : 0.0;
    } else {
      x[static_cast<Eigen::Index>(j)] =
          unit[feature.coordinate] - production_unit_[feature.coordinate];
    }
  }
  return x;
}

const Move* FeatureMap::FindMove(const std::string& parameter, const std::string& level) const {
  for (const Move& move : moves_) {
    if (move.level == level && space_.parameters()[move.parameter].name == parameter) return &move;
  }
  return nullptr;
}

double FeatureMap::Along(const Move& move, const Eigen::VectorXd& x) const {
  return x.segment(static_cast<Eigen::Index>(move.first), static_cast<Eigen::Index>(move.count))
      .mean();
}

std::string FeatureMap::Describe(const Move& move, int direction) const {
  const Parameter& parameter = space_.parameters()[move.parameter];
  switch (parameter.kind) {
    case ParameterKind::kCategorical:
      return (direction > 0 ? "set " : "avoid setting ") + parameter.name + " to " + move.level;
    case ParameterKind::kBoolean:
      return (direction > 0 ? "turn on " : "turn off ") + parameter.name;
    case ParameterKind::kCurve:
      return "make " + parameter.name + (direction > 0 ? " rise earlier" : " rise later");
    case ParameterKind::kContinuous:
    case ParameterKind::kInteger:
      break;
  }
  return (direction > 0 ? "raise " : "lower ") + parameter.name;
}

}  // namespace rectune::agents
