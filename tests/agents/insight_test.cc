// SPDX-License-Identifier: Apache-2.0
//
// What is learned from trials: the lift model against closed forms, sensitivities against known
// slopes, claims against the trials.
#include "agents/insight.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agents/interaction.h"
#include "agents/lift_model.h"
#include "core/random_stream.h"
#include "tests/agents/random_arms.h"
#include "tests/agents/scripted_model.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;
using testing::ScriptedModel;

TEST_CASE("Without data the lift model answers its prior") {
  LiftModel::Prior prior = LiftModel::Prior::Flat(2);
  prior.mean[0] = 0.5;  // of the open scale, which is 1 without data
  prior.mean[1] = 2.0;
  prior.fixed_sd[1] = 0.25;  // in percent
  const LiftModel model(Eigen::MatrixXd(0, 2), {}, {}, prior, {});
  CHECK(model.Slope(0, 1).mean == Approx(0.5));
  CHECK(model.Slope(0, 1).sd == Approx(1.0));
  CHECK(model.Slope(1, 1).mean == Approx(2.0));
  CHECK(model.Slope(1, 1).sd == Approx(0.25));
  CHECK(model.Predict(Eigen::Vector2d(0.5, 0.5)).mean == Approx(1.25));
}

TEST_CASE("One feature with a fixed prior is the textbook conjugate update") {
  LiftModel::Prior prior = LiftModel::Prior::Flat(1);
  prior.mean[0] = 1.0;
  prior.fixed_sd[0] = 2.0;
  Eigen::MatrixXd x(2, 1);
  x << 1.0, 1.0;
  // The misfit share adds (0.1 scale)^2 |x|^2 to each variance; make noise dominate it.
  const double variance = 1e4;
  const LiftModel model(x, Eigen::Vector2d(3.0, 5.0), Eigen::Vector2d::Constant(variance), prior,
                        {});
  const double precision = 1.0 / 4.0 + 2.0 / variance;
  const double mean = (1.0 / 4.0 + 8.0 / variance) / precision;
  CHECK(model.Slope(0, 1).mean == Approx(mean).epsilon(1e-3));
  CHECK(model.Slope(0, 1).sd == Approx(std::sqrt(1.0 / precision)).epsilon(1e-3));
}

TEST_CASE("Only the quadratic model learns a product") {
  Eigen::MatrixXd x(40, 2);
  Eigen::VectorXd lifts(40);
  for (int i = 0; i < 40; ++i) {
    RandomStream stream(9, Purpose::kTest, static_cast<std::uint64_t>(i));
    x(i, 0) = stream.Uniform(-1, 1);
    x(i, 1) = stream.Uniform(-1, 1);
    lifts[i] = 3.0 * x(i, 0) * x(i, 1);
  }
  const Eigen::VectorXd variances = Eigen::VectorXd::Constant(40, 1e-4);
  const LiftModel linear(x, lifts, variances, LiftModel::Prior::Flat(2), {});
  const LiftModel quadratic(x, lifts, variances, LiftModel::Prior::Flat(2), {.quadratic = true});
  const Eigen::Vector2d corner(0.8, 0.8);
  CHECK(quadratic.Predict(corner).mean == Approx(1.92).margin(0.15));
  CHECK(std::abs(linear.Predict(corner).mean - 1.92) > 1.0);
}

/// Arms at random places whose metrics follow known slopes exactly, plus noise.
struct Campaign {
  TuningTask task = MakeToyTask(1, 8, 4);
  FeatureMap features{*task.space};
  std::vector<Trial> trials;
  std::vector<const Trial*> pointers;

