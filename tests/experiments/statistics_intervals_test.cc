// SPDX-License-Identifier: Apache-2.0
//
// Reference values: SciPy 1.17.1 and NumPy 2.4.6, the call in a comment beside each.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/random_stream.h"
#include "experiments/statistics.h"

namespace rectune::experiments {
namespace {

const std::vector<double> kSample{0.12, 0.35, 0.28, 0.41, 0.19, 0.77, 0.52, 0.33, 0.26, 0.44};

TEST_CASE("The interquartile mean is SciPy's quarter-trimmed mean", "[statistics]") {
  // scipy.stats.trim_mean(x, 0.25)
  CHECK(InterquartileMean(std::vector<double>{3, 1, 4, 1, 5}) == Approx(2.6666666666666665));
  CHECK(InterquartileMean(std::vector<double>{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5}) ==
        Approx(3.857142857142857));
  CHECK(InterquartileMean(std::vector<double>{1, 2, 3}) == Approx(2.0));
  CHECK(InterquartileMean(kSample) == Approx(0.345));
  // What it is for: one broken seed in five does not move it.
  CHECK(InterquartileMean(std::vector<double>{3, 1, 4, 1, 5e9}) == Approx(2.6666666666666665));
}

TEST_CASE("Quantiles interpolate as NumPy does", "[statistics]") {
  // numpy.quantile(x, [0.025, 0.3, 0.975])
  const std::vector<double> five{3, 1, 4, 1, 5};
  CHECK(Quantile(five, 0.025) == Approx(1.0));
  CHECK(Quantile(five, 0.3) == Approx(1.4));
  CHECK(Quantile(five, 0.975) == Approx(4.9));
  CHECK(Quantile(std::vector<double>{1, 2, 3}, 0.025) == Approx(1.05));
  CHECK(Quantile(five, 0.0) == 1.0);
  CHECK(Quantile(five, 1.0) == 5.0);
}

TEST_CASE("Bootstrap intervals agree with an independent bootstrap", "[statistics]") {
  // 400,000 resamples of trim_mean(x, 0.25) with numpy.random.default_rng(1):
  // percentiles 2.5 and 97.5 are 0.24833 and 0.47167. Ours draws other resamples.
  const Interval interval = IqmInterval({kSample}, {.resamples = 20000});
  CHECK(interval.estimate == Approx(0.345));
  CHECK(interval.low == Approx(0.24833).margin(0.004));
  CHECK(interval.high == Approx(0.47167).margin(0.006));
}

TEST_CASE("Bootstrap intervals depend on their seed and on nothing else", "[statistics]") {
  const Interval a = IqmInterval({kSample}, {});
  const Interval b = IqmInterval({kSample}, {});
  CHECK(a.low == b.low);
  CHECK(a.high == b.high);
  const Interval c = IqmInterval({kSample}, {.seed = 7});
  CHECK((a.low != c.low || a.high != c.high));
}

TEST_CASE("Resampling is within strata", "[statistics]") {
  // Each stratum is constant, so no resample can differ; pooled resampling would spread widely.
  const Strata strata{{0.0, 0.0, 0.0}, {10.0, 10.0, 10.0}};
  const Interval interval = StratifiedBootstrap(strata, Mean, {});
  CHECK(interval.low == 5.0);
  CHECK(interval.high == 5.0);
  const Interval pooled = StratifiedBootstrap({{0.0, 0.0, 0.0, 10.0, 10.0, 10.0}}, Mean, {});
  CHECK(pooled.low < 3.0);
  CHECK(pooled.high > 7.0);
}

TEST_CASE("A plan draws what a bootstrap draws, and fits its own shape only", "[statistics]") {
  const Strata strata{{0.3, 0.1, 0.9}, {2.0, 4.0}};
  const BootstrapPlan plan({3, 2}, {});
  const Interval planned = plan.Apply(strata, InterquartileMean);
  const Interval direct = StratifiedBootstrap(strata, InterquartileMean, {});
  CHECK(planned.low == direct.low);
  CHECK(planned.high == direct.high);
  CHECK_THROWS_AS(plan.Apply({{0.3, 0.1}, {2.0, 4.0}}, Mean), ContractViolation);
  CHECK_THROWS_AS(plan.Apply({{0.3, 0.1, 0.9}}, Mean), ContractViolation);
}

TEST_CASE("A 95% interval for a mean covers close to 95% at 30 seeds", "[statistics]") {
  int covered = 0;
  constexpr int kRepeats = 400;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    RandomStream stream(11, Purpose::kTest, static_cast<std::uint64_t>(repeat));
    std::vector<double> values(30);
    for (double& value : values) value = 2.0 + stream.Normal();
    const Interval interval = StratifiedBootstrap({values}, Mean, {.resamples = 1000});
    if (interval.low <= 2.0 && 2.0 <= interval.high) ++covered;
  }
  // Percentile intervals undercover slightly; a four-sigma band about 0.94.
  CHECK(covered >= 0.89 * kRepeats);
  CHECK(covered <= 0.985 * kRepeats);
}

TEST_CASE("Paired differences cancel what seeds share", "[statistics]") {
  // y is x less a constant: every resample of pairs says the same, however wide x spreads.
  std::vector<double> shifted;
  for (double value : kSample) shifted.push_back(value - 0.1);
  const Interval paired = PairedIqmDifference({kSample}, {shifted}, {});
  CHECK(paired.estimate == Approx(0.1));
  CHECK(paired.low == Approx(0.1));
  CHECK(paired.high == Approx(0.1));
  // 200,000 paired resamples with numpy.random.default_rng(2): -0.03 to 0.22.
  const std::vector<double> other{0.31, 0.22, 0.30, 0.15, 0.25, 0.41, 0.50, 0.12, 0.28, 0.09};
  const Interval interval = PairedIqmDifference({kSample}, {other}, {.resamples = 20000});
  CHECK(interval.low == Approx(-0.03).margin(0.005));
  CHECK(interval.high == Approx(0.22).margin(0.005));
  CHECK_THROWS_AS(PairedIqmDifference({{1, 2}}, {{1}}, {}), ContractViolation);
}

TEST_CASE("Probability of improvement is Mann and Whitney's U", "[statistics]") {
  const std::vector<double> x{3, 1, 4, 1, 5};
  const std::vector<double> y{2, 7, 1, 8, 2, 8};
  // scipy.stats.mannwhitneyu(x, y).statistic = 10 counts x > y; the complement counts x < y.
  CHECK(ProbabilityOfImprovement(x, y) == Approx(1.0 - 10.0 / 30.0));
  CHECK(ProbabilityOfImprovement(x, y) + ProbabilityOfImprovement(y, x) == Approx(1.0));
  CHECK(ProbabilityOfImprovement(x, x) == Approx(0.5));

  const Interval sure = ProbabilityOfImprovementInterval({{1, 2, 3}}, {{4, 5, 6}}, {});
  CHECK(sure.estimate == 1.0);
  CHECK(sure.low == 1.0);
  const Interval unsure = ProbabilityOfImprovementInterval({x}, {y}, {});
  CHECK(unsure.low < unsure.estimate);
  CHECK(unsure.estimate < unsure.high);
}

TEST_CASE("Statistics refuse what has no answer", "[statistics]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(InterquartileMean(std::vector<double>{}), ContractViolation);
  CHECK_THROWS_AS(IqmInterval({}, {}), ContractViolation);
  CHECK_THROWS_AS(IqmInterval({{1.0}, {}}, {}), ContractViolation);
  CHECK_THROWS_AS(IqmInterval({{1.0, nan}}, {}), ContractViolation);
  CHECK_THROWS_AS(IqmInterval({{1.0}}, {.resamples = 10}), ContractViolation);
  CHECK_THROWS_AS(IqmInterval({{1.0}}, {.confidence = 1.0}), ContractViolation);
}

}  // namespace
}  // namespace rectune::experiments
