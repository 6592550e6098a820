// SPDX-License-Identifier: Apache-2.0
//
// The models without a Gaussian process: quadratic regression against the textbook formula in
// weight space, the forest on functions it must and cannot represent, the coordinate search.
#include "baselines/quadratic_model.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "baselines/coordinate_search.h"
#include "baselines/forest.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

std::vector<CoordinateView> Numbers(std::size_t dimension) {
  return std::vector<CoordinateView>(dimension);
}

CoordinateView Levels(std::size_t count, CoordinateKind kind) {
  CoordinateView view;
  view.kind = kind;
  for (std::size_t i = 0; i <= count; ++i) {
    view.edges.push_back(static_cast<double>(i) / static_cast<double>(count));
  }
  return view;
}

std::vector<double> UniformUnit(std::size_t dimension, std::uint64_t entity) {
  RandomStream stream(11, Purpose::kTest, 0, entity);
  std::vector<double> unit(dimension);
  for (double& u : unit) u = stream.Uniform();
  return unit;
}

struct Sample {
  Eigen::MatrixXd design;
  Eigen::VectorXd lifts;
  Eigen::VectorXd errors;
};

/// `n` points of a bent function of three coordinates, read with errors of size `error`.
Sample MakeSample(const QuadraticFeatures& features, Eigen::Index n, double error) {
  Sample sample{Eigen::MatrixXd(n, features.size()), Eigen::VectorXd(n),
                Eigen::VectorXd::Constant(n, error)};
  RandomStream stream(12, Purpose::kTest);
  for (Eigen::Index i = 0; i < n; ++i) {
    const std::vector<double> u = UniformUnit(3, static_cast<std::uint64_t>(i));
    sample.design.row(i) = features.Of(u).transpose();
    const double truth = 3.0 * u[0] - 4.0 * u[1] * u[1] + 2.0 * u[0] * u[2];
    sample.lifts[i] = truth + error * stream.Normal();
  }
  return sample;
}

}  // namespace

TEST_CASE("features: numbers, squares, products of different coordinates, one-hot levels",
          "[quadratic]") {
  std::vector<CoordinateView> views = Numbers(2);
  views.push_back(Levels(3, CoordinateKind::kUnordered));
  views.push_back(Levels(1, CoordinateKind::kOrdered));  // fixed: no regressor
  const std::vector<double> production{0.5, 0.5, 0.1, 0.5};
  const QuadraticFeatures features(views, &production);
  // 2 + 3 linear, 2 squares, and of the 10 products those 3 within the categorical are missing.
  CHECK(features.size() == 5 + 2 + 7);
  CHECK(features.Of(production).norm() == 0.0);
  const Eigen::VectorXd moved = features.Of(std::vector<double>{1.0, 0.5, 0.5, 0.5});
  CHECK(moved[0] == 1.0);          // 2u - 1 went from 0 to 1
  CHECK(moved[2] == -1.0);         // left level 0
  CHECK(moved[3] == 1.0);          // for level 1
  CHECK(moved[5] == Approx(0.5));  // a square, prior variance 1/4
  CHECK(QuadraticFeatures(views, nullptr).size() == features.size() + 1);
}

