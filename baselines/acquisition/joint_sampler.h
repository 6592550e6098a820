// SPDX-License-Identifier: Apache-2.0
//
// JointSampler: joint Monte Carlo samples of one Gaussian process at a few *baseline* points (the
// incumbents, then the arms already picked for this round) and at any candidate, with common
// normal draws, so that a value over samples is a smooth function of the candidate. What qLogNEI
// and its relatives need of a model. Not an acquisition function.
//
//   JointSampler sampler(posterior, baselines, draws);      // draws: a row a baseline, then room
//   sampler.Append(features);                               // a pending arm joins the baselines
//   sampler.Sample(&block);                                 // block.samples(m, r)
//
// With C = L L' the posterior covariance of the baselines and c(x) its covariances with x:
//   f_m(x) = mean(x) + w . z_m + sqrt(var(x) - w . w) z'_m,   w = L^-1 c(x).
// A pending arm adds one row to L (incremental Cholesky) and one row of w to each block, whose
// costly part (the whitened kernel) is kept.
#pragma once

#include <cstddef>
#include <vector>

#include "baselines/gp/posterior.h"

namespace rectune::baselines {

/// Candidates side by side, as one model sees them.
struct SampledBlock {
  CandidateBlock candidates;
  Matrix weights;  // w: a row a baseline, a column a candidate
  std::size_t weight_rows = 0;
  std::vector<double> explained;  // w . w, of the rows so far
  std::vector<double> deviation;  // sqrt(var - w . w)
  Matrix samples;                 // a row a draw, a column a candidate; without the z' part
};

/// One candidate, its samples and the work space of their gradient.
struct SampledPoint {
  CandidatePoint candidate;
  std::vector<double> kernel;  // with each baseline
  std::vector<double> slope;
  std::vector<double> weights;
  double deviation = 0.0;
  std::vector<double> samples;  // one a draw, z' part included
  std::vector<double> adjoint;  // by the caller: d value / d sample
  std::vector<double> scratch;
  std::vector<double> covariance_adjoint;
  std::vector<double> whitened_adjoint;
};

class JointSampler {
 public:
  /// `posterior` must outlive it. `baselines`: a row a point, features. `draws`: standard normals,
  /// a column a sample; the first row is the candidate's own (z'), then one a baseline, then spare
  /// rows for Append.
  JointSampler(const GpPosterior& posterior, const Matrix& baselines, const Matrix& draws);

  const GpPosterior& posterior() const { return posterior_; }
  std::size_t baselines() const { return count_; }
  std::size_t draws() const { return draws_.cols(); }
  /// A row a baseline, a column a draw.
  const Matrix& samples() const { return samples_; }
  const double* own_draws() const { return draws_.row(0); }

  void Append(const double* features);

  /// Posterior of the candidates, and their weights on all baselines.
  void Prepare(const Matrix& candidates, SampledBlock* block) const;
  /// Brings a prepared block up to date with appended baselines, and fills `samples` and
  /// `deviation`.
  void Sample(SampledBlock* block) const;

  /// Fills the point; allocates only while its vectors grow to size.
  void Sample(const double* features, SampledPoint* point) const;
  /// Adds to `gradient` (by features) the sum over draws of point.adjoint[m] d sample_m.
  void AddGradient(SampledPoint* point, double* gradient) const;

 private:
  void ExtendWeights(SampledBlock* block) const;
  double Diagonal(double variance, const double* weights, std::size_t count) const;

  const GpPosterior& posterior_;
  Matrix draws_;
  std::size_t count_ = 0;
  Matrix scaled_;    // a row a baseline: features over lengthscales
  Matrix whitened_;  // data x baselines
  Matrix factor_;    // L' (upper)
  std::vector<double> mean_;
  Matrix samples_;
};

}  // namespace rectune::baselines
