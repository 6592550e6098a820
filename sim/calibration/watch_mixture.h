// SPDX-License-Identifier: Apache-2.0
//
// WatchMixture: the share of a video that gets played (play time / duration), as a mixture of four
// behaviours. Exponential starts with a cut-off at the end and a spike at completion are what
// watch-time studies find; the scales are fitted to logs (constants.h). Not a model of which video
// is watched how long: the truth model picks the behaviour.
//
//   skip:       exponential with mean `skip_mean`
//   progress:   exponential with mean `progress_mean`, truncated to (0, 1)
//   completion: normal with mean 1 and standard deviation `completion_sd`, truncated to (0, 2)
//   rewatch:    1 + exponential with mean `rewatch_mean`
#pragma once

namespace rectune::sim {

struct WatchMixture {
  double skip_weight = 0.0;  // the four weights sum to 1
  double progress_weight = 0.0;
  double completion_weight = 0.0;
  double rewatch_weight = 0.0;
  double skip_mean = 0.0;
  double progress_mean = 0.0;
  double completion_sd = 0.0;
  double rewatch_mean = 0.0;

  /// Share of watches with a ratio at most `ratio`.
  double Cdf(double ratio) const;
  /// The inverse, by bisection to 1e-12; probability in (0, 1).
  double Quantile(double probability) const;
};

/// Broken contract unless weights are a distribution and scales are positive.
void CheckWatchMixture(const WatchMixture& mixture);

}  // namespace rectune::sim
