// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/path_sampler.h"

#include <cmath>
#include <numbers>

#include "core/check.h"

namespace rectune::baselines {

PathSampler::PathSampler(const GpData& data, const GpPosterior& posterior, std::size_t features,
                         RandomStream& stream)
    : data_(data), posterior_(posterior) {
  RECTUNE_CHECK(data.time.empty() && data.task.empty(), "paths are drawn in one slice only");
  frequencies_.Resize(posterior.features(), features);
  for (std::size_t i = 0; i < features; ++i) {
    double chi_square = 0.0;
    for (int k = 0; k < 5; ++k) {
      const double z = stream.Normal();
      chi_square += z * z;
    }
    const double spread = std::sqrt(5.0 / chi_square);
    for (std::size_t f = 0; f < posterior.features(); ++f) {
      frequencies_(f, i) = stream.Normal() * spread / posterior.lengthscale(f);
    }
    phases_.push_back(stream.Uniform(0.0, 2.0 * std::numbers::pi));
  }
  Features(data.features, &at_data_);
}

void PathSampler::Features(const Matrix& points, Matrix* features) const {
  const std::size_t count = frequencies_.cols();
  Matrix by_feature;
  Transpose(points, &by_feature);
  features->Resize(count, points.rows());
  AddProduct(1.0, frequencies_.row(0), frequencies_.stride(), by_feature.row(0),
             by_feature.stride(), features->row(0), features->stride(), count, points.rows(),
             frequencies_.rows());
  const double norm = std::sqrt(2.0 * posterior_.output_scale() / static_cast<double>(count));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t r = 0; r < points.rows(); ++r) {
      (*features)(i, r) = norm * std::cos((*features)(i, r) + phases_[i]);
    }
  }
}

void PathSampler::SetCandidates(const Matrix& candidates) {
  Features(candidates, &at_candidates_);
  posterior_.Predict(candidates, &block_);
}

std::vector<double> PathSampler::Draw(RandomStream& stream) const {
  const std::size_t n = data_.size();
  const std::size_t count = at_candidates_.cols();
  std::vector<double> prior_at_data(n, 0.0);
  std::vector<double> values(count, 0.0);
  for (std::size_t i = 0; i < frequencies_.cols(); ++i) {
    const double weight = stream.Normal();
    Axpy(weight, at_data_.row(i), prior_at_data.data(), n);
    Axpy(weight, at_candidates_.row(i), values.data(), count);
  }
  const double jitter = std::exp(posterior_.theta()[data_.layout().jitter()]);
  std::vector<double> residual(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double deviation = std::sqrt(data_.noise[i] + jitter + posterior_.added_jitter());
    residual[i] = data_.y[i] - prior_at_data[i] - deviation * stream.Normal();
  }
  const std::vector<double> weights = posterior_.Solve(residual);
  for (std::size_t i = 0; i < n; ++i) Axpy(weights[i], block_.kernel.row(i), values.data(), count);
  return values;
}

}  // namespace rectune::baselines
