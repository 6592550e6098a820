// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "core/check.h"
#include "core/config_error.h"
#include "core/random_stream.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string MessageOf(const std::string& text) {
  try {
    (void)ParseJson(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("Non-finite numbers travel as words, never as a bare null", "[json]") {
  CHECK(DumpLine(NumberToJson(kNaN)) == "\"NaN\"");
  CHECK(DumpLine(NumberToJson(kInfinity)) == "\"Infinity\"");
  CHECK(DumpLine(NumberToJson(-kInfinity)) == "\"-Infinity\"");
  CHECK(std::isnan(NumberFromJson(NumberToJson(kNaN), "/x")));
  CHECK(NumberFromJson(NumberToJson(kInfinity), "/x") == kInfinity);
  CHECK(NumberFromJson(NumberToJson(-kInfinity), "/x") == -kInfinity);
  for (const Json& bad : {Json(nullptr), Json("nan"), Json(true), Json::array({1.0})}) {
    CAPTURE(bad.dump());
    CHECK_THROWS_AS(NumberFromJson(bad, "/x"), ConfigError);
  }
}

TEST_CASE("Writing a non-finite number is a broken contract at any depth", "[json]") {
  for (const double bad : {kNaN, kInfinity, -kInfinity}) {
    CHECK_THROWS_AS(DumpLine(Json(bad)), ContractViolation);
    CHECK_THROWS_AS(DumpLine(Json{{"a", Json::array({1, Json{{"b", bad}}})}}), ContractViolation);
    CHECK_THROWS_AS(DumpPretty(Json{{"a", bad}}), ContractViolation);
  }
  CHECK_THROWS_AS(DumpLine(Json("\xFF is not UTF-8")), ContractViolation);
  CHECK(DumpLine(Json{{"b", 1}, {"a", nullptr}}) == R"({"b":1,"a":null})");
  CHECK(DumpPretty(Json{{"b", 1}}) == "{\n  \"b\": 1\n}\n");
}

TEST_CASE("Any finite double survives text bit for bit", "[json]") {
  RandomStream stream(1, Purpose::kTest);
  for (int i = 0; i < 20000; ++i) {
    const auto value = std::bit_cast<double>(stream.NextBits());
    if (std::isfinite(value)) {
      const double back = NumberFromJson(ParseJson(DumpLine(NumberToJson(value))), "");
      REQUIRE(std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value));
    }
  }
  for (const double value : {0.0, -0.0, 5e-324, 1.7976931348623157e308, 1.0, 1e21}) {
    const double back = NumberFromJson(ParseJson(DumpLine(NumberToJson(value))), "");
    CHECK(std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value));
  }
}

TEST_CASE("A syntax error is located by line and column", "[json]") {
  CHECK_THAT(MessageOf("{\n  \"a\": 1,\n  \"b\": oops\n}"), Contains("line 3, column 8"));
  CHECK_THAT(MessageOf("{\"a\" 1}"), Contains("line 1, column 6"));
  CHECK_THAT(MessageOf("{\n\"a\": [1, 2"), Contains("line 2"));
  CHECK_THAT(MessageOf(""), Contains("line 1, column 1"));
  CHECK_THAT(MessageOf("{} x"), Contains("line 1, column 4"));
  CHECK_THAT(MessageOf("{\"a\": NaN}"), Contains("line 1"));
  CHECK_THAT(MessageOf("{\"a\": 1e999}"), Contains("no double holds"));
  CHECK_THAT(MessageOf("{\"a\": 1} // remark"), Contains("line 1"));
  CHECK_THAT(MessageOf("{\"a\": \"\xFF\"}"), Contains("line 1"));
  CHECK(MessageOf("{\"a\": [1, {\"a\": 2}]}") == "accepted");
}

TEST_CASE("A repeated key is refused where it stands", "[json]") {
  CHECK_THAT(MessageOf(R"({"a": 1, "a": 2})"), Contains("/a: found the key a second time"));
  CHECK_THAT(MessageOf(R"({"t": [{"x": 1}, {"n": [], "x": 1, "x": 1}]})"), Contains("/t/1/x:"));
  CHECK_THAT(MessageOf(R"({"t": [3, [4, {"x/y": 1, "x/y": 1}]]})"), Contains("/t/1/1/x~1y:"));
  CHECK(MessageOf(R"([{"a": 1}, {"a": 1}, {"b": {"a": 1}, "a": 2}])") == "accepted");
}

TEST_CASE("Nesting is bounded before it can exhaust the stack", "[json]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(MessageOf(nested(200)) == "accepted");
  CHECK_THAT(MessageOf(nested(201)), Contains("at most 200 levels"));
  CHECK_THAT(MessageOf(std::string(1000000, '[')), Contains("at most 200 levels"));
}

TEST_CASE("Key order is kept and pointers are escaped", "[json]") {
  CHECK(DumpLine(ParseJson(R"({"z": 1, "a": 2, "m": 3})")) == R"({"z":1,"a":2,"m":3})");
  CHECK(PointerToken("a/b~c") == "a~1b~0c");
}

}  // namespace
}  // namespace rectune
