// SPDX-License-Identifier: Apache-2.0
//
// The frozen reference optima: each still reproduces on the oracle panel of its phase, and holds up
// on the panel that regret is judged on.
#include <catch2/catch.hpp>

#include "core/object_reader.h"
#include "sim/scenarios/embedded.h"
#include "sim/testbed.h"

namespace rectune::sim {
namespace {

TEST_CASE("every frozen reference reproduces", "[reference]") {
  REQUIRE_FALSE(EmbeddedReferences().empty());
  for (const EmbeddedFile& file : EmbeddedReferences()) {
    INFO(file.name);
    const std::size_t first = file.name.find('.');
    const std::size_t second = file.name.find('.', first + 1);
    const std::size_t third = file.name.find('.', second + 1);
    const auto testbed =
        Testbed::Open(file.name.substr(0, first), file.name.substr(first + 1, second - first - 1),
                      file.name.substr(second + 1, third - second - 1));
    // "SCENARIO.TASK.SIZE.json", or "SCENARIO.TASK.SIZE.phaseN.json".
    const std::size_t of_phase = file.name.find(".phase", third);
    const std::size_t phase =
        of_phase == std::string::npos ? 0 : std::stoul(file.name.substr(of_phase + 6));
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
    CHECK(oracle.value > 0.2);   // there is something to gain
    CHECK(oracle.value < 10.0);  // and not more than a product could believe
    // Another population agrees on the gain, though a guardrail may sit on its edge there.
    const Score evaluation = score(PanelKind::kEvaluation);
    CHECK(evaluation.value == Approx(oracle.value).epsilon(0.25));
    CHECK(evaluation.violation < 1.5);
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
