// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/feature_map.h"

#include <algorithm>
#include <numbers>

#include "core/check.h"

namespace rectune::baselines {

FeatureMap::FeatureMap(const ParameterSpace& space)
    : views_(ViewCoordinates(space)), first_(space.dimension(), 0) {
  for (std::size_t j = 0; j < views_.size(); ++j) {
    const CoordinateView& view = views_[j];
    if (view.is_fixed()) continue;
    first_[j] = group_of_.size();
    const std::size_t width = view.is_choice() && view.levels() > 2 ? view.levels() : 1;
    group_of_.insert(group_of_.end(), width, free_.size());
    is_choice_.push_back(view.is_choice());
    free_.push_back(j);
  }
}

void FeatureMap::MapCoordinate(std::size_t coordinate, double unit, double* features) const {
  const CoordinateView& view = views_[coordinate];
  if (view.is_fixed()) return;
  double* own = features + first_[coordinate];
  if (!view.has_levels()) {
    *own = unit;
    return;
  }
  const std::size_t level = view.LevelOf(unit);
  if (!view.is_choice()) {
    *own = view.Centre(level);
  } else if (view.levels() == 2) {
    *own = static_cast<double>(level);
  } else {
    std::fill(own, own + view.levels(), 0.0);
    own[level] = 1.0 / std::numbers::sqrt2;
  }
}

void FeatureMap::Map(std::span<const double> unit, double* features) const {
  RECTUNE_CHECK(unit.size() == dimension(), "the point belongs to another space");
  for (const std::size_t j : free_) MapCoordinate(j, unit[j], features);
}

void FeatureMap::Snap(std::vector<double>* unit) const {
  for (std::size_t j = 0; j < views_.size(); ++j) {
    double& u = (*unit)[j];
    u = std::clamp(u, 0.0, 1.0);
    if (views_[j].has_levels()) u = views_[j].Centre(views_[j].LevelOf(u));
  }
}

}  // namespace rectune::baselines
