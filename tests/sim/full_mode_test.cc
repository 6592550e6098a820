// SPDX-License-Identifier: Apache-2.0
//
// Full mode: exact sums, shards that merge to the same bytes, and agreement with panel mode, which
// is its expectation.
#include "sim/full_mode.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "sim/metrics.h"
#include "sim/scenario.h"
#include "sim/simulate_arm.h"

namespace rectune::sim {
namespace {

/// A world small enough to live many lives in.
struct SmallWorld {
  SmallWorld()
      : scenario(LoadScenario("discover_feed")),
        size(Shrunk(scenario.SizeNamed("small", ""))),
        world(scenario.world, size.world, scenario.seed, 0) {
    BindStageConfig(size.full_space, size.full_space.Production(), production);
    diverse = production;  // NOLINT(cppcoreguidelines-prefer-member-initializer): bound above
    diverse.re_rank.diversity_strength = 0.8;
  }
  static ScenarioSize Shrunk(ScenarioSize size) {
    size.world.candidates = 120;
    return size;
  }
  Scenario scenario;
  ScenarioSize size;
  World world;
  StageConfig production;
  StageConfig diverse;
};

const SmallWorld& TheWorld() {
  static const SmallWorld world;
  return world;
}

TEST_CASE("full mode does not depend on how users are cut") {
  const SmallWorld& small = TheWorld();
  const std::vector<StageConfig> arms = {small.production, small.diverse};
  const FullPlan all{.population = Purpose::kTest, .first_user = 3, .users = 150};
  const auto whole = SimulateFull(small.world, small.production, arms, all, 1);

  FullSimulator simulator(small.world, small.production, arms);
  std::vector<FullTotals> merged(2);
  for (const auto& [first, users] : {std::pair{102, 51}, {3, 1}, {4, 98}}) {
    std::vector<FullTotals> shard(2);
    FullPlan plan = all;
    plan.first_user = static_cast<std::uint64_t>(first);
    plan.users = static_cast<std::uint64_t>(users);
    simulator.Run(plan, shard);
    for (std::size_t a = 0; a < 2; ++a) merged[a].Merge(shard[a]);
  }
  for (std::size_t a = 0; a < 2; ++a) CHECK(merged[a].ToJson().dump() == whole[a].ToJson().dump());
  CHECK_FALSE(whole[0] == whole[1]);

  FullPlan another = all;
  another.replicate = 1;
  CHECK_FALSE(SimulateFull(small.world, small.production, arms, another, 1) == whole);
}

TEST_CASE("full totals give the moments of what was added, exactly") {
  FullTotals totals;
  for (const std::int64_t clicks : {1, 2, 6}) {
    UserTotals user{};
    user[Index(Total::kUsers)] = 1;
    user[Index(Total::kClicks)] = clicks;
    user[Index(Total::kTimeSpentSeconds)] = 1000 * (10 - clicks);
    totals.Add(user);
  }
  const ArmOutcome outcome = totals.ToOutcome(2.5);
  const auto clicks = static_cast<Eigen::Index>(Index(Total::kClicks));
  const auto seconds = static_cast<Eigen::Index>(Index(Total::kTimeSpentSeconds));
  CHECK(outcome.serving_cost == 2.5);
  CHECK(outcome.expected(0, clicks) == Approx(3.0).epsilon(1e-15));
  CHECK(outcome.expected(0, seconds) == Approx(7.0).epsilon(1e-15));
  CHECK(outcome.within(clicks, clicks) == Approx(7.0).epsilon(1e-15));
  CHECK(outcome.within(clicks, seconds) == Approx(-7.0).epsilon(1e-15));
  CHECK(outcome.within(0, 0) == 0.0);
  CHECK_THROWS(FullTotals().ToOutcome(0.0));
}

/// What a metric of the two modes may differ by: in level, in percent, beside four standard errors;
/// in standard error of a readout, as a ratio.
TEST_CASE("panel and full mode agree in mean and standard error", "[slow]") {
  const SmallWorld& small = TheWorld();
  constexpr std::size_t kUsers = 192;
  constexpr std::uint64_t kLives = 14;
  const Panel panel(small.world, Purpose::kTest, kUsers);
  const NeutralState neutral = MeasureNeutralState(small.world, panel, small.production);
  for (const StageConfig& config : {small.production, small.diverse}) {
    const ArmOutcome expected =
        SimulateArm(small.world, panel, neutral, config, Moments::kMeansAndCovariance);
    FullTotals totals;
    for (std::uint64_t life = 0; life < kLives; ++life) {
      const FullPlan plan{
          .population = Purpose::kTest, .first_user = 0, .users = kUsers, .replicate = life};
      totals.Merge(SimulateFull(small.world, small.production, std::span(&config, 1), plan, 1)[0]);
    }
    ArmOutcome lived = totals.ToOutcome(0.0);
    const LinearisedArm panel_arm = Linearise(expected);
    const LinearisedArm full_arm = Linearise(lived);
    const std::size_t metrics = panel_arm.metrics();
    for (std::size_t k = 0; k < metrics; ++k) {
      const std::string& name = SimMetrics().metrics()[k].name;
      if (name == "serving_cost") continue;
      const auto row = static_cast<Eigen::Index>(k);
      // The same users live again and again, so only what is within a user is sampled.
      const double sampling =
          std::sqrt(panel_arm.within(row, row) / static_cast<double>(kUsers * kLives));
      const double panel_sd = std::sqrt(panel_arm.Covariance()(row, row));
      const double full_sd = std::sqrt(full_arm.Covariance()(row, row));
      INFO(name << ": panel " << panel_arm.levels[k] << " full " << full_arm.levels[k]
                << " sampling " << sampling << "; sd panel " << panel_sd << " full " << full_sd);
      CHECK(std::abs(full_arm.levels[k] - panel_arm.levels[k]) <
            4.0 * sampling + 0.015 * panel_arm.levels[k]);
      CHECK(full_sd / panel_sd > 0.9);
      CHECK(full_sd / panel_sd < 1.1);
    }
  }
}

}  // namespace
}  // namespace rectune::sim
