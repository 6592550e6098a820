// SPDX-License-Identifier: Apache-2.0
//
// What a report says of many seeds at once: the interquartile mean, percentile intervals from a
// stratified bootstrap, and the probability of improvement, as recommended by Agarwal et al., "Deep
// Reinforcement Learning at the Edge of the Statistical Precipice", NeurIPS 2021 (rliable).
// Deterministic: resamples are drawn from RandomStream at addresses that only depend on the
// options. Not tests of hypotheses (statistics_tests.h), and not the simulator's own A/B
// arithmetic.
//
//   Interval regret = IqmInterval({regret_by_seed}, {});     // one stratum a task
//   Interval better = ProbabilityOfImprovementInterval({agent}, {tpe}, {});
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace rectune::experiments {

/// An estimate with its confidence interval.
struct Interval {
  double estimate = 0.0;
  double low = 0.0;
  double high = 0.0;
};

struct BootstrapOptions {
  int resamples = 5000;       // at least 100
  double confidence = 0.95;   // in (0, 1)
  std::uint64_t seed = 2026;  // keys the resampling stream
};

/// One vector of seeds for each task. Resampling is within a stratum, so that no resample drops a
/// task; every stratum needs at least one value, all of them finite.
using Strata = std::vector<std::vector<double>>;

double Mean(std::span<const double> values);

/// Mean of the middle half: floor(n / 4) values are dropped at each end (scipy's
/// `trim_mean(x, 0.25)`, which is what rliable reports). With n < 4 it is the mean.
double InterquartileMean(std::span<const double> values);

/// Linear interpolation between order statistics (Hyndman and Fan's type 7, NumPy's default).
/// `probability` in [0, 1].
double Quantile(std::span<const double> values, double probability);

/// Percentile interval of `statistic` over all strata pooled. The same options pick the same
/// seeds for every tuner, so a run's intervals share their resamples.
Interval StratifiedBootstrap(const Strata& strata,
                             const std::function<double(std::span<const double>)>& statistic,
                             const BootstrapOptions& options);

Interval IqmInterval(const Strata& strata, const BootstrapOptions& options);

/// The resamples of one shape of strata, drawn once and used for many statistics: the same numbers
/// as StratifiedBootstrap, without drawing them again for every tuner and round.
class BootstrapPlan {
 public:
  BootstrapPlan(const std::vector<std::size_t>& stratum_sizes, const BootstrapOptions& options);
  /// Broken contract if `strata` have another shape.
  Interval Apply(const Strata& strata,
                 const std::function<double(std::span<const double>)>& statistic) const;

 private:
  std::vector<std::size_t> sizes_;
  std::size_t total_ = 0;
  BootstrapOptions options_;
  std::vector<std::uint32_t> picks_;  // resample by resample, indices into the pooled values
};

/// InterquartileMean(x) - InterquartileMean(y) where x[s][i] and y[s][i] share a seed: pairs are
/// resampled together, so what the seeds have in common cancels.
Interval PairedIqmDifference(const Strata& x, const Strata& y, const BootstrapOptions& options);

/// P(x < y) + P(x = y) / 2 over all pairs, for a quantity where lower is better (regret); Mann and
/// Whitney's U over n * m. One half means no difference.
double ProbabilityOfImprovement(std::span<const double> x, std::span<const double> y);

/// The mean over strata, with `x` and `y` resampled independently (as rliable does).
Interval ProbabilityOfImprovementInterval(const Strata& x, const Strata& y,
                                          const BootstrapOptions& options);

}  // namespace rectune::experiments
