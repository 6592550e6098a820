// SPDX-License-Identifier: Apache-2.0
//
// GpPosterior: a Gaussian process conditioned on its data at fixed hyperparameters: means,
// variances and covariances at new points, a block of candidates at a time or one with its
// gradient. The latent function, without noise; in standardised units. Immutable once made; work
// space comes from the caller, so evaluating allocates nothing.
//
//   const GpPosterior posterior(data, theta, {.time = now});
//   posterior.Predict(candidates, &block);     // block.mean[r], block.variance[r]
//
// With A = K + noise = U^T U and M = U^-T (dense.h): mean = k . alpha, covariance(x, x') = k(x, x')
// - (M k)(M k'). A matrix that is not positive definite as it stands (duplicates without noise)
// gets 1e-10, 1e-8, ... 1e-2 of the output scale added to its diagonal, the first that helps:
// `added_jitter()` says which. Features come as they are: input warps are applied here. There is no
// gradient through a warp: nobody needs one, and asking for it is a broken contract.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "baselines/gp/log_posterior.h"

namespace rectune::baselines {

/// The slice in which questions are asked, for coupled data (log_posterior.h).
struct GpQuery {
  double time = 0.0;
  int task = 0;
};

/// Candidates side by side: row i belongs to data point (or baseline) i, column r to candidate r.
struct CandidateBlock {
  Matrix scaled;    // features over lengthscales, a row a feature
  Matrix kernel;    // k(data, candidate)
  Matrix whitened;  // M k
  std::vector<double> slope;
  std::vector<double> mean;
  std::vector<double> variance;
};

/// One candidate, all that its gradient needs.
struct CandidatePoint {
  std::vector<double> scaled;
  std::vector<double> kernel;
  std::vector<double> slope;
  std::vector<double> whitened;
  double mean = 0.0;
  double variance = 0.0;
};

class GpPosterior {
 public:
  GpPosterior(const GpData& data, std::vector<double> theta, const GpQuery& query = {});

  std::size_t size() const { return alpha_.size(); }
  std::size_t features() const { return inverse_lengthscale_.size(); }
  const std::vector<double>& theta() const { return theta_; }
  double output_scale() const { return scale_; }
  double added_jitter() const { return added_jitter_; }
  /// The lengthscale that a feature is divided by.
  double lengthscale(std::size_t feature) const { return 1.0 / inverse_lengthscale_[feature]; }

  /// `candidates`: a row a candidate. Fills the block; variances are at least 0.
  void Predict(const Matrix& candidates, CandidateBlock* block) const;
  void Predict(const double* features, CandidatePoint* point) const;
  /// Adds to `gradient` (by features) that of mean_weight * mean + sum_i whitened_weight[i] *
  /// whitened[i]. `scratch`: size() numbers.
  void AddGradient(const CandidatePoint& point, double mean_weight, const double* whitened_weight,
                   double* scratch, double* gradient) const;

  /// A^-1 v.
  std::vector<double> Solve(const std::vector<double>& v) const;

  /// The prior kernel between two points in the query's own slice, and its slope (dense.h).
  double Kernel(const double* scaled_a, const double* scaled_b, double* slope) const;
  /// The prior kernel of one point (scaled) with a block of candidates.
  void KernelRow(const double* scaled, const CandidateBlock& block, double* row,
                 double* scratch) const;

 private:
  double Scaled(std::size_t feature, double value) const {
    const bool warped = !warps_.empty() && warps_[feature].has_value();
    return (warped ? warps_[feature]->Apply(value) : value) * inverse_lengthscale_[feature];
  }

  std::vector<double> theta_;
  double scale_ = 1.0;
  double added_jitter_ = 0.0;
  std::vector<double> inverse_lengthscale_;      // of each feature
  std::vector<std::optional<InputWarp>> warps_;  // of each feature; empty: none has one
  Matrix scaled_;                                // data, a row a feature
  Matrix inverse_factor_;                        // M
  Matrix inverse_factor_transposed_;
  std::vector<double> alpha_;
  std::vector<double> coupling_;  // of each data point with the query's slice, times the scale
};

}  // namespace rectune::baselines