  Campaign(int count, double noise) {
    const Move* clicks = features.FindMove("ctr_weight", "");
    const Move* curve = features.FindMove("lvr_curve", "");
    const Move* level = features.FindMove("fusion", "power_product");
    const Move* window = features.FindMove("topic_window", "");
    for (int i = 0; i < count; ++i) {
      RandomStream stream(4, Purpose::kTest, static_cast<std::uint64_t>(i));
      std::vector<double> unit(task.space->dimension());
      for (double& u : unit) u = stream.Uniform();
      Trial trial;
      trial.id = i + 1;
      trial.round = 1 + i / 4;
      trial.arm = 1 + i % 4;
      trial.proposal.configuration = task.space->Decode(unit);
      const Eigen::VectorXd x = features.Of(*trial.proposal.configuration);
      trial.measurement.readings.resize(2);
      trial.measurement.readings[0].lift =
          -4.0 * features.Along(*clicks, x) + 6.0 * features.Along(*curve, x) +
          2.0 * features.Along(*level, x) + noise * stream.Normal();
      trial.measurement.readings[1].lift =
          5.0 * features.Along(*window, x) + noise * stream.Normal();
      for (MetricReading& reading : trial.measurement.readings) reading.standard_error = noise;
      trials.push_back(std::move(trial));
    }
    for (const Trial& trial : trials) pointers.push_back(&trial);
  }
};

TEST_CASE("Sensitivities recover known slopes of every kind of move, within their errors") {
  const Campaign campaign(60, 0.1);
  const std::vector<Pattern> patterns =
      ComputeSensitivities(campaign.task, campaign.features, campaign.pointers, 2.0, 20);
  const auto check = [&](const std::string& parameter, const std::string& level,
                         const std::string& metric, double slope) {
    INFO(parameter << " " << level);
    const auto found = std::find_if(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
      return pattern.parameter == parameter && pattern.level == level && pattern.metric == metric;
    });
    REQUIRE(found != patterns.end());
    CHECK(std::abs(found->slope - slope) < 3.5 * found->standard_error + 0.05 * std::abs(slope));
    CHECK(found->evidence.size() >= 2);
  };
  check("ctr_weight", "", "engagement", -4.0);
  check("lvr_curve", "", "engagement", 6.0);
  check("fusion", "power_product", "engagement", 2.0);
  check("topic_window", "", "serving_cost", 5.0);
}

TEST_CASE("Pure noise yields few sensitivities, and one trial none") {
  Campaign campaign(40, 0.3);
  for (Trial& trial : campaign.trials) {
    RandomStream stream(77, Purpose::kTest, static_cast<std::uint64_t>(trial.id));
    for (MetricReading& reading : trial.measurement.readings) reading.lift = 0.3 * stream.Normal();
  }
  // Seven moves, two metrics: at two standard deviations about one in twenty.
  CHECK(ComputeSensitivities(campaign.task, campaign.features, campaign.pointers, 2.0, 20).size() <=
        3);
  CHECK(ComputeSensitivities(campaign.task, campaign.features, {campaign.pointers[0]}, 0.0, 20)
            .empty());
  CHECK(ComputeSensitivities(campaign.task, campaign.features, {}, 0.0, 20).empty());
}

TEST_CASE("A direction that breaks the guardrail is found, with the trials that did") {
  const Campaign campaign(40, 0.05);  // cost breaks its ceiling of 2 when the window rises by 0.4
  const std::vector<FailureDirection> failures =
      ComputeFailureDirections(campaign.task, campaign.features, campaign.pointers);
  const auto found =
      std::find_if(failures.begin(), failures.end(), [](const FailureDirection& failure) {
        return failure.parameter == "topic_window" && failure.direction > 0;
      });
  REQUIRE(found != failures.end());
  CHECK(found->failures == static_cast<int>(found->evidence.size()));
  CHECK(found->failures >= 3);
  CHECK(found->p_value < 0.1);
}

struct Asked {
  Campaign campaign{40, 0.1};
  InsightContext context;
  Ledger ledger;
  PromptLibrary prompts{""};

  Asked() {
    context.brief = {
        &campaign.task, &campaign.features, nullptr, campaign.task.space.get(), nullptr, nullptr};
    context.round = 10;
    context.statistics =
        ComputeSensitivities(campaign.task, campaign.features, campaign.pointers, 2.0, 20);
    context.history = campaign.pointers;
    context.max_patterns = 5;
  }
  InsightReply Ask(const std::string& patterns) {
    ScriptedModel model({"{\"patterns\": [" + patterns + "]}"});
    ModelClient client(&model, &prompts, &ledger, {0, 1000});
    return AskInsight(&client, context, 0);
  }
};

