// SPDX-License-Identifier: Apache-2.0
#include "core/object_reader.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

namespace rectune {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::Equals;

std::string MessageOf(const std::function<void()>& read) {
  try {
    read();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST_CASE("Every type is read as itself", "[object_reader]") {
  const Json json = ParseJson(R"({"n": 1.5, "i": -3, "b": true, "s": "text", "o": {"x": 1},
                                  "ns": [1, 2.5], "ss": ["a", "b"], "one": "tpe"})");
  ObjectReader reader(json, "");
  CHECK(reader.Number("n") == 1.5);
  CHECK(reader.Integer("i") == -3);
  CHECK(reader.Boolean("b"));
  CHECK(reader.String("s") == "text");
  CHECK(reader.Numbers("ns") == std::vector<double>{1.0, 2.5});
  CHECK(reader.Strings("ss") == std::vector<std::string>{"a", "b"});
  CHECK(reader.OneOf("one", {"cma_es", "tpe"}) == "tpe");
  ObjectReader nested = reader.Object("o");
  CHECK(nested.Integer("x") == 1);
  CHECK(nested.path() == "/o");
  CHECK_NOTHROW(nested.Finish());
  CHECK_NOTHROW(reader.Finish());
}

TEST_CASE("Absent keys take the fallback, present ones are still checked", "[object_reader]") {
  const Json json = ParseJson(R"({"n": "x"})");
  ObjectReader reader(json, "");
  CHECK(reader.NumberOr("a", 0.5) == 0.5);
  CHECK(reader.IntegerOr("b", 7) == 7);
  CHECK(reader.BooleanOr("c", true));
  CHECK(reader.StringOr("d", "text") == "text");
  CHECK_THROWS_AS(reader.NumberOr("n", 1.0), ConfigError);
  CHECK_THROWS_AS(reader.IntegerOr("n", 1), ConfigError);
  CHECK_THROWS_AS(reader.BooleanOr("n", true), ConfigError);
}

TEST_CASE("Wrong types and ranges say path, value and what is allowed", "[object_reader]") {
  const Json json = ParseJson(
      R"({"rounds": 0, "alpha": 1.5, "half": 2.5, "s": 3, "b": "true", "ns": [1, "x"], "huge":
      18446744073709551615, "name": "tpee", "o": [1]})");
  ObjectReader reader(json, "/study");
  CHECK_THAT(MessageOf([&] {
               (void)reader.Integer("rounds", {1, 1000});
             }),
             Equals("/study/rounds: found 0; expected an integer in [1, 1000]"));
  CHECK_THAT(MessageOf([&] {
               (void)reader.Number("alpha", {0.0, 1.0});
             }),
             Equals("/study/alpha: found 1.5; expected a number in [0, 1]"));
  CHECK_THAT(MessageOf([&] { (void)reader.Integer("half"); }),
             Equals("/study/half: found 2.5; expected an integer"));
  CHECK_THAT(MessageOf([&] {
               (void)reader.Integer("huge", {0, 9});
             }),
             Equals("/study/huge: found 18446744073709551615; expected an integer in [0, 9]"));
  CHECK_THAT(MessageOf([&] { (void)reader.Integer("huge"); }), Contains("expected an integer"));
  CHECK_THAT(MessageOf([&] { (void)reader.String("s"); }),
             Equals("/study/s: found 3; expected a string"));
  CHECK_THAT(MessageOf([&] { (void)reader.Boolean("b"); }),
             Equals("/study/b: found \"true\"; expected true or false"));
  CHECK_THAT(MessageOf([&] { (void)reader.Numbers("ns"); }),
             Equals("/study/ns/1: found \"x\"; expected a finite number"));
  CHECK_THAT(MessageOf([&] { (void)reader.Number("s", {5.0}); }),
             Equals("/study/s: found 3; expected a number of at least 5"));
  CHECK_THAT(MessageOf([&] {
               (void)reader.OneOf("name", {"tpe", "cma_es"});
             }),
             Equals("/study/name: found \"tpee\"; expected one of: tpe, cma_es (did you mean "
                    "\"tpe\"?)"));
  CHECK_THAT(MessageOf([&] { (void)reader.Object("o"); }),
             Equals("/study/o: found [1]; expected an object"));
  CHECK_THAT(MessageOf([&] { (void)reader.ForEach("s", {}); }),
             Equals("/study/s: found 3; expected an array"));
  CHECK_THAT(MessageOf([&] {
               (void)reader.Number("beta", {0.0, 1.0});
             }),
             Equals("/study/beta: missing; expected a number in [0, 1]"));
  CHECK_THROWS_AS(ObjectReader(json["ns"], "/study/ns"), ConfigError);
}

TEST_CASE("A NaN built in memory is no number of a spec", "[object_reader]") {
  const Json json = {{"x", std::numeric_limits<double>::quiet_NaN()},
                     {"y", std::numeric_limits<double>::infinity()}};
  ObjectReader reader(json, "");
  CHECK_THROWS_AS(reader.Number("x"), ConfigError);
  CHECK_THROWS_AS(reader.Number("y"), ConfigError);
}

TEST_CASE("Unknown keys are refused with the nearest name", "[object_reader]") {
  const Json json = ParseJson(R"({"rounds": 3, "arms_per_roun": 4})");
  ObjectReader reader(json, "");
  (void)reader.Integer("rounds");
  (void)reader.IntegerOr("arms_per_round", 4);
  CHECK_THAT(MessageOf([&] { reader.Finish(); }),
             Equals("/arms_per_roun: found an unknown key; expected one of: rounds, "
                    "arms_per_round (did you mean \"arms_per_round\"?)"));
  reader.Declare("arms_per_roun");
  CHECK_NOTHROW(reader.Finish());
}

TEST_CASE("A required key that was misspelt is reported as that", "[object_reader]") {
  const Json json = ParseJson(R"({"ronuds": 3})");
  ObjectReader reader(json, "");
  CHECK_THAT(MessageOf([&] { (void)reader.Integer("rounds"); }),
             Equals("/rounds: missing; expected an integer (is \"ronuds\" a misspelling?)"));
}

TEST_CASE("Keys with slashes make valid pointers", "[object_reader]") {
  const Json json = ParseJson(R"({"a/b": {"~": 1}})");
  ObjectReader reader(json, "");
  ObjectReader nested = reader.Object("a/b");
  CHECK(nested.PathOf("~") == "/a~1b/~0");
  CHECK(json.at(Json::json_pointer(nested.PathOf("~"))) == 1);
}

TEST_CASE("NearestName hints at slips and keeps quiet about strangers", "[object_reader]") {
  const std::vector<std::string> names{"random", "sobol", "tpe", "cma_es"};
  CHECK(NearestName("tpee", names) == "tpe");
  CHECK(NearestName("TPE", names) == "tpe");
  CHECK(NearestName("cmaes", names) == "cma_es");
  CHECK(NearestName("radnom", names) == "random");  // two neighbours swapped
  CHECK(NearestName("bayes_opt", names).empty());
  CHECK(NearestName("xy", names).empty());
  CHECK(NearestName("", names).empty());
  CHECK(NearestName("tpe", {}).empty());
  CHECK(JoinNames({}).empty());
  CHECK(JoinNames({"a", "b", "c"}) == "a, b, c");
}

}  // namespace
}  // namespace rectune
