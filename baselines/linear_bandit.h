// SPDX-License-Identifier: Apache-2.0
//
// LinearBandit: treats the task as a linear bandit over quadratic features (quadratic_model.h), by
// posterior sampling (Thompson, 1933; Agrawal and Goyal, ICML 2013) or by an upper confidence bound
// (LinUCB: Li et al., WWW 2010). Uses every reading's own standard error, so it is at home under
// noise and in few rounds; a world with bends that no quadratic has is beyond it.
//
//   LinearBandit tuner("linear_thompson", task, BanditRule::kThompson, {});
//
// One model of the objective's value and one of each guardrail's excess over its bound. An arm is
// the maximiser of value - penalty * excess, found by coordinate search from the best arm, from
// production and from two random points. Thompson: all models drawn anew for each arm. LinUCB:
// mean + beta deviations of the value and the mean of the guardrails; an arm of the same round
// enters as a pending one at its mean. The first `startup_trials` are random. Failed arms tell it
// nothing. It recommends the measured arm with the greatest posterior mean minus deviation, misfit
// included, among those whose guardrails' means hold; production if none is above 0. The state is
// the history alone.
//
// Where it is worse than random search: Hartmann-6, one narrow basin and flat elsewhere. With noise
// 0.25 the arms are no better than random ones (mean truth -0.24 and -0.26 over 60 seeds), since a
// drawn quadratic is greatest on the box's faces: 70% of the arms' coordinates are there, 86% of
// linucb's, whose deviation grows outwards too, and the basin is inside. Told the same values
// without noise, linear_thompson launches -2.16, random search -1.98.
#pragma once

#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "baselines/quadratic_model.h"
#include "core/random_stream.h"
#include "core/tuner.h"

namespace rectune::baselines {

enum class BanditRule { kThompson, kUpperBound };

struct LinearBanditOptions {
  int startup_trials = 10;  // in [1, 100000]
  double beta = 1.0;        // kUpperBound only, in [0, 100]
  static LinearBanditOptions FromJson(const Json& options, const std::string& path,
                                      BanditRule rule);
};

class LinearBandit : public Tuner {
 public:
  LinearBandit(std::string name, TuningTask task, BanditRule rule, LinearBanditOptions options);

 private:
  struct Models {
    std::vector<Configuration> arms;  // one a row of the design, production's left out
    std::vector<std::vector<double>> units;
    std::vector<QuadraticModel> all;  // the value, then a guardrail's excess each
  };

  std::vector<Proposal> DoPropose(int arms) override;
  Configuration DoRecommend() const override;
  Models Fit() const;
  std::vector<double> Maximise(const Models& models,
                               const std::function<double(const Eigen::VectorXd&)>& value,
                               RandomStream& stream) const;

  BanditRule rule_;
  LinearBanditOptions options_;
  std::vector<CoordinateView> views_;
  std::vector<double> production_;  // unit
  QuadraticFeatures features_;
};

}  // namespace rectune::baselines
