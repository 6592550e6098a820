// SPDX-License-Identifier: Apache-2.0
//
// The testbed as experiments use it: purity, the separation of panels, the world's signed
// responses, and what happens to scenario files that are wrong.
#include "sim/testbed.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "core/config_error.h"
#include "sim/metrics.h"
#include "sim/policy_gap.h"
#include "sim/scenario.h"
#include "sim/scenarios/embedded.h"
#include "sim/simulate_arm.h"

namespace rectune::sim {
namespace {

const Testbed& Joint() {
  static const auto testbed = Testbed::Open("discover_feed", "joint", "small");
  return *testbed;
}

double LiftOf(const Measurement& measurement, const std::string& metric) {
  return measurement.readings[Joint().metrics().IndexOf(metric)].lift;
}

/// Production with some knobs changed.
Configuration Changed(const Json& changes) {
  const Configuration production = Joint().space().Production();
  return Joint().space().Parse(changes, "", &production);
}

Measurement TruthOf(const Json& changes) { return Joint().Truth(Changed(changes)); }

std::vector<Configuration> RandomConfigurations(std::uint64_t count) {
  std::vector<Configuration> configurations;
  for (std::uint64_t i = 0; i < count; ++i) {
    RandomStream stream(11, Purpose::kTest, i);
    std::vector<double> unit(Joint().space().dimension());
    for (double& u : unit) u = stream.Uniform();
    configurations.push_back(Joint().space().Decode(unit));
  }
  return configurations;
}

double RankCorrelation(std::vector<double> a, std::vector<double> b) {
  const auto ranks = [](std::vector<double>& values) {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    for (double& value : values) {
      value = static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), value) -
                                  sorted.begin());
    }
  };
  ranks(a);
  ranks(b);
  const auto n = static_cast<double>(a.size());
  double squares = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return 1.0 - 6.0 * squares / (n * (n * n - 1.0));
}

TEST_CASE("production's noise-free lift is exactly 0 on every panel", "[testbed]") {
  for (const PanelKind panel : {PanelKind::kTuning, PanelKind::kEvaluation}) {
    for (const MetricReading& reading :
         Joint().Truth(Joint().space().Production(), panel).readings) {
      CHECK(reading.lift == 0.0);
      CHECK(std::isfinite(reading.control));
    }
  }
}

TEST_CASE("a round is a pure function of seed, round and arms", "[testbed]") {
  std::vector<Configuration> arms = RandomConfigurations(3);
  arms.insert(arms.begin() + 1, Joint().space().Production());
  const auto once = Joint().RunRound(5, 3, 0.0, arms);
  const auto other_round = Joint().RunRound(5, 4, 0.0, arms);
  for (const int threads : {1, 2, 8}) {
    const auto again = Joint().RunRound(5, 3, 0.0, arms, {}, threads);
    REQUIRE(again.size() == arms.size());
    for (std::size_t a = 0; a < arms.size(); ++a) {
      CHECK(ToJson(once[a], Joint().metrics()) == ToJson(again[a], Joint().metrics()));
    }
  }
  const Json first = ToJson(once[1], Joint().metrics());
  CHECK(first != ToJson(other_round[1], Joint().metrics()));
}

TEST_CASE("an arm's readout lies within its noise of the tuning panel's truth", "[testbed]") {
  const std::vector<Configuration> arms = RandomConfigurations(1);
  const Measurement truth = Joint().Truth(arms[0], PanelKind::kTuning);
  double worst = 0.0;
  double sum_squares = 0.0;
  int count = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Measurement readout = Joint().RunRound(seed, 1, 0.0, arms)[0];
    for (std::size_t k = 0; k + 1 < readout.readings.size(); ++k) {
      const double z =
          (readout.readings[k].lift - truth.readings[k].lift) / readout.readings[k].standard_error;
      worst = std::max(worst, std::abs(z));
      sum_squares += z * z;
      ++count;
    }
  }
  CHECK(worst < 5.0);
  CHECK(sum_squares / count == Approx(1.0).margin(0.5));
}

