// SPDX-License-Identifier: Apache-2.0
//
// Properties of every parameter kind, on random spaces: encoding and decoding invert each other,
// JSON round-trips, what is decoded is contained, curves rise from 0 to 1.
#include "core/parameter_space.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "core/check.h"
#include "core/config_error.h"
#include "tests/support/random_space.h"
#include "tests/support/toy_task.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;
using test_support::RandomSpace;
using test_support::RandomUnit;

constexpr int kSpaces = 200;

ParameterSpace ToySpace() { return *test_support::MakeToyTask(1, 1, 1).space; }

template <typename Read>
std::string MessageOf(const Read& read) {
  try {
    (void)read();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

// The largest error of a native value, relative to what its kind allows: 0 means equal.
double Distance(const ParameterSpace& space, const Configuration& a, const Configuration& b) {
  double worst = 0.0;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& p = space.parameters()[i];
    for (std::size_t k = 0; k < p.width(); ++k) {
      const double x = a.value(space.value_offset(i) + k);
      const double y = b.value(space.value_offset(i) + k);
      const double scale =
          p.kind == ParameterKind::kContinuous ? std::max(std::abs(p.low), std::abs(p.high)) : 1.0;
      const double error = std::abs(x - y) / scale;
      // Integers and levels must agree exactly.
      const bool exact = p.kind == ParameterKind::kInteger || p.has_levels();
      worst = std::max(worst, exact && x != y ? 1.0 : error);
    }
  }
  return worst;
}

TEST_CASE("Decoding an encoded configuration gives it back", "[parameter_space]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 1, s);
    const ParameterSpace space = RandomSpace(stream);
    for (int i = 0; i < 10; ++i) {
      const Configuration c = space.Decode(RandomUnit(stream, space.dimension()));
      REQUIRE(Distance(space, c, space.Decode(space.Encode(c))) < 1e-12);
    }
    const Configuration production = space.Production();
    REQUIRE(Distance(space, production, space.Decode(space.Encode(production))) < 1e-12);
  }
}

TEST_CASE("The comparison above would notice", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  const Configuration production = space.Production();
  CHECK(Distance(space, production, production) == 0.0);
  for (const char* change :
       {R"({"freshness_boost": 0.4000001})", R"({"topic_window": 9})", R"({"dedupe": true})",
        R"({"fusion": "power_product"})", R"({"lvr_curve": [0, 0.25, 0.5, 0.750001, 1]})"}) {
    CAPTURE(change);
    CHECK(Distance(space, production, space.Parse(ParseJson(change), "", &production)) > 1e-12);
  }
}

TEST_CASE("Encoding a decoded point gives it back where the map is one to one",
          "[parameter_space]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 2, s);
    const ParameterSpace space = RandomSpace(stream);
    std::vector<double> unit(space.dimension());
    for (double& u : unit) {
      u = stream.Uniform(0.0, 0.95);  // a curve that is nearly done has no digits left to keep
    }
    const std::vector<double> back = space.Encode(space.Decode(unit));
    for (std::size_t c = 0; c < unit.size(); ++c) {
      const Parameter& p = space.parameters()[space.coordinates()[c].parameter];
      if (p.kind == ParameterKind::kContinuous || p.kind == ParameterKind::kCurve) {
        // A narrow range far from zero (100 to 100.001, say) holds fewer digits.
        REQUIRE(back[c] == Approx(unit[c]).margin(1e-9));
      } else {
        // Many to one: but the cell's centre is a fixed point.
        std::vector<double> centre = unit;
        centre[c] = back[c];
        REQUIRE(space.Encode(space.Decode(centre))[c] == Approx(back[c]).margin(1e-12));
      }
    }
  }
}

TEST_CASE("Every integer and level is reachable, in equal shares on a linear scale",
          "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  const std::size_t window = space.IndexOf("topic_window");
  const std::size_t fusion = space.IndexOf("fusion");
  std::vector<int> windows(21, 0);
  std::vector<int> fusions(3, 0);
  constexpr int kSteps = 6000;
  for (int i = 0; i < kSteps; ++i) {
    const std::vector<double> unit(space.dimension(), (i + 0.5) / kSteps);
    const Configuration c = space.Decode(unit);
    ++windows[static_cast<std::size_t>(c.value(space.value_offset(window)))];
    ++fusions[static_cast<std::size_t>(c.value(space.value_offset(fusion)))];
  }
  CHECK(std::all_of(windows.begin() + 1, windows.end(), [](int n) { return n == kSteps / 20; }));
  CHECK(std::all_of(fusions.begin(), fusions.end(), [](int n) { return n == kSteps / 3; }));
}