TEST_CASE("the dual posterior is the one of weight space", "[quadratic]") {
  const std::vector<double> production{0.2, 0.7, 0.4};
  const QuadraticFeatures features(Numbers(3), &production);
  const Sample sample = MakeSample(features, 25, 0.3);
  const QuadraticModel model(sample.design, sample.lifts, sample.errors);
  // Bishop, Pattern Recognition and Machine Learning, eq. 3.50 and 3.51, noise plus misfit as the
  // (diagonal) noise: all rows differ.
  const double prior = model.prior_deviation() * model.prior_deviation();
  const double noise = 0.3 * 0.3 + model.misfit_ratio() * prior;
  const Eigen::Index p = features.size();
  const Eigen::MatrixXd precision =
      Eigen::MatrixXd::Identity(p, p) / prior + sample.design.transpose() * sample.design / noise;
  const Eigen::MatrixXd covariance = precision.inverse();
  const Eigen::VectorXd weights = covariance * sample.design.transpose() * sample.lifts / noise;
  CHECK((model.weights() - weights).norm() < 1e-5 * weights.norm());
  const Eigen::VectorXd phi = features.Of(UniformUnit(3, 1000));
  CHECK(model.Mean(phi) == Approx(weights.dot(phi)).epsilon(1e-5));
  CHECK(model.Deviation(phi) == Approx(std::sqrt(phi.dot(covariance * phi))).epsilon(1e-4));

  // Draws: the same mean and variance along phi, over many of them.
  RandomStream stream(13, Purpose::kTest);
  double mean = 0.0;
  double squares = 0.0;
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = model.Draw(stream).dot(phi);
    mean += value / kDraws;
    squares += value * value / kDraws;
  }
  const double deviation = model.Deviation(phi);
  CHECK(mean == Approx(model.Mean(phi)).margin(4.0 * deviation / std::sqrt(kDraws)));
  CHECK(std::sqrt(squares - mean * mean) == Approx(deviation).epsilon(0.05));
}

TEST_CASE("a quadratic read exactly is learnt, and an exact reading is believed", "[quadratic]") {
  const std::vector<double> production{0.0, 0.0, 0.0};
  const QuadraticFeatures features(Numbers(3), &production);
  const Sample sample = MakeSample(features, 40, 0.0);
  const QuadraticModel model(sample.design, sample.lifts, sample.errors);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const std::vector<double> u = UniformUnit(3, 2000 + i);
    const double truth = 3.0 * u[0] - 4.0 * u[1] * u[1] + 2.0 * u[0] * u[2];
    CHECK(model.Mean(features.Of(u)) == Approx(truth).margin(0.05));
  }
  for (Eigen::Index i = 0; i < 40; ++i) {
    CHECK(model.OfArm(i).mean == Approx(sample.lifts[i]).margin(1e-4));
    CHECK(model.OfArm(i).deviation < 0.01);
  }
}

TEST_CASE("noise shrinks what is read towards what the others say", "[quadratic]") {
  const std::vector<double> production{0.0, 0.0, 0.0};
  const QuadraticFeatures features(Numbers(3), &production);
  Sample sample = MakeSample(features, 40, 0.5);
  sample.lifts[7] += 3.0;  // six standard errors of luck
  const QuadraticModel model(sample.design, sample.lifts, sample.errors);
  CHECK(model.OfArm(7).mean < sample.lifts[7] - 1.0);
}

TEST_CASE("a pending arm narrows the bound around itself and moves no mean", "[quadratic]") {
  const std::vector<double> production{0.2, 0.7, 0.4};
  const QuadraticFeatures features(Numbers(3), &production);
  const Sample sample = MakeSample(features, 12, 0.3);
  const QuadraticModel model(sample.design, sample.lifts, sample.errors);
  const Eigen::VectorXd phi = features.Of(UniformUnit(3, 3000));
  const QuadraticModel next = model.WithPending(phi);
  CHECK(next.Deviation(phi) < 0.95 * model.Deviation(phi));
  const Eigen::VectorXd elsewhere = features.Of(UniformUnit(3, 3001));
  CHECK(next.Mean(elsewhere) == Approx(model.Mean(elsewhere)).margin(1e-6));
}

