// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/log_posterior.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/check.h"

namespace rectune::baselines {

HyperLayout GpData::layout() const {
  const auto known = std::count_if(noise.begin(), noise.end(), [](double v) { return v > 0.0; });
  return {.groups = groups,
          .is_choice = is_choice.empty() ? nullptr : &is_choice,
          .has_time = !time.empty(),
          .has_task = !task.empty(),
          .has_known_noise = 2 * static_cast<std::size_t>(known) > noise.size(),
          .warps = warped.size()};
}

InputWarp WarpOf(const GpData& data, std::span<const double> theta, std::size_t i) {
  const std::size_t entry = data.layout().warp(i);
  return {std::exp(theta[entry]), std::exp(theta[entry + 1])};
}

void ScaleFeatures(const GpData& data, std::span<const double> theta, Matrix* scaled) {
  const std::size_t n = data.size();
  scaled->Reshape(data.features.cols(), n);
  for (std::size_t f = 0; f < data.features.cols(); ++f) {
    const double inverse = std::exp(-theta[data.group_of[f]]);
    for (std::size_t i = 0; i < n; ++i) (*scaled)(f, i) = data.features(i, f) * inverse;
  }
  for (std::size_t k = 0; k < data.warped.size(); ++k) {
    const std::size_t f = data.warped[k];
    const InputWarp warp = WarpOf(data, theta, k);
    const double inverse = std::exp(-theta[data.group_of[f]]);
    for (std::size_t i = 0; i < n; ++i) {
      (*scaled)(f, i) = warp.Apply(data.features(i, f)) * inverse;
    }
  }
}

double Coupling(const GpData& data, std::span<const double> theta, std::size_t point, double time,
                int task) {
  const HyperLayout layout{
      .groups = data.groups, .has_time = !data.time.empty(), .has_task = !data.task.empty()};
  double factor = 1.0;
  if (layout.has_time) {
    factor *= std::exp(-std::exp(theta[layout.decay()]) * std::abs(time - data.time[point]));
  }
  if (layout.has_task && task != data.task[point]) {
    factor *= std::tanh(theta[layout.correlation()]);
  }
  return factor;
}

LogPosterior::LogPosterior(const GpData& data, const GpOptions& options)
    : data_(data),
      options_(options),
      layout_(data.layout()),
      solved_(data.size()),
      alpha_(data.size()) {
  const std::size_t n = data.size();
  RECTUNE_CHECK(n >= 1 && data.features.rows() == n && data.noise.size() == n,
                "a Gaussian process needs a point, and features and noise for each");
  kernel_.Resize(n, n);
  slope_.Resize(n, n);
}

bool LogPosterior::Evaluate(std::span<const double> theta, double* value, double* gradient) {
  const std::size_t n = data_.size();
  const double scale = std::exp(theta[layout_.scale()]);
  const double jitter = std::exp(theta[layout_.jitter()]);
  ScaleFeatures(data_, theta, &scaled_);
  const bool coupled = layout_.has_time || layout_.has_task;
  for (std::size_t i = 0; i < n; ++i) {
    double* k = kernel_.row(i);
    double* g = slope_.row(i);
    const std::size_t width = n - i;
    std::fill(k + i, k + n, 0.0);
    for (std::size_t f = 0; f < scaled_.rows(); ++f) {
      AddSquaredDifference(scaled_(f, i), scaled_.row(f) + i, k + i, width);
    }
    Matern52(k + i, g + i, width);
    for (std::size_t j = i; j < n; ++j) {
      const double factor =
          coupled ? scale * Coupling(data_, theta, j, layout_.has_time ? data_.time[i] : 0.0,
                                     layout_.has_task ? data_.task[i] : 0)
                  : scale;
      k[j] *= factor;
      g[j] *= factor;
    }
  }
  factor_ = kernel_;
  for (std::size_t i = 0; i < n; ++i) factor_(i, i) += data_.noise[i] + jitter;
  if (!CholeskyUpper(&factor_)) return false;
  InvertFactor(factor_, &inverse_factor_);
  double log_determinant = 0.0;
  double fit = 0.0;
  std::fill(alpha_.begin(), alpha_.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    log_determinant += 2.0 * std::log(factor_(i, i));
    solved_[i] = Dot(inverse_factor_.row(i), data_.y.data(), i + 1);
    fit += solved_[i] * solved_[i];
    Axpy(solved_[i], inverse_factor_.row(i), alpha_.data(), i + 1);
  }
  *value =
      -0.5 * (fit + log_determinant + static_cast<double>(n) * std::log(2.0 * std::numbers::pi));
  if (!std::isfinite(*value)) return false;
  if (gradient == nullptr) {
    *value += LogPrior(layout_, options_, theta, nullptr);
    return true;
  }

  std::fill(gradient, gradient + layout_.size(), 0.0);
  InverseFromFactor(inverse_factor_, &inverse_);
  double by_scale = 0.0;
  double by_jitter = 0.0;
  double by_decay = 0.0;
  double by_correlation = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    // The row of alpha alpha' - A^-1, in place of the inverse; off the diagonal each entry stands
    // for two.
    double* w = inverse_.row(i);
    const double* k = kernel_.row(i);
    double* g = slope_.row(i);
    for (std::size_t j = i; j < n; ++j) w[j] = alpha_[i] * alpha_[j] - w[j];
    by_jitter += 0.5 * w[i];
    w[i] *= 0.5;
    by_scale += Dot(w + i, k + i, n - i);
    if (layout_.has_time) {
      for (std::size_t j = i; j < n; ++j) {
        by_decay -= w[j] * k[j] * std::abs(data_.time[i] - data_.time[j]);
      }
    }
    if (layout_.has_task) {
      for (std::size_t j = i; j < n; ++j) {
        if (data_.task[i] != data_.task[j]) by_correlation += w[j] * k[j];
      }
    }
    for (std::size_t j = i; j < n; ++j) g[j] *= w[j];
    for (std::size_t f = 0; f < scaled_.rows(); ++f) {
      gradient[data_.group_of[f]] +=
          WeightedSquaredDifference(g + i, scaled_(f, i), scaled_.row(f) + i, n - i);
    }
  }
  gradient[layout_.scale()] = by_scale;
  gradient[layout_.jitter()] = by_jitter * jitter;
  if (layout_.has_time) gradient[layout_.decay()] = by_decay * std::exp(theta[layout_.decay()]);
  if (layout_.has_task) {
    // d tanh(u) / du over tanh(u) = 2 / sinh(2 u); with u = 0 the entries are zero themselves, so
    // the correlation is kept off it.
    const double u = theta[layout_.correlation()];
    const double safe = std::abs(u) < 1e-6 ? 1e-6 : u;
    gradient[layout_.correlation()] = by_correlation * 2.0 / std::sinh(2.0 * safe);
  }
  if (layout_.warps > 0) AddWarpGradient(theta, gradient);
  *value += LogPrior(layout_, options_, theta, gradient);
  return true;
}

