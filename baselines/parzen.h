// SPDX-License-Identifier: Apache-2.0
//
// ParzenEstimator: the density model of multivariate TPE over the unit cube: a weighted mixture of
// product kernels, one centred on each observation and one prior kernel. Knows nothing of scores,
// trials or good and bad; tpe.h does. Not a kernel density estimate with a fitted bandwidth.
//
//   ParzenEstimator density(dimensions, points);        // points oldest first
//   std::vector<double> u = density.Sample(stream);
//   double log_density = density.LogDensity(u);
//
// As in Optuna's _ParzenEstimator (read at 5.0.0): in a continuous or ordered dimension, truncated
// normals on [0, 1], bandwidth = the larger gap to the neighbouring observations (for the outermost
// two the gap inwards), clipped to [1 / min(100, 1 + kernels), 1]; prior kernel N(1/2, 1). Ordered
// levels take the kernel's mass over their cell. Unordered: (1 + 1/kernels) on the observed level,
// 1/kernels elsewhere, normalised; prior uniform. Weights: 1 for the newest 25 observations and for
// the prior, below that a linear ramp from 1/n (Bergstra et al., ICML 2013).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"

namespace rectune::baselines {

class ParzenEstimator {
 public:
  /// `dimensions` must outlive the estimator. Each point holds one number in [0, 1] a dimension.
  /// A boolean is unordered here, whatever its view says.
  ParzenEstimator(const std::vector<CoordinateView>& dimensions,
                  std::span<const std::vector<double>> points);

  /// One draw; levels are returned as their cell centres.
  std::vector<double> Sample(RandomStream& stream) const;
  /// Logarithm of the density (for levels: of the probability). Finite everywhere in the cube.
  double LogDensity(std::span<const double> unit) const;

  std::size_t kernels() const { return log_weights_.size(); }
  double weight(std::size_t kernel) const { return weights_[kernel]; }
  double bandwidth(std::size_t kernel, std::size_t dimension) const {
    return sigma_[At(kernel, dimension)];
  }

 private:
  std::size_t At(std::size_t kernel, std::size_t dimension) const {
    return dimension * kernels() + kernel;
  }
  void FitBandwidths(std::span<const std::vector<double>> points, std::size_t dimension);
  /// Adds each kernel's logarithm of the probability of one level to `terms`.
  void AddLevel(std::size_t dimension, std::size_t level, std::vector<double>& terms) const;

  const std::vector<CoordinateView>& dimensions_;
  std::vector<double> weights_;
  std::vector<double> log_weights_;
  // Dimension by dimension, so that the loops over kernels are contiguous; the prior comes last.
  std::vector<double> mu_;
  std::vector<double> sigma_;
  std::vector<double> inverse_sigma_;
  std::vector<double> log_normaliser_;  // of each kernel: the sum over its numeric dimensions
};

/// The age weights of n observations, oldest first.
std::vector<double> AgeWeights(std::size_t n);

}  // namespace rectune::baselines
