// SPDX-License-Identifier: Apache-2.0
#include "baselines/categorical_sampler.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr double kTiny = 1e-8;
constexpr double kSignalToNoise = 1.5;    // ASNG's alpha
constexpr double kAllFavourites = 0.73;   // CatCMA's choice
constexpr double kProductionShare = 0.5;  // of the initial probability

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

CategoricalSampler::CategoricalSampler(std::vector<std::size_t> counts,
                                       const std::vector<std::size_t>& start,
                                       std::size_t discrete_coordinates)
    : counts_(std::move(counts)) {
  RECTUNE_CHECK(start.size() == counts_.size(), "one starting level for each categorical");
  RECTUNE_CHECK(discrete_coordinates >= counts_.size(), "the categoricals are discrete too");
  std::size_t parameters = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    RECTUNE_CHECK(counts_[i] >= 2 && start[i] < counts_[i], "a categorical has levels");
    const double levels = static_cast<double>(counts_[i]);
    floors_.push_back(
        (1.0 - std::pow(kAllFavourites, 1.0 / static_cast<double>(discrete_coordinates))) /
        (levels - 1.0));
    std::vector<double> q(counts_[i], (1.0 - kProductionShare) / levels);
    q[start[i]] += kProductionShare;
    probabilities_.push_back(std::move(q));
    parameters += counts_[i] - 1;
  }
  path_.assign(parameters, 0.0);
}

std::vector<std::size_t> CategoricalSampler::Sample(RandomStream& stream) const {
  std::vector<std::size_t> levels;
  levels.reserve(counts_.size());
  for (const std::vector<double>& q : probabilities_) levels.push_back(stream.Categorical(q));
  return levels;
}

void CategoricalSampler::Tell(std::span<const std::vector<std::size_t>> best_first,
                              std::span<const double> weights) {
  if (empty()) return;
  RECTUNE_CHECK(best_first.size() == weights.size() && !weights.empty(), "one weight a parent");
  // Natural gradient of the expected log-rank utility: sum_i w_i (one_hot_i - q).
  std::vector<std::vector<double>> gradient;
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    std::vector<double> g(counts_[c], 0.0);
    for (std::size_t i = 0; i < best_first.size(); ++i) {
      for (std::size_t level = 0; level < counts_[c]; ++level) {
        g[level] +=
            weights[i] * ((best_first[i][c] == level ? 1.0 : 0.0) - probabilities_[c][level]);
      }
    }
    gradient.push_back(std::move(g));
  }
  // The same in coordinates where the Fisher metric is the identity (ASNG, appendix B).
  std::vector<double> flat;
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    const std::vector<double>& q = probabilities_[c];
    const std::vector<double>& g = gradient[c];
    double sum = 0.0;
    for (std::size_t level = 0; level + 1 < q.size(); ++level) sum += g[level];
    for (std::size_t level = 0; level + 1 < q.size(); ++level) {
      flat.push_back(g[level] / std::sqrt(q[level]) +
                     std::sqrt(q[level]) * sum / (q.back() + std::sqrt(q.back())));
    }
  }
  const double length = std::sqrt(Dot(flat, flat));
  if (length <= 0.0) return;  // parents spread exactly as the distribution: nothing to learn
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    for (std::size_t level = 0; level < counts_[c]; ++level) {
      probabilities_[c][level] += radius_ / (length + kTiny) * gradient[c][level];
    }
  }
  // The order of the authors' code: a step is taken with the radius of the update before.
  radius_ = 1.0 / delta_;
  const double beta = radius_ / std::sqrt(static_cast<double>(path_.size()));
  for (std::size_t i = 0; i < path_.size(); ++i) {
    path_[i] = (1.0 - beta) * path_[i] + std::sqrt(beta * (2.0 - beta)) * flat[i] / length;
  }
  gamma_ = (1.0 - beta) * (1.0 - beta) * gamma_ + beta * (2.0 - beta);
  delta_ *= std::exp(beta * (gamma_ - Dot(path_, path_) / kSignalToNoise));
  KeepFloors();
}

void CategoricalSampler::KeepFloors() {
  for (std::size_t c = 0; c < counts_.size(); ++c) {
    std::vector<double>& q = probabilities_[c];
    double sum = 0.0;
    for (double& p : q) {
      p = std::max(p, floors_[c]);
      sum += p;
    }
    const double above_floor = sum - floors_[c] * static_cast<double>(q.size());
    double total = 0.0;
    for (double& p : q) {
      p -= (sum - 1.0) * (p - floors_[c]) / above_floor;
      total += p;
    }
    for (double& p : q) p /= total;
  }
}

Json CategoricalSampler::Save() const {
  return Json{{"probabilities", probabilities_},
              {"radius", radius_},
              {"delta", delta_},
              {"gamma", gamma_},
              {"path", path_}};
}

void CategoricalSampler::Restore(const Json& state, const std::string& path) {
  ObjectReader reader(state, path);
  std::size_t categorical = 0;
  reader.ForEach("probabilities", [&](const Json& row, const std::string& where) {
    if (categorical >= counts_.size() || !row.is_array() || row.size() != counts_[categorical]) {
      throw ConfigError(where, row.dump(), "one probability a level");
    }
    for (std::size_t level = 0; level < row.size(); ++level) {
      probabilities_[categorical][level] =
          NumberFromJson(row[level], where + "/" + std::to_string(level));
    }
    ++categorical;
  });
  radius_ = reader.Number("radius");
  delta_ = reader.Number("delta");
  gamma_ = reader.Number("gamma");
  std::vector<double> restored = reader.Numbers("path");
  reader.Finish();
  if (categorical != counts_.size() || restored.size() != path_.size()) {
    throw ConfigError(path, state.dump(),
                      "the state of " + std::to_string(counts_.size()) + " categoricals");
  }
  path_ = std::move(restored);
}

}  // namespace rectune::baselines
