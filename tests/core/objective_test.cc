// SPDX-License-Identifier: Apache-2.0
#include "core/objective.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "core/check.h"
#include "core/config_error.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;

const MetricCatalogue& Metrics() {
  static const MetricCatalogue kMetrics(
      {{"dau", "users", Direction::kHigherIsBetter, 1, ""},
       {"dismiss_rate", "share", Direction::kLowerIsBetter, 0, ""},
       {"serving_cost", "share", Direction::kLowerIsBetter, 0, ""},
       {"novelty", "share", Direction::kNeutral, 0, ""}});
  return kMetrics;
}

Measurement Lifts(double dau, double dismiss, double cost, double novelty) {
  Measurement m;
  m.readings.resize(4);
  m.readings[0].lift = dau;
  m.readings[1].lift = dismiss;
  m.readings[2].lift = cost;
  m.readings[3].lift = novelty;
  m.readings[0].standard_error = 0.3;
  m.readings[1].standard_error = 0.4;
  return m;
}

Json Valid() {
  return ParseJson(R"({
    "north_stars": [{"metric": "dau", "weight": 3, "direction": "higher_is_better"},
                    {"metric": "dismiss_rate", "weight": 1}],
    "guardrails": [{"metric": "serving_cost", "ceiling": 2}, {"metric": "novelty", "floor": -1}],
    "violation_penalty": 4})");
}

Objective Read(const Json& json) { return Objective::FromJson(json, "/objective", Metrics()); }

TEST_CASE("The value is the weighted mean of signed lifts", "[objective]") {
  const Score score = Read(Valid()).Evaluate(Lifts(1.0, -2.0, 0.0, 0.0), Metrics());
  CHECK(score.value == Approx((3.0 * 1.0 + 1.0 * 2.0) / 4.0));
  CHECK(score.standard_error == Approx(std::sqrt(9.0 * 0.09 + 1.0 * 0.16) / 4.0));
  CHECK(score.violation == 0.0);
  CHECK(score.penalised == score.value);
  CHECK(score.feasible());
}

TEST_CASE("Each guardrail adds how far it is passed, on its own side only", "[objective]") {
  const Objective objective = Read(Valid());
  const auto violations = [&](double cost, double novelty) {
    return objective.Violations(Lifts(1.0, 0.0, cost, novelty), Metrics());
  };
  CHECK(violations(2.0, -1.0) == std::vector<double>{0.0, 0.0});  // the bounds themselves hold
  CHECK(violations(-50.0, 50.0) == std::vector<double>{0.0, 0.0});
  CHECK(violations(2.5, 0.0)[0] == Approx(0.5));
  CHECK(violations(0.0, -1.25)[1] == Approx(0.25));
  const Score score = objective.Evaluate(Lifts(1.0, 0.0, 2.5, -1.25), Metrics());
  CHECK(score.violation == Approx(0.75));
  CHECK(score.penalised == Approx(score.value - 4.0 * 0.75));
  CHECK_FALSE(score.feasible());
}

TEST_CASE("An objective round-trips through JSON", "[objective]") {
  const Objective objective = Read(Valid());
  const Json written = objective.ToJson();
  CHECK(written["north_stars"][1]["direction"] == "lower_is_better");  // the catalogue's own
  CHECK(Read(written).ToJson() == written);
  CHECK(objective.violation_penalty() == 4.0);
  CHECK(objective.guardrails()[1].kind == BoundKind::kFloor);
  CHECK(objective.guardrails()[1].lift_bound == -1.0);
}

TEST_CASE("An objective is read strictly", "[objective]") {
  const auto message = [](const std::string& pointer, const Json& value) -> std::string {
    Json json = Valid();
    json[Json::json_pointer(pointer)] = value;
    try {
      (void)Read(json);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK_THAT(message("/north_stars/0/metric", "dua"),
             Contains("/objective/north_stars/0/metric: found \"dua\"") &&
                 Contains("did you mean \"dau\"?"));
  CHECK_THAT(message("/north_stars/0/weight", 0), Contains("weight: found 0"));
  CHECK_THAT(message("/north_stars/0/weight", -1), Contains("weight: found -1"));
  CHECK_THAT(message("/north_stars/0/direction", "neutral"), Contains("direction"));
  CHECK_THAT(message("/north_stars/1/metric", "dau"), Contains("each north-star metric once"));
  CHECK_THAT(message("/north_stars/1/metric", "novelty"), Contains("direction: missing"));
  CHECK_THAT(message("/north_stars", Json::array()), Contains("at least one metric"));
  CHECK_THAT(message("/guardrails/0/floor", 1), Contains("exactly one of \"floor\""));
  CHECK_THAT(message("/guardrails/0", {{"metric", "dau"}}), Contains("exactly one of"));
  CHECK_THAT(message("/guardrails/0/metric", "costs"), Contains("/guardrails/0/metric"));
  CHECK_THAT(message("/guardrails/0/ceiling", "2%"), Contains("/guardrails/0/ceiling"));
  CHECK_THAT(message("/violation_penalty", -1), Contains("/violation_penalty"));
  CHECK_THAT(message("/penalty", 1), Contains("/objective/penalty: found an unknown key"));
  CHECK_THAT(message("/north_stars/0/wieght", 1), Contains("did you mean \"weight\"?"));
  Json incomplete = Valid();
  incomplete.erase("violation_penalty");
  CHECK_THROWS_AS(Read(incomplete), ConfigError);
}

TEST_CASE("Objectives that mean nothing are broken contracts", "[objective]") {
  CHECK_THROWS_AS(Objective({}, {}, 1.0), ContractViolation);
  CHECK_THROWS_AS(Objective({{"dau", 0.0, Direction::kHigherIsBetter}}, {}, 1.0),
                  ContractViolation);
  CHECK_THROWS_AS(Objective({{"dau", 1.0, Direction::kNeutral}}, {}, 1.0), ContractViolation);
  CHECK_THROWS_AS(Objective({{"dau"}, {"dau"}}, {}, 1.0), ContractViolation);
  CHECK_THROWS_AS(Objective({{"dau"}}, {}, -1.0), ContractViolation);
  CHECK_THROWS_AS(Objective({{"dau"}}, {{"dau", BoundKind::kFloor, std::nan("")}}, 1.0),
                  ContractViolation);
}

TEST_CASE("A reading that is no number never scores", "[objective]") {
  const Objective objective = Read(Valid());
  Measurement m = Lifts(1.0, 0.0, 0.0, 0.0);
  m.readings[3].lift = std::numeric_limits<double>::quiet_NaN();  // only a guardrail's
  CHECK_THROWS_AS(objective.Evaluate(m, Metrics()), ContractViolation);
  m = Lifts(std::numeric_limits<double>::infinity(), 0.0, 0.0, 0.0);
  CHECK_THROWS_AS(objective.Evaluate(m, Metrics()), ContractViolation);
  m.readings.pop_back();
  CHECK_THROWS_AS(objective.Evaluate(m, Metrics()), ContractViolation);
}

}  // namespace
}  // namespace rectune
