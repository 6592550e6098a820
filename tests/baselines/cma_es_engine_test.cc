// SPDX-License-Identifier: Apache-2.0
//
// The CMA-ES engine against published behaviour: evaluations to 1e-8 as the `cmaes` library
// (0.9.1, default population) needs them, medians of 15 runs.
#include "baselines/cma_es_engine.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "core/check.h"
#include "core/config_error.h"

namespace rectune::baselines {
namespace {

using Function = std::function<double(const Eigen::VectorXd&)>;

double Sphere(const Eigen::VectorXd& x) { return x.squaredNorm(); }

double Ellipsoid(const Eigen::VectorXd& x) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    const double exponent = static_cast<double>(i) / static_cast<double>(x.size() - 1);
    sum += std::pow(1e6, exponent) * x[i] * x[i];
  }
  return sum;
}

double Rosenbrock(const Eigen::VectorXd& x) {
  double sum = 0.0;
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    const double bend = x[i + 1] - x[i] * x[i];
    sum += 100.0 * bend * bend + (1.0 - x[i]) * (1.0 - x[i]);
  }
  return sum;
}

struct Start {
  double mean;
  double sigma;
};

/// One generation; returns the least value.
double Step(CmaEsEngine& engine, const Function& f, RandomStream& stream) {
  std::vector<Eigen::VectorXd> points;
  std::vector<double> values;
  for (std::size_t i = 0; i < engine.population(); ++i) {
    points.push_back(engine.Sample(stream));
    values.push_back(f(points.back()));
  }
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<Eigen::VectorXd> sorted;
  for (const std::size_t i : order) sorted.push_back(points[i]);
  engine.Tell(sorted);
  return values[order.front()];
}

/// Evaluations until a whole generation's best is below 1e-8; `limit` + 1 when it never is.
int EvaluationsTo1e8(const Function& f, Start start, Eigen::Index d, std::uint64_t seed,
                     int limit) {
  CmaEsEngine engine(Eigen::VectorXd::Constant(d, start.mean), start.sigma);
  RandomStream stream(seed, Purpose::kTest, static_cast<std::uint64_t>(d));
  int evaluations = 0;
  while (evaluations < limit) {
    evaluations += static_cast<int>(engine.population());
    if (Step(engine, f, stream) < 1e-8) return evaluations;
  }
  return limit + 1;
}

void CheckAgainstPublished(const Function& f, Start start, Eigen::Index d, double published) {
  constexpr int kRuns = 15;
  const int limit = static_cast<int>(20.0 * published);
  std::vector<int> evaluations;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    evaluations.push_back(EvaluationsTo1e8(f, start, d, seed, limit));
  }
  std::sort(evaluations.begin(), evaluations.end());
  INFO("d = " << d << ", published " << published << ", slowest " << evaluations.back());
  CHECK(evaluations.back() <= limit);  // every run is solved
  CHECK(evaluations[kRuns / 2] == Approx(published).epsilon(0.10));
}

}  // namespace

TEST_CASE("CMA-ES needs the published number of evaluations", "[cma_es]") {
  // reference: cmaes 0.9.1; sphere and ellipsoid from 3 with sigma 2, Rosenbrock from 0 with 0.1.
  CheckAgainstPublished(Sphere, {3.0, 2.0}, 5, 708);
  CheckAgainstPublished(Sphere, {3.0, 2.0}, 10, 1483);
  CheckAgainstPublished(Ellipsoid, {3.0, 2.0}, 5, 1570);
  CheckAgainstPublished(Ellipsoid, {3.0, 2.0}, 10, 4246);
  CheckAgainstPublished(Rosenbrock, {0.0, 0.1}, 5, 1680);
  CheckAgainstPublished(Rosenbrock, {0.0, 0.1}, 10, 4983);
}

TEST_CASE("CMA-ES needs the published number of evaluations in 20 dimensions", "[cma_es][slow]") {
  CheckAgainstPublished(Sphere, {3.0, 2.0}, 20, 2837);
  CheckAgainstPublished(Ellipsoid, {3.0, 2.0}, 20, 13233);
  CheckAgainstPublished(Rosenbrock, {0.0, 0.1}, 20, 16234);
}

