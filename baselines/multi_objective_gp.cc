// SPDX-License-Identifier: Apache-2.0
#include "baselines/multi_objective_gp.h"

#include <cmath>
#include <memory>
#include <utility>

#include "baselines/acquisition/hypervolume_utility.h"

namespace rectune::baselines {
namespace {

constexpr double kTolerance = 0.1;  // of a metric's spread: how far below production still counts

GpTunerOptions WithNorthStars(GpTunerOptions options) {
  options.surrogate.models.models_each_north_star = true;
  return options;
}

}  // namespace

MultiObjectiveGp::MultiObjectiveGp(std::string name, TuningTask task, GpTunerOptions options)
    : GpTuner(std::move(name), std::move(task), WithNorthStars(options)) {}

std::size_t MultiObjectiveGp::sampled_models() const {
  return objectives() + models().constraints();
}

std::vector<JointSampler> MultiObjectiveGp::Samplers(const Matrix& baselines,
                                                     const Matrix& draws) const {
  std::vector<const MetricModel*> sampled;
  for (std::size_t k = 0; k < objectives(); ++k) sampled.push_back(&models().north_star(k));
  for (std::size_t g = 0; g < models().constraints(); ++g) {
    sampled.push_back(&models().constraint(g));
  }
  return MakeSamplers(sampled, baselines, draws);
}

std::vector<ConstraintBound> MultiObjectiveGp::Bounds() const {
  std::vector<ConstraintBound> bounds;
  for (std::size_t g = 0; g < models().constraints(); ++g) bounds.push_back(models().bound(g));
  return bounds;
}

std::vector<double> MultiObjectiveGp::Reference() const {
  std::vector<double> reference;
  for (std::size_t k = 0; k < objectives(); ++k) {
    reference.push_back(models().north_star(k).standardisation.Apply(0.0) - kTolerance);
  }
  return reference;
}

MonteCarloAcquisition QLogNehvi::MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                                 int arm) const {
  RandomStream directions(task().seed, Purpose::kTunerInternal,
                          static_cast<std::uint64_t>(proposed_rounds()),
                          static_cast<std::uint64_t>(arm), 1);
  return {Samplers(baselines, draws),
          std::make_unique<HypervolumeUtility>(Reference(), Bounds(), directions)};
}

MonteCarloAcquisition QLogNParego::MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                                   int arm) const {
  RandomStream stream(task().seed, Purpose::kTunerInternal,
                      static_cast<std::uint64_t>(proposed_rounds()),
                      static_cast<std::uint64_t>(arm), 1);
  // Uniform on the simplex: exponentials over their sum.
  std::vector<double> weights(objectives(), 1.0);
  if (objectives() > 1) {
    double total = 0.0;
    for (double& w : weights) {
      w = -std::log(stream.UniformOpen());
      total += w;
    }
    for (double& w : weights) w /= total;
  }
  return {Samplers(baselines, draws),
          std::make_unique<ImprovementUtility>(std::move(weights), Bounds(), Reference())};
}

}  // namespace rectune::baselines
