// SPDX-License-Identifier: Apache-2.0
//
// LogPosterior: the log marginal likelihood of a Gaussian process plus its log prior, with the
// gradient by theta (hyperparameters.h). Zero mean: the caller standardises y.
//
//   log p(y | theta) = -1/2 y' A^-1 y - 1/2 log |A| - n/2 log 2 pi,   A = K + diag(noise) + jitter
//   d / d theta_k    =  1/2 sum_ij (alpha_i alpha_j - A^-1_ij) dA_ij / d theta_k,  alpha = A^-1 y
// (Rasmussen and Williams, 2006, eq. 5.8 and 5.9), with Matern-5/2 over scaled features
//   K_ij = scale (1 + s + s^2 / 3) exp(-s) T_ij,   s^2 = 5 sum_g (x_ig - x_jg)^2 / lengthscale_g^2
// and T_ij = exp(-decay |t_i - t_j|) where there are times (the (1 - e)^{|t - t'| / 2} of
// TV-GP-UCB, Bogunovic et al., AISTATS 2016, in one parameter), times the tasks' correlation where
// two points belong to different tasks (Bonilla et al., NeurIPS 2007, outputs standardised task by
// task). A feature with an input warp enters as w(x; a, b) (input_warp.h); for its parameters
//   d / d log a = sum_i (d log p / d w_i) (d w_i / d log a).
//
//   LogPosterior density(data, options);
//   if (density.Evaluate(theta, &value, gradient)) ...   // false: A is not positive definite there
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "baselines/gp/dense.h"
#include "baselines/gp/hyperparameters.h"
#include "baselines/gp/input_warp.h"

namespace rectune::baselines {

struct GpData {
  Matrix features;                    // a row a point
  std::vector<std::size_t> group_of;  // of each feature, ascending
  std::size_t groups = 0;
  std::vector<bool> is_choice;      // of each group; empty: none is
  std::vector<double> y;            // standardised
  std::vector<double> noise;        // known variance, in y's units squared
  std::vector<double> time;         // empty, or one a point
  std::vector<int> task;            // empty, or 0 / 1 a point
  std::vector<std::size_t> warped;  // features in [0, 1] with an input warp of their own

  std::size_t size() const { return y.size(); }
  HyperLayout layout() const;
};

/// The warp of data.warped[i].
InputWarp WarpOf(const GpData& data, std::span<const double> theta, std::size_t i);

/// Features, warped, divided by their lengthscales, a row a feature (points side by side).
void ScaleFeatures(const GpData& data, std::span<const double> theta, Matrix* scaled);

/// The factor T between a point of the data and one at `time` of `task`.
double Coupling(const GpData& data, std::span<const double> theta, std::size_t point, double time,
                int task);

class LogPosterior {
 public:
  /// Both must outlive it.
  LogPosterior(const GpData& data, const GpOptions& options);

  const HyperLayout& layout() const { return layout_; }
  /// `gradient` (layout().size() numbers) may be null. False when A cannot be factored.
  bool Evaluate(std::span<const double> theta, double* value, double* gradient);

 private:
  void AddWarpGradient(std::span<const double> theta, double* gradient);

  const GpData& data_;
  const GpOptions& options_;
  HyperLayout layout_;
  Matrix scaled_;
  Matrix kernel_;  // K, upper triangle
  Matrix slope_;   // K's slope (dense.h, Matern52), upper triangle
  Matrix factor_;
  Matrix inverse_factor_;
  Matrix inverse_;
  std::vector<double> solved_;
  std::vector<double> alpha_;
  std::vector<double> by_feature_;  // d log p / d (scaled feature), a point; with warps
};

}  // namespace rectune::baselines