TEST_CASE("degenerate data: none, one, equal, constant, repeated", "[quadratic]") {
  const std::vector<double> production{0.5, 0.5};
  const QuadraticFeatures features(Numbers(2), &production);
  const Eigen::VectorXd phi = features.Of(std::vector<double>{0.9, 0.1});
  const auto fit = [&](Eigen::Index n, double lift, double error) {
    Eigen::MatrixXd design(n, features.size());
    for (Eigen::Index i = 0; i < n; ++i) design.row(i) = phi.transpose();
    return QuadraticModel(design, Eigen::VectorXd::Constant(n, lift),
                          Eigen::VectorXd::Constant(n, error));
  };
  CHECK(fit(0, 0.0, 0.0).Mean(phi) == 0.0);
  CHECK(fit(0, 0.0, 0.0).Deviation(phi) == Approx(phi.norm()));
  for (const double error : {0.0, 0.2}) {
    for (const double lift : {0.0, 1.0, -1.0}) {
      for (const Eigen::Index n : {1, 2, 30}) {
        INFO(n << " times " << lift << " +- " << error);
        const QuadraticModel model = fit(n, lift, error);
        CHECK(std::isfinite(model.Mean(phi)));
        CHECK(std::isfinite(model.Deviation(phi)));
        CHECK(model.OfArm(0).mean * lift >= 0.0);
        CHECK(std::abs(model.OfArm(0).mean) <= std::abs(lift) + 1e-9);
        RandomStream stream(1, Purpose::kTest);
        CHECK(model.Draw(stream).allFinite());
      }
    }
  }
}

TEST_CASE("a forest learns a step and a level, and knows where it has no data", "[forest]") {
  std::vector<CoordinateView> views = Numbers(2);
  views.push_back(Levels(3, CoordinateKind::kUnordered));
  std::vector<std::vector<double>> units;
  std::vector<double> targets;
  for (std::uint64_t i = 0; i < 200; ++i) {
    units.push_back(UniformUnit(3, i));
    const bool is_middle = views[2].LevelOf(units.back()[2]) == 1;
    targets.push_back((units.back()[0] > 0.6 ? 2.0 : 0.0) + (is_middle ? 5.0 : 0.0));
  }
  RandomStream stream(14, Purpose::kTest);
  const RegressionForest forest(views, units, targets, {}, stream);
  for (const double noise : {0.1, 0.9}) {
    CHECK(forest.Predict(std::vector<double>{0.2, noise, 0.1}).mean == Approx(0.0).margin(0.2));
    CHECK(forest.Predict(std::vector<double>{0.9, noise, 0.1}).mean == Approx(2.0).margin(0.3));
    CHECK(forest.Predict(std::vector<double>{0.2, noise, 0.5}).mean == Approx(5.0).margin(0.3));
    CHECK(forest.Predict(std::vector<double>{0.9, noise, 0.9}).mean == Approx(2.0).margin(0.3));
  }
  // At the step the trees disagree, inside the plateaus they do not.
  CHECK(forest.Predict(std::vector<double>{0.6, 0.5, 0.1}).variance >
        forest.Predict(std::vector<double>{0.2, 0.5, 0.1}).variance);

  const std::vector<double> flat(200, 3.0);
  const RegressionForest constant(views, units, flat, {}, stream);
  CHECK(constant.Predict(units[0]).mean == Approx(3.0));
  CHECK(constant.Predict(units[0]).variance == Approx(0.0).margin(1e-12));
  const RegressionForest single(views, std::span(units).first(1), std::span(flat).first(1), {},
                                stream);
  CHECK(single.Predict(units[5]).mean == 3.0);
}

TEST_CASE("the coordinate search finds the top of a separable hill, levels included", "[search]") {
  std::vector<CoordinateView> views = Numbers(2);
  views.push_back(Levels(4, CoordinateKind::kUnordered));
  views.push_back(Levels(40, CoordinateKind::kOrdered));
  const auto value = [&](const std::vector<double>& u) {
    return -std::pow(u[0] - 0.37, 2) - std::pow(u[1] - 1.0, 2) +
           (views[2].LevelOf(u[2]) == 2 ? 1.0 : 0.0) -
           std::abs(static_cast<double>(views[3].LevelOf(u[3])) - 17.0);
  };
  const std::vector<double> start{0.5, 0.5, 0.1, 0.9};
  const std::vector<double> best = CoordinateSearch(views, start, value, {.sweeps = 8});
  CHECK(best[0] == Approx(0.37).margin(0.02));
  CHECK(best[1] == 1.0);
  CHECK(views[2].LevelOf(best[2]) == 2);
  CHECK(views[3].LevelOf(best[3]) == 17);
  CHECK(CoordinateSearch(views, start, [](const auto&) { return 0.0; }, {}) == start);
}

}  // namespace rectune::baselines
