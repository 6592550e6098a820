// SPDX-License-Identifier: Apache-2.0
//
// Joint samples, the Monte Carlo acquisition functions on them, and their optimiser: moments,
// gradients by differences, incremental against whole, known limits, and no allocation within.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "baselines/acquisition/bounded_lbfgs.h"
#include "baselines/acquisition/improvement.h"
#include "baselines/acquisition/optimise.h"
#include "baselines/gp/fit.h"
#include "core/random_stream.h"
#include "tests/baselines/allocation_counter.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kFeatures = 3;

GpData Data(std::size_t n, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::kTest);
  GpData data;
  data.features.Resize(n, kFeatures);
  data.group_of = {0, 1, 2};
  data.groups = kFeatures;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t f = 0; f < kFeatures; ++f) data.features(i, f) = stream.Uniform();
    data.y.push_back(std::sin(5.0 * data.features(i, 0)) + data.features(i, 1));
    data.noise.push_back(0.01);
  }
  return data;
}

GpPosterior Posterior(const GpData& data) {
  return {data, {std::log(0.4), std::log(0.7), std::log(1.5), 0.2, std::log(1e-4)}};
}

Matrix Normals(std::size_t rows, std::size_t draws, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::kTest);
  Matrix normals(rows, draws);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t m = 0; m < draws; ++m) normals(i, m) = stream.Normal();
  }
  return normals;
}

Matrix Points(std::size_t rows, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::kTest);
  Matrix points(rows, kFeatures);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t f = 0; f < kFeatures; ++f) points(i, f) = stream.Uniform();
  }
  return points;
}

/// Objective, and one constraint: a second process that must stay below `ceiling`.
struct Models {
  GpData objective = Data(15, 1);
  GpData metric = Data(15, 2);
  GpPosterior objective_posterior = Posterior(objective);
  GpPosterior metric_posterior = Posterior(metric);
};

MonteCarloAcquisition Nei(const Models& models, const Matrix& baselines, std::size_t room,
                          std::size_t draws, double ceiling) {
  std::vector<JointSampler> samplers;
  samplers.emplace_back(models.objective_posterior, baselines,
                        Normals(1 + baselines.rows() + room, draws, 5));
  samplers.emplace_back(models.metric_posterior, baselines,
                        Normals(1 + baselines.rows() + room, draws, 6));
  return {std::move(samplers),
          std::make_unique<ImprovementUtility>(std::vector<double>{1.0},
                                               std::vector<ConstraintBound>{{1.0, ceiling}})};
}

}  // namespace

TEST_CASE("joint samples have the posterior's means and covariances", "[gp]") {
  const GpData data = Data(12, 3);
  const GpPosterior posterior = Posterior(data);
  const std::size_t draws = 20000;
  const Matrix baselines = Points(4, 11);
  const JointSampler sampler(posterior, baselines, Normals(5, draws, 2));
  const Matrix candidate = Points(1, 12);
  SampledPoint point;
  sampler.Sample(candidate.row(0), &point);
  const double n = static_cast<double>(draws);
  const auto mean = [&](const double* x) { return std::accumulate(x, x + draws, 0.0) / n; };
  const auto covariance = [&](const double* x, const double* y) {
    double sum = 0.0;
    for (std::size_t m = 0; m < draws; ++m) sum += x[m] * y[m];
    return sum / n - mean(x) * mean(y);
  };
  // Exact values: condition on data and read off the posterior covariance through whitened kernels.
  CandidatePoint at;
  posterior.Predict(candidate.row(0), &at);
  CHECK(mean(point.samples.data()) == Approx(at.mean).margin(0.02));
  CHECK(covariance(point.samples.data(), point.samples.data()) ==
        Approx(at.variance).epsilon(0.05).margin(1e-4));
  for (std::size_t b = 0; b < 4; ++b) {
    CandidatePoint base;
    posterior.Predict(baselines.row(b), &base);
    double slope = 0.0;
    const double exact = posterior.Kernel(at.scaled.data(), base.scaled.data(), &slope) -
                         Dot(at.whitened.data(), base.whitened.data(), posterior.size());
    CHECK(mean(sampler.samples().row(b)) == Approx(base.mean).margin(0.02));
    CHECK(covariance(point.samples.data(), sampler.samples().row(b)) ==
          Approx(exact).margin(0.03 * std::sqrt(at.variance * base.variance)));
  }
  // At a baseline itself the sample is the baseline's.
  sampler.Sample(baselines.row(2), &point);
  for (std::size_t m = 0; m < 50; ++m) {
    CHECK(point.samples[m] == Approx(sampler.samples()(2, m)).margin(2e-3));
  }
}

