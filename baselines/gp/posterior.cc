// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/posterior.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kPanel = 24;  // rows of a triangle at a time: whole tiles (dense.cc)

}  // namespace

GpPosterior::GpPosterior(const GpData& data, std::vector<double> theta, const GpQuery& query)
    : theta_(std::move(theta)) {
  const HyperLayout layout = data.layout();
  RECTUNE_CHECK(theta_.size() == layout.size(), "theta belongs to another model");
  const std::size_t n = data.size();
  scale_ = std::exp(theta_[layout.scale()]);
  for (const std::size_t group : data.group_of) {
    inverse_lengthscale_.push_back(std::exp(-theta_[group]));
  }
  ScaleFeatures(data, theta_, &scaled_);
  if (!data.warped.empty()) {
    warps_.resize(features());
    for (std::size_t k = 0; k < data.warped.size(); ++k) {
      warps_[data.warped[k]] = WarpOf(data, theta_, k);
    }
  }

  Matrix kernel(n, n);
  std::vector<double> slope(n);
  for (std::size_t i = 0; i < n; ++i) {
    double* k = kernel.row(i);
    for (std::size_t f = 0; f < scaled_.rows(); ++f) {
      AddSquaredDifference(scaled_(f, i), scaled_.row(f) + i, k + i, n - i);
    }
    Matern52(k + i, slope.data(), n - i);
    for (std::size_t j = i; j < n; ++j) {
      k[j] *= scale_ * Coupling(data, theta_, j, layout.has_time ? data.time[i] : 0.0,
                                layout.has_task ? data.task[i] : 0);
    }
  }
  const double jitter = std::exp(theta_[layout.jitter()]);
  Matrix factor;
  bool factored = false;
  for (const double rung : {0.0, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2}) {
    factor = kernel;
    added_jitter_ = rung * scale_;
    for (std::size_t i = 0; i < n; ++i) factor(i, i) += data.noise[i] + jitter + added_jitter_;
    factored = CholeskyUpper(&factor);
    if (factored) break;
  }
  RECTUNE_CHECK(factored,
                "a covariance matrix of finite points with 1% added to its diagonal is "
                "positive definite");
  InvertFactor(factor, &inverse_factor_);
  Transpose(inverse_factor_, &inverse_factor_transposed_);
  alpha_.assign(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const double solved = Dot(inverse_factor_.row(i), data.y.data(), i + 1);
    Axpy(solved, inverse_factor_.row(i), alpha_.data(), i + 1);
    coupling_.push_back(scale_ * Coupling(data, theta_, i, query.time, query.task));
  }
}

