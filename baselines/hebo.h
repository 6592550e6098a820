// SPDX-License-Identifier: Apache-2.0
//
// Hebo: Bayesian optimisation for outputs that are skewed and coordinates that are uneven, after
// HEBO (Cowen-Rivers et al., JAIR 74, 2022; first in the black-box optimisation challenge of 2020):
// the objective's readings go through a Yeo-Johnson transform (gp/output_warp.h), every continuous
// coordinate through a Kumaraswamy warp (gp/input_warp.h), and a round's arms come from the Pareto
// front of three acquisition functions (acquisition/mace.h) instead of the maximum of one.
//
//   Hebo tuner("hebo", task, HeboOptions{});
//
// A round: NSGA-II searches the front, from points all over the cube and others near the best arms
// (acquisition/pareto_search.h); the arms are a random sample of it without replacement, and from
// three arms on the front's greatest posterior mean and its greatest standard deviation are among
// them. What is known already, measured or under way, is left out. A front with too few members is
// filled up with later fronts and then with uniform points.
//
// Under way: arms whose results are out, and those that failed, stand in the model with their own
// posterior mean (the kriging believer of Ginsbourger et al., 2010): means stay as they are, and
// there is nothing left to learn nearby. The incumbent is the best posterior mean among all of
// them that hold their guardrails with probability at least a half.
//
// Where it is not HEBO: Matern-5/2 alone (there, a linear kernel as well, and 3/2); the standard
// errors that experiments report; no noise in the acquisition functions; guardrails. The model of
// a guardrail's metric warps its inputs, never its outputs: all that is asked of it is a bound.
#pragma once

#include <string>
#include <vector>

#include "baselines/acquisition/mace.h"
#include "baselines/acquisition/pareto_search.h"
#include "baselines/gp/surrogate_tuner.h"

namespace rectune::baselines {

struct HeboOptions {
  SurrogateOptions surrogate;
  ParetoSearchOptions search;
  HeboOptions();
  /// Keys: those of GpOptions, "startup_arms", "population", "generations", "warp_outputs" and
  /// "warp_inputs".
  static HeboOptions FromJson(const Json& options, const std::string& path);
};

/// Members of a population that make a batch, as above, by index. `means` and `sigmas`: one a
/// member; `front` lists the candidates, best fronts first, of which the first `on_front` are on
/// the front itself. `count` is at most front.size().
std::vector<std::size_t> SampleBatch(const std::vector<std::size_t>& front, std::size_t on_front,
                                     const std::vector<double>& means,
                                     const std::vector<double>& sigmas, std::size_t count,
                                     RandomStream stream);

class Hebo : public SurrogateTuner {
 public:
  Hebo(std::string name, TuningTask task, const HeboOptions& options);

 private:
  std::vector<std::vector<double>> PickArms(
      int arms, int first_arm, const std::vector<std::vector<double>>& pending) override;
  /// The objective's model, with the pending points believed.
  GpPosterior Believe(const std::vector<std::vector<double>>& pending) const;
  /// The best posterior mean that may be feasible, measured or pending.
  double Incumbent(const GpPosterior& posterior,
                   const std::vector<std::vector<double>>& pending) const;
  std::vector<std::vector<double>> FirstPopulation(int first_arm) const;

  HeboOptions options_;
};

}  // namespace rectune::baselines
