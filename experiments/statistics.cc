// SPDX-License-Identifier: Apache-2.0
#include "experiments/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::experiments {
namespace {

void CheckOptions(const BootstrapOptions& options) {
  RECTUNE_CHECK(options.resamples >= 100, "a percentile interval needs at least 100 resamples");
  RECTUNE_CHECK(options.confidence > 0.0 && options.confidence < 1.0,
                "confidence must lie strictly between 0 and 1");
}

void CheckStrata(const Strata& strata) {
  RECTUNE_CHECK(!strata.empty(), "a bootstrap needs at least one stratum");
  for (const std::vector<double>& stratum : strata) {
    RECTUNE_CHECK(!stratum.empty(), "every stratum needs at least one value");
    for (double value : stratum) {
      RECTUNE_CHECK(std::isfinite(value), "statistics need finite values");
    }
  }
}

std::vector<double> Pool(const Strata& strata) {
  std::vector<double> pooled;
  for (const std::vector<double>& stratum : strata) {
    pooled.insert(pooled.end(), stratum.begin(), stratum.end());
  }
  return pooled;
}

/// `count` draws with replacement from 0 .. count - 1. `entity` separates the strata of a resample.
std::vector<std::size_t> ResampleIndices(std::size_t count, std::uint64_t seed, int resample,
                                         std::uint64_t entity) {
  RandomStream stream(seed, Purpose::kBootstrap, static_cast<std::uint64_t>(resample), entity);
  std::vector<std::size_t> indices(count);
  for (std::size_t& index : indices) index = static_cast<std::size_t>(stream.UniformInteger(count));
  return indices;
}

void Resample(std::span<const double> values, std::uint64_t seed, int resample,
              std::uint64_t entity, std::vector<double>* out) {
  for (const std::size_t index : ResampleIndices(values.size(), seed, resample, entity)) {
    out->push_back(values[index]);
  }
}

Interval PercentileInterval(double estimate, std::span<const double> replicates,
                            double confidence) {
  const double tail = 0.5 * (1.0 - confidence);
  return {estimate, Quantile(replicates, tail), Quantile(replicates, 1.0 - tail)};
}

}  // namespace