TEST_CASE("lifts on the tuning panel hold on the evaluation panel", "[testbed][slow]") {
  std::vector<double> tuning;
  std::vector<double> evaluation;
  const auto value = [](const Measurement& truth) {
    return Joint().objective().Evaluate(truth, Joint().metrics()).value;
  };
  for (const Configuration& configuration : RandomConfigurations(50)) {
    tuning.push_back(value(Joint().Truth(configuration, PanelKind::kTuning)));
    evaluation.push_back(value(Joint().Truth(configuration)));
  }
  CHECK(RankCorrelation(tuning, evaluation) >= 0.98);
  std::reverse(evaluation.begin(), evaluation.end());
  CHECK(RankCorrelation(tuning, evaluation) < 0.5);  // the comparator can fail
}

TEST_CASE("the paper's signed responses hold", "[testbed]") {
  // Curves alone, weights at production: a long-view curve that rises late against early.
  const auto dau_range = [](const std::string& curve) {
    const Json early = {{curve, {0.0, 0.75, 0.9, 0.95, 0.98, 1.0}}};
    const Json late = {{curve, {0.0, 0.02, 0.05, 0.1, 0.25, 1.0}}};
    return std::abs(LiftOf(TruthOf(early), "dau") - LiftOf(TruthOf(late), "dau"));
  };
  CHECK(dau_range("lvr_curve") > dau_range("ctr_curve"));
  CHECK(dau_range("lvr_curve") > dau_range("cg_curve"));

  const Measurement clicks = TruthOf({{"pre_ctr_weight", 10.0}, {"ctr_weight", 10.0}});
  CHECK(LiftOf(clicks, "ctr") > 1.0);

  const Measurement strict = TruthOf({{"pre_cg_weight", 10.0}});
  CHECK(LiftOf(strict, "clickbait_share") < -40.0);
  CHECK(LiftOf(strict, "dau") < -0.3);
}

TEST_CASE("chasing clicks pays now and costs visits later", "[testbed]") {
  const Measurement chase = TruthOf({{"ctr_weight", 18.0}, {"pre_ctr_weight", 5.0}});
  CHECK(LiftOf(chase, "ctr") > 1.0);
  CHECK(LiftOf(chase, "clickbait_share") > 20.0);
  CHECK(LiftOf(chase, "dau") < -0.3);
  CHECK(LiftOf(chase, "retention_7d") < LiftOf(chase, "dau"));  // the later, the worse
}

TEST_CASE("production shows the published gaps to uniformly random items", "[testbed]") {
  const Scenario scenario = LoadScenario("discover_feed");
  const ScenarioSize& size = scenario.SizeNamed("small", "");
  const World world(scenario.world, size.world, scenario.seed, scenario.model_version);
  const Panel panel(world, Purpose::kCalibration, 128);
  StageConfig production;
  BindStageConfig(size.full_space, size.full_space.Production(), production);
  const PolicyGap gap = MeasurePolicyGap(world, panel, production);
  CHECK(gap.production.click / gap.uniform.click == Approx(2.6).epsilon(0.1));
  CHECK(gap.production.long_view / gap.uniform.long_view == Approx(3.7).epsilon(0.1));
  CHECK(gap.production.interaction / gap.uniform.interaction == Approx(3.8).epsilon(0.1));
  CHECK(gap.production.dismissal / gap.uniform.dismissal == Approx(0.69).epsilon(0.1));
  CHECK(gap.production.click == Approx(0.451).epsilon(0.1));
  CHECK(gap.production.long_view == Approx(0.318).epsilon(0.1));
  CHECK(gap.production.interaction == Approx(0.0214).epsilon(0.1));
  CHECK(gap.production.dismissal == Approx(0.00079).epsilon(0.1));
}

