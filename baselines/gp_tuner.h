// SPDX-License-Identifier: Apache-2.0
//
// GpTuner: Bayesian optimisation with Gaussian processes and qLogNEI, the strong baseline for few,
// noisy, constrained, mixed and batched trials: one process for the objective's value, one for each
// guardrail metric (the cost ceiling among them), Matern-5/2 with a lengthscale a coordinate
// (gp/log_posterior.h), and arms picked one after the other, each seeing those before it and all
// others under way as pending (acquisition/improvement.h).
//
//   GpTuner tuner("gp", task, GpTunerOptions{});
//
// A pick: `raw_points` points, half a Sobol net (digitally shifted anew each round), half
// perturbations of the best arms known; screened; then from 10 starts L-BFGS over the continuous
// coordinates alternated with sweeps over the discrete ones (acquisition/optimise.h). Curves are
// searched in their stick-breaking coordinates. `draws` joint samples, Sobol points through the
// normal quantile.
#pragma once

#include <string>
#include <vector>

#include "baselines/acquisition/optimise.h"
#include "baselines/gp/surrogate_tuner.h"
#include "baselines/sobol_sequence.h"

namespace rectune::baselines {

struct GpTunerOptions {
  SurrogateOptions surrogate;
  OptimiseOptions optimise;
  int raw_points = 2048;
  int draws = 128;
  static GpTunerOptions FromJson(const Json& options, const std::string& path);
  /// The same keys, for tuners that have more of their own.
  static GpTunerOptions Read(ObjectReader* reader);
};

class GpTuner : public SurrogateTuner {
 public:
  GpTuner(std::string name, TuningTask task, const GpTunerOptions& options);

 protected:
  std::vector<std::vector<double>> PickArms(
      int arms, int first_arm, const std::vector<std::vector<double>>& pending) override;

  /// The acquisition function of one pick; `arm` is part of its random address. NEI here.
  virtual MonteCarloAcquisition MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                                int arm) const;
  /// Whether each arm of a round gets an acquisition function of its own.
  virtual bool renews_acquisition() const { return false; }
  /// Indices of the measured points that a draw's best may be among, most promising first: the
  /// acquisition's baselines, and what raw points are spread around.
  virtual std::vector<std::size_t> Incumbents() const;
  /// The models whose joint samples the acquisition takes.
  virtual std::size_t sampled_models() const { return 1 + models().constraints(); }

  /// One sampler a model, each with its own share of the draws' rows.
  static std::vector<JointSampler> MakeSamplers(const std::vector<const MetricModel*>& sampled,
                                                const Matrix& baselines, const Matrix& draws);

  const GpTunerOptions& options() const { return options_; }

 private:
  std::vector<std::vector<double>> RawPoints(const std::vector<std::size_t>& incumbents,
                                             int first_arm);
  Matrix NormalDraws(std::size_t rows, int arm);

  GpTunerOptions options_;
  AcquisitionOptimiser optimiser_;
  SobolSequence net_;
  // Made at first use, since scrambling costs; it follows from the seed, so it is no state.
  std::vector<std::vector<double>> draw_net_;
  ScreenSpace screen_;  // between rounds: memory alone
};

}  // namespace rectune::baselines
