// SPDX-License-Identifier: Apache-2.0
#include "core/measurement.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/config_error.h"
#include "core/random_stream.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;

MetricCatalogue Metrics() {
  return MetricCatalogue({{"ctr", "share", Direction::kHigherIsBetter, 0, ""},
                          {"dau", "users", Direction::kHigherIsBetter, 1, ""}});
}

bool SameBits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

Measurement RandomMeasurement(RandomStream& stream) {
  Measurement m;
  m.users_per_arm = stream.Uniform(0.0, 1e9);
  m.sample_ratio_p_value = stream.Uniform();
  for (int i = 0; i < 2; ++i) {
    m.readings.push_back({stream.Normal(), stream.Normal(), stream.Normal(), stream.Uniform(),
                          stream.Uniform(), stream.Uniform()});
  }
  return m;
}

TEST_CASE("A measurement survives JSON text bit for bit", "[measurement]") {
  RandomStream stream(1, Purpose::kTest);
  for (int i = 0; i < 200; ++i) {
    Measurement m = RandomMeasurement(stream);
    if (i % 3 == 0) {
      m.readings[0].lift = std::numeric_limits<double>::quiet_NaN();
      m.readings[1].standard_error = std::numeric_limits<double>::infinity();
    }
    const Json text = ParseJson(DumpLine(ToJson(m, Metrics())));
    const Measurement back = MeasurementFromJson(text, Metrics(), "/measurement");
    REQUIRE(SameBits(back.users_per_arm, m.users_per_arm));
    REQUIRE(SameBits(back.sample_ratio_p_value, m.sample_ratio_p_value));
    REQUIRE(back.readings.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
      const MetricReading& a = back.readings[k];
      const MetricReading& b = m.readings[k];
      REQUIRE(SameBits(a.control, b.control));
      REQUIRE(SameBits(a.treatment, b.treatment));
      REQUIRE((SameBits(a.lift, b.lift) || (std::isnan(a.lift) && std::isnan(b.lift))));
      REQUIRE(SameBits(a.standard_error, b.standard_error));
      REQUIRE(SameBits(a.p_value, b.p_value));
      REQUIRE(SameBits(a.q_value, b.q_value));
    }
  }
}

TEST_CASE("An arm that never ran has no readings", "[measurement]") {
  Measurement nothing;
  const Json json = ToJson(nothing, Metrics());
  CHECK(json["readings"].empty());
  CHECK(MeasurementFromJson(json, Metrics(), "").readings.empty());
}

TEST_CASE("A measurement is read strictly", "[measurement]") {
  RandomStream stream(2, Purpose::kTest);
  const Json good = ToJson(RandomMeasurement(stream), Metrics());
  const auto read = [](const Json& json) { return MeasurementFromJson(json, Metrics(), "/m"); };
  Json bad = good;
  bad["readings"].erase("dau");
  CHECK_THROWS_WITH(read(bad), Contains("/m/readings/dau: missing"));
  bad = good;
  bad["readings"]["extra"] = good["readings"]["dau"];
  CHECK_THROWS_WITH(read(bad), Contains("/m/readings/extra: found an unknown key"));
  bad = good;
  bad["readings"]["ctr"]["lift"] = nullptr;
  CHECK_THROWS_WITH(read(bad), Contains("/m/readings/ctr/lift: found null"));
  bad = good;
  bad["readings"]["ctr"]["uplift"] = 1.0;
  CHECK_THROWS_WITH(read(bad), Contains("/m/readings/ctr/uplift"));
  bad = good;
  bad.erase("users_per_arm");
  CHECK_THROWS_WITH(read(bad), Contains("/m/users_per_arm: missing"));
}

TEST_CASE("Readings of another catalogue are a broken contract", "[measurement]") {
  Measurement m;
  m.readings.resize(3);
  CHECK_THROWS_AS(ToJson(m, Metrics()), ContractViolation);
}

}  // namespace
}  // namespace rectune