void GpPosterior::Predict(const Matrix& candidates, CandidateBlock* block) const {
  const std::size_t n = size();
  const std::size_t count = candidates.rows();
  block->scaled.Reshape(features(), count);
  for (std::size_t f = 0; f < features(); ++f) {
    double* row = block->scaled.row(f);
    for (std::size_t r = 0; r < count; ++r) row[r] = Scaled(f, candidates(r, f));
  }
  block->kernel.Reshape(n, count);
  block->whitened.Resize(n, count);
  block->slope.resize(count);
  block->mean.assign(block->whitened.stride(), 0.0);
  block->variance.assign(block->whitened.stride(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    double* k = block->kernel.row(i);
    std::fill(k, k + count, 0.0);
    for (std::size_t f = 0; f < features(); ++f) {
      AddSquaredDifference(scaled_(f, i), block->scaled.row(f), k, count);
    }
    Matern52(k, block->slope.data(), count);
    for (std::size_t r = 0; r < count; ++r) k[r] *= coupling_[i];
    Axpy(alpha_[i], k, block->mean.data(), count);
  }
  const std::size_t stride = block->whitened.stride();
  for (std::size_t i = 0; i < n; i += kPanel) {
    const std::size_t height = std::min(kPanel, n - i);
    AddProduct(1.0, inverse_factor_transposed_.row(0) + i, inverse_factor_transposed_.stride(),
               block->kernel.row(0), block->kernel.stride(), block->whitened.row(i), stride, height,
               count, i + height);
  }
  for (std::size_t i = 0; i < n; ++i) {
    // The sum of squares, by the function that sums squared differences.
    AddSquaredDifference(0.0, block->whitened.row(i), block->variance.data(), count);
  }
  for (std::size_t r = 0; r < count; ++r) {
    block->variance[r] = std::max(0.0, scale_ - block->variance[r]);
  }
}

void GpPosterior::Predict(const double* point_features, CandidatePoint* point) const {
  const std::size_t n = size();
  point->scaled.resize(features());
  point->kernel.assign(n, 0.0);
  point->slope.resize(n);
  point->whitened.assign(n, 0.0);
  for (std::size_t f = 0; f < features(); ++f) {
    point->scaled[f] = Scaled(f, point_features[f]);
    AddSquaredDifference(point->scaled[f], scaled_.row(f), point->kernel.data(), n);
  }
  Matern52(point->kernel.data(), point->slope.data(), n);
  for (std::size_t i = 0; i < n; ++i) {
    point->kernel[i] *= coupling_[i];
    point->slope[i] *= coupling_[i];
  }
  point->mean = Dot(point->kernel.data(), alpha_.data(), n);
  for (std::size_t p = 0; p < n; ++p) {
    Axpy(point->kernel[p], inverse_factor_transposed_.row(p) + p, point->whitened.data() + p,
         n - p);
  }
  point->variance = std::max(0.0, scale_ - Dot(point->whitened.data(), point->whitened.data(), n));
}

void GpPosterior::AddGradient(const CandidatePoint& point, double mean_weight,
                              const double* whitened_weight, double* scratch,
                              double* gradient) const {
  RECTUNE_CHECK(warps_.empty(), "there is no gradient through an input warp");
  const std::size_t n = size();
  std::fill(scratch, scratch + n, 0.0);
  Axpy(mean_weight, alpha_.data(), scratch, n);
  for (std::size_t i = 0; i < n; ++i) {
    Axpy(whitened_weight[i], inverse_factor_.row(i), scratch, i + 1);
  }
  // d k_i / d x_f = - slope_i (x_f - x_if) / lengthscale_f^2
  double total = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    scratch[i] *= point.slope[i];
    total += scratch[i];
  }
  for (std::size_t f = 0; f < features(); ++f) {
    gradient[f] -=
        (point.scaled[f] * total - Dot(scratch, scaled_.row(f), n)) * inverse_lengthscale_[f];
  }
}

std::vector<double> GpPosterior::Solve(const std::vector<double>& v) const {
  RECTUNE_CHECK(v.size() == size(), "one number a data point");
  std::vector<double> result(size(), 0.0);
  for (std::size_t i = 0; i < size(); ++i) {
    Axpy(Dot(inverse_factor_.row(i), v.data(), i + 1), inverse_factor_.row(i), result.data(),
         i + 1);
  }
  return result;
}

double GpPosterior::Kernel(const double* scaled_a, const double* scaled_b, double* slope) const {
  double r2 = 0.0;
  for (std::size_t f = 0; f < features(); ++f) {
    r2 += (scaled_a[f] - scaled_b[f]) * (scaled_a[f] - scaled_b[f]);
  }
  Matern52(&r2, slope, 1);
  *slope *= scale_;
  return scale_ * r2;
}

void GpPosterior::KernelRow(const double* scaled, const CandidateBlock& block, double* row,
                            double* scratch) const {
  const std::size_t count = block.scaled.cols();
  std::fill(row, row + count, 0.0);
  for (std::size_t f = 0; f < features(); ++f) {
    AddSquaredDifference(scaled[f], block.scaled.row(f), row, count);
  }
  Matern52(row, scratch, count);
  for (std::size_t r = 0; r < count; ++r) row[r] *= scale_;
}

}  // namespace rectune::baselines
