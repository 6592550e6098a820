// SPDX-License-Identifier: Apache-2.0
#include "agents/validator.h"

#include <catch2/catch.hpp>

#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

struct Fixture {
  TuningTask task = test_support::MakeToyTask(1, 4, 4);
  const ParameterSpace& root = *task.space;

  std::vector<std::string> Reasons(const std::string& config) {
    return Validator(root, root, {}).Check(ParseJson(config)).reasons;
  }
  std::string Reason(const std::string& config) {
    const std::vector<std::string> reasons = Reasons(config);
    REQUIRE(reasons.size() == 1);
    return reasons.front();
  }
};

TEST_CASE_METHOD(Fixture, "A sound proposal passes, on top of production") {
  Validator validator(root, root, {});
  const Validation result = validator.Check(ParseJson(R"([
      {"param": "ctr_weight", "value": 0.5}, {"param": "topic_window", "value": 12},
      {"param": "fusion", "value": "power_product"}, {"param": "dedupe", "value": true},
      {"param": "lvr_curve", "value": [0, 0.1, 0.2, 0.6, 1]}])"));
  CHECK(result.reasons.empty());
  REQUIRE(result.configuration.has_value());
  const Json values = root.ToJson(*result.configuration);
  CHECK(values["ctr_weight"] == 0.5);
  CHECK(values["freshness_boost"] == 0.4);
}

TEST_CASE_METHOD(Fixture, "Each mistake gets its own reason, and all of them are named at once") {
  CHECK_THAT(Reason(R"([{"param": "ctr_weigth", "value": 1}])"),
             Catch::Contains("unknown parameter") && Catch::Contains("ctr_weight"));
  CHECK_THAT(Reason(R"([{"param": "ctr_weight", "value": 11}])"),
             Catch::Contains("ctr_weight") && Catch::Contains("[0.1, 10]"));
  CHECK_THAT(Reason(R"([{"param": "ctr_weight", "value": "high"}])"),
             Catch::Contains("ctr_weight"));
  CHECK_THAT(Reason(R"([{"param": "topic_window", "value": 2.5}])"),
             Catch::Contains("topic_window"));
  CHECK_THAT(Reason(R"([{"param": "fusion", "value": "sum"}])"), Catch::Contains("fusion"));
  CHECK_THAT(Reason(R"([{"param": "dedupe", "value": 1}])"), Catch::Contains("dedupe"));
  CHECK_THAT(Reason(R"([{"param": "lvr_curve", "value": [0, 0.5, 0.4, 0.6, 1]}])"),
             Catch::Contains("lvr_curve"));
  CHECK_THAT(Reason(R"([{"param": "lvr_curve", "value": [0, 1]}])"), Catch::Contains("lvr_curve"));
  CHECK_THAT(
      Reason(R"([{"param": "ctr_weight", "value": 1}, {"param": "ctr_weight", "value": 2}])"),
      Catch::Contains("twice"));
  CHECK(Reasons(R"([{"param": "x", "value": 1}, {"param": "ctr_weight", "value": -1},
                    {"param": "dedupe", "value": "yes"}])")
            .size() == 3);
}

TEST_CASE_METHOD(Fixture, "Nothing is repaired or clamped") {
  const Validation result =
      ReadConfiguration(root, ParseJson(R"([{"param": "ctr_weight", "value": 10.5}])"));
  CHECK_FALSE(result.configuration.has_value());
}

TEST_CASE_METHOD(Fixture, "Production and repeats are not worth an arm") {
  CHECK_THAT(Reason("[]"), Catch::Contains("changes nothing"));
  CHECK_THAT(Reason(R"([{"param": "ctr_weight", "value": 2}])"),
             Catch::Contains("changes nothing"));
  const Json config = ParseJson(R"([{"param": "ctr_weight", "value": 3}])");
  Validator validator(root, root, {});
  CHECK(validator.Check(config).reasons.empty());
  CHECK_THAT(validator.Check(config).reasons.front(), Catch::Contains("already tried"));
  Validator with_history(root, root, {*ReadConfiguration(root, config).configuration});
  CHECK_THAT(with_history.Check(config).reasons.front(), Catch::Contains("already tried"));
}

TEST_CASE_METHOD(Fixture, "The skill's search space binds new arms and is named in the reason") {
  const ParameterSpace box = root.Tighten(root.IndexOf("ctr_weight"), 0.5, 4.0)
                                 .TightenLevels(root.IndexOf("fusion"), {"weighted_sum"});
  const auto reasons = [&](const char* config) {
    return Validator(root, box, {}).Check(ParseJson(config)).reasons;
  };
  CHECK(reasons(R"([{"param": "ctr_weight", "value": 3}])").empty());
  REQUIRE(reasons(R"([{"param": "ctr_weight", "value": 6}])").size() == 1);
  CHECK_THAT(reasons(R"([{"param": "ctr_weight", "value": 6}])").front(),
             Catch::Contains("ctr_weight") && Catch::Contains("search space"));
  CHECK_THAT(reasons(R"([{"param": "fusion", "value": "power_product"}])").front(),
             Catch::Contains("fusion") && Catch::Contains("search space"));
}

TEST_CASE_METHOD(Fixture, "Hostile names stay inside the reason's one line") {
  const std::string reason = Reason("[{\"param\": \"../../etc\\u001b[2J\\nx\", \"value\": 1}]");
  CHECK(reason.find('\n') == std::string::npos);
  CHECK(reason.find('\x1b') == std::string::npos);
}

}  // namespace
}  // namespace rectune::agents