void LogPosterior::AddWarpGradient(std::span<const double> theta, double* gradient) {
  // The rows of slope_ hold d log p / d K_ij times K_ij's slope by now, each pair once:
  // d log p / d s_i = -sum_j slope_ij (s_i - s_j) over scaled values s.
  const std::size_t n = data_.size();
  for (std::size_t k = 0; k < layout_.warps; ++k) {
    const std::size_t f = data_.warped[k];
    const double* s = scaled_.row(f);
    by_feature_.assign(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
      const double* g = slope_.row(i);
      double own = 0.0;
      for (std::size_t j = i + 1; j < n; ++j) {
        const double pull = g[j] * (s[i] - s[j]);
        own += pull;
        by_feature_[j] += pull;
      }
      by_feature_[i] -= own;
    }
    const InputWarp warp = WarpOf(data_, theta, k);
    const double inverse = std::exp(-theta[data_.group_of[f]]);
    for (std::size_t i = 0; i < n; ++i) {
      const double by_warped = by_feature_[i] * inverse;
      const double x = data_.features(i, f);
      gradient[layout_.warp(k)] += by_warped * warp.SlopeByLogA(x);
      gradient[layout_.warp(k) + 1] += by_warped * warp.SlopeByLogB(x);
    }
  }
}

}  // namespace rectune::baselines
