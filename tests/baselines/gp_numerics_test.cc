// SPDX-License-Identifier: Apache-2.0
//
// Gaussian-process regression against plain formulas: linear algebra against Eigen's, the gradient
// of the marginal likelihood against differences, the posterior against its textbook expression,
// and the data that break careless implementations.
#include <Eigen/Dense>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "baselines/gp/dense.h"
#include "baselines/gp/feature_map.h"
#include "baselines/gp/fit.h"
#include "baselines/gp/posterior.h"
#include "core/random_stream.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

/// n points in d features of [0, 1]; the first two features share a group, as a one-hot block does.
GpData RandomData(std::size_t n, std::size_t d, std::uint64_t seed, double noise) {
  RandomStream stream(seed, Purpose::kTest);
  GpData data;
  data.features.Resize(n, d);
  for (std::size_t f = 0; f < d; ++f) data.group_of.push_back(f == 0 ? 0 : f - 1);
  data.groups = d - 1;
  for (std::size_t i = 0; i < n; ++i) {
    double y = 0.0;
    for (std::size_t f = 0; f < d; ++f) {
      data.features(i, f) = stream.Uniform();
      y += std::sin(3.0 * data.features(i, f) + static_cast<double>(f));
    }
    data.y.push_back(y / static_cast<double>(d));
    data.noise.push_back(noise * (0.5 + stream.Uniform()));
  }
  return data;
}

double Matern(double r) {
  const double s = std::sqrt(5.0) * r;
  return (1.0 + s + s * s / 3.0) * std::exp(-s);
}

double PriorKernel(const GpData& data, const std::vector<double>& theta, const double* a,
                   const double* b) {
  double r2 = 0.0;
  for (std::size_t f = 0; f < data.group_of.size(); ++f) {
    const double difference = (a[f] - b[f]) / std::exp(theta[data.group_of[f]]);
    r2 += difference * difference;
  }
  return std::exp(theta[data.layout().scale()]) * Matern(std::sqrt(r2));
}

Eigen::MatrixXd Covariance(const GpData& data, const std::vector<double>& theta) {
  const auto n = static_cast<Eigen::Index>(data.size());
  Eigen::MatrixXd k(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      const auto a = static_cast<std::size_t>(i);
      const auto b = static_cast<std::size_t>(j);
      k(i, j) = PriorKernel(data, theta, data.features.row(a), data.features.row(b));
      k(i, j) *= Coupling(data, theta, a, data.time.empty() ? 0.0 : data.time[b],
                          data.task.empty() ? 0 : data.task[b]);
    }
    k(i, i) += data.noise[static_cast<std::size_t>(i)] + std::exp(theta[data.layout().jitter()]);
  }
  return k;
}

}  // namespace

TEST_CASE("the factorisation steps agree with Eigen's at awkward sizes", "[gp]") {
  for (const int n : {1, 2, 7, 8, 15, 16, 17, 33, 100}) {
    INFO(n);
    RandomStream stream(static_cast<std::uint64_t>(n), Purpose::kTest);
    Eigen::MatrixXd root(n, n);
    for (int i = 0; i < n; ++i) {
      for (int j = 0; j < n; ++j) root(i, j) = stream.Normal();
    }
    const Eigen::MatrixXd a = root * root.transpose() + 0.1 * Eigen::MatrixXd::Identity(n, n);
    const auto size = static_cast<std::size_t>(n);
    Matrix u(size, size);
    Matrix m;
    Matrix inverse;
    for (int i = 0; i < n; ++i) {
      for (int j = i; j < n; ++j) {
        u(static_cast<std::size_t>(i), static_cast<std::size_t>(j)) = a(i, j);
      }
    }
    REQUIRE(CholeskyUpper(&u));
    InvertFactor(u, &m);
    InverseFromFactor(m, &inverse);
    const Eigen::MatrixXd expected_factor = a.llt().matrixU();
    const Eigen::MatrixXd expected_inverse = a.inverse();
    for (int i = 0; i < n; ++i) {
      for (int j = i; j < n; ++j) {
        const auto r = static_cast<std::size_t>(i);
        const auto c = static_cast<std::size_t>(j);
        CHECK(u(r, c) == Approx(expected_factor(i, j)).margin(1e-10));
        CHECK(inverse(r, c) == Approx(expected_inverse(i, j)).epsilon(1e-7).margin(1e-9));
      }
    }
  }
}

