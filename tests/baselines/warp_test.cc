// SPDX-License-Identifier: Apache-2.0
//
// What hebo's models do to outputs and inputs before a Gaussian process sees them. The gradient by
// the parameters of an input warp is checked with the others (gp_numerics_test.cc).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "baselines/function_task.h"
#include "baselines/gp/fit.h"
#include "baselines/gp/input_warp.h"
#include "baselines/gp/output_warp.h"
#include "baselines/gp/posterior.h"
#include "baselines/gp/task_models.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

std::vector<double> Normals(std::size_t n, std::uint64_t seed) {
  RandomStream stream(seed, Purpose::kTest);
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(stream.Normal());
  return values;
}

}  // namespace

TEST_CASE("Yeo-Johnson: published formulas, increasing, and inverted everywhere", "[warp]") {
  CHECK(YeoJohnson{0.0}.Apply(1.0) == Approx(std::log(2.0)));
  CHECK(YeoJohnson{2.0}.Apply(-1.0) == Approx(-std::log(2.0)));
  CHECK(YeoJohnson{0.5}.Apply(3.0) == Approx((std::pow(4.0, 0.5) - 1.0) / 0.5));
  CHECK(YeoJohnson{0.5}.Apply(-3.0) == Approx(-(std::pow(4.0, 1.5) - 1.0) / 1.5));
  for (const double lambda : {0.0, 1e-9, 0.3, 1.0, 1.7, 2.0}) {
    const YeoJohnson transform{lambda};
    double before = -1e300;
    for (double y = -40.0; y <= 40.0; y += 0.37) {
      INFO("lambda " << lambda << ", y " << y);
      const double z = transform.Apply(y);
      CHECK(z > before);
      before = z;
      CHECK(transform.Invert(z) == Approx(y).epsilon(1e-10).margin(1e-12));
      const double h = 1e-5;
      CHECK(transform.Slope(y) ==
            Approx((transform.Apply(y + h) - transform.Apply(y - h)) / (2.0 * h)).epsilon(1e-4));
    }
    // What a model says need not be near any reading.
    CHECK(std::isfinite(transform.Invert(30.0)));
    CHECK(std::isfinite(transform.Invert(-30.0)));
  }
  CHECK(YeoJohnson{1.0}.Apply(-2.5) == Approx(-2.5));
}

TEST_CASE("maximum likelihood finds the power that made the skew", "[warp]") {
  for (const double lambda : {0.2, 0.6, 1.0, 1.5}) {
    std::vector<double> values;
    for (const double z : Normals(4000, 3)) values.push_back(YeoJohnson{lambda}.Invert(z));
    const OutputWarp warp = FitOutputWarp(values);
    CHECK(warp.transform.lambda == Approx(lambda).margin(0.05));
    // And it is the maximum, not only near the truth.
    const double best = YeoJohnsonLogLikelihood(values, warp.transform.lambda);
    for (int i = 0; i <= 200; ++i) CHECK(YeoJohnsonLogLikelihood(values, 0.01 * i) <= best + 1e-6);
    // Standardised after it.
    double mean = 0.0;
    double square = 0.0;
    for (const double y : values) {
      const double z = warp.Apply(y);
      mean += z / 4000.0;
      square += z * z / 4000.0;
    }
    CHECK(mean == Approx(0.0).margin(1e-9));
    CHECK(square == Approx(1.0).margin(1e-9));
    CHECK(warp.Invert(warp.Apply(0.7)) == Approx(0.7));
  }
}

TEST_CASE("too few outputs, or all the same, are left as they are", "[warp]") {
  std::vector<double> few = Normals(kFewestForWarp - 1, 5);
  for (double& value : few) value = std::expm1(value);
  const OutputWarp none = FitOutputWarp(few);
  CHECK(none.is_identity());
  CHECK(none.Apply(0.3) == 0.3);
  CHECK(none.Slope(0.3) == 1.0);
  CHECK(none.Invert(0.3) == 0.3);
  CHECK(FitOutputWarp(std::vector<double>(50, 0.0)).is_identity());
  few.push_back(4.0);
  CHECK_FALSE(FitOutputWarp(few).is_identity());
}

TEST_CASE("an input warp keeps the ends and the order, and is the identity at one and one",
          "[warp]") {
  for (const double a : {0.1, 0.7, 1.0, 3.0, 10.0}) {
    for (const double b : {0.1, 1.0, 2.5, 10.0}) {
      const InputWarp warp{a, b};
      CHECK(warp.Apply(0.0) == 0.0);
      CHECK(warp.Apply(1.0) == 1.0);
      double before = -1.0;
      for (double x = 0.0; x <= 1.0; x += 0.01) {
        INFO(a << ", " << b << " at " << x);
        const double w = warp.Apply(x);
        CHECK(w >= before);
        CHECK((w >= 0.0 && w <= 1.0));
        before = w;
        CHECK(w == Approx(1.0 - std::pow(1.0 - std::pow(x, a), b)).margin(1e-14));
        if (a == 1.0 && b == 1.0) CHECK(w == Approx(x).margin(1e-15));
        const double h = 1e-6;
        const auto at = [&](double da, double db) {
          return InputWarp{a * std::exp(da), b * std::exp(db)}.Apply(x);
        };
        CHECK(warp.SlopeByLogA(x) == Approx((at(h, 0) - at(-h, 0)) / (2 * h)).margin(1e-7));
        CHECK(warp.SlopeByLogB(x) == Approx((at(0, h) - at(0, -h)) / (2 * h)).margin(1e-7));
      }
    }
  }
  CHECK(InputWarp{0.1, 0.1}.SlopeByLogA(1.0) == 0.0);
  CHECK(InputWarp{0.1, 0.1}.SlopeByLogB(1.0) == 0.0);
}