TEST_CASE("appending pending points is the same as having had them from the start", "[gp]") {
  const Models models;
  Matrix all = Points(7, 31);
  Matrix first(4, kFeatures);
  for (std::size_t b = 0; b < 4; ++b) std::copy_n(all.row(b), kFeatures, first.row(b));
  MonteCarloAcquisition whole = Nei(models, all, 0, 64, 1.0);
  MonteCarloAcquisition grown = Nei(models, first, 3, 64, 1.0);
  const Matrix raw = Points(200, 32);
  std::vector<double> before;
  grown.SetScreen(raw);
  grown.Screen(&before);
  for (std::size_t b = 4; b < 7; ++b) grown.Append(all.row(b));
  std::vector<double> a;
  std::vector<double> b;
  whole.SetScreen(raw);
  whole.Screen(&a);
  grown.Screen(&b);
  REQUIRE(a.size() == 200);
  for (std::size_t r = 0; r < 200; ++r) {
    CHECK(a[r] == Approx(b[r]).epsilon(1e-9));
    // Blocks and single points are one function.
    CHECK(whole.Evaluate(raw.row(r), nullptr) == Approx(a[r]).epsilon(1e-7));
  }
  CHECK(before != b);
}

TEST_CASE("the acquisition's gradient is that of its value", "[gp]") {
  const Models models;
  for (const double ceiling : {5.0, 0.8, -5.0}) {  // loose, binding, hopeless
    MonteCarloAcquisition acquisition = Nei(models, Points(6, 41), 2, 64, ceiling);
    acquisition.Append(Points(1, 42).row(0));
    const Matrix points = Points(20, 43);
    for (std::size_t r = 0; r < points.rows(); ++r) {
      std::vector<double> gradient(kFeatures);
      std::vector<double> x(points.row(r), points.row(r) + kFeatures);
      acquisition.Evaluate(x.data(), gradient.data());
      for (std::size_t f = 0; f < kFeatures; ++f) {
        INFO("ceiling " << ceiling << ", point " << r << ", feature " << f);
        const double h = 1e-6;
        const double at = x[f];
        x[f] = at + h;
        const double above = acquisition.Evaluate(x.data(), nullptr);
        x[f] = at - h;
        const double below = acquisition.Evaluate(x.data(), nullptr);
        x[f] = at;
        CHECK(gradient[f] == Approx((above - below) / (2.0 * h)).epsilon(2e-3).margin(2e-3));
      }
    }
  }
}

TEST_CASE("with an exact incumbent the acquisition is log expected improvement", "[gp]") {
  // One baseline, measured exactly; then NEI is EI over its value, known in closed form.
  GpData data = Data(10, 3);
  std::fill(data.noise.begin(), data.noise.end(), 0.0);
  const GpPosterior posterior(data, {std::log(0.4), std::log(0.7), std::log(1.5), 0.2, -18.0});
  const auto best =
      static_cast<std::size_t>(std::max_element(data.y.begin(), data.y.end()) - data.y.begin());
  Matrix baseline(1, kFeatures);
  std::copy_n(data.features.row(best), kFeatures, baseline.row(0));
  std::vector<JointSampler> samplers;
  samplers.emplace_back(posterior, baseline, Normals(2, 20000, 1));
  MonteCarloAcquisition acquisition(
      std::move(samplers), std::make_unique<ImprovementUtility>(std::vector<double>{1.0},
                                                                std::vector<ConstraintBound>{}));
  int compared = 0;
  const Matrix points = Points(40, 9);
  for (std::size_t r = 0; r < points.rows(); ++r) {
    CandidatePoint at;
    posterior.Predict(points.row(r), &at);
    const double deviation = std::sqrt(at.variance);
    const double z = (at.mean - data.y[best]) / deviation;
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * M_PI);
    const double improvement = deviation * (density + z * NormalCdf(z));
    if (z < -2.0) continue;  // too few of the draws improve there
    ++compared;
    CHECK(acquisition.Evaluate(points.row(r), nullptr) ==
          Approx(std::log(improvement)).margin(0.12));
  }
  CHECK(compared > 5);
}

TEST_CASE("a pending arm makes its neighbourhood worth less", "[gp]") {
  const Models models;
  const Matrix raw = Points(500, 51);
  MonteCarloAcquisition acquisition = Nei(models, Points(6, 41), 1, 128, 5.0);
  acquisition.SetScreen(raw);
  std::vector<double> before;
  std::vector<double> after;
  acquisition.Screen(&before);
  const auto best =
      static_cast<std::size_t>(std::max_element(before.begin(), before.end()) - before.begin());
  acquisition.Append(raw.row(best));
  acquisition.Screen(&after);
  CHECK(after[best] < before[best] - 2.0);
  // Elsewhere too, up to the Monte Carlo error: part of each candidate's own draw now comes from
  // the pending arm's.
  for (std::size_t r = 0; r < raw.rows(); ++r) CHECK(after[r] <= before[r] + 0.2);
}

