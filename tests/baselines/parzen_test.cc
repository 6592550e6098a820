// SPDX-License-Identifier: Apache-2.0
#include "baselines/parzen.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <vector>

namespace rectune::baselines {
namespace {

double Fraction(double x) { return x - std::floor(x); }

CoordinateView Levels(CoordinateKind kind, std::size_t levels) {
  CoordinateView view;
  view.kind = kind;
  for (std::size_t i = 0; i <= levels; ++i) {
    view.edges.push_back(static_cast<double>(i) / static_cast<double>(levels));
  }
  return view;
}

/// Continuous, five ordered levels, three unordered, continuous.
std::vector<CoordinateView> Mixed() {
  return {CoordinateView{}, Levels(CoordinateKind::kOrdered, 5),
          Levels(CoordinateKind::kUnordered, 3), CoordinateView{}};
}

std::vector<double> Observation(int i) {
  const std::vector<CoordinateView> views = Mixed();
  const double y = Fraction(0.236067977499790 * i);
  return {Fraction(0.618033988749895 * i),
          views[1].Centre(static_cast<std::size_t>(5.0 * Fraction(0.414213562373095 * i))),
          views[2].Centre(static_cast<std::size_t>(3.0 * Fraction(0.732050807568877 * i))), y * y};
}

std::vector<std::vector<double>> Observations(int n) {
  std::vector<std::vector<double>> points;
  for (int i = 1; i <= n; ++i) points.push_back(Observation(i));
  return points;
}

}  // namespace

TEST_CASE("densities are Optuna's on a mixed space", "[tpe]") {
  // log_pdf of optuna 5.0.0's _ParzenEstimator (default weights, magic clip, no end points) on
  // FloatDistribution(0, 1), IntDistribution(0, 4), a categorical of 3, FloatDistribution(0, 1),
  // at three points next to observations. Its sort is made stable: otherwise numpy decides, from 17
  // observations on, which of several equal integers gets the gap to its neighbour.
  const std::map<int, std::vector<double>> expected{
      {1, {-2.08216094817103, -2.08216094817103, -2.08216094817103}},
      {2, {-1.43288020063651, -1.3769952517118, -1.3769952517118}},
      {6, {-0.474036856279471, -1.89139645824296, -0.705211476114664}},
      {30, {-1.40796554444879, 0.48563054266997, 1.11720761342152}},
      {60, {-2.10929808725232, 2.04659401999597, 2.41377622842987}}};
  const std::vector<CoordinateView> views = Mixed();
  for (const auto& [n, values] : expected) {
    const ParzenEstimator density(views, Observations(n));
    CHECK(density.kernels() == static_cast<std::size_t>(n) + 1);
    const std::vector<int> near{1, n / 2 + 1, n};
    for (std::size_t i = 0; i < near.size(); ++i) {
      std::vector<double> point = Observation(near[i]);
      point[0] = std::abs(point[0] - 0.01);
      point[3] = std::abs(point[3] - 0.005);
      INFO(n << " observations, next to " << near[i]);
      CHECK(density.LogDensity(point) == Approx(values[i]).epsilon(1e-9));
    }
  }
}

TEST_CASE("without observations the density is the prior", "[tpe]") {
  // optuna 5.0.0 at (0.1, level 0, level 0, 0.9) and three others.
  const std::vector<CoordinateView> views = Mixed();
  const ParzenEstimator density(views, {});
  const std::vector<std::vector<double>> points{{0.1, 0.1, 1.0 / 6.0, 0.9},
                                                {0.5, 0.5, 0.5, 0.25},
                                                {0.93, 0.9, 5.0 / 6.0, 0.01},
                                                {0.0, 0.3, 5.0 / 6.0, 1.0}};
  const std::vector<double> expected{-2.82651605842398, -2.61803235553783, -2.87901605842398,
                                     -2.85671577860318};
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(density.LogDensity(points[i]) == Approx(expected[i]).epsilon(1e-9));
  }
}

TEST_CASE("bandwidths are the larger neighbour gap, clipped", "[tpe]") {
  const std::vector<CoordinateView> views{CoordinateView{}};
  const ParzenEstimator density(views,
                                std::vector<std::vector<double>>{{0.5}, {0.2}, {0.9}, {0.52}});
  CHECK(density.bandwidth(0, 0) == Approx(0.3));   // 0.5 between 0.2 and 0.52
  CHECK(density.bandwidth(1, 0) == Approx(0.3));   // outermost looks inwards
  CHECK(density.bandwidth(2, 0) == Approx(0.38));  // likewise
  CHECK(density.bandwidth(3, 0) == Approx(0.38));
  CHECK(density.bandwidth(4, 0) == 1.0);  // the prior
  const ParzenEstimator twins(views, std::vector<std::vector<double>>(9, {0.4}));
  CHECK(twins.bandwidth(0, 0) == Approx(1.0 / 11.0));  // 9 observations, 10 kernels
}

