// SPDX-License-Identifier: Apache-2.0
//
// MonteCarloAcquisition: the logarithm of the mean, over joint samples of several models, of a
// utility of the sampled outcomes; values for blocks of candidates and, for one, the gradient by
// features. The utility says what is worth having (improvement.h, hypervolume_utility.h).
//
//   MonteCarloAcquisition acquisition(std::move(samplers), utility);
//   acquisition.SetScreen(raw_features);
//   acquisition.Screen(&values);
//   double v = acquisition.Evaluate(features, gradient);
//   acquisition.Append(picked);      // the next arm of the round sees this one as pending
//
// After the first call at a size, Evaluate allocates nothing.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "baselines/acquisition/joint_sampler.h"

namespace rectune::baselines {

/// What one draw's outcomes are worth: positive, so that its mean has a logarithm.
class SampleUtility {
 public:
  virtual ~SampleUtility() = default;
  /// The baselines (observed and pending) changed.
  virtual void Rebuild(const std::vector<JointSampler>& samplers) = 0;
  /// total[r] += utility under `draw` of the outcomes samples[model][r].
  virtual void AddRow(std::size_t draw, const double* const* samples, std::size_t count,
                      double* total) const = 0;
  /// The utility of one candidate's outcomes; its derivatives by outcome into `slopes`.
  virtual double At(std::size_t draw, const double* samples, double* slopes) const = 0;
};

/// Candidates to screen, by block, then model. Megabytes: who screens often hands the same space
/// on, or a fifth of the time goes into fresh pages for it.
using ScreenSpace = std::vector<std::vector<SampledBlock>>;

class MonteCarloAcquisition {
 public:
  /// One sampler a model, all with the same baselines and number of draws.
  MonteCarloAcquisition(std::vector<JointSampler> samplers, std::unique_ptr<SampleUtility> utility);

  const std::vector<JointSampler>& samplers() const { return samplers_; }
  std::size_t features() const { return samplers_.front().posterior().features(); }

  /// The candidates of the next calls of Screen: a row a candidate. Kept over Append. What is in
  /// `space` is overwritten.
  void SetScreen(const Matrix& features, ScreenSpace space = {});
  /// The space, for the next acquisition function; nothing is left to screen.
  ScreenSpace TakeScreen() { return std::exchange(blocks_, {}); }
  void Screen(std::vector<double>* values);
  /// The value; its gradient by features too unless null.
  double Evaluate(const double* features, double* gradient);
  void Append(const double* features);

 private:
  std::vector<JointSampler> samplers_;
  std::unique_ptr<SampleUtility> utility_;
  ScreenSpace blocks_;
  std::vector<SampledPoint> points_;  // by model
  std::vector<double> outcome_;
  std::vector<double> slopes_;
};

}  // namespace rectune::baselines
