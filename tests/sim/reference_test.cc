// SPDX-License-Identifier: Apache-2.0
//
// The frozen reference optima: each still reproduces on the oracle panel of its phase, and holds up
// on the panel that regret is judged on.
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "core/object_reader.h"
#include "sim/scenarios/embedded.h"
#include "sim/testbed.h"

namespace rectune::sim {
namespace {

/// What a reference's file is named after: "SCENARIO.TASK.SIZE.json",
/// "SCENARIO.TASK.SIZE.phaseN.json".
struct FrozenPlace {
  explicit FrozenPlace(const std::string& name) {
    const std::size_t first = name.find('.');
    const std::size_t second = name.find('.', first + 1);
    const std::size_t third = name.find('.', second + 1);
    testbed = Testbed::Open(name.substr(0, first), name.substr(first + 1, second - first - 1),
                            name.substr(second + 1, third - second - 1));
    const std::size_t of_phase = name.find(".phase", third);
    if (of_phase != std::string::npos) phase = std::stoul(name.substr(of_phase + 6));
  }
  std::shared_ptr<const Testbed> testbed;
  std::size_t phase = 0;
};

TEST_CASE("every frozen reference reproduces", "[reference]") {
  REQUIRE_FALSE(EmbeddedReferences().empty());
  for (const EmbeddedFile& file : EmbeddedReferences()) {
    INFO(file.name);
    const auto [testbed, phase] = FrozenPlace(file.name);
    REQUIRE(phase < testbed->timeline().phases().size());
    REQUIRE(testbed->reference(phase));
    const Reference& reference = *testbed->reference(phase);
    const auto score = [&](PanelKind panel) {
      return testbed->timeline().phases()[phase].objective.Evaluate(
          testbed->Truth(reference.optimum, panel, phase), testbed->metrics());
    };
    const Score oracle = score(PanelKind::kOracle);
    CHECK(oracle.feasible());
    CHECK(oracle.value == Approx(reference.optimum_value).epsilon(1e-6));
    // Two searches, each from the best that either knew, added less than a thousandth of the gain.
    const Json provenance = ParseJson(file.text).at("provenance");
    CHECK(provenance.at("rounds").back().size() == 2);
    CHECK(provenance.at("last_step").get<double>() < 1e-3);
    CHECK(oracle.value > 0.2);   // there is something to gain
    CHECK(oracle.value < 10.0);  // and not more than a product could believe
    // Another population agrees on the gain, and there, too, every guardrail holds: regret 0 is
    // what a product could launch.
    const Score evaluation = score(PanelKind::kEvaluation);
    CHECK(evaluation.value == Approx(oracle.value).epsilon(0.25));
    CHECK(evaluation.feasible());
  }
}

TEST_CASE("every frozen front reproduces at its ends, and nothing on it is beaten", "[reference]") {
  for (const EmbeddedFile& file : EmbeddedReferences()) {
    INFO(file.name);
    const FrozenPlace place(file.name);
    const Reference& reference = *place.testbed->reference(place.phase);
    const Objective& objective = place.testbed->timeline().phases()[place.phase].objective;
    const std::vector<FrontPoint>& front = reference.front;
    REQUIRE(front.size() >= 3);
    for (const FrontPoint& point : {front.front(), front.back()}) {
      const Measurement truth =
          place.testbed->Truth(point.configuration, PanelKind::kOracle, place.phase);
      CHECK(objective.Evaluate(truth, place.testbed->metrics()).feasible());
      REQUIRE(point.benefits.size() == objective.north_stars().size());
      for (std::size_t k = 0; k < point.benefits.size(); ++k) {
        const NorthStar& star = objective.north_stars()[k];
        const double lift = truth.readings[place.testbed->metrics().IndexOf(star.metric)].lift;
        CHECK(point.benefits[k] ==
              Approx(star.direction == Direction::kLowerIsBetter ? -lift : lift).margin(1e-6));
      }
    }
    for (const FrontPoint& a : front) {
      for (const FrontPoint& b : front) {
        const bool is_covered = std::ranges::equal(b.benefits, a.benefits, std::greater_equal());
        CHECK((&a == &b || !is_covered));
      }
    }
    for (std::size_t k = 0; k < objective.north_stars().size(); ++k) {
      const auto [low, high] = std::ranges::minmax(
          front, {}, [k](const FrontPoint& point) { return point.benefits[k]; });
      CHECK(reference.normalisation.at(objective.north_stars()[k].metric) ==
            std::pair(low.benefits[k], high.benefits[k]));
    }
  }
}

TEST_CASE("the joint optimum beats every single stage's", "[reference]") {
  for (const char* scenario : {"discover_feed", "short_video"}) {
    const auto gain = [scenario](const char* task) {
      return Testbed::Open(scenario, task, "small")->reference()->optimum_value;
    };
    for (const char* task : {"pre_rank", "rank", "re_rank"}) CHECK(gain("joint") > gain(task));
  }
}

TEST_CASE("a scenario that starts as another shares its first optimum, until something happens",
          "[reference]") {
  const auto feed = Testbed::Open("discover_feed", "joint", "small");
  const auto shift = Testbed::Open("discover_feed_shift", "joint", "small");
  REQUIRE(shift->timeline().phases().size() == 3);
  REQUIRE(shift->reference(0));
  CHECK(shift->reference(0)->optimum == feed->reference()->optimum);
  CHECK(shift->reference(0)->optimum_value == feed->reference()->optimum_value);
  const Configuration production = feed->space().Production();
  for (std::size_t k = 0; k < feed->metrics().size(); ++k) {
    CHECK(shift->Truth(production).readings[k].control ==
          feed->Truth(production).readings[k].control);
  }
}

}  // namespace
}  // namespace rectune::sim