TEST_CASE("age weights: the newest 25 weigh one, the rest ramp up", "[tpe]") {
  CHECK(AgeWeights(0).empty());
  CHECK(AgeWeights(24) == std::vector<double>(24, 1.0));
  const std::vector<double> weights = AgeWeights(30);
  CHECK(weights.front() == Approx(1.0 / 30.0));
  CHECK(weights[2] == Approx(1.0 / 30.0 + 0.5 * (29.0 / 30.0)));
  CHECK(weights[4] == 1.0);
  CHECK(weights[29] == 1.0);
  CHECK(AgeWeights(26).front() == Approx(1.0 / 26.0));
}

TEST_CASE("a density integrates to one and is sampled as it says", "[tpe]") {
  // Two dimensions, so that a grid can integrate; samples must fall where the density is.
  const std::vector<CoordinateView> views{CoordinateView{}, Levels(CoordinateKind::kOrdered, 4)};
  std::vector<std::vector<double>> points;
  for (int i = 1; i <= 12; ++i) {
    points.push_back({Fraction(0.618033988749895 * i),
                      views[1].Centre(static_cast<std::size_t>(4.0 * Fraction(0.3819 * i)))});
  }
  const ParzenEstimator density(views, points);
  constexpr int kBins = 10;
  constexpr int kFine = 200;
  std::vector<double> expected(kBins * 4, 0.0);
  double total = 0.0;
  for (int i = 0; i < kBins * kFine; ++i) {
    for (std::size_t level = 0; level < 4; ++level) {
      const std::vector<double> at{(i + 0.5) / (kBins * kFine), views[1].Centre(level)};
      const double mass = std::exp(density.LogDensity(at)) / (kBins * kFine);
      expected[static_cast<std::size_t>(i / kFine) * 4 + level] += mass;
      total += mass;
    }
  }
  CHECK(total == Approx(1.0).epsilon(1e-4));

  constexpr int kSamples = 40000;
  std::vector<int> count(expected.size(), 0);
  RandomStream stream(3, Purpose::kTest);
  for (int i = 0; i < kSamples; ++i) {
    const std::vector<double> unit = density.Sample(stream);
    const auto bin = std::min<std::size_t>(kBins - 1, static_cast<std::size_t>(unit[0] * kBins));
    ++count[bin * 4 + views[1].LevelOf(unit[1])];
  }
  double chi_squared = 0.0;
  for (std::size_t i = 0; i < count.size(); ++i) {
    const double mean = kSamples * expected[i];
    REQUIRE(mean > 5.0);
    chi_squared += (count[i] - mean) * (count[i] - mean) / mean;
  }
  CHECK(chi_squared < 72.1);  // 0.999 quantile at 39 degrees of freedom
}

TEST_CASE("unordered levels are sampled with the table's probabilities", "[tpe]") {
  const std::vector<CoordinateView> views{Levels(CoordinateKind::kUnordered, 3)};
  const ParzenEstimator density(views,
                                std::vector<std::vector<double>>{{0.5}, {0.5}, {0.5}, {1.0 / 6.0}});
  // Kernels 5, share 1/5: an observed level has (1 + 1/5) / (1 + 3/5) = 3/4, another 1/8; the
  // prior 1/3.
  const std::vector<double> expected{(3.0 / 8.0 + 3.0 / 4.0 + 1.0 / 3.0) / 5.0,
                                     (9.0 / 4.0 + 1.0 / 8.0 + 1.0 / 3.0) / 5.0,
                                     (3.0 / 8.0 + 1.0 / 8.0 + 1.0 / 3.0) / 5.0};
  constexpr int kSamples = 30000;
  std::vector<int> count(3, 0);
  RandomStream stream(4, Purpose::kTest);
  for (int i = 0; i < kSamples; ++i) ++count[views[0].LevelOf(density.Sample(stream)[0])];
  for (std::size_t level = 0; level < 3; ++level) {
    const double p = expected[level];
    CHECK(std::exp(density.LogDensity(std::vector<double>{views[0].Centre(level)})) == Approx(p));
    CHECK(count[level] / static_cast<double>(kSamples) ==
          Approx(p).margin(4.0 * std::sqrt(p * (1.0 - p) / kSamples)));
  }
}

TEST_CASE("a far away narrow kernel costs nothing but its own term", "[tpe]") {
  // Ninety-nine observations on one spot: at the other end their mass underflows, the prior stays.
  const std::vector<CoordinateView> views{CoordinateView{}, Levels(CoordinateKind::kOrdered, 1000)};
  const ParzenEstimator density(views, std::vector<std::vector<double>>(99, {0.0, 0.0005}));
  const double log_density = density.LogDensity(std::vector<double>{1.0, 0.9995});
  CHECK(std::isfinite(log_density));
}

}  // namespace rectune::baselines