TEST_CASE("a matrix that is not positive definite is refused, not half used", "[gp]") {
  for (const double pivot : {0.0, -1.0, std::nan("")}) {
    Matrix a(3, 3);
    a(0, 0) = 1.0;
    a(1, 1) = pivot;
    a(2, 2) = 1.0;
    CHECK_FALSE(CholeskyUpper(&a));
  }
}

TEST_CASE("the vectorised kernel is Matern-5/2 to an ulp or two, slope included", "[gp]") {
  for (const double r : {0.0, 1e-9, 1e-3, 0.1, 0.5, 1.0, 3.0, 10.0, 100.0, 1e4}) {
    double value = r * r;
    double slope = 0.0;
    Matern52(&value, &slope, 1);
    CHECK(value == Approx(Matern(r)).epsilon(1e-13).margin(1e-280));
    // -2 d value / d r^2, by differences where they are accurate.
    if (r < 0.05 || r > 20.0) continue;
    const double h = 1e-5 * r * r;
    const double numeric =
        -2.0 * (Matern(std::sqrt(r * r + h)) - Matern(std::sqrt(r * r - h))) / (2.0 * h);
    CHECK(slope == Approx(numeric).epsilon(1e-6));
  }
}

TEST_CASE("the gradient of the log posterior is that of its value", "[gp]") {
  struct Case {
    const char* what = "";
    PriorFamily prior = PriorFamily::kGamma;
    bool times = false;
    bool tasks = false;
    bool warps = false;
  };
  for (const Case& c : {Case{"gamma", PriorFamily::kGamma, false, false},
                        Case{"dimension-scaled", PriorFamily::kDimensionScaled, false, false},
                        Case{"flat", PriorFamily::kFlat, false, false},
                        Case{"times", PriorFamily::kGamma, true, false},
                        Case{"tasks", PriorFamily::kGamma, false, true},
                        Case{"both", PriorFamily::kDimensionScaled, true, true},
                        Case{"warps", PriorFamily::kGamma, false, false, true},
                        Case{"all", PriorFamily::kFlat, true, true, true}}) {
    GpData data = RandomData(23, 5, 4, 0.05);
    for (std::size_t i = 0; i < data.size(); ++i) {
      const std::size_t round = i / 4;
      if (c.times) data.time.push_back(static_cast<double>(round));
      if (c.tasks) data.task.push_back(i % 3 == 0 ? 1 : 0);
    }
    // A feature of a shared group and two of their own; points on the borders, where slopes by x
    // may be infinite, and slopes by the warp's parameters are not.
    if (c.warps) {
      data.warped = {1, 2, 4};
      data.features(3, 1) = 0.0;
      data.features(5, 2) = 1.0;
    }
    GpOptions options;
    options.prior = c.prior;
    LogPosterior density(data, options);
    std::vector<double> theta = DefaultTheta(density.layout(), options);
    RandomStream stream(9, Purpose::kTest);
    for (double& t : theta) t += 0.3 * stream.Normal();
    std::vector<double> gradient(theta.size());
    double value = 0.0;
    REQUIRE(density.Evaluate(theta, &value, gradient.data()));
    double same = 0.0;
    REQUIRE(density.Evaluate(theta, &same, nullptr));
    CHECK(same == value);
    for (std::size_t k = 0; k < theta.size(); ++k) {
      INFO(c.what << ", entry " << k);
      const double h = 1e-5;
      std::vector<double> moved = theta;
      double above = 0.0;
      double below = 0.0;
      moved[k] = theta[k] + h;
      REQUIRE(density.Evaluate(moved, &above, nullptr));
      moved[k] = theta[k] - h;
      REQUIRE(density.Evaluate(moved, &below, nullptr));
      CHECK(gradient[k] == Approx((above - below) / (2.0 * h)).epsilon(1e-5).margin(1e-6));
    }
  }
}

