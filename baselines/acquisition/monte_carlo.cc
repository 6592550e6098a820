// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/monte_carlo.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kBlockWidth = 128;  // candidates whose kernels fit the second-level cache

double LogMean(double total, std::size_t draws) {
  return std::log(std::max(total, 1e-300) / static_cast<double>(draws));
}

}  // namespace

MonteCarloAcquisition::MonteCarloAcquisition(std::vector<JointSampler> samplers,
                                             std::unique_ptr<SampleUtility> utility)
    : samplers_(std::move(samplers)),
      utility_(std::move(utility)),
      points_(samplers_.size()),
      outcome_(samplers_.size()),
      slopes_(samplers_.size()) {
  RECTUNE_CHECK(!samplers_.empty(), "an acquisition function needs a model");
  utility_->Rebuild(samplers_);
}

void MonteCarloAcquisition::SetScreen(const Matrix& features, ScreenSpace space) {
  blocks_ = std::move(space);
  blocks_.resize((features.rows() + kBlockWidth - 1) / kBlockWidth);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::size_t first = b * kBlockWidth;
    const std::size_t count = std::min(kBlockWidth, features.rows() - first);
    Matrix part(count, features.cols());
    for (std::size_t r = 0; r < count; ++r) {
      std::copy_n(features.row(first + r), features.cols(), part.row(r));
    }
    blocks_[b].resize(samplers_.size());
    for (std::size_t k = 0; k < samplers_.size(); ++k) samplers_[k].Prepare(part, &blocks_[b][k]);
  }
}

void MonteCarloAcquisition::Screen(std::vector<double>* values) {
  values->clear();
  const std::size_t draws = samplers_.front().draws();
  std::vector<const double*> outcomes(samplers_.size());
  for (std::vector<SampledBlock>& block : blocks_) {
    const std::size_t count = block.front().deviation.size();
    std::vector<double> total(count, 0.0);
    for (std::size_t k = 0; k < samplers_.size(); ++k) samplers_[k].Sample(&block[k]);
    for (std::size_t m = 0; m < draws; ++m) {
      for (std::size_t k = 0; k < samplers_.size(); ++k) {
        double* row = block[k].samples.row(m);
        Axpy(samplers_[k].own_draws()[m], block[k].deviation.data(), row, count);
        outcomes[k] = row;
      }
      utility_->AddRow(m, outcomes.data(), count, total.data());
    }
    for (const double sum : total) values->push_back(LogMean(sum, draws));
  }
}

double MonteCarloAcquisition::Evaluate(const double* features, double* gradient) {
  const std::size_t models = samplers_.size();
  const std::size_t draws = samplers_.front().draws();
  for (std::size_t k = 0; k < models; ++k) {
    samplers_[k].Sample(features, &points_[k]);
    points_[k].adjoint.resize(draws);
  }
  double total = 0.0;
  for (std::size_t m = 0; m < draws; ++m) {
    for (std::size_t k = 0; k < models; ++k) outcome_[k] = points_[k].samples[m];
    total += utility_->At(m, outcome_.data(), slopes_.data());
    for (std::size_t k = 0; k < models; ++k) points_[k].adjoint[m] = slopes_[k];
  }
  if (gradient != nullptr) {
    std::fill(gradient, gradient + this->features(), 0.0);
    const double inverse = total > 1e-300 ? 1.0 / total : 0.0;
    for (std::size_t k = 0; k < models; ++k) {
      for (double& adjoint : points_[k].adjoint) adjoint *= inverse;
      samplers_[k].AddGradient(&points_[k], gradient);
    }
  }
  return LogMean(total, draws);
}

void MonteCarloAcquisition::Append(const double* features) {
  for (JointSampler& sampler : samplers_) sampler.Append(features);
  utility_->Rebuild(samplers_);
}

}  // namespace rectune::baselines
