// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/joint_sampler.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace rectune::baselines {
namespace {

// Variance, as a share of the output scale, below which a point is as good as known. Also keeps the
// factor of exactly measured or repeated baselines away from zero.
constexpr double kNugget = 1e-9;

}  // namespace

JointSampler::JointSampler(const GpPosterior& posterior, const Matrix& baselines,
                           const Matrix& draws)
    : posterior_(posterior), draws_(draws) {
  RECTUNE_CHECK(draws.rows() >= baselines.rows() + 1, "each baseline needs its draws");
  const std::size_t room = draws.rows() - 1;
  scaled_.Resize(room, posterior.features());
  whitened_.Resize(posterior.size(), room);
  factor_.Resize(room, room);
  samples_.Resize(room, draws.cols());
  for (std::size_t b = 0; b < baselines.rows(); ++b) Append(baselines.row(b));
}

double JointSampler::Diagonal(double variance, const double* weights, std::size_t count) const {
  const double rest = variance - Dot(weights, weights, count);
  return std::sqrt(std::max(rest, 0.0) + kNugget * posterior_.output_scale());
}

void JointSampler::Append(const double* features) {
  RECTUNE_CHECK(count_ + 1 < draws_.rows(), "no draws are left for another baseline");
  SampledPoint point;
  Sample(features, &point);
  const std::size_t b = count_;
  for (std::size_t f = 0; f < posterior_.features(); ++f) {
    scaled_(b, f) = point.candidate.scaled[f];
  }
  for (std::size_t i = 0; i < posterior_.size(); ++i) {
    whitened_(i, b) = point.candidate.whitened[i];
  }
  for (std::size_t a = 0; a < b; ++a) factor_(a, b) = point.weights[a];
  factor_(b, b) = point.deviation;
  mean_.push_back(point.candidate.mean);
  ++count_;
  double* row = samples_.row(b);
  for (std::size_t m = 0; m < draws_.cols(); ++m) row[m] = mean_[b];
  for (std::size_t a = 0; a <= b; ++a) Axpy(factor_(a, b), draws_.row(a + 1), row, draws_.cols());
}

void JointSampler::Prepare(const Matrix& candidates, SampledBlock* block) const {
  posterior_.Predict(candidates, &block->candidates);
  block->weights.Reshape(draws_.rows() - 1, candidates.rows());
  block->weight_rows = 0;
  block->explained.assign(candidates.rows(), 0.0);
  block->deviation.assign(candidates.rows(), 0.0);
}

void JointSampler::ExtendWeights(SampledBlock* block) const {
  const std::size_t count = block->candidates.scaled.cols();
  const std::size_t from = block->weight_rows;
  if (from == count_) return;
  Matrix& weights = block->weights;
  const Matrix& whitened = block->candidates.whitened;
  for (std::size_t b = from; b < count_; ++b) {
    posterior_.KernelRow(scaled_.row(b), block->candidates, weights.row(b),
                         block->candidates.slope.data());
  }
  AddProduct(-1.0, whitened_.row(0) + from, whitened_.stride(), whitened.row(0), whitened.stride(),
             weights.row(from), weights.stride(), count_ - from, count, posterior_.size());
  for (std::size_t b = from; b < count_; ++b) {
    double* row = weights.row(b);
    for (std::size_t a = 0; a < b; ++a) Axpy(-factor_(a, b), weights.row(a), row, count);
    const double inverse = 1.0 / factor_(b, b);
    for (std::size_t r = 0; r < count; ++r) row[r] *= inverse;
    AddSquaredDifference(0.0, row, block->explained.data(), count);
  }
  block->weight_rows = count_;
}