TEST_CASE("a shard of users gives the same users the same totals", "[testbed]") {
  const Scenario scenario = LoadScenario("discover_feed");
  const ScenarioSize& size = scenario.SizeNamed("small", "");
  const World world(scenario.world, size.world, scenario.seed, 0);
  StageConfig production;
  BindStageConfig(size.full_space, size.full_space.Production(), production);
  const Panel few(world, Purpose::kUsers, 4);
  const Panel more(world, Purpose::kUsers, 10);
  const auto simulate = [&](const Panel& panel) {
    return SimulateArm(world, panel, MeasureNeutralState(world, panel, production), production,
                       Moments::kMeans)
        .expected;
  };
  CHECK(simulate(few) == simulate(more).topRows(4));
}

TEST_CASE("covariances are symmetric and positive semi-definite", "[testbed]") {
  const Scenario scenario = LoadScenario("discover_feed");
  const ScenarioSize& size = scenario.SizeNamed("small", "");
  const World world(scenario.world, size.world, scenario.seed, 0);
  StageConfig production;
  BindStageConfig(size.full_space, size.full_space.Production(), production);
  const Panel panel(world, Purpose::kUsers, 24);
  const ArmOutcome outcome =
      SimulateArm(world, panel, MeasureNeutralState(world, panel, production), production,
                  Moments::kMeansAndCovariance);
  CHECK(outcome.within.isApprox(outcome.within.transpose(), 1e-12));
  const Eigen::VectorXd scale = outcome.within.diagonal().cwiseMax(1e-12).cwiseSqrt();
  const Eigen::MatrixXd correlation =
      scale.cwiseInverse().asDiagonal() * outcome.within * scale.cwiseInverse().asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(correlation);
  CHECK(solver.eigenvalues().minCoeff() > -0.05);
  const auto clicks = static_cast<Eigen::Index>(Index(Total::kClicks));
  CHECK(outcome.within(clicks, clicks) > 0.0);
}

TEST_CASE("single-stage tasks tune their stage's knobs only", "[testbed]") {
  std::size_t sum = 0;
  for (const char* task : {"pre_rank", "rank", "re_rank"}) {
    const auto testbed = Testbed::Open("discover_feed", task, "small");
    for (const Parameter& parameter : testbed->space().parameters()) {
      CHECK(parameter.stage == task);
    }
    CHECK(testbed->space().size() >= 8);
    CHECK(testbed->space().size() <= 15);
    sum += testbed->space().size();
  }
  CHECK(sum == Joint().space().size());
}

TEST_CASE("wrong scenario files are refused with path and what is allowed", "[scenario]") {
  const Json good = ParseJson(EmbeddedScenarios().front().text);
  struct Case {
    const char* pointer;
    Json value;
    const char* error_path;
  };
  const std::vector<Case> cases = {
      {"/world/heads/fine_noise", -1.0, "/world/heads/fine_noise"},
      {"/world/dynamics/satiation", "much", "/world/dynamics/satiation"},
      {"/world/colour", 1, "/world/colour"},
      {"/sizes/small/world/items", 150, "/sizes/small/world/candidates"},
      {"/sizes/small/users_per_arm", 10, "/sizes/small/users_per_arm"},
      {"/parameters/0/name", "lvr_curv", "/parameters/0"},
      {"/tasks/joint/stages/0", "retrieval", "/tasks/joint/stages/0"},
      {"/objective/north_stars/0/metric", "daus", "/objective/north_stars/0/metric"},
      {"/schema", 2, "/schema"},
  };
  for (const Case& one : cases) {
    Json bad = good;
    bad[Json::json_pointer(one.pointer)] = one.value;
    INFO(one.pointer);
    try {
      ParseScenario(bad);
      FAIL("accepted");
    } catch (const ConfigError& error) {
      CHECK(error.path() == one.error_path);
      CHECK_FALSE(error.allowed().empty());
    }
  }
  CHECK_NOTHROW(ParseScenario(good));
  CHECK_THROWS_AS(LoadScenario("discover_fed"), ConfigError);
  CHECK_THROWS_AS(LoadScenario("no/such/file.json"), ConfigError);
}

}  // namespace
}  // namespace rectune::sim