double Mean(std::span<const double> values) {
  RECTUNE_CHECK(!values.empty(), "the mean of nothing");
  double sum = 0.0;
  for (double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double InterquartileMean(std::span<const double> values) {
  RECTUNE_CHECK(!values.empty(), "the interquartile mean of nothing");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t cut = sorted.size() / 4;
  return Mean(std::span<const double>(sorted).subspan(cut, sorted.size() - 2 * cut));
}

double Quantile(std::span<const double> values, double probability) {
  RECTUNE_CHECK(!values.empty(), "a quantile of nothing");
  RECTUNE_CHECK(probability >= 0.0 && probability <= 1.0, "a quantile's probability is in [0, 1]");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = position - static_cast<double>(below);
  return sorted[below] + share * (sorted[above] - sorted[below]);
}

Interval StratifiedBootstrap(const Strata& strata,
                             const std::function<double(std::span<const double>)>& statistic,
                             const BootstrapOptions& options) {
  std::vector<std::size_t> sizes;
  for (const std::vector<double>& stratum : strata) sizes.push_back(stratum.size());
  return BootstrapPlan(sizes, options).Apply(strata, statistic);
}

BootstrapPlan::BootstrapPlan(const std::vector<std::size_t>& stratum_sizes,
                             const BootstrapOptions& options)
    : sizes_(stratum_sizes), options_(options) {
  CheckOptions(options);
  for (const std::size_t size : sizes_) {
    RECTUNE_CHECK(size > 0, "every stratum needs at least one value");
    total_ += size;
  }
  picks_.reserve(static_cast<std::size_t>(options.resamples) * total_);
  for (int b = 0; b < options.resamples; ++b) {
    std::size_t offset = 0;
    for (std::size_t s = 0; s < sizes_.size(); ++s) {
      for (const std::size_t index : ResampleIndices(sizes_[s], options.seed, b, s)) {
        picks_.push_back(static_cast<std::uint32_t>(offset + index));
      }
      offset += sizes_[s];
    }
  }
}

Interval BootstrapPlan::Apply(
    const Strata& strata, const std::function<double(std::span<const double>)>& statistic) const {
  CheckStrata(strata);
  RECTUNE_CHECK(strata.size() == sizes_.size(), "a bootstrap plan fits one shape of strata");
  for (std::size_t s = 0; s < strata.size(); ++s) {
    RECTUNE_CHECK(strata[s].size() == sizes_[s], "a bootstrap plan fits one shape of strata");
  }
  const std::vector<double> pooled = Pool(strata);
  std::vector<double> replicates;
  replicates.reserve(static_cast<std::size_t>(options_.resamples));
  std::vector<double> draw(total_);
  for (std::size_t start = 0; start < picks_.size(); start += total_) {
    for (std::size_t i = 0; i < total_; ++i) draw[i] = pooled[picks_[start + i]];
    replicates.push_back(statistic(draw));
  }
  return PercentileInterval(statistic(pooled), replicates, options_.confidence);
}

Interval IqmInterval(const Strata& strata, const BootstrapOptions& options) {
  return StratifiedBootstrap(strata, InterquartileMean, options);
}

Interval PairedIqmDifference(const Strata& x, const Strata& y, const BootstrapOptions& options) {
  CheckOptions(options);
  CheckStrata(x);
  CheckStrata(y);
  RECTUNE_CHECK(x.size() == y.size(), "both samples need the same strata");
  for (std::size_t s = 0; s < x.size(); ++s) {
    RECTUNE_CHECK(x[s].size() == y[s].size(), "paired samples need the same seeds");
  }
  std::vector<double> replicates;
  for (int b = 0; b < options.resamples; ++b) {
    std::vector<double> draw_x;
    std::vector<double> draw_y;
    for (std::size_t s = 0; s < x.size(); ++s) {
      for (const std::size_t index : ResampleIndices(x[s].size(), options.seed, b, s)) {
        draw_x.push_back(x[s][index]);
        draw_y.push_back(y[s][index]);
      }
    }
    replicates.push_back(InterquartileMean(draw_x) - InterquartileMean(draw_y));
  }
  return PercentileInterval(InterquartileMean(Pool(x)) - InterquartileMean(Pool(y)), replicates,
                            options.confidence);
}

double ProbabilityOfImprovement(std::span<const double> x, std::span<const double> y) {
  RECTUNE_CHECK(!x.empty() && !y.empty(), "probability of improvement needs both samples");
  double wins = 0.0;
  for (double a : x) {
    for (double b : y) {
      if (a < b) wins += 1.0;
      if (a == b) wins += 0.5;
    }
  }
  return wins / (static_cast<double>(x.size()) * static_cast<double>(y.size()));
}

Interval ProbabilityOfImprovementInterval(const Strata& x, const Strata& y,
                                          const BootstrapOptions& options) {
  CheckOptions(options);
  CheckStrata(x);
  CheckStrata(y);
  RECTUNE_CHECK(x.size() == y.size(), "both samples need the same strata");
  double estimate = 0.0;
  for (std::size_t s = 0; s < x.size(); ++s) estimate += ProbabilityOfImprovement(x[s], y[s]);
  const double strata_count = static_cast<double>(x.size());
  std::vector<double> replicates;
  std::vector<double> draw_x;
  std::vector<double> draw_y;
  for (int b = 0; b < options.resamples; ++b) {
    double sum = 0.0;
    for (std::size_t s = 0; s < x.size(); ++s) {
      draw_x.clear();
      draw_y.clear();
      Resample(x[s], options.seed, b, 2 * s, &draw_x);
      Resample(y[s], options.seed, b, 2 * s + 1, &draw_y);
      sum += ProbabilityOfImprovement(draw_x, draw_y);
    }
    replicates.push_back(sum / strata_count);
  }
  return PercentileInterval(estimate / strata_count, replicates, options.confidence);
}

}  // namespace rectune::experiments