TEST_CASE("evaluating an acquisition function allocates nothing", "[gp]") {
  const Models models;
  MonteCarloAcquisition acquisition = Nei(models, Points(6, 41), 2, 64, 0.8);
  const Matrix points = Points(50, 61);
  std::vector<double> gradient(kFeatures);
  acquisition.Evaluate(points.row(0), gradient.data());
  BoundedLbfgs search(kFeatures);
  std::vector<double> x(kFeatures, 0.5);
  const std::int64_t before = Allocations();
  double sum = 0.0;
  for (std::size_t r = 0; r < points.rows(); ++r) {
    sum += acquisition.Evaluate(points.row(r), gradient.data());
  }
  sum += search.Maximise([&](const double* at, double* g) { return acquisition.Evaluate(at, g); },
                         x.data(), {});
  const std::int64_t after = Allocations();
  CHECK(after == before);
  CHECK(std::isfinite(sum));
  // The counter does count.
  const std::vector<double> more(100, sum);
  CHECK(Allocations() > after);
  CHECK(more.size() == 100);
}

TEST_CASE("the bounded search climbs to the constrained maximum", "[gp]") {
  // A badly scaled concave quadratic whose peak lies outside of the box in two coordinates.
  const std::vector<double> peak{0.3, 1.4, -0.2, 0.8};
  const std::vector<double> weight{1.0, 100.0, 1000.0, 1e4};
  BoundedLbfgs search(4);
  std::vector<double> x{0.9, 0.1, 0.6, 0.1};
  int evaluations = 0;
  const auto function = [&](const double* at, double* gradient) {
    double value = 0.0;
    for (std::size_t j = 0; j < 4; ++j) {
      CHECK((at[j] >= 0.0 && at[j] <= 1.0));
      value -= weight[j] * (at[j] - peak[j]) * (at[j] - peak[j]);
      gradient[j] = -2.0 * weight[j] * (at[j] - peak[j]);
    }
    return value;
  };
  const double value = search.Maximise(function, x.data(),
                                       {.max_evaluations = 200, .tolerance = 1e-12}, &evaluations);
  CHECK(x[0] == Approx(0.3).margin(1e-4));
  CHECK(x[1] == 1.0);
  CHECK(x[2] == 0.0);
  CHECK(x[3] == Approx(0.8).margin(1e-5));
  CHECK(value == Approx(-100.0 * 0.16 - 1000.0 * 0.04).epsilon(1e-6));
  CHECK(evaluations < 100);
}

TEST_CASE("the optimiser searches every kind of coordinate", "[gp]") {
  // Data that say: high in one level of the categorical, with the boolean on, at one window.
  const TuningTask task = test_support::MakeToyTask(1, 1, 1);
  const ParameterSpace& space = *task.space;
  const FeatureMap map(space);
  const std::size_t fusion = space.coordinate_offset(space.IndexOf("fusion"));
  const std::size_t dedupe = space.coordinate_offset(space.IndexOf("dedupe"));
  const std::size_t window = space.coordinate_offset(space.IndexOf("topic_window"));
  RandomStream stream(3, Purpose::kTest);
  GpData data;
  const std::size_t n = 60;
  data.features.Resize(n, map.features());
  data.group_of = map.group_of();
  data.groups = map.groups();
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<double> unit(space.dimension());
    for (double& u : unit) u = stream.Uniform();
    map.Snap(&unit);
    map.Map(unit, data.features.row(i));
    data.y.push_back((unit[fusion] > 0.6 ? 1.0 : 0.0) + (unit[dedupe] > 0.5 ? 0.7 : 0.0) -
                     8.0 * (unit[window] - 0.275) * (unit[window] - 0.275) -
                     4.0 * (unit[0] - 0.9) * (unit[0] - 0.9));
    data.noise.push_back(1e-4);
  }
  GpOptions options;
  const FitResult fit = FitGp(data, options, {}, true, RandomStream(1, Purpose::kTest));
  const GpPosterior posterior(data, fit.theta);
  std::vector<JointSampler> samplers;
  Matrix baselines(1, map.features());
  std::copy_n(data.features.row(0), map.features(), baselines.row(0));
  samplers.emplace_back(posterior, baselines, Normals(2, 64, 1));
  MonteCarloAcquisition acquisition(
      std::move(samplers), std::make_unique<ImprovementUtility>(std::vector<double>{1.0},
                                                                std::vector<ConstraintBound>{}));
  // Few and bad raw points: the search has to move every coordinate by itself.
  std::vector<std::vector<double>> raw;
  for (int i = 0; i < 4; ++i) {
    std::vector<double> unit(space.dimension(), 0.1 + 0.02 * i);
    map.Snap(&unit);
    raw.push_back(unit);
  }
  Matrix features(raw.size(), map.features());
  for (std::size_t r = 0; r < raw.size(); ++r) map.Map(raw[r], features.row(r));
  acquisition.SetScreen(features);
  AcquisitionOptimiser optimiser(map, {});
  const std::vector<double> best =
      optimiser.Pick(&acquisition, raw, RandomStream(2, Purpose::kTest));
  CHECK(best[fusion] > 0.6);
  CHECK(best[dedupe] > 0.5);
  CHECK(std::abs(best[window] - 0.275) < 0.11);
  CHECK(best[0] > 0.75);
  // Discrete coordinates at their cells' centres.
  std::vector<double> snapped = best;
  map.Snap(&snapped);
  CHECK(snapped == best);
}

}  // namespace rectune::baselines
