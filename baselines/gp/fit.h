// SPDX-License-Identifier: Apache-2.0
//
// FitGp: maximum a posteriori hyperparameters by L-BFGS (Ceres' GradientProblem, one thread), from
// a warm start, a default and a few random ones. Each entry of theta lives strictly inside its
// bounds: theta = low + (high - low) / (1 + exp(-u)), and the search is over u. Not a sampler: one
// point, no posterior over hyperparameters.
//
//   FitResult fit = FitGp(data, options, warm_theta, /*full=*/true, stream);
//
// A start at which the matrix cannot be factored is skipped and counted. When every one fails, the
// result is the default theta with `failed_starts` saying so: the prior's own idea, and a posterior
// is still had from it (GpPosterior adds jitter until it is).
#pragma once

#include <span>
#include <vector>

#include "baselines/gp/log_posterior.h"
#include "core/random_stream.h"

namespace rectune::baselines {

struct FitResult {
  std::vector<double> theta;
  double log_posterior = 0.0;  // at theta; -infinity when every start failed
  int evaluations = 0;
  int failed_starts = 0;
};

/// `warm` may be empty. Without `full`, and with a warm start, that one alone is followed, with a
/// tolerance of a hundredth of a nat: hyperparameters that differ by less are the same to any data.
FitResult FitGp(const GpData& data, const GpOptions& options, std::span<const double> warm,
                bool full, RandomStream stream);

}  // namespace rectune::baselines
