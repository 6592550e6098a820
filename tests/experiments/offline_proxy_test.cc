// SPDX-License-Identifier: Apache-2.0
//
// The offline proxy: as aligned as asked, wrong the same way every time, and zero at production.
#include "experiments/offline_proxy.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/check.h"
#include "core/random_stream.h"
#include "tests/experiments/toy_workbench.h"

namespace rectune::experiments {
namespace {

/// Correlation of proxy and truth over random configurations, first metric, mean over seeds.
double Alignment(const TestbedPort& port, double asked) {
  double mean = 0.0;
  constexpr int kSeeds = 20;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    double xy = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    for (std::uint64_t i = 0; i < 200; ++i) {
      RandomStream stream(9, Purpose::kTest, i);
      std::vector<double> unit(port.space->dimension());
      for (double& u : unit) u = stream.Uniform();
      const Configuration configuration = port.space->Decode(unit);
      // About zero, where production is: the proxy's bias is zero there as well.
      const double x = port.truth(configuration).readings[0].lift;
      const double y = port.offline_proxy(seed, configuration, asked).readings[0].lift;
      xy += x * y;
      xx += x * x;
      yy += y * y;
    }
    mean += xy / std::sqrt(xx * yy) / kSeeds;
  }
  return mean;
}

TEST_CASE("The proxy's correlation with the truth follows its alignment") {
  const auto port = MakeToyWorkbench().open("toy", "joint", "small");
  const double none = Alignment(*port, 0.0);
  const double half = Alignment(*port, 0.5);
  const double most = Alignment(*port, 0.95);
  CAPTURE(none, half, most);
  CHECK(std::abs(none) < 0.3);
  CHECK(half == Approx(0.5).margin(0.25));
  CHECK(most > 0.85);
  CHECK(none < half);
  CHECK(half < most);
}

TEST_CASE("The same seed misleads the same way, another seed otherwise, production is zero") {
  const auto port = MakeToyWorkbench().open("toy", "joint", "small");
  const std::vector<double> unit(port->space->dimension(), 0.9);
  const Configuration configuration = port->space->Decode(unit);
  const auto lift = [&](std::uint64_t seed) {
    return port->offline_proxy(seed, configuration, 0.5).readings[0].lift;
  };
  CHECK(lift(1) == lift(1));
  CHECK(lift(1) != lift(2));
  CHECK(lift(1) != port->truth(configuration).readings[0].lift);
  const Measurement production = port->offline_proxy(1, port->space->Production(), 0.5);
  for (const MetricReading& reading : production.readings) {
    CHECK(reading.lift == Approx(0.0).margin(1e-12));
  }
  CHECK_THROWS_AS(port->offline_proxy(1, configuration, 1.0), ContractViolation);
}

}  // namespace
}  // namespace rectune::experiments