TEST_CASE("the likelihood and the posterior are the textbook's", "[gp]") {
  for (const bool coupled : {false, true}) {
    GpData data = RandomData(37, 4, 8, 0.02);
    for (std::size_t i = 0; coupled && i < data.size(); ++i) {
      data.time.push_back(static_cast<double>(i));
      data.task.push_back(i % 2 == 0 ? 0 : 1);
    }
    GpOptions options;
    options.prior = PriorFamily::kFlat;
    std::vector<double> theta = DefaultTheta(data.layout(), options);
    if (coupled) theta[data.layout().correlation()] = 0.5;
    const Eigen::MatrixXd a = Covariance(data, theta);
    const Eigen::Map<const Eigen::VectorXd> y(data.y.data(),
                                              static_cast<Eigen::Index>(data.size()));
    const Eigen::VectorXd alpha = a.llt().solve(y);
    LogPosterior density(data, options);
    double value = 0.0;
    REQUIRE(density.Evaluate(theta, &value, nullptr));
    const double prior = LogPrior(data.layout(), options, theta, nullptr);
    const double log_determinant = 2.0 * a.llt().matrixLLT().diagonal().array().log().sum();
    CHECK(value - prior == Approx(-0.5 * y.dot(alpha) - 0.5 * log_determinant -
                                  0.5 * static_cast<double>(data.size()) * std::log(2.0 * M_PI)));

    const GpQuery query{.time = 40.0, .task = 1};
    const GpPosterior posterior(data, theta, query);
    CHECK(posterior.added_jitter() == 0.0);
    const GpData elsewhere = RandomData(130, 4, 77, 0.0);
    CandidateBlock block;
    posterior.Predict(elsewhere.features, &block);
    for (std::size_t r = 0; r < elsewhere.size(); ++r) {
      const double* x = elsewhere.features.row(r);
      Eigen::VectorXd k(static_cast<Eigen::Index>(data.size()));
      for (std::size_t i = 0; i < data.size(); ++i) {
        k(static_cast<Eigen::Index>(i)) = PriorKernel(data, theta, data.features.row(i), x) *
                                          Coupling(data, theta, i, query.time, query.task);
      }
      CHECK(block.mean[r] == Approx(k.dot(alpha)).margin(1e-10));
      CHECK(block.variance[r] ==
            Approx(PriorKernel(data, theta, x, x) - k.dot(a.llt().solve(k))).margin(1e-10));
      CandidatePoint point;
      posterior.Predict(x, &point);
      CHECK(point.mean == Approx(block.mean[r]).margin(1e-12));
      CHECK(point.variance == Approx(block.variance[r]).margin(1e-12));
    }
  }
}

TEST_CASE("a fit finds the lengthscales that made the data", "[gp]") {
  // A draw from a process with lengthscales 0.2 and 2 and 5% noise.
  const std::size_t n = 120;
  GpData data = RandomData(n, 3, 21, 0.0);
  data.group_of = {0, 1, 2};
  data.groups = 3;
  std::vector<double> truth{std::log(0.2), std::log(2.0), std::log(2.0), 0.0, std::log(0.05)};
  std::fill(data.noise.begin(), data.noise.end(), 0.0);
  const Eigen::MatrixXd root = Covariance(data, truth).llt().matrixL();
  RandomStream stream(5, Purpose::kTest);
  Eigen::VectorXd z(static_cast<Eigen::Index>(n));
  for (double& value : z) value = stream.Normal();
  const Eigen::VectorXd y = root * z;
  data.y.assign(y.data(), y.data() + n);
  for (const PriorFamily prior : {PriorFamily::kGamma, PriorFamily::kDimensionScaled}) {
    GpOptions options;
    options.prior = prior;
    const FitResult fit = FitGp(data, options, {}, true, RandomStream(1, Purpose::kTest));
    CHECK(fit.failed_starts == 0);
    CHECK(std::exp(fit.theta[0]) < 0.5);
    CHECK(std::exp(fit.theta[1]) > 2.0 * std::exp(fit.theta[0]));
    CHECK(std::exp(fit.theta[4]) == Approx(0.05).epsilon(0.6));
    // A warm start at the optimum stays there, for a handful of evaluations.
    const FitResult warm = FitGp(data, options, fit.theta, false, RandomStream(1, Purpose::kTest));
    CHECK(warm.log_posterior >= fit.log_posterior - 0.05);
    CHECK(warm.evaluations < fit.evaluations / 3);
  }
}

TEST_CASE("known noise is used point by point", "[gp]") {
  // Two readings of one point, the second a hundred times as precise.
  GpData data;
  data.features.Resize(2, 1);
  data.features(0, 0) = data.features(1, 0) = 0.5;
  data.group_of = {0};
  data.groups = 1;
  data.y = {-1.0, 1.0};
  data.noise = {1.0, 0.01};
  const GpPosterior posterior(data, {std::log(0.5), std::log(100.0), std::log(1e-6)});
  CandidatePoint point;
  const double x = 0.5;
  posterior.Predict(&x, &point);
  CHECK(point.mean == Approx((1.0 * 100.0 - 1.0) / 101.0).epsilon(1e-3));
  CHECK(point.variance == Approx(1.0 / 101.0).epsilon(1e-3));
}

