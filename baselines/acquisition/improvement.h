// SPDX-License-Identifier: Apache-2.0
//
// ImprovementUtility: the constrained noisy expected improvement (NEI: Letham et al., Bayesian
// Analysis 2019), smoothed so that its logarithm has a gradient everywhere, as LogEI does (Ament et
// al., NeurIPS 2023, arXiv 2310.20708):
//
//   u_m(x) = h(s(f_m(x)) - best_m) prod_g sigma(-g_m(x)),   best_m = max over feasible baselines
//   h(t) = (t + sqrt(t^2 + 4 tau^2)) / 2                    -> max(0, t) as tau -> 0
//   sigma(t) = (1 + t / sqrt(t^2 + eta^2)) / 2              -> [t > 0] as eta -> 0
//
// BoTorch smooths with exponentials; these algebraic curves have the same limits and fat tails, and
// need only square roots, so a row of candidates is a vector loop. best_m is taken draw by draw
// over the observed and the pending points alike (the unknown incumbent is integrated out). In a
// draw where none is feasible it lies a unit below every sampled value, so that the search is for
// feasibility first.
//
// s is the objective itself, or with several objectives ParEGO's augmented Chebyshev scalarisation
// min_k w_k (f_k - o_k) + 0.05 sum_k w_k (f_k - o_k) (Knowles, IEEE TEC 10, 2006).
#pragma once

#include <cstddef>
#include <vector>

#include "baselines/acquisition/monte_carlo.h"

namespace rectune::baselines {

/// g = sign * sample - threshold <= 0 is feasible; both in the model's standardised units.
struct ConstraintBound {
  double sign = 1.0;
  double threshold = 0.0;
};

/// sigma(-g) and its derivative by the sample.
double SmoothFeasibility(const ConstraintBound& bound, double sample, double* slope);
/// h(t) and its derivative.
double SmoothPositive(double t, double* slope);

class ImprovementUtility : public SampleUtility {
 public:
  /// Models: first the objectives, one weight each, then the constraints. `origin`: o, one an
  /// objective, or empty for zeros.
  ImprovementUtility(std::vector<double> weights, std::vector<ConstraintBound> constraints,
                     std::vector<double> origin = {});

  /// The incumbent's value in each draw.
  const std::vector<double>& best() const { return best_; }

  void Rebuild(const std::vector<JointSampler>& samplers) override;
  void AddRow(std::size_t draw, const double* const* samples, std::size_t count,
              double* total) const override;
  double At(std::size_t draw, const double* samples, double* slopes) const override;

 private:
  double Scalarise(const double* samples, double* slopes) const;

  std::vector<double> weights_;
  std::vector<double> origin_;
  std::vector<ConstraintBound> constraints_;
  std::vector<double> best_;
};

}  // namespace rectune::baselines
