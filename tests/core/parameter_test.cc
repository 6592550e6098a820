// SPDX-License-Identifier: Apache-2.0
//
// One parameter: what is refused and how it is said; the scales and the curve's stick-breaking.
#include "core/parameter.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/config_error.h"
#include "core/parameter_values.h"
#include "core/random_stream.h"
#include "tests/support/random_space.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

Json Valid(const std::string& kind) {
  Json json = ParseJson(R"({"name": "ctr_weight", "stage": "rank", "unit": "weight",
                            "meaning": "Exponent of the click head."})");
  json["kind"] = kind;
  if (kind == "continuous" || kind == "integer") {
    json["range"] = {1, 10};
    json["production"] = 2;
  } else if (kind == "categorical") {
    json["levels"] = {"sum", "product"};
    json["production"] = "product";
  } else if (kind == "boolean") {
    json["production"] = true;
  } else {
    json["knots"] = {0, 0.5, 1};
    json["production"] = {0, 0.25, 1};
  }
  return json;
}

// What is said of a valid parameter after `spoil` has been at it.
std::string MessageOf(const std::string& kind, const std::function<void(Json&)>& spoil) {
  Json json = Valid(kind);
  spoil(json);
  try {
    (void)ParameterFromJson(json, "/parameters/4");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("Each kind round-trips through JSON", "[parameter]") {
  for (const char* kind : {"continuous", "integer", "categorical", "boolean", "curve"}) {
    CAPTURE(kind);
    const Parameter parameter = ParameterFromJson(Valid(kind), "");
    CHECK(ToString(parameter.kind) == std::string(kind));
    const Json written = ToJson(parameter);
    CHECK(ToJson(ParameterFromJson(written, "")) == written);
    CHECK(written["production"] == Valid(kind)["production"]);
  }
  Json log = Valid("continuous");
  log["scale"] = "log";
  CHECK(ParameterFromJson(log, "").scale == ParameterScale::kLog);
  CHECK(ToJson(ParameterFromJson(log, ""))["scale"] == "log");
}

TEST_CASE("Every missing field is named", "[parameter]") {
  for (const char* kind : {"continuous", "integer", "categorical", "boolean", "curve"}) {
    const Json valid = Valid(kind);
    for (const auto& [key, value] : valid.items()) {
      CAPTURE(kind, key);
      CHECK_THAT(MessageOf(kind, [&key = key](Json& j) { j.erase(key); }),
                 StartsWith("/parameters/4/" + key + ": missing"));
    }
  }
}

TEST_CASE("Fields of another kind are unknown keys", "[parameter]") {
  CHECK_THAT(MessageOf("boolean",
                       [](Json& j) {
                         j["range"] = {0, 1};
                       }),
             StartsWith("/parameters/4/range: found an unknown key"));
  CHECK_THAT(MessageOf("curve", [](Json& j) { j["scale"] = "log"; }), Contains("/scale"));
  CHECK_THAT(MessageOf("continuous", [](Json& j) { j["levels"] = {"a"}; }), Contains("/levels"));
  CHECK_THAT(MessageOf("integer", [](Json& j) { j["kind"] = "int"; }),
             Contains("/kind: found \"int\"; expected one of: continuous, integer"));
}

TEST_CASE("Names are snake case", "[parameter]") {
  for (const char* name : {"", "Ctr", "ctr weight", "1st", "_x", "ctr-weight", "../up"}) {
    CAPTURE(name);
    CHECK_THAT(MessageOf("continuous", [name](Json& j) { j["name"] = name; }),
               StartsWith("/parameters/4/name: found "));
  }
}

TEST_CASE("Unusable ranges are refused", "[parameter]") {
  const auto with_range = [](const std::string& kind, const Json& range, const char* scale) {
    return MessageOf(kind, [&](Json& j) {
      j["range"] = range;
      j["scale"] = scale;
    });
  };
  for (const Json& range : {Json{2, 2}, Json{3, 1}, Json{1}, Json{1, 2, 3}, Json{"a", 2},
                            Json{1, std::nan("")}, Json("all")}) {
    CAPTURE(range.dump());
    CHECK_THAT(with_range("continuous", range, "linear"), Contains("/range"));
    CHECK_THAT(with_range("integer", range, "linear"), Contains("/range"));
  }
  CHECK_THAT(with_range("continuous", {0, 5}, "log"), Contains("positive low end"));
  CHECK_THAT(with_range("integer", {0, 5}, "log"), Contains("positive low end"));
  CHECK_THAT(with_range("integer", {0.5, 5}, "linear"), Contains("integers"));
  CHECK_THAT(with_range("integer", {0, 1e12}, "linear"), Contains("1e9"));
}

TEST_CASE("Unusable levels and knots are refused", "[parameter]") {
  for (const Json& levels : {Json::array(), Json::array({"product"}), Json{"product", "product"},
                             Json{"product", ""}, Json{"product", 2}}) {
    CAPTURE(levels.dump());
    CHECK_THAT(MessageOf("categorical", [&](Json& j) { j["levels"] = levels; }),
               Contains("/levels"));
  }
  for (const Json& knots : {Json{0, 1}, Json{0, 0.5, 0.5}, Json{1, 0.5, 0}, Json{0, "x", 1}}) {
    CAPTURE(knots.dump());
    CHECK_THAT(MessageOf("curve", [&](Json& j) { j["knots"] = knots; }), Contains("/knots"));
  }
}

TEST_CASE("Production must be a value of the parameter", "[parameter]") {
  const auto with = [](const std::string& kind, const Json& production) {
    return MessageOf(kind, [&](Json& j) { j["production"] = production; });
  };
  CHECK_THAT(with("continuous", 11), Contains("found 11; expected a number in [1, 10]"));
  CHECK_THAT(with("continuous", "2"), Contains("/production: found \"2\""));
  CHECK_THAT(with("continuous", std::nan("")), Contains("/production"));
  CHECK_THAT(with("integer", 2.5), Contains("found 2.5; expected an integer in [1, 10]"));
  CHECK_THAT(with("integer", 0), Contains("/production: found 0"));
  CHECK_THAT(with("categorical", "prodct"), Contains("did you mean \"product\"?"));
  CHECK_THAT(with("categorical", 1), Contains("one of: \"sum\", \"product\""));
  CHECK_THAT(with("boolean", 1), Contains("true or false"));
  CHECK_THAT(with("curve", {0, 1}), Contains("an array of 3 heights"));
  CHECK_THAT(with("curve", {0, 0.5, 0.9}), Contains("/production/2: found 0.9"));
  CHECK_THAT(with("curve", {0.1, 0.5, 1}), Contains("/production/0: found 0.1"));
  CHECK_THAT(with("curve", {0, -0.5, 1}), Contains("/production/1: found -0.5"));
  CHECK_THAT(with("curve", {0, 1.5, 1}), Contains("/production/1: found 1.5"));
  CHECK_THAT(with("curve", {0, nullptr, 1}), Contains("/production/1: found null"));
}

TEST_CASE("A curve that falls is refused", "[parameter]") {
  CHECK_THAT(MessageOf("curve",
                       [](Json& j) {
                         j["knots"] = {0, 1, 2, 3};
                         j["production"] = {0, 0.6, 0.5, 1};
                       }),
             Contains("/production/2: found 0.5; expected an array of 4 heights that never fall"));
}

TEST_CASE("Scales are exact at both ends, monotone and invertible", "[parameter]") {
  RandomStream stream(1, Purpose::kTest);
  for (int i = 0; i < 300; ++i) {
    for (const ParameterScale scale : {ParameterScale::kLinear, ParameterScale::kLog}) {
      const Parameter p =
          test_support::RandomParameter(stream, ParameterKind::kContinuous, scale, "p");
      CHECK(UnitToNative(p, 0.0) == p.low);
      CHECK(UnitToNative(p, 1.0) == p.high);
      CHECK(NativeToUnit(p, p.low) == 0.0);
      CHECK(NativeToUnit(p, p.high) == 1.0);
      const double a = stream.Uniform();
      const double b = stream.Uniform();
      CHECK((a < b) == (UnitToNative(p, a) < UnitToNative(p, b)));
      // A linear range far from zero holds fewer digits than the unit interval.
      const double digits = 1e-15 * std::max(1.0, std::abs(p.low) / (p.high - p.low));
      CHECK(std::abs(NativeToUnit(p, UnitToNative(p, a)) - a) < 10.0 * digits);
    }
  }
}

TEST_CASE("A log scale is a log scale", "[parameter]") {
  Parameter p;
  p.scale = ParameterScale::kLog;
  p.low = 0.1;
  p.high = 10.0;
  CHECK(UnitToNative(p, 0.5) == Approx(1.0));
  CHECK(NativeToUnit(p, 0.1 * std::pow(100.0, 0.25)) == Approx(0.25));
}

TEST_CASE("Integer cells have equal widths, or equal widths in the logarithm", "[parameter]") {
  Parameter p;
  p.kind = ParameterKind::kInteger;
  p.low = 2;
  p.high = 6;
  for (int k = 2; k <= 6; ++k) {
    CHECK(CellCentre(p, k) == Approx((k - 2 + 0.5) / 5.0));
  }
  p.scale = ParameterScale::kLog;
  const double length = std::log(6.5 / 1.5);
  for (int k = 2; k <= 6; ++k) {
    const double middle = 0.5 * (std::log((k - 0.5) / 1.5) + std::log((k + 0.5) / 1.5)) / length;
    CHECK(CellCentre(p, k) == Approx(middle));
    CHECK(std::round(UnitToNative(p, CellCentre(p, k))) == k);
  }
}

TEST_CASE("Stick shares are Beta(1, r) quantiles", "[parameter]") {
  for (const std::size_t later : {1U, 2U, 5U}) {
    const boost::math::beta_distribution<> beta(1.0, static_cast<double>(later));
    for (const double unit : {0.0, 0.1, 0.5, 0.99}) {
      CHECK(StickShare(unit, later) == Approx(boost::math::quantile(beta, unit)));
    }
    CHECK(StickShare(1.0, later) == 1.0);
  }
}

TEST_CASE("Uniform coordinates make increments uniform over the simplex", "[parameter]") {
  // Of a Dirichlet(1, ..., 1) over n parts: each mean 1/n, variance (n-1)/(n^2 (n+1)), covariance
  // -1/(n^2 (n+1)). Every increment must look the same, the first no better than the last.
  RandomStream stream(2, Purpose::kTest);
  constexpr std::size_t kParts = 4;
  constexpr int kDraws = 20000;
  double sum[kParts] = {};
  double product[kParts][kParts] = {};
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<double> heights =
        CurveFromUnit(std::vector<double>{stream.Uniform(), stream.Uniform(), stream.Uniform()});
    for (std::size_t a = 0; a < kParts; ++a) {
      sum[a] += heights[a + 1] - heights[a];
      for (std::size_t b = 0; b < kParts; ++b) {
        product[a][b] += (heights[a + 1] - heights[a]) * (heights[b + 1] - heights[b]);
      }
    }
  }
  for (std::size_t a = 0; a < kParts; ++a) {
    CHECK(sum[a] / kDraws == Approx(0.25).margin(0.006));
    for (std::size_t b = 0; b < kParts; ++b) {
      const double covariance = product[a][b] / kDraws - sum[a] / kDraws * sum[b] / kDraws;
      CHECK(covariance == Approx((a == b ? 3.0 : -1.0) / 80.0).margin(0.0015));
    }
  }
}

TEST_CASE("A curve that has risen leaves the rest of its coordinates free", "[parameter]") {
  const std::vector<double> heights = CurveFromUnit(std::vector<double>{0.3, 1.0, 0.7, 0.2});
  CHECK(heights[2] == 1.0);
  CHECK(heights.back() == 1.0);
  const std::vector<double> unit = CurveToUnit(heights);
  CHECK(unit[0] == Approx(0.3));
  CHECK(unit[1] == 1.0);
  CHECK(unit[2] == 0.0);
  CHECK(unit[3] == 0.0);
  CHECK(CurveFromUnit(unit) == heights);
}

}  // namespace
}  // namespace rectune