TEST_CASE("a posterior with warps of one and one is the one without", "[gp][warp]") {
  RandomStream stream(6, Purpose::kTest);
  GpData data;
  data.features.Resize(20, 2);
  data.group_of = {0, 1};
  data.groups = 2;
  for (std::size_t i = 0; i < 20; ++i) {
    for (std::size_t f = 0; f < 2; ++f) data.features(i, f) = stream.Uniform();
    data.y.push_back(stream.Normal());
    data.noise.push_back(0.01);
  }
  const GpOptions options;
  std::vector<double> theta = DefaultTheta(data.layout(), options);
  const GpPosterior plain(data, theta);
  data.warped = {1};
  theta = DefaultTheta(data.layout(), options);
  CHECK(theta.size() == plain.theta().size() + 2);
  const GpPosterior warped(data, theta);
  theta.back() = 1.0;
  const GpPosterior bent(data, theta);
  const double x[2] = {0.3, 0.8};
  CandidatePoint a;
  CandidatePoint b;
  CandidatePoint c;
  plain.Predict(x, &a);
  warped.Predict(x, &b);
  bent.Predict(x, &c);
  CHECK(b.mean == Approx(a.mean));
  CHECK(b.variance == Approx(a.variance));
  CHECK(std::abs(c.mean - a.mean) > 1e-3);
  // A block is warped as a single point is.
  Matrix rows(1, 2);
  rows(0, 0) = x[0];
  rows(0, 1) = x[1];
  CandidateBlock block;
  bent.Predict(rows, &block);
  CHECK(block.mean[0] == Approx(c.mean));
  CHECK(block.variance[0] == Approx(c.variance));
}

TEST_CASE("a fit straightens a coordinate that is busy at one end", "[gp][warp]") {
  // sin over x^0.3: half of its waves are below x = 0.1.
  GpData data;
  data.features.Resize(40, 1);
  data.group_of = {0};
  data.groups = 1;
  for (std::size_t i = 0; i < 40; ++i) {
    const double x = (static_cast<double>(i) + 0.5) / 40.0;
    data.features(i, 0) = x;
    data.y.push_back(std::sin(15.0 * std::pow(x, 0.3)));
    data.noise.push_back(0.0);
  }
  const GpOptions options;
  const RandomStream stream(7, Purpose::kTest);
  const FitResult plain = FitGp(data, options, {}, true, stream);
  data.warped = {0};
  const FitResult warped = FitGp(data, options, {}, true, stream);
  const InputWarp warp = WarpOf(data, warped.theta, 0);
  INFO("a " << warp.a << ", b " << warp.b);
  CHECK(warp.a < 0.7);
  CHECK(warped.log_posterior > plain.log_posterior + 5.0);
}

TEST_CASE("known errors go through the output warp by its slope", "[gp][warp]") {
  const TestFunction line{{0.0}, {1.0}, [](const Point& x) { return -x[0]; }, 0.0};
  const TuningTask task = MakeFunctionTask(line, {0.0}, 3, 1, 100);
  const FeatureMap map(*task.space);
  std::vector<Trial> history;
  for (int i = 0; i < 12; ++i) {
    Trial trial = ProductionTrial(*task.space, *task.metrics);
    trial.id = i;
    const double x = i / 11.0;
    trial.proposal.configuration = task.space->Decode(std::vector<double>{x});
    trial.measurement.readings[0].lift = std::expm1(4.0 * x);  // production's is 0
    trial.measurement.readings[0].standard_error = i == 0 ? 0.0 : 0.5;
    history.push_back(trial);
  }
  TaskModels plain(task, map, {});
  TaskModelOptions options;
  options.warps_outputs = true;
  TaskModels warped(task, map, options);
  plain.Fit(history);
  warped.Fit(history);
  CHECK_FALSE(warped.lacks_output_warp());
  CHECK_FALSE(plain.lacks_output_warp());
  const MetricModel& model = warped.objective();
  CHECK(model.warp.transform.lambda < 0.7);
  CHECK(model.data.noise[0] == 0.0);
  for (std::size_t i = 1; i < history.size(); ++i) {
    const double native = history[i].measurement.readings[0].lift;
    CHECK(model.ToNative(model.data.y[i]) == Approx(native));
    // By differences, through the whole chain.
    const double h = 1e-4;
    const auto chain = [&](double value) {
      return model.warp.Apply(model.standardisation.Apply(value));
    };
    const double slope = (chain(native + h) - chain(native - h)) / (2.0 * h);
    CHECK(std::sqrt(model.data.noise[i]) == Approx(0.5 * slope).epsilon(1e-3));
  }
  // The long tail is surer in relative terms than the crowd: errors shrink where the slope does.
  CHECK(model.data.noise.back() < model.data.noise[1]);
  CHECK(plain.objective().data.noise.back() == plain.objective().data.noise[1]);
  warped.Fit(std::vector<Trial>(history.begin(), history.begin() + 4));
  CHECK(warped.lacks_output_warp());
}

}  // namespace rectune::baselines