void JointSampler::Sample(SampledBlock* block) const {
  ExtendWeights(block);
  const std::size_t count = block->candidates.scaled.cols();
  block->samples.Reshape(draws_.cols(), count);
  for (std::size_t m = 0; m < draws_.cols(); ++m) {
    std::copy_n(block->candidates.mean.begin(), count, block->samples.row(m));
  }
  AddProduct(1.0, draws_.row(1), draws_.stride(), block->weights.row(0), block->weights.stride(),
             block->samples.row(0), block->samples.stride(), draws_.cols(), count, count_);
  for (std::size_t r = 0; r < count; ++r) {
    const double rest = block->candidates.variance[r] - block->explained[r];
    block->deviation[r] = std::sqrt(std::max(rest, 0.0) + kNugget * posterior_.output_scale());
  }
}

void JointSampler::Sample(const double* features, SampledPoint* point) const {
  posterior_.Predict(features, &point->candidate);
  point->kernel.resize(draws_.rows());
  point->slope.resize(draws_.rows());
  point->weights.assign(draws_.rows(), 0.0);
  for (std::size_t b = 0; b < count_; ++b) {
    point->kernel[b] =
        posterior_.Kernel(point->candidate.scaled.data(), scaled_.row(b), &point->slope[b]);
    point->weights[b] = point->kernel[b];
  }
  for (std::size_t i = 0; i < posterior_.size(); ++i) {
    Axpy(-point->candidate.whitened[i], whitened_.row(i), point->weights.data(), count_);
  }
  for (std::size_t b = 0; b < count_; ++b) {
    point->weights[b] /= factor_(b, b);
    for (std::size_t a = b + 1; a < count_; ++a) {
      point->weights[a] -= factor_(b, a) * point->weights[b];
    }
  }
  point->deviation = Diagonal(point->candidate.variance, point->weights.data(), count_);
  point->samples.assign(draws_.cols(), point->candidate.mean);
  for (std::size_t b = 0; b < count_; ++b) {
    Axpy(point->weights[b], draws_.row(b + 1), point->samples.data(), draws_.cols());
  }
  Axpy(point->deviation, draws_.row(0), point->samples.data(), draws_.cols());
}

void JointSampler::AddGradient(SampledPoint* point, double* gradient) const {
  const std::size_t n = posterior_.size();
  const std::vector<double>& adjoint = point->adjoint;
  double mean_adjoint = 0.0;
  for (const double a : adjoint) mean_adjoint += a;
  const double deviation_adjoint = Dot(adjoint.data(), draws_.row(0), draws_.cols());
  // deviation^2 = variance - w . w + nugget: where the difference is clipped at 0, nothing flows.
  const bool clipped =
      point->deviation * point->deviation <= kNugget * posterior_.output_scale() * (1.0 + 1e-12);
  const double variance_adjoint = clipped ? 0.0 : deviation_adjoint / (2.0 * point->deviation);
  std::vector<double>& by_covariance = point->covariance_adjoint;
  by_covariance.assign(draws_.rows(), 0.0);
  for (std::size_t b = 0; b < count_; ++b) {
    by_covariance[b] = Dot(adjoint.data(), draws_.row(b + 1), draws_.cols()) -
                       2.0 * variance_adjoint * point->weights[b];
  }
  // Back through w = L^-1 c.
  for (std::size_t b = count_; b-- > 0;) {
    for (std::size_t a = b + 1; a < count_; ++a) {
      by_covariance[b] -= factor_(b, a) * by_covariance[a];
    }
    by_covariance[b] /= factor_(b, b);
  }
  point->whitened_adjoint.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    point->whitened_adjoint[i] = -Dot(whitened_.row(i), by_covariance.data(), count_) -
                                 2.0 * variance_adjoint * point->candidate.whitened[i];
  }
  point->scratch.resize(n);
  posterior_.AddGradient(point->candidate, mean_adjoint, point->whitened_adjoint.data(),
                         point->scratch.data(), gradient);
  for (std::size_t b = 0; b < count_; ++b) {
    const double factor = by_covariance[b] * point->slope[b];
    for (std::size_t f = 0; f < posterior_.features(); ++f) {
      gradient[f] -=
          factor * (point->candidate.scaled[f] - scaled_(b, f)) / posterior_.lengthscale(f);
    }
  }
}

}  // namespace rectune::baselines