TEST_CASE("strategy constants are those of the tutorial", "[cma_es]") {
  // d = 10, lambda = 10, as cmaes 0.13.1 computes them from eq. 48 to 58.
  const CmaEsConstants c(10, 10);
  CHECK(c.mu == 5);
  CHECK(c.weights.head(5).sum() == Approx(1.0));
  CHECK(c.weights[0] == Approx(0.45627264690340597));
  CHECK(c.weights[9] == Approx(-0.58622183).epsilon(1e-7));
  CHECK(c.mu_eff == Approx(3.1672992814107026));
  CHECK(c.c_sigma == Approx(0.2844285879463675));
  CHECK(c.d_sigma == Approx(1.2844285879463675));
  CHECK(c.c_c == Approx(0.29499038303562225));
  CHECK(c.c_1 == Approx(0.015283824524751714));
  CHECK(c.c_mu == Approx(0.02015428276120838));
  CHECK(c.chi_n == Approx(std::sqrt(10.0) * (1.0 - 1.0 / 40.0 + 1.0 / 2100.0)));
  CHECK(CmaEsEngine::DefaultPopulation(1) == 4);
  CHECK(CmaEsEngine::DefaultPopulation(10) == 10);
  CHECK(CmaEsEngine::DefaultPopulation(44) == 15);
}

TEST_CASE("one update agrees with cmaes on the same points", "[cma_es]") {
  // The state of cmaes 0.13.1 after each of five updates: mean, sigma, lower triangle of C.
  const std::vector<std::vector<double>> expected{
      {0.0697512396784642, 0.0293059644989629, 0.176920512115915, 0.461028899876322,
       1.17937645479174, -0.15527284014578, 1.13977889048793, 0.127420722725743,
       -0.0748788718230017, 1.28333465851399},
      {0.479162401706289, -0.171704162277707, 0.425631818080192, 0.449236575828965,
       1.25289603807373, -0.293205443576752, 1.04816238326049, 0.305716290032458,
       -0.0755108360431133, 1.2248754528351},
      {-0.0396519688147102, -0.372714289054378, 0.67434312404447, 0.450507029537613,
       1.32400831932295, -0.195105583020491, 1.02993408509874, 0.147477689382237,
       -0.159331393771055, 1.27038750610497},
      {0.0271787671740537, -0.330659735360343, -0.248235783010784, 0.519979698549443,
       1.18572654976865, -0.0543122268528983, 0.945532939868072, 0.0766769990365648,
       0.08336186704395, 1.86606467814287},
      {0.436589929201878, -0.531669862137014, 0.000475522953493512, 0.487494140758127,
       1.21853612787174, -0.246381176977266, 0.90011379999156, -0.00717641035450752,
       0.11795307619913, 1.68325670429467}};
  const auto fraction = [](double x) { return x - std::floor(x); };
  CmaEsEngine engine(Eigen::Vector3d(0.5, -0.25, 1.0), 0.3);
  REQUIRE(engine.population() == 7);
  int count = 0;
  for (const std::vector<double>& state : expected) {
    std::vector<Eigen::VectorXd> points;
    for (int i = 0; i < 7; ++i) {
      ++count;
      points.emplace_back(Eigen::Vector3d(2.0 * fraction(0.618033988749895 * count) - 1.0,
                                          2.0 * fraction(0.414213562373095 * count) - 1.0,
                                          2.0 * fraction(0.732050807568877 * count) - 1.0));
    }
    engine.Tell(points);
    std::vector<double> actual(engine.mean().begin(), engine.mean().end());
    actual.push_back(engine.sigma());
    for (Eigen::Index i = 0; i < 3; ++i) {
      for (Eigen::Index j = 0; j <= i; ++j) actual.push_back(engine.covariance()(i, j));
    }
    INFO("generation " << engine.generation());
    for (std::size_t i = 0; i < state.size(); ++i) {
      CHECK(actual[i] == Approx(state[i]).epsilon(1e-10));
    }
  }
}

