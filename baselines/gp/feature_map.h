// SPDX-License-Identifier: Apache-2.0
//
// FeatureMap: the unit cube as a Gaussian process sees it, so that plain Euclidean distance between
// features is the distance we mean. A continuous or integer coordinate is one feature, its own
// value (an integer's cell centre); a curve's stick-breaking coordinates are continuous ones. A
// categorical of L levels is a one-hot block scaled by sqrt(1/2), a boolean one feature in {0, 1}:
// two different levels are then at distance 1, which is the Hamming kernel. A coordinate tightened
// to one level has no feature: nothing can be learnt of it.
//
//   const FeatureMap map(space);
//   map.Map(unit, features);          // map.features() numbers
//
// One lengthscale belongs to a *group*: the features of one coordinate.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "baselines/coordinates.h"

namespace rectune::baselines {

class FeatureMap {
 public:
  explicit FeatureMap(const ParameterSpace& space);

  std::size_t dimension() const { return views_.size(); }
  std::size_t features() const { return group_of_.size(); }
  std::size_t groups() const { return free_.size(); }
  /// The group of each feature, ascending.
  const std::vector<std::size_t>& group_of() const { return group_of_; }
  const std::vector<bool>& is_choice() const { return is_choice_; }
  /// The coordinate of each group: those with something to choose.
  const std::vector<std::size_t>& free_coordinates() const { return free_; }
  const std::vector<CoordinateView>& views() const { return views_; }
  /// First feature of a coordinate that is not fixed.
  std::size_t first_feature(std::size_t coordinate) const { return first_[coordinate]; }

  void Map(std::span<const double> unit, double* features) const;
  /// Only the features of one coordinate, in place.
  void MapCoordinate(std::size_t coordinate, double unit, double* features) const;
  /// Discrete coordinates to their cells' centres, fixed ones to their only cell, the rest clamped.
  void Snap(std::vector<double>* unit) const;

 private:
  std::vector<CoordinateView> views_;
  std::vector<std::size_t> group_of_;
  std::vector<bool> is_choice_;  // of each group
  std::vector<std::size_t> free_;
  std::vector<std::size_t> first_;
};

}  // namespace rectune::baselines