std::string ClaimText(const std::string& parameter, const std::string& direction) {
  return "{\"parameter\": \"" + parameter +
         "\", \"level\": \"\", \"metric\": \"engagement\", \"direction\": \"" + direction +
         "\", \"evidence\": [999], \"statement\": \"as told\"}";
}

TEST_CASE_METHOD(Asked, "Claims keep the model's words and the trials' numbers and evidence") {
  const InsightReply reply = Ask(ClaimText("ctr_weight", "down"));
  REQUIRE(reply.patterns.size() == 1);
  CHECK(reply.patterns[0].statement == "as told");
  CHECK(reply.patterns[0].slope == Approx(-4.0).margin(1.0));
  CHECK(reply.patterns[0].evidence != std::vector<std::int64_t>{999});
  CHECK(reply.unsupported.empty());
}

TEST_CASE_METHOD(Asked, "Claims that no trials support are dropped and said so") {
  const InsightReply reply =
      Ask(ClaimText("ctr_weight", "up") + "," + ClaimText("no_such", "up") + "," +
          ClaimText("lvr_curve", "up") + "," + ClaimText("lvr_curve", "up"));
  CHECK(reply.patterns.size() == 1);
  REQUIRE(reply.unsupported.size() == 3);
  CHECK_THAT(reply.unsupported[0], Catch::Contains("opposite sign"));
  CHECK_THAT(reply.unsupported[1], Catch::Contains("no such sensitivity"));
  CHECK_THAT(reply.unsupported[2], Catch::Contains("twice"));
}

TEST_CASE("The mixed difference is what four predictions say, and has a doubt of its own") {
  const TuningTask task = MakeToyTask(1, 2, 4);
  const FeatureMap features(*task.space);
  const auto d = static_cast<Eigen::Index>(features.size());
  const std::vector<Trial> trials = testing::RandomArms(
      task, features, 30, [](const Eigen::VectorXd& x) { return 3.0 * x[0] - 6.0 * x[0] * x[1]; },
      7, 1);
  Eigen::MatrixXd x(30, d);
  Eigen::VectorXd lifts(30);
  for (Eigen::Index i = 0; i < 30; ++i) {
    const Trial& trial = trials[static_cast<std::size_t>(i)];
    x.row(i) = features.Of(*trial.proposal.configuration);
    lifts[i] = trial.measurement.readings[0].lift;
  }
  const Eigen::VectorXd variances = Eigen::VectorXd::Constant(30, 0.25);
  const LiftModel model(x, lifts, variances, LiftModel::Prior::Flat(d), {.quadratic = true});
  Eigen::VectorXd a = Eigen::VectorXd::Zero(d);
  Eigen::VectorXd b = Eigen::VectorXd::Zero(d);
  a[0] = 1.0;
  b[1] = 1.0;
  const LiftModel::Estimate difference = model.MixedDifference(a, b);
  const auto at = [&](const Eigen::VectorXd& where) { return model.Predict(where).mean; };
  CHECK(difference.mean == Approx(at(a + b) - at(a) - at(b) + at(0.0 * a)));
  CHECK(difference.mean < 0.0);
  CHECK(difference.sd > 0.0);
  CHECK(model.MixedDifference(a, b).mean == Approx(model.MixedDifference(b, a).mean));
  // Without trials the answer is the prior's: zero, and more in doubt than with them.
  const LiftModel empty(Eigen::MatrixXd(0, d), Eigen::VectorXd(0), Eigen::VectorXd(0),
                        LiftModel::Prior::Flat(d), {.quadratic = true});
  CHECK(empty.MixedDifference(a, b).mean == 0.0);
  CHECK(empty.MixedDifference(a, b).sd > difference.sd * empty.scale() / model.scale());
  const LiftModel linear(x, lifts, variances, LiftModel::Prior::Flat(d), {});
  CHECK(linear.MixedDifference(a, b).sd == 0.0);
}