TEST_CASE("What is decoded is contained, finite and in range", "[parameter_space]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 3, s);
    const ParameterSpace space = RandomSpace(stream);
    for (int i = 0; i < 10; ++i) {
      const Configuration c = space.Decode(RandomUnit(stream, space.dimension()));
      REQUIRE(space.Contains(c));
      REQUIRE(space.FromValues(c.values()) == c);
      const std::vector<double> unit = space.Encode(c);
      REQUIRE(std::all_of(unit.begin(), unit.end(), [](double u) { return u >= 0 && u <= 1; }));
    }
  }
}

TEST_CASE("Every decoded curve rises from exactly 0 to exactly 1", "[parameter_space]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 4, s);
    const ParameterSpace space({test_support::RandomParameter(stream, ParameterKind::kCurve,
                                                              ParameterScale::kLinear, "curve")});
    for (int i = 0; i < 50; ++i) {
      const std::vector<double> y = space.Decode(RandomUnit(stream, space.dimension())).values();
      REQUIRE(y.front() == 0.0);
      REQUIRE(y.back() == 1.0);
      REQUIRE(std::is_sorted(y.begin(), y.end()));
    }
  }
}

TEST_CASE("Configurations and spaces round-trip through JSON text exactly", "[parameter_space]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 5, s);
    const ParameterSpace space = RandomSpace(stream);
    const ParameterSpace again =
        ParameterSpace::FromJson(ParseJson(DumpLine(space.ToJson())), "/parameters");
    REQUIRE(again.ToJson() == space.ToJson());
    REQUIRE(again.Production() == space.Production());
    const Configuration c = space.Decode(RandomUnit(stream, space.dimension()));
    REQUIRE(again.Parse(ParseJson(DumpLine(space.ToJson(c))), "") == c);
  }
}

TEST_CASE("Native JSON looks as people write it", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  CHECK(DumpLine(space.ToJson(space.Production())) ==
        R"({"freshness_boost":0.4,"ctr_weight":2.0,"topic_window":8,"fusion":"weighted_sum",)"
        R"("dedupe":false,"lvr_curve":[0.0,0.25,0.5,0.75,1.0]})");
}

TEST_CASE("Parse names the parameter, the value and what is allowed", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  const Configuration production = space.Production();
  const auto parse = [&](const char* text) {
    return MessageOf([&] { return space.Parse(ParseJson(text), "/arm", &production); });
  };
  CHECK(parse(R"({"topic_window": 12, "ctr_weight": 0.1})") == "accepted");
  CHECK(parse("{}") == "accepted");
  CHECK_THAT(parse(R"({"ctr_weight": 11})"),
             Equals("/arm/ctr_weight: found 11; expected a number in [0.1, 10] (log scale)"));
  CHECK_THAT(parse(R"({"topic_window": 0})"),
             Equals("/arm/topic_window: found 0; expected an integer in [1, 20]"));
  CHECK_THAT(parse(R"({"topic_window": 3.5})"), Contains("found 3.5; expected an integer"));
  CHECK_THAT(parse(R"({"topic_window": "3"})"), Contains("found \"3\""));
  CHECK_THAT(parse(R"({"dedupe": "yes"})"), Contains("expected true or false"));
  CHECK_THAT(parse(R"({"fusion": "power_prodct"})"),
             Equals("/arm/fusion: found \"power_prodct\"; expected one of: \"weighted_sum\", "
                    "\"power_product\", \"rank_ensemble\" (did you mean \"power_product\"?)"));
  CHECK_THAT(parse(R"({"lvr_curve": [0, 0.5, 0.4, 0.8, 1]})"),
             Contains("/arm/lvr_curve/2: found 0.4"));
  CHECK_THAT(parse(R"({"ctr_weigth": 1})"), Contains("/arm/ctr_weigth: found an unknown key") &&
                                                Contains("did you mean \"ctr_weight\"?"));
  CHECK_THAT(parse("[1, 2]"), Contains("expected an object"));
  const Json not_finite = {{"ctr_weight", std::numeric_limits<double>::quiet_NaN()}};
  CHECK_THAT(MessageOf([&] { return space.Parse(not_finite, "", &production); }),
             Contains("/ctr_weight"));
}

