// SPDX-License-Identifier: Apache-2.0
//
// RegressionForest: random regression trees over the coordinates of a mixed space, with a mean and
// a variance (Breiman, Machine Learning 45, 2001; Hutter, Hoos and Leyton-Brown, LION 5, 2011). The
// variance is coarse: where trees agree because none has data, it is small.
//
//   RegressionForest forest(views, units, targets, {}, stream);
//   auto [mean, variance] = forest.Predict(unit);
//
// Each tree sees a bootstrap sample. A node tries a random share of the coordinates and takes the
// split that lessens the squared error most: below or above a threshold drawn uniformly between two
// neighbouring values, or one level against all others where levels have no order. A forest's
// variance is the law of total variance over its leaves: the mean variance inside them plus the
// variance of their means.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"

namespace rectune::baselines {

struct ForestOptions {
  int trees = 10;
  int least_in_leaf = 3;
  double coordinate_share = 5.0 / 6.0;  // tried at a node
};

class RegressionForest {
 public:
  struct Prediction {
    double mean = 0.0;
    double variance = 0.0;
  };

  /// At least one point; one target a point.
  RegressionForest(const std::vector<CoordinateView>& views,
                   std::span<const std::vector<double>> units, std::span<const double> targets,
                   const ForestOptions& options, RandomStream& stream);

  Prediction Predict(std::span<const double> unit) const;

 private:
  struct Node {
    std::size_t coordinate = 0;
    double threshold = 0.0;  // goes left when at or below it, or when in the cell of it
    bool is_level = false;
    int left = -1;  // children; none in a leaf
    int right = -1;
    double mean = 0.0;
    double variance = 0.0;
  };
  struct Data;
  using Tree = std::vector<Node>;

  int Grow(const Data& data, std::vector<std::size_t> members, RandomStream& stream, Tree* tree);
  bool GoesLeft(const Node& node, double u) const;

  std::vector<CoordinateView> views_;
  std::vector<std::size_t> free_;  // coordinates that can be split
  ForestOptions options_;
  std::vector<Tree> trees_;
};

}  // namespace rectune::baselines
