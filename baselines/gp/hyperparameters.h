// SPDX-License-Identifier: Apache-2.0
//
// The hyperparameters of a Gaussian process, their bounds and priors. Data and small formulas; the
// likelihood is in log_posterior.h, the search for the best in fit.h.
//
// theta, in this order: log lengthscale of each group; log output scale (variance); log jitter (the
// variance of noise that no standard error accounts for); with times, log decay rate; with tasks,
// atanh of the correlation between the two tasks; with input warps, log a and log b of each
// (input_warp.h, its prior as well).
//
// Prior families, densities over the natural value:
//   kGamma            lengthscale Gamma(3, 6), scale Gamma(2, 0.15) (BoTorch up to 0.11), jitter
//                     Gamma(1.1, 30) (Optuna); for a choice Gamma(3, 1.5): its levels are at
//                     distance 1, and at a lengthscale of 0.5 what one level taught would be lost
//                     on the others
//   kDimensionScaled  lengthscale LogNormal(sqrt 2 + ln(d) / 2, sqrt 3) (Hvarfner et al., ICML
//                     2024), scale as above (theirs has none), jitter LogNormal(-4, 1)
//   kFlat             none: maximum likelihood within the bounds (TuRBO)
// Where most points come with a standard error, jitter is only for what those leave out, and its
// prior is Gamma(1.1, 1000) in the first two: a prior that expects noise would count the known
// noise twice and, on few points, explain everything as noise.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/object_reader.h"

namespace rectune::baselines {

enum class PriorFamily { kGamma, kDimensionScaled, kFlat };

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

struct GpOptions {
  PriorFamily prior = PriorFamily::kGamma;
  bool infer_jitter = true;
  Interval lengthscale{0.005, 30.0};
  /// Outputs are standardised: at least a fifth of their variance is taken for signal. Without
  /// this, a few noisy points are best explained as all noise, and a flat model searches nowhere.
  Interval scale{0.2, 100.0};
  Interval jitter{1e-6, 1.0};
  int restarts = 3;         // of a full search, besides the default start and the warm one
  int max_iterations = 60;  // of L-BFGS, a start
  /// Keys: "prior" ("gamma" or "dimension_scaled"), "infer_jitter", "fit_restarts",
  /// "fit_iterations". The caller finishes the reader.
  static GpOptions Read(ObjectReader* reader);
};

/// Which entries theta has.
struct HyperLayout {
  std::size_t groups = 0;
  const std::vector<bool>* is_choice = nullptr;  // of each group; null: none is
  bool has_time = false;
  bool has_task = false;
  bool has_known_noise = false;  // standard errors account for (nearly) all of it
  std::size_t warps = 0;         // features with an input warp

  std::size_t scale() const { return groups; }
  std::size_t jitter() const { return groups + 1; }
  std::size_t decay() const { return groups + 2; }
  std::size_t correlation() const { return groups + (has_time ? 3 : 2); }
  /// log a of a warp; log b follows it.
  std::size_t warp(std::size_t i) const {
    return groups + 2 + (has_time ? 1 : 0) + (has_task ? 1 : 0) + 2 * i;
  }
  std::size_t size() const { return warp(warps); }
};

/// Of one entry of theta, in theta's own (logarithmic) terms.
Interval BoundsOf(const HyperLayout& layout, const GpOptions& options, std::size_t entry);

/// Where a search starts without anything better.
std::vector<double> DefaultTheta(const HyperLayout& layout, const GpOptions& options);

/// Log prior density at theta up to a constant; adds its gradient to `gradient` when not null.
double LogPrior(const HyperLayout& layout, const GpOptions& options, std::span<const double> theta,
                double* gradient);

}  // namespace rectune::baselines
