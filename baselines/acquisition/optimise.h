// SPDX-License-Identifier: Apache-2.0
//
// AcquisitionOptimiser: where in a mixed unit cube a MonteCarloAcquisition is greatest. Screens a
// set of raw points, starts from the best and from others drawn by Boltzmann weights, and from each
// alternates bounded L-BFGS over the continuous coordinates with exhaustive sweeps over the
// discrete ones (up to 16 levels; an integer with more is searched as a continuous one and then
// stepped cell by cell). All starts get a dozen evaluations, the best three the rest.
//
//   AcquisitionOptimiser optimiser(map, options);
//   std::vector<double> unit = optimiser.Pick(&acquisition, raw_units, stream);
//
// Steps are measured in the first model's lengthscales.
#pragma once

#include <cstddef>
#include <vector>

#include "baselines/acquisition/bounded_lbfgs.h"
#include "baselines/acquisition/monte_carlo.h"
#include "baselines/gp/feature_map.h"
#include "core/random_stream.h"

namespace rectune::baselines {

struct OptimiseOptions {
  int starts = 10;
  int evaluations = 40;  // of L-BFGS, a start and alternation
  int alternations = 3;
};

class AcquisitionOptimiser {
 public:
  AcquisitionOptimiser(const FeatureMap& map, OptimiseOptions options);

  /// `raw`: snapped unit points, the ones that the acquisition was given by SetScreen.
  std::vector<double> Pick(MonteCarloAcquisition* acquisition,
                           const std::vector<std::vector<double>>& raw, RandomStream stream);

 private:
  double Climb(MonteCarloAcquisition* acquisition, std::vector<double>* unit);
  double Ascend(MonteCarloAcquisition* acquisition, std::vector<double>* unit, int evaluations);
  bool Sweep(MonteCarloAcquisition* acquisition, std::vector<double>* unit, double* value);
  bool Try(MonteCarloAcquisition* acquisition, std::size_t coordinate, double candidate,
           std::vector<double>* unit, double* value);

  const FeatureMap& map_;
  OptimiseOptions options_;
  std::vector<std::size_t> smooth_;    // coordinates that L-BFGS moves
  std::vector<std::size_t> discrete_;  // coordinates that sweeps move, long integers among them
  BoundedLbfgs search_;
  std::vector<double> features_;
  std::vector<double> gradient_;
  std::vector<double> x_;
};

}  // namespace rectune::baselines
