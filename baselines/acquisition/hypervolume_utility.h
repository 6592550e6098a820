// SPDX-License-Identifier: Apache-2.0
//
// HypervolumeUtility: the constrained noisy expected hypervolume improvement (NEHVI: Daulton et
// al., NeurIPS 2021, arXiv 2105.08195) as a sample utility: in each draw, how much a candidate adds
// to the volume that the feasible baselines dominate over a reference point, smoothed like an
// improvement (improvement.h).
//
//   HypervolumeUtility utility(reference, constraints);   // models: objectives, then constraints
//
// Two objectives: the draw's front cuts the non-dominated region into strips (the box decomposition
// of the plane), and the gain is the sum of its overlaps with them. One objective: the improvement
// over the best, at least the reference. Three and more: one random direction l a draw, with
// hypervolume = c E_l[min_k ((f_k - r_k) / l_k)_+^K] (Golovin and Zhang, ICML 2020): unbiased over
// draws, and without a decomposition whose number of boxes explodes; the draws then estimate both
// expectations at once.
#pragma once

#include <cstddef>
#include <vector>

#include "baselines/acquisition/improvement.h"
#include "baselines/acquisition/monte_carlo.h"
#include "core/random_stream.h"

namespace rectune::baselines {

class HypervolumeUtility : public SampleUtility {
 public:
  /// All objectives are maximised; `reference` in standardised units, one an objective. The stream
  /// gives the directions.
  HypervolumeUtility(std::vector<double> reference, std::vector<ConstraintBound> constraints,
                     RandomStream directions);

  void Rebuild(const std::vector<JointSampler>& samplers) override;
  void AddRow(std::size_t draw, const double* const* samples, std::size_t count,
              double* total) const override;
  double At(std::size_t draw, const double* samples, double* slopes) const override;

 private:
  /// Of the plane between x = from and x = to (infinite for the last), what lies above y = floor.
  struct Strip {
    double from = 0.0;
    double to = 0.0;
    double floor = 0.0;
    bool is_last = false;
  };

  double Gain(std::size_t draw, const double* outcome, double* slopes) const;
  double PlaneGain(std::size_t draw, const double* outcome, double* slopes) const;
  double DirectionGain(std::size_t draw, const double* outcome, double* slopes) const;
  double Along(std::size_t draw, const double* outcome, std::size_t* tightest) const;

  std::vector<double> reference_;
  std::vector<ConstraintBound> constraints_;
  RandomStream stream_;
  std::vector<std::vector<Strip>> strips_;       // by draw; two objectives
  std::vector<std::vector<double>> directions_;  // by draw; one, or three and more
  std::vector<double> best_;                     // by draw, along its direction
};

}  // namespace rectune::baselines
