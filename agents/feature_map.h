// SPDX-License-Identifier: Apache-2.0
//
// FeatureMap: a configuration as the numbers that agents reason with: its moves away from
// production, in root-cube units, with one indicator for each non-production level of a
// categorical. A Move is one nameable direction ("lvr_curve rises earlier", "fusion_form to
// power_product"): what patterns, rules and hypotheses are about. Not an encoding for optimisers
// (ParameterSpace::Encode is).
//
//   FeatureMap map(*task.space);
//   Eigen::VectorXd x = map.Of(configuration);          // zero at production
//   const Move* move = map.FindMove("ctr_weight", "");
#pragma once

#include <Eigen/Dense>
#include <string>
#include <vector>

#include "core/parameter_space.h"

namespace rectune::agents {

/// Feature `x_j` is a root unit coordinate minus production's, or a level's indicator.
struct Feature {
  std::size_t parameter = 0;
  std::size_t coordinate = 0;  // in the root space's unit cube
  int level = -1;              // categorical only
};

/// One direction of change: all features [first, first + count) up by one unit. For a number that
/// is its whole range; for a curve, all its coordinates (it rises earlier); for a level, choosing
/// it.
struct Move {
  std::size_t parameter = 0;
  std::string level;  // categorical only
  std::size_t first = 0;
  std::size_t count = 1;
};

class FeatureMap {
 public:
  explicit FeatureMap(const ParameterSpace& root);

  std::size_t size() const { return features_.size(); }
  const std::vector<Feature>& features() const { return features_; }
  const std::vector<Move>& moves() const { return moves_; }
  const ParameterSpace& space() const { return space_; }
  Eigen::VectorXd Of(const Configuration& configuration) const;
  /// Null when the pair names no move of this space.
  const Move* FindMove(const std::string& parameter, const std::string& level) const;
  /// How far a feature vector goes along a move (a curve: the mean of its coordinates).
  double Along(const Move& move, const Eigen::VectorXd& x) const;
  /// "raise ctr_weight", "make lvr_curve rise later", "set fusion_form to power_product".
  std::string Describe(const Move& move, int direction) const;

 private:
  ParameterSpace space_;
  std::vector<double> production_unit_;
  std::vector<Feature> features_;
  std::vector<Move> moves_;
};

}  // namespace rectune::agents
