// SPDX-License-Identifier: Apache-2.0
//
// Biases of experiments, without noise: each one's sign and size, what undoes it, and that switched
// off, or of size zero, it changes not a bit.
#include "sim/ab_bias.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "core/config_error.h"
#include "sim/ab_platform.h"
#include "sim/biased_experiment.h"
#include "sim/scenario.h"
#include "sim/testbed.h"
#include "tests/support/temporary_directory.h"

namespace rectune::sim {
namespace {

constexpr int kDays = 7;

/// discover_feed's small world with a panel of its own.
struct Bench {
  Scenario scenario = LoadScenario("discover_feed");
  const ScenarioSize& size = scenario.SizeNamed("small", "");
  World world{scenario.world, size.world, scenario.seed, scenario.model_version};
  Panel panel{world, Purpose::kTest, 96};
  StageConfig production = With(Json::object());
  NeutralState neutral = MeasureNeutralState(world, panel, production);
  ExperimentWorld experiment{world, panel, neutral, production};

  StageConfig With(const Json& changes) const {
    const Configuration base = size.full_space.Production();
    StageConfig config;
    BindStageConfig(size.full_space, size.full_space.Parse(changes, "", &base), config);
    return config;
  }
};
const Bench& Shared() {
  static const Bench bench;
  return bench;
}

/// Changed, yet without any effect: the exponent plays no part in a weighted sum.
ExperimentArm NullArm() { return {Shared().With({{"fusion_exponent", 1.5}}), false}; }
/// Curated to please less: fewer long views, lower satisfaction.
ExperimentArm BadArm() {
  return {Shared().With({{"ctr_weight", 20.0}, {"lvr_weight", 0.05}, {"dismiss_weight", 1.0}}),
          false};
}
ExperimentArm SocialArm() {
  return {
      Shared().With({{"like_weight", 200.0}, {"share_weight", 600.0}, {"follow_weight", 600.0}}),
      false};
}

/// Lifts of the first arm over control, by look.
std::vector<Measurement> Lifts(const AbBias& bias, const std::vector<ExperimentArm>& arms,
                               const std::vector<ExperimentArm>& before = {},
                               const std::vector<int>& days = {kDays}) {
  const auto outcomes = SimulateExperiment(Shared().experiment, bias, arms, before, days);
  std::vector<Measurement> lifts;
  for (std::size_t i = 0; i < days.size(); ++i) {
    lifts.push_back(TrueLifts(outcomes[0][i], outcomes[1][i]));
  }
  return lifts;
}

Measurement LaunchLift(const AbBias& bias, const ExperimentArm& arm) {
  return TrueLifts(SimulateLaunch(Shared().experiment, bias, Shared().production),
                   SimulateLaunch(Shared().experiment, bias, arm.config));
}

double LiftOf(const Measurement& measurement, const char* metric) {
  return measurement.readings[SimMetrics().IndexOf(metric)].lift;
}

AbBias OnlyNovelty(double click_logit) {
  return {.novelty = Novelty{.click_logit = click_logit, .half_life_days = 2.0}};
}
AbBias OnlyCarryOver(int gap_days, bool rerandomised) {
  return {.carry_over = CarryOver{.gap_days = gap_days, .rerandomised = rerandomised}};
}
AbBias ByUser(double strength) { return {.interference = Interference{.strength = strength}}; }
AbBias ByCluster(double strength, double leak) {
  return {.interference = Interference{.strength = strength, .by_cluster = true, .leak = leak}};
}

const Json kInterference = {{"strength", 0.5},
                            {"randomise_by", "cluster"},
                            {"leak", 0.1},
                            {"users_per_cluster", 101},
                            {"intra_cluster_correlation", 0.02}};

Json Changed(Json json, const char* key, const Json& value) {
  json[key] = value;
  return json;
}

}  // namespace

TEST_CASE("biases are read strictly", "[ab_bias]") {
  const AbBias bias = ReadAbBias({{"novelty", {{"click_logit", -0.2}, {"half_life_days", 3}}},
                                  {"carry_over", {{"gap_days", 2}, {"rerandomised", true}}},
                                  {"interference", kInterference}},
                                 "/ab");
  CHECK(bias.novelty->click_logit == -0.2);
  CHECK(bias.carry_over->gap_days == 2);
  CHECK(bias.carry_over->rerandomised);
  CHECK(bias.DesignEffect() == Approx(3.0));
  CHECK_FALSE(ReadAbBias(Json::object(), "/ab").any());
  struct Case {
    Json json;
    const char* path;
  };
  const std::vector<Case> cases = {
      {Json::array(), "/ab"},
      {{{"novelti", Json::object()}}, "/ab/novelti"},
      {{{"novelty", {{"click_logit", 3.0}, {"half_life_days", 1}}}}, "/ab/novelty/click_logit"},
      {{{"novelty", {{"click_logit", 0.1}, {"half_life_days", 0}}}}, "/ab/novelty/half_life_days"},
      {{{"novelty", {{"click_logit", 0.1}}}}, "/ab/novelty/half_life_days"},
      {{{"carry_over", {{"gap_days", -1}, {"rerandomised", true}}}}, "/ab/carry_over/gap_days"},
      {{{"carry_over", {{"gap_days", 1}}}}, "/ab/carry_over/rerandomised"},
      {{{"interference", Changed(kInterference, "strength", 5)}}, "/ab/interference/strength"},
      {{{"interference", Changed(kInterference, "leak", 2)}}, "/ab/interference/leak"},
      {{{"interference", Changed(kInterference, "randomise_by", "creator")}},
       "/ab/interference/randomise_by"},
      // A leak between clusters says nothing when there are none.
      {{{"interference", Changed(kInterference, "randomise_by", "user")}}, "/ab/interference/leak"},
  };
  for (const Case& one : cases) {
    INFO(one.json.dump());
    try {
      ReadAbBias(one.json, "/ab");
      FAIL("accepted");
    } catch (const ConfigError& error) {
      CHECK(error.path() == one.path);
    }
  }
}

TEST_CASE("biases of size zero change nothing", "[ab_bias]") {
  const Measurement plain = Lifts({}, {BadArm()})[0];
  for (const AbBias& bias : {OnlyNovelty(0.0), OnlyCarryOver(0, false), ByUser(0.0)}) {
    const Measurement lifts = Lifts(bias, {BadArm()})[0];
    for (std::size_t k = 0; k < lifts.readings.size(); ++k) {
      CHECK(lifts.readings[k].lift == plain.readings[k].lift);
      CHECK(LaunchLift(bias, BadArm()).readings[k].lift == plain.readings[k].lift);
    }
  }
}

TEST_CASE("novelty lifts a changed arm early and fades", "[ab_bias]") {
  REQUIRE(LiftOf(Lifts({}, {NullArm()})[0], "ctr") == 0.0);
  const double logit = 0.2;
  // From day 2 on: before, next-day retention has no days.
  const std::vector<int> days = {2, 3, 4, 5, 6, 7};
  const std::vector<Measurement> looks = Lifts(OnlyNovelty(logit), {NullArm()}, {}, days);
  for (std::size_t i = 0; i < days.size(); ++i) {
    CAPTURE(days[i]);
    // A small change b of logits raises a rate p by b (1 - p) of itself; b halves every two days,
    // and the lift is its mean so far. Users differ in p, and what they see tires them: within a
    // fifth.
    double decay = 0.0;
    for (int day = 0; day < days[i]; ++day) decay += std::exp2(-0.5 * day) / days[i];
    const MetricReading& ctr = looks[i].readings[SimMetrics().IndexOf("ctr")];
    CHECK(ctr.lift == Approx(100.0 * logit * decay * (1.0 - ctr.control)).epsilon(0.2));
    CHECK(LiftOf(looks[i], "time_spent_per_user") > 0.0);
  }
  CHECK(LiftOf(looks.back(), "dau") > 0.0);
  CHECK(LiftOf(LaunchLift(OnlyNovelty(logit), NullArm()), "ctr") == 0.0);
  // Primacy: people stumble over what is new.
  CHECK(LiftOf(Lifts(OnlyNovelty(-logit), {NullArm()})[0], "ctr") < -1.0);
  // Production is not new to anybody.
  CHECK(LiftOf(Lifts(OnlyNovelty(logit), {{Shared().production, true}})[0], "ctr") == 0.0);
}

TEST_CASE("reused buckets carry the last experiment over, fresh ones do not", "[ab_bias]") {
  const double direct = LiftOf(Lifts({}, {BadArm()})[0], "dau");
  REQUIRE(direct < -0.5);
  const std::vector<int> days = {2, 4, 7};
  const auto carried = [&](int gap, bool rerandomised, int look) {
    return LiftOf(Lifts(OnlyCarryOver(gap, rerandomised), {NullArm()}, {BadArm()},
                        days)[static_cast<std::size_t>(look)],
                  "dau");
  };
  // An arm without effect inherits its predecessor's, in the first days above all.
  CHECK(carried(0, false, 0) < 0.3 * direct);
  CHECK(carried(0, false, 0) < carried(0, false, 1));
  CHECK(carried(0, false, 1) < carried(0, false, 2));
  CHECK(carried(0, false, 2) < 0.1 * direct);
  // Time on production between experiments wears it off.
  CHECK(carried(14, false, 0) > 0.3 * carried(0, false, 0));
  CHECK(carried(14, false, 0) < 0.0);
  CHECK(carried(60, false, 0) > carried(14, false, 0));
  // Arms that all get the same mixture of users stay comparable.
  CHECK(carried(0, true, 0) == 0.0);
  // Its second arm's bucket was on production before.
  const auto outcomes =
      SimulateExperiment(Shared().experiment, OnlyCarryOver(0, false),
                         std::array{NullArm(), NullArm()}, std::array{BadArm()}, std::array{kDays});
  CHECK(LiftOf(TrueLifts(outcomes[0][0], outcomes[2][0]), "dau") == 0.0);
}

TEST_CASE("interference hides what arms share, and clusters show it", "[ab_bias]") {
  const ArmOutcome production = SimulateLaunch(Shared().experiment, {}, Shared().production);
  const ArmOutcome social = SimulateLaunch(Shared().experiment, {}, SocialArm().config);
  const auto interactions = [](const ArmOutcome& outcome) {
    double sum = 0.0;
    for (const Total total : {Total::kLikes, Total::kShares, Total::kFollows}) {
      sum += outcome.expected.col(static_cast<Eigen::Index>(Index(total))).mean();
    }
    return sum;
  };
  const double gain = std::log(interactions(social) / interactions(production));
  REQUIRE(gain > 0.01);
  const double direct = LiftOf(Lifts({}, {SocialArm()})[0], "ctr");
  for (const double strength : {0.5, -0.5}) {
    CAPTURE(strength);
    const Measurement launch = LaunchLift(ByUser(strength), SocialArm());
    const MetricReading& ctr = launch.readings[SimMetrics().IndexOf("ctr")];
    // What creators add: strength times gain logits, b (1 - p) of the rate; within a fifth.
    CHECK(ctr.lift - direct == Approx(100.0 * strength * gain * (1.0 - ctr.control)).epsilon(0.2));
    // By user the arms share creators, so the difference misses nearly all of that.
    const double by_user = LiftOf(Lifts(ByUser(strength), {SocialArm()})[0], "ctr");
    CHECK(std::abs(by_user - direct) < 0.1 * std::abs(ctr.lift - direct));
    // By cluster it is there, but for the leak.
    const double by_cluster = LiftOf(Lifts(ByCluster(strength, 0.0), {SocialArm()})[0], "ctr");
    CHECK(by_cluster == Approx(ctr.lift).margin(1e-9));
    const double leaky = LiftOf(Lifts(ByCluster(strength, 0.3), {SocialArm()})[0], "ctr");
    CHECK((leaky - by_user) / (by_cluster - by_user) == Approx(0.7).margin(0.05));
    CHECK(LiftOf(Lifts(ByCluster(strength, 1.0), {SocialArm()})[0], "ctr") == by_user);
  }
}

TEST_CASE("clusters cost precision", "[ab_bias]") {
  const ArmOutcome control =
      SimulateExperiment(Shared().experiment, {}, {}, {}, std::array{kDays})[0][0];
  const std::array<const ArmOutcome*, 1> arms = {&control};
  AbOptions options{.users_per_arm = 1e8, .horizon_days = kDays};
  const Measurement by_user = RunAbReadout(control, arms, options, 1, 1)[0];
  const double detectable = MinimumDetectableLifts(control, options)[0];
  options.design_effect = 4.0;
  const Measurement by_cluster = RunAbReadout(control, arms, options, 1, 1)[0];
  CHECK(by_cluster.readings[0].standard_error ==
        Approx(2.0 * by_user.readings[0].standard_error).epsilon(1e-3));
  CHECK(by_cluster.users_per_arm == by_user.users_per_arm);
  CHECK(MinimumDetectableLifts(control, options)[0] == Approx(2.0 * detectable));
}

TEST_CASE("a scenario's \"ab\" object biases rounds and looks, not the truth", "[ab_bias]") {
  const test_support::TemporaryDirectory folder;
  const auto open = [&](const Json& ab) {
    const std::string path = (folder.path() / "biased.json").string();
    Json file = {{"extends", "discover_feed"}};
    if (!ab.is_null()) file["ab"] = ab;
    std::ofstream(path) << file.dump();
    return Testbed::Open(path, "joint", "small");
  };
  const auto plain = open(nullptr);
  const auto biased = open({{"novelty", {{"click_logit", 0.3}, {"half_life_days", 2}}},
                            {"carry_over", {{"gap_days", 0}, {"rerandomised", false}}}});
  const Configuration production = plain->space().Production();
  const Configuration null = plain->space().Parse({{"fusion_exponent", 1.5}}, "", &production);
  const Configuration bad = plain->space().Parse(
      {{"ctr_weight", 20.0}, {"lvr_weight", 0.05}, {"dismiss_weight", 1.0}}, "", &production);
  const auto round = [&](const Testbed& testbed, const Configuration& arm,
                         std::vector<Configuration> before) {
    return testbed.RunRound(1, 1, 1e9, std::span(&arm, 1), before)[0];
  };
  CHECK(LiftOf(round(*biased, null, {}), "ctr") > LiftOf(round(*plain, null, {}), "ctr") + 1.0);
  CHECK(LiftOf(round(*biased, production, {}), "ctr") ==
        LiftOf(round(*plain, production, {}), "ctr"));
  CHECK(LiftOf(round(*biased, production, {bad}), "dau") <
        LiftOf(round(*biased, production, {}), "dau") - 0.05);
  CHECK(LiftOf(round(*plain, production, {bad}), "dau") ==
        LiftOf(round(*plain, production, {}), "dau"));
  for (const PanelKind panel : {PanelKind::kTuning, PanelKind::kEvaluation}) {
    CHECK(LiftOf(biased->Truth(bad, panel), "ctr") == LiftOf(plain->Truth(bad, panel), "ctr"));
  }
  const std::vector<Configuration> arms = {null};
  const PeekedArm looks = biased->PeekRound(1, 1, 1e9, arms, 7)[0];
  const std::size_t ctr = SimMetrics().IndexOf("ctr");
  CHECK(looks.looks.front().readings[ctr].lift > 1.3 * looks.looks.back().readings[ctr].lift);
  CHECK(looks.looks.back().readings[ctr].lift == LiftOf(round(*biased, null, {}), "ctr"));

  const auto interfering = open({{"interference", kInterference}});
  // Only interference is part of the launch: creators lose interactions to what only gets clicks.
  CHECK(LiftOf(interfering->Truth(bad), "ctr") < LiftOf(plain->Truth(bad), "ctr") - 0.1);
  CHECK(plain->Biases().empty());
  REQUIRE(biased->Biases().size() == 2);
  CHECK_THAT(biased->Biases()[0], Catch::StartsWith("novelty: users of a changed arm click 0.3 "));
  CHECK_THAT(biased->Biases()[1], Catch::EndsWith("each arm in its predecessor's"));
  CHECK_THAT(interfering->Biases()[0],
             Catch::EndsWith("of which 0.1 leaks, at 3 times the variance"));
  CHECK(interfering->MinimumUsersPerArm() >= 2.9 * plain->MinimumUsersPerArm());
}

}  // namespace rectune::sim