TEST_CASE("rotating the problem changes nothing but the coordinates", "[cma_es]") {
  // Fed the same (rotated) points, mean and covariance rotate along: the update is invariant.
  const double angle = 0.7;
  Eigen::Matrix2d rotation;
  rotation << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
  CmaEsEngine plain(Eigen::Vector2d(1.0, 2.0), 0.5);
  CmaEsEngine rotated(rotation * Eigen::Vector2d(1.0, 2.0), 0.5);
  RandomStream stream(4, Purpose::kTest);
  for (int generation = 0; generation < 30; ++generation) {
    std::vector<Eigen::VectorXd> points;
    for (std::size_t i = 0; i < plain.population(); ++i) points.push_back(plain.Sample(stream));
    std::sort(points.begin(), points.end(),
              [](const auto& a, const auto& b) { return Ellipsoid(a) < Ellipsoid(b); });
    std::vector<Eigen::VectorXd> turned;
    for (const Eigen::VectorXd& point : points) turned.emplace_back(rotation * point);
    plain.Tell(points);
    rotated.Tell(turned);
  }
  CHECK(rotated.sigma() == Approx(plain.sigma()).epsilon(1e-8));
  CHECK((rotated.mean() - rotation * plain.mean()).norm() < 1e-8);
  const Eigen::MatrixXd expected = rotation * plain.covariance() * rotation.transpose();
  CHECK((rotated.covariance() - expected).norm() < 1e-8 * expected.norm());
}

TEST_CASE("without selection the step size has no drift", "[cma_es]") {
  // Points told in the order they were drawn: log sigma is a random walk without trend.
  double sum = 0.0;
  constexpr int kRuns = 100;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    CmaEsEngine engine(Eigen::VectorXd::Zero(8), 1.0);
    RandomStream stream(seed, Purpose::kTest);
    for (int generation = 0; generation < 50; ++generation) {
      std::vector<Eigen::VectorXd> points;
      for (std::size_t i = 0; i < engine.population(); ++i) points.push_back(engine.Sample(stream));
      engine.Tell(points);
    }
    sum += std::log(engine.sigma()) / 50.0;
  }
  CHECK(std::abs(sum / kRuns) < 0.02);
}

TEST_CASE("the engine survives a saved state's round trip through text, bit by bit", "[cma_es]") {
  CmaEsEngine engine(Eigen::VectorXd::Constant(6, 3.0), 2.0);
  RandomStream stream(9, Purpose::kTest);
  for (int i = 0; i < 40; ++i) Step(engine, Ellipsoid, stream);
  CmaEsEngine restored(Eigen::VectorXd::Zero(6), 1.0);
  restored.Restore(ParseJson(DumpLine(engine.Save())), "");
  RandomStream a(1, Purpose::kTest);
  RandomStream b(1, Purpose::kTest);
  for (int i = 0; i < 40; ++i) {
    CHECK(Step(engine, Ellipsoid, a) == Step(restored, Ellipsoid, b));
  }
  CHECK(DumpLine(engine.Save()) == DumpLine(restored.Save()));
  CmaEsEngine other(Eigen::VectorXd::Zero(5), 1.0);
  CHECK_THROWS_AS(other.Restore(engine.Save(), ""), ConfigError);
}

TEST_CASE("the engine refuses what it cannot use", "[cma_es]") {
  CHECK_THROWS_AS(CmaEsEngine(Eigen::VectorXd::Zero(0), 1.0), ContractViolation);
  CHECK_THROWS_AS(CmaEsEngine(Eigen::VectorXd::Zero(2), 0.0), ContractViolation);
  CmaEsEngine engine(Eigen::VectorXd::Zero(2), 1.0);
  CHECK_THROWS_AS(engine.Tell(std::vector<Eigen::VectorXd>(3, Eigen::VectorXd::Zero(2))),
                  ContractViolation);
}

}  // namespace rectune::baselines
