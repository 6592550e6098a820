// SPDX-License-Identifier: Apache-2.0
//
// CategoricalSampler: the part of CMA-ES that searches unordered categoricals, for which a
// covariance means nothing: one probability vector a categorical, moved by adaptive stochastic
// natural gradient (ASNG: Akimoto et al., ICML 2019) with a floor under every level's probability,
// as joined to CMA-ES by CatCMA (Hamano et al., GECCO 2024, arXiv 2405.09962) and CatCMA with
// margin (arXiv 2504.07884). No memory of which level went with which numeric value.
//
//   CategoricalSampler sampler({3, 4}, {0, 2}, floor_exponent);
//   std::vector<std::size_t> levels = sampler.Sample(stream);
//   sampler.Tell(levels_best_first, weights);    // the parents of a generation
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/random_stream.h"

namespace rectune::baselines {

class CategoricalSampler {
 public:
  /// `counts`: levels of each categorical, at least 2. `start`: production's levels, which get half
  /// of the initial probability; the other half is uniform. (The library starts uniform; every
  /// tuner here is seeded with production, and its Gaussian part starts there.)
  /// `discrete_coordinates`: how many discrete coordinates the whole search has, integers included;
  /// the floors are set so that all of them are at their favourite with probability 0.73 at most.
  CategoricalSampler(std::vector<std::size_t> counts, const std::vector<std::size_t>& start,
                     std::size_t discrete_coordinates);

  bool empty() const { return counts_.empty(); }
  std::vector<std::size_t> Sample(RandomStream& stream) const;
  /// Parents' levels, best first, with positive weights that sum to 1.
  void Tell(std::span<const std::vector<std::size_t>> best_first, std::span<const double> weights);

  const std::vector<std::vector<double>>& probabilities() const { return probabilities_; }
  double floor(std::size_t categorical) const { return floors_[categorical]; }

  Json Save() const;
  void Restore(const Json& state, const std::string& path);

 private:
  void KeepFloors();

  std::vector<std::size_t> counts_;
  std::vector<double> floors_;
  std::vector<std::vector<double>> probabilities_;
  // ASNG: a step's length in the Fisher metric is radius_ = 1 / delta_, and delta_ follows the
  // signal-to-noise ratio of the gradient's running mean path_.
  double radius_ = 1.0;
  double delta_ = 1.0;
  double gamma_ = 0.0;
  std::vector<double> path_;  // in square-root-of-Fisher coordinates, counts - 1 a categorical
};

}  // namespace rectune::baselines
