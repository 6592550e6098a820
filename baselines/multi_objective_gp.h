// SPDX-License-Identifier: Apache-2.0
//
// The multi-objective Gaussian-process tuners: one process for each north-star metric instead of
// one for their weighted sum, and a batch spread over the trade-offs between them. They recommend,
// like gp, by the task's own scalarisation (its model is fitted as well); the spread is for whoever
// reads the Pareto set.
//
//   QLogNehvi tuner("qlognehvi", task, options);      // hypervolume_utility.h
//   QLogNParego tuner("qlognparego", task, options);  // a random Chebyshev scalarisation an arm
//
// Baselines of the acquisition: every measured point that may be on the Pareto front, which is not
// the best by the scalarisation and its like. A point is left out only when another that is
// probably feasible beats it in all objectives by three deviations of both.
//
// Reference point: production (lift 0) less a tenth of each metric's spread over what was measured.
// With a single north star both are gp with a floor under the incumbent.
#pragma once

#include <string>
#include <vector>

#include "baselines/gp_tuner.h"

namespace rectune::baselines {

class MultiObjectiveGp : public GpTuner {
 public:
  MultiObjectiveGp(std::string name, TuningTask task, GpTunerOptions options);

 protected:
  std::size_t sampled_models() const override;
  std::vector<std::size_t> Incumbents() const override;
  std::size_t objectives() const { return task().objective.north_stars().size(); }
  /// Samplers for the north stars, then the constraints.
  std::vector<JointSampler> Samplers(const Matrix& baselines, const Matrix& draws) const;
  std::vector<ConstraintBound> Bounds() const;
  /// In standardised units.
  std::vector<double> Reference() const;
};

class QLogNehvi : public MultiObjectiveGp {
 public:
  using MultiObjectiveGp::MultiObjectiveGp;

 private:
  MonteCarloAcquisition MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                        int arm) const override;
};

class QLogNParego : public MultiObjectiveGp {
 public:
  using MultiObjectiveGp::MultiObjectiveGp;

 private:
  MonteCarloAcquisition MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                        int arm) const override;
  bool renews_acquisition() const override { return objectives() > 1; }
};

}  // namespace rectune::baselines