TEST_CASE("awkward data are fitted all the same", "[gp]") {
  GpOptions exact;
  exact.infer_jitter = false;
  exact.jitter = {1e-300, 1e-299};  // as good as none: only the ladder is left
  const auto check = [&](const GpData& data, const GpOptions& options) {
    const FitResult fit = FitGp(data, options, {}, true, RandomStream(1, Purpose::kTest));
    for (const double t : fit.theta) CHECK(std::isfinite(t));
    const GpPosterior posterior(data, fit.theta);
    CandidateBlock block;
    posterior.Predict(data.features, &block);
    for (std::size_t i = 0; i < data.size(); ++i) {
      CHECK(std::isfinite(block.mean[i]));
      CHECK(block.variance[i] >= 0.0);
    }
    return posterior.added_jitter();
  };
  SECTION("exact duplicates without noise") {
    GpData data = RandomData(12, 3, 3, 0.0);
    for (std::size_t i = 1; i < 6; ++i) {
      for (std::size_t f = 0; f < 3; ++f) data.features(i, f) = data.features(0, f);
      data.y[i] = data.y[0];
    }
    check(data, exact);
    CHECK(check(data, GpOptions{}) == 0.0);
  }
  SECTION("duplicates that contradict each other") {
    GpData data = RandomData(12, 3, 3, 0.0);
    for (std::size_t f = 0; f < 3; ++f) data.features(1, f) = data.features(0, f);
    data.y[0] = 2.0;
    data.y[1] = -2.0;
    check(data, GpOptions{});
    check(data, exact);
  }
  SECTION("constant outputs") {
    GpData data = RandomData(15, 3, 3, 0.0);
    std::fill(data.y.begin(), data.y.end(), 0.0);
    check(data, GpOptions{});
  }
  SECTION("a single exact point") {
    GpData data = RandomData(1, 3, 3, 0.0);
    data.y = {0.0};
    check(data, GpOptions{});
    check(data, exact);
  }
  SECTION("every point in the same place") {
    GpData data = RandomData(30, 3, 3, 0.3);
    for (std::size_t i = 1; i < 30; ++i) {
      for (std::size_t f = 0; f < 3; ++f) data.features(i, f) = data.features(0, f);
    }
    check(data, GpOptions{});
    // Without any noise that matrix has rank one: only the ladder makes it usable.
    std::fill(data.noise.begin(), data.noise.end(), 0.0);
    const GpPosterior posterior(data, {0.0, 0.0, 0.0, -700.0});
    CHECK(posterior.added_jitter() > 0.0);
  }
  SECTION("huge outliers and tiny noise") {
    GpData data = RandomData(20, 3, 3, 1e-14);
    data.y[3] = 1e6;
    check(data, GpOptions{});
  }
  SECTION("no features at all") {
    GpData data;
    data.features.Resize(3, 0);
    data.y = {0.0, 1.0, -1.0};
    data.noise = {0.1, 0.1, 0.1};
    check(data, GpOptions{});
  }
}

TEST_CASE("features put the levels of a choice at distance one from each other", "[gp]") {
  const TuningTask task = test_support::MakeToyTask(1, 1, 1);
  const ParameterSpace& space = *task.space;
  const FeatureMap map(space);
  const auto distance = [&](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> x(map.features());
    std::vector<double> y(map.features());
    map.Map(a, x.data());
    map.Map(b, y.data());
    double sum = 0.0;
    for (std::size_t f = 0; f < x.size(); ++f) sum += (x[f] - y[f]) * (x[f] - y[f]);
    return std::sqrt(sum);
  };
  const std::size_t fusion = space.coordinate_offset(space.IndexOf("fusion"));
  const std::size_t dedupe = space.coordinate_offset(space.IndexOf("dedupe"));
  const std::size_t window = space.coordinate_offset(space.IndexOf("topic_window"));
  std::vector<double> base(space.dimension(), 0.5);
  map.Snap(&base);
  for (const double u : {1.0 / 6.0, 5.0 / 6.0}) {
    std::vector<double> other = base;
    other[fusion] = u;
    CHECK(distance(base, other) == Approx(1.0));
  }
  std::vector<double> other = base;
  other[dedupe] = base[dedupe] > 0.5 ? 0.2 : 0.8;
  CHECK(distance(base, other) == Approx(1.0));
  other = base;
  other[window] = base[window] + 0.1;  // two cells of twenty
  CHECK(distance(base, other) == Approx(0.1));
  // 8 coordinates, one of three levels in one-hot code.
  CHECK(map.features() == 10);
  CHECK(map.groups() == 8);
  // A fixed coordinate has no feature.
  CHECK(FeatureMap(space.TightenLevels(space.IndexOf("fusion"), {"rank_ensemble"})).features() ==
        7);
}

}  // namespace rectune::baselines
