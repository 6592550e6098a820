// SPDX-License-Identifier: Apache-2.0
#include "baselines/forest.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

/// Running sums of one side of a split.
struct Side {
  double count = 0.0;
  double sum = 0.0;
  double squares = 0.0;
  void Add(double y) {
    count += 1.0;
    sum += y;
    squares += y * y;
  }
  double SquaredError() const { return count > 0.0 ? squares - sum * sum / count : 0.0; }
};

}  // namespace

struct RegressionForest::Data {
  std::span<const std::vector<double>> units;
  std::span<const double> targets;
};

RegressionForest::RegressionForest(const std::vector<CoordinateView>& views,
                                   std::span<const std::vector<double>> units,
                                   std::span<const double> targets, const ForestOptions& options,
                                   RandomStream& stream)
    : views_(views), options_(options) {
  RECTUNE_CHECK(!units.empty() && units.size() == targets.size(), "one target a point");
  for (std::size_t j = 0; j < views_.size(); ++j) {
    if (!views_[j].is_fixed()) free_.push_back(j);
  }
  const Data data{units, targets};
  for (int t = 0; t < options_.trees; ++t) {
    std::vector<std::size_t> members(units.size());
    for (std::size_t& member : members) member = stream.UniformInteger(units.size());
    Tree tree;
    Grow(data, std::move(members), stream, &tree);
    trees_.push_back(std::move(tree));
  }
}

bool RegressionForest::GoesLeft(const Node& node, double u) const {
  if (!node.is_level) return u <= node.threshold;
  const CoordinateView& view = views_[node.coordinate];
  return view.LevelOf(u) == view.LevelOf(node.threshold);
}

int RegressionForest::Grow(const Data& data, std::vector<std::size_t> members, RandomStream& stream,
                           Tree* tree) {
  Side all;
  for (const std::size_t member : members) all.Add(data.targets[member]);
  Node node;
  node.mean = all.sum / all.count;
  node.variance = std::max(0.0, all.SquaredError() / all.count);
  const int index = static_cast<int>(tree->size());
  tree->push_back(node);
  const auto least = static_cast<std::size_t>(options_.least_in_leaf);
  if (members.size() < 2 * least || node.variance <= 0.0 || free_.empty()) return index;

  std::vector<std::size_t> order = free_;
  stream.Shuffle(std::span<std::size_t>(order));
  const double share = options_.coordinate_share * static_cast<double>(order.size());
  order.resize(std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(share))));

  double best_error = all.SquaredError();
  bool is_split = false;
  const auto consider = [&](const Side& left, const Node& split) {
    if (left.count < options_.least_in_leaf || all.count - left.count < options_.least_in_leaf) {
      return;
    }
    const Side right{all.count - left.count, all.sum - left.sum, all.squares - left.squares};
    const double error = left.SquaredError() + right.SquaredError();
    if (error < best_error) {
      best_error = error;
      is_split = true;
      node.coordinate = split.coordinate;
      node.threshold = split.threshold;
      node.is_level = split.is_level;
    }
  };
  for (const std::size_t j : order) {
    const auto value = [&](std::size_t member) { return data.units[member][j]; };
    Node split;
    split.coordinate = j;
    if (views_[j].kind == CoordinateKind::kUnordered) {
      split.is_level = true;
      for (std::size_t level = 0; level < views_[j].levels(); ++level) {
        Side left;
        for (const std::size_t member : members) {
          if (views_[j].LevelOf(value(member)) == level) left.Add(data.targets[member]);
        }
        split.threshold = views_[j].Centre(level);
        consider(left, split);
      }
      continue;
    }
    std::stable_sort(members.begin(), members.end(),
                     [&](std::size_t a, std::size_t b) { return value(a) < value(b); });
    Side left;
    for (std::size_t i = 0; i + 1 < members.size(); ++i) {
      left.Add(data.targets[members[i]]);
      const double low = value(members[i]);
      const double high = value(members[i + 1]);
      if (low == high) continue;
      // Anywhere in the gap explains the data alike; a random place keeps trees different there.
      split.threshold = std::min(stream.Uniform(low, high), std::nextafter(high, low));
      consider(left, split);
    }
  }
  if (!is_split) return index;

  std::vector<std::size_t> left;
  std::vector<std::size_t> right;
  for (const std::size_t member : members) {
    (GoesLeft(node, data.units[member][node.coordinate]) ? left : right).push_back(member);
  }
  node.left = Grow(data, std::move(left), stream, tree);
  node.right = Grow(data, std::move(right), stream, tree);
  (*tree)[static_cast<std::size_t>(index)] = node;
  return index;
}

RegressionForest::Prediction RegressionForest::Predict(std::span<const double> unit) const {
  double mean = 0.0;
  double inside = 0.0;
  double squares = 0.0;
  for (const Tree& tree : trees_) {
    const Node* node = tree.data();
    while (node->left >= 0) {
      const int next = GoesLeft(*node, unit[node->coordinate]) ? node->left : node->right;
      node = &tree[static_cast<std::size_t>(next)];
    }
    mean += node->mean;
    inside += node->variance;
    squares += node->mean * node->mean;
  }
  const double n = static_cast<double>(trees_.size());
  mean /= n;
  return {mean, inside / n + std::max(0.0, squares / n - mean * mean)};
}

}  // namespace rectune::baselines