TEST_CASE("Without a base every parameter is required", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  Json object = space.ToJson(space.Production());
  CHECK(space.Parse(object, "") == space.Production());
  object.erase("fusion");
  CHECK_THAT(MessageOf([&] { return space.Parse(object, ""); }), Contains("/fusion: missing"));
  // A misspelt name is the mistake to report, not the parameter that seems missing.
  object["fusoin"] = "weighted_sum";
  CHECK_THAT(MessageOf([&] { return space.Parse(object, ""); }),
             Contains("did you mean \"fusion\""));
}

TEST_CASE("With a base, what is not mentioned stays", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  RandomStream stream(3, Purpose::kTest);
  const Configuration base = space.Decode(RandomUnit(stream, space.dimension()));
  const Configuration changed = space.Parse(ParseJson(R"({"topic_window": 20})"), "", &base);
  Json expected = space.ToJson(base);
  expected["topic_window"] = 20;
  CHECK(space.ToJson(changed) == expected);
}

TEST_CASE("A space refuses unusable parameters where they stand", "[parameter_space]") {
  const Json array = ToySpace().ToJson();
  const auto build = [](const Json& json) {
    return MessageOf([&] { return ParameterSpace::FromJson(json, "/parameters"); });
  };
  CHECK(build(array) == "accepted");
  Json twice = array;
  twice[2]["name"] = "freshness_boost";
  CHECK_THAT(build(twice), Contains("/parameters/2/name: found \"freshness_boost\""));
  Json outside = array;
  outside[1]["production"] = 20;
  CHECK_THAT(build(outside), Contains("/parameters/1/production: found 20"));
  CHECK_THAT(build(Json::array()), Contains("/parameters: found []"));
  CHECK_THAT(build(Json::object()), Contains("expected an array of parameters"));

  Parameter hidden = ToySpace().parameters()[2];  // built in code rather than read
  hidden.production = {8.5};
  CHECK_THAT(MessageOf([&] { return ParameterSpace({hidden}); }), Contains("/0/production"));
  hidden.production = {std::nan("")};
  CHECK_THAT(MessageOf([&] { return ParameterSpace({hidden}); }), Contains("/0/production"));
  hidden.production = {8, 9};
  CHECK_THAT(MessageOf([&] { return ParameterSpace({hidden}); }), Contains("/0/production"));
}

TEST_CASE("Broken contracts are caught", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  CHECK_THROWS_AS(space.IndexOf("nonsense"), ContractViolation);
  CHECK_FALSE(space.Find("nonsense").has_value());
  CHECK_THROWS_AS(space.Decode(std::vector<double>(3, 0.5)), ContractViolation);
  for (const double bad : {-0.001, 1.001, std::nan("")}) {
    std::vector<double> unit(space.dimension(), 0.5);
    unit[2] = bad;
    CHECK_THROWS_AS(space.Decode(unit), ContractViolation);
  }
  std::vector<double> values = space.Production().values();
  CHECK_THROWS_AS(space.FromValues({1.0}), ContractViolation);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::vector<double> broken = values;
    broken[i] = 77.0;
    CHECK_THROWS_AS(space.FromValues(broken), ContractViolation);
    broken[i] = std::nan("");
    CHECK_THROWS_AS(space.FromValues(broken), ContractViolation);
  }
  const ParameterSpace other({space.parameters()[0]});
  CHECK_THROWS_AS(other.Encode(space.Production()), ContractViolation);
  CHECK_FALSE(other.Contains(space.Production()));
}

TEST_CASE("FromValues straightens rounding and nothing more", "[parameter_space]") {
  const ParameterSpace space = ToySpace();
  std::vector<double> values = space.Production().values();
  const std::size_t curve = space.value_offset(space.IndexOf("lvr_curve"));
  values[0] = 2.0 + 1e-10;          // freshness_boost ends at 2
  values[curve + 4] = 1.0 - 1e-10;  // a library's cumulative sum
  values[curve + 2] = values[curve + 3] + 1e-10;
  const Configuration c = space.FromValues(values);
  CHECK(c.value(0) == 2.0);
  CHECK(c.value(curve + 4) == 1.0);
  CHECK(c.value(curve + 3) >= c.value(curve + 2));
  values[0] = 2.0 + 1e-7;
  CHECK_THROWS_AS(space.FromValues(values), ContractViolation);
}

}  // namespace
}  // namespace rectune