TEST_CASE("A true interaction is found with its sign and the trials that moved both") {
  const TuningTask task = MakeToyTask(1, 2, 4);
  const FeatureMap features(*task.space);
  const Move& clicks = *features.FindMove("ctr_weight", "");
  const Move& fresh = *features.FindMove("freshness_boost", "");
  const auto find = [&](double product, std::uint64_t seed) {
    const std::vector<Trial> trials = testing::RandomArms(
        task, features, 60,
        [&](const Eigen::VectorXd& x) {
          return 4.0 * features.Along(clicks, x) +
                 product * features.Along(clicks, x) * features.Along(fresh, x);
        },
        seed, 1);
    std::vector<const Trial*> pointers;
    for (const Trial& trial : trials) pointers.push_back(&trial);
    return ComputeInteractions(task, features, pointers, 2.5, 5);
  };
  const std::vector<Interaction> found = find(-15.0, 3);
  REQUIRE_FALSE(found.empty());
  CHECK(found[0].parameter == "freshness_boost");
  CHECK(found[0].other == "ctr_weight");
  CHECK(found[0].metric == "engagement");
  CHECK(found[0].effect < 0.0);
  // Shrunk towards none, as a cautious prior must, but of the right order.
  CHECK(found[0].effect < -4.0);
  CHECK(found[0].effect > -15.0 - 3.0 * found[0].standard_error);
  CHECK(found[0].evidence.size() >= 3);
  int spurious = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    spurious += static_cast<int>(find(0.0, seed).size());
  }
  CHECK(spurious <= 6);  // ten campaigns, some thirty pairs each
}

TEST_CASE_METHOD(Asked, "Interactions are shown to the Insight agent when there are any") {
  std::string prompt;
  ScriptedModel model([&](const ChatRequest& request) {
    prompt = request.messages.back().text;
    return std::string(R"({"patterns": []})");
  });
  ModelClient client(&model, &prompts, &ledger, {0, 1000});
  AskInsight(&client, context, 0);
  CHECK(prompt.find("Interactions") == std::string::npos);
  context.interactions = {
      {"ctr_weight", "", "fusion", "rank_ensemble", "engagement", -2.0, 0.5, {3, 4, 9}}};
  AskInsight(&client, context, 0);
  CHECK_THAT(prompt, Catch::Contains("# Interactions") &&
                         Catch::Contains("raise ctr_weight and set fusion to rank_ensemble, on "
                                         "engagement: -2 +- 0.5 (trials 3, 4 and 9)"));
}

TEST_CASE("Cross-learning keeps what tasks agree on, pooled by precision") {
  const Pattern weak{"ctr_weight", "", "dau", 2.0, 1.0, {1, 2}, "a"};
  const Pattern sharp{"ctr_weight", "", "dau", 4.0, 0.5, {1, 2}, "b"};
  const Pattern alone{"ctr_weight", "", "ctr", 1.0, 0.5, {1, 2}, "c"};
  const Pattern up{"keep", "", "cost", 1.0, 0.5, {1}, "d"};
  const Pattern down{"keep", "", "cost", -1.0, 0.5, {1}, "e"};
  const std::vector<TaskPatterns> tasks = {{"pre_rank", {weak, up, alone}},
                                           {"rank", {sharp, down}}};
  const std::vector<GlobalPattern> global = CrossLearn(tasks);
  REQUIRE(global.size() == 1);
  // (2 / 1 + 4 / 0.25) / (1 + 4) = 3.6
  CHECK(global[0].pattern.slope == Approx(3.6));
  CHECK(global[0].pattern.standard_error == Approx(std::sqrt(0.2)));
  CHECK(global[0].tasks == std::vector<std::string>{"pre_rank", "rank"});
  CHECK(CrossLearn({}).empty());
}

}  // namespace
}  // namespace rectune::agents
