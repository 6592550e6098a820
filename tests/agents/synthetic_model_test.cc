// SPDX-License-Identifier: Apache-2.0
//
// Each knob of the synthetic model, shown to have its effect and no other.
#include "agents/synthetic/synthetic_model.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agents/actor.h"
#include "agents/critic.h"
#include "agents/reply_parser.h"
#include "agents/reply_schema.h"
#include "agents/synthetic/beliefs.h"
#include "agents/synthetic/lexicon.h"
#include "agents/validator.h"
#include "core/random_stream.h"
#include "tests/agents/feed_task.h"

namespace rectune::agents {
namespace {

using testing::MakeFeedTask;
using testing::MakeFeedTrial;

SyntheticOptions Flawless() {
  SyntheticOptions options;
  options.prior_quality = 1.0;
  options.out_of_range_rate = 0.0;
  options.wrong_sign_rate = 0.0;
  options.unknown_parameter_rate = 0.0;
  options.malformed_rate = 0.0;
  return options;
}

struct Fixture {
  TuningTask task = MakeFeedTask(1);
  FeatureMap features{*task.space};
  std::vector<Trial> trials;
  ActorContext context;

  Fixture() { Use(MakeFeedTask(1)); }
  void Use(TuningTask t) {
    task = std::move(t);
    features = FeatureMap(*task.space);
    context.brief = {&task, &features, nullptr, task.space.get(), nullptr, nullptr};
    context.round = 3;
    context.proposals = 8;
  }
  /// Random arms: DAU follows `slope` along ctr_weight (or its renamed twin).
  void Observe(int count, double slope, std::uint64_t seed = 5) {
    trials.clear();
    const Move& clicks = features.moves()[1];
    for (int i = 0; i < count; ++i) {
      RandomStream stream(seed, Purpose::kTest, static_cast<std::uint64_t>(i));
      std::vector<double> unit(task.space->dimension());
      for (double& u : unit) u = stream.Uniform();
      const Configuration configuration = task.space->Decode(unit);
      const double along = features.Along(clicks, features.Of(configuration));
      trials.push_back(
          MakeFeedTrial(task, i + 1, configuration, {slope * along + 0.1 * stream.Normal()}));
    }
    context.history.clear();
    for (const Trial& trial : trials) context.history.push_back(&trial);
  }
  ChatReply Reply(const SyntheticOptions& options, std::uint64_t seed = 1, int sample = 0,
                  int attempt = 0) const {
    ChatRequest request;
    request.round = context.round;
    request.sample = sample;
    request.attempt = attempt;
    request.max_output_tokens = 16384;
    request.context = &context;
    return SyntheticModel(options, seed).Complete(request);
  }
  std::vector<DraftProposal> Drafts(const SyntheticOptions& options, std::uint64_t seed = 1) const {
    const ParsedReply parsed = ParseReply(Reply(options, seed).text, {});
    REQUIRE(parsed.value.has_value());
    REQUIRE(ActorSchema().Check(*parsed.value).empty());
    std::vector<DraftProposal> drafts;
    for (const Json& proposal : (*parsed.value)["proposals"]) {
      DraftProposal draft;
      draft.number = static_cast<int>(drafts.size()) + 1;
      draft.hypothesis = proposal["hypothesis"].get<std::string>();
      draft.config = proposal["config"];
      drafts.push_back(std::move(draft));
    }
    return drafts;
  }
  /// Share of proposals over some seeds that the validator stops with `reason` among its reasons.
  double StoppedShare(const SyntheticOptions& options, const std::string& reason,
                      std::uint64_t seeds = 10) const {
    int stopped = 0;
    int all = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      for (const DraftProposal& draft : Drafts(options, seed)) {
        ++all;
        for (const std::string& found : ReadConfiguration(*task.space, draft.config).reasons) {
          if (found.find(reason) == std::string::npos) continue;
          ++stopped;
          break;
        }
      }
    }
    return stopped / static_cast<double>(all);
  }
  double DauSlope(const SyntheticOptions& options, std::size_t move, std::uint64_t seed = 1) const {
    return Beliefs(context, options, seed).MetricSlope(features.moves()[move], "dau").mean;
  }
};

TEST_CASE("The lexicon knows feeds by name, half by meaning, and nothing of strangers") {
  const TuningTask task = MakeFeedTask(1);
  const auto guess = [&](const std::string& parameter, const std::string& metric) {
    return GuessEffect(task.space->parameters()[task.space->IndexOf(parameter)], metric);
  };
  CHECK(guess("lvr_weight", "dau").sign == 1);
  CHECK(guess("ctr_weight", "clickbait_share").sign == 1);
  CHECK(guess("cg_weight", "clickbait_share").sign == -1);
  CHECK(guess("cg_weight", "dau").sign == -1);
  CHECK(guess("diversity_strength", "topic_diversity").sign == 1);
  CHECK(guess("diversity_strength", "ctr").sign == -1);
  CHECK(guess("rank_keep", "serving_cost").sign == 1);
  CHECK(guess("fusion_form", "dau").sign == 0);
  CHECK(guess("lvr_weight", "weather").sign == 0);

  Parameter stranger = task.space->parameters()[0];
  stranger.name = "k07";
  CHECK(GuessEffect(stranger, "dau").sign == 1);  // the meaning still tells
  CHECK(GuessEffect(stranger, "dau").strength == 0.5 * guess("lvr_weight", "dau").strength);
  stranger.meaning = "A knob.";
  CHECK(GuessEffect(stranger, "dau").sign == 0);
}

TEST_CASE_METHOD(Fixture, "Renaming the knobs removes the knowledge") {
  CHECK(DauSlope(Flawless(), 0) > 0.3);   // long views
  CHECK(DauSlope(Flawless(), 1) < -0.1);  // clicks
  Use(MakeFeedTask(1, /*renamed=*/true));
  for (std::size_t move = 0; move < features.moves().size(); ++move) {
    CHECK(DauSlope(Flawless(), move) == 0.0);
  }
}

TEST_CASE_METHOD(Fixture, "Prior quality is the share of beliefs that keep their sign") {
  const auto kept = [&](double quality) {
    SyntheticOptions options = Flawless();
    options.prior_quality = quality;
    int right = 0;
    int all = 0;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
      const Beliefs beliefs(context, options, seed);
      for (const Move& move : features.moves()) {
        for (const std::string& metric : ObjectiveMetrics(task.objective)) {
          const Parameter& parameter = task.space->parameters()[move.parameter];
          const int truth = GuessEffect(parameter, metric).sign;
          if (truth == 0) continue;
          ++all;
          right += beliefs.MetricSlope(move, metric).mean * truth > 0.0 ? 1 : 0;
        }
      }
    }
    return right / static_cast<double>(all);
  };
  CHECK(kept(1.0) == 1.0);
  CHECK(kept(0.6) == Approx(0.8).margin(0.03));  // the other 0.4 are right half the time
  CHECK(kept(0.0) == Approx(0.5).margin(0.03));
}

TEST_CASE_METHOD(Fixture, "Beliefs belong to the model: the same in every round") {
  SyntheticOptions options = Flawless();
  options.prior_quality = 0.3;
  const double before = DauSlope(options, 0);
  context.round = 9;
  CHECK(DauSlope(options, 0) == before);
}

TEST_CASE_METHOD(Fixture, "Depth 0 does not look at trials, depth 2 overturns a wrong prior") {
  // The lexicon says clicks cost visits; these trials say the opposite, clearly.
  SyntheticOptions shallow = Flawless();
  shallow.reasoning_depth = 0;
  const std::string without = Reply(shallow).text;
  Observe(20, 5.0);
  CHECK(Reply(shallow).text == without);
  CHECK(DauSlope(shallow, 1) < 0.0);
  SyntheticOptions deep = Flawless();
  deep.reasoning_depth = 2;
  CHECK(DauSlope(deep, 1) == Approx(5.0).margin(1.0));
}

TEST_CASE_METHOD(Fixture, "Depth 1 starts from the best trial and reads nothing else") {
  Observe(20, 5.0);
  SyntheticOptions options = Flawless();
  options.reasoning_depth = 1;
  const Beliefs beliefs(context, options, 1);
  REQUIRE(beliefs.best() != nullptr);
  const std::string name = "From trial " + std::to_string(beliefs.best()->id);
  CHECK_THAT(Drafts(options)[0].hypothesis, Catch::StartsWith(name + ":"));
  const double slope = DauSlope(options, 1);
  CHECK(slope < DauSlope(Flawless(), 1));  // one trial tells less than twenty
  for (Trial& trial : trials) {
    if (trial.id != beliefs.best()->id) trial.measurement.readings[0].lift -= 3.0;
  }
  CHECK(DauSlope(options, 1) == slope);
}

TEST_CASE_METHOD(Fixture, "Only depth 3 sees an interaction") {
  Observe(40, 0.0);
  const Move& a = features.moves()[0];
  const Move& b = features.moves()[1];
  for (Trial& trial : trials) {
    const Eigen::VectorXd x = features.Of(*trial.proposal.configuration);
    trial.measurement.readings[0].lift = 12.0 * features.Along(a, x) * features.Along(b, x);
  }
  Eigen::VectorXd corner = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(features.size()));
  corner[0] = corner[1] = 0.45;  // truth: 2.43 on DAU
  SyntheticOptions options = Flawless();
  options.context_window = 100;
  const auto value = [&](int depth, double sign) {
    options.reasoning_depth = depth;
    Eigen::VectorXd x = corner;
    x[1] *= sign;
    return Beliefs(context, options, 1).Judge(x).value;
  };
  CHECK(value(3, 1.0) - value(3, -1.0) > 2.0);
  CHECK(std::abs(value(2, 1.0) - value(2, -1.0)) < 1.0);
}

TEST_CASE_METHOD(Fixture, "The context window is what it can see") {
  Observe(30, 5.0);
  SyntheticOptions options = Flawless();
  options.context_window = 8;
  const std::string reply = Reply(options).text;
  trials[2].measurement.readings[0].lift += 50.0;  // long forgotten
  CHECK(Reply(options).text == reply);
  options.context_window = 30;
  CHECK(Reply(options).text != reply);
  options.context_window = 8;
  context.elites = {&trials[2]};  // an elite stays in view
  CHECK(Reply(options).text != reply);
  options.context_window = 0;
  const std::string blind = Reply(options).text;
  context.history.clear();
  context.elites.clear();
  CHECK(Reply(options).text == blind);
}

TEST_CASE_METHOD(Fixture, "Patterns and rules count when their trials are out of sight") {
  Observe(4, 0.0);
  const double before = DauSlope(Flawless(), 1);
  context.patterns = {{"ctr_weight", "", "dau", 6.0, 0.2, {101, 102}, "seen long ago"}};
  CHECK(DauSlope(Flawless(), 1) > before + 2.0);
  context.patterns[0].evidence = {1, 2};  // all in view: no news
  CHECK(DauSlope(Flawless(), 1) == before);
  context.patterns.clear();
  Skill skill = SkillForTask(task);
  SkillRule rule;
  rule.id = "rule-001";
  rule.pattern = {"ctr_weight", "", "dau", 6.0, 0.2, {}, "curated"};
  skill.rules.push_back(rule);
  context.brief.skill = &skill;
  CHECK(DauSlope(Flawless(), 1) > before + 2.0);
}

TEST_CASE_METHOD(Fixture, "Without hallucinations every proposal can be deployed") {
  Observe(20, 5.0);
  CHECK(StoppedShare(Flawless(), "") == 0.0);
  // Also in a tightened space, which the prompt describes.
  const ParameterSpace box = task.space->Tighten(1, 0.5, 2.0).Tighten(4, 45, 60);
  context.brief.box = &box;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    context.elites.clear();
    context.history.clear();  // from production, which lies inside
    for (const DraftProposal& draft : Drafts(Flawless(), seed)) {
      const Validation validation = ReadConfiguration(*task.space, draft.config);
      REQUIRE(validation.configuration.has_value());
      CHECK(box.Contains(*validation.configuration));
    }
  }
}

TEST_CASE_METHOD(Fixture, "Each hallucination has its own rate and its own reason") {
  SyntheticOptions options = Flawless();
  options.out_of_range_rate = 1.0;
  // Only changed numbers can leave their range; curves, levels and switches are spared.
  CHECK(StoppedShare(options, "not allowed") > 0.5);
  CHECK(StoppedShare(options, "unknown parameter") == 0.0);
  options = Flawless();
  options.unknown_parameter_rate = 1.0;
  CHECK(StoppedShare(options, "unknown parameter") > 0.9);
  options.unknown_parameter_rate = 0.4;
  CHECK(StoppedShare(options, "unknown parameter", 50) == Approx(0.4).margin(0.08));
}

TEST_CASE_METHOD(Fixture,
                 "A wrong sign leaves the words and changes the deed; the Critic notices") {
  SyntheticOptions options = Flawless();
  const auto sound_share = [&](const SyntheticOptions& actor) {
    int sound = 0;
    int all = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const std::vector<DraftProposal> drafts = Drafts(actor, seed);
      const CriticContext critic{&context, &drafts, 4};
      ChatRequest request;
      request.role = AgentRole::kCritic;
      request.max_output_tokens = 16384;
      request.context = &critic;
      const ParsedReply parsed =
          ParseReply(SyntheticModel(Flawless(), seed).Complete(request).text, {});
      REQUIRE(parsed.value.has_value());
      REQUIRE(CriticSchema().Check(*parsed.value).empty());
      for (const Json& verdict : (*parsed.value)["verdicts"]) {
        ++all;
        sound += verdict["soundness"]["pass"].get<bool>() ? 1 : 0;
      }
    }
    return sound / static_cast<double>(all);
  };
  CHECK(sound_share(options) == 1.0);
  options.wrong_sign_rate = 1.0;
  CHECK(sound_share(options) < 0.7);  // curves and levels carry no promised number
}

TEST_CASE_METHOD(Fixture, "Malformed replies come at their rate and fail to parse") {
  SyntheticOptions options = Flawless();
  options.malformed_rate = 0.3;
  int bad = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    bad += ParseReply(Reply(options, seed).text, {}).value.has_value() ? 0 : 1;
  }
  CHECK(bad == Approx(60).margin(20));
  options.malformed_rate = 1.0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK_FALSE(ParseReply(Reply(options, seed).text, {}).value.has_value());
  }
}

TEST_CASE_METHOD(Fixture,
                 "Replies depend on seed, round, sample and attempt, and on nothing else") {
  const SyntheticOptions options;
  const std::string reply = Reply(options).text;
  CHECK(Reply(options).text == reply);
  CHECK(Reply(options, 2).text != reply);
  CHECK(Reply(options, 1, 1).text != reply);
  CHECK(Reply(options, 1, 0, 1).text != reply);
  context.round = 4;
  CHECK(Reply(options).text != reply);
}

TEST_CASE_METHOD(Fixture, "It keeps to the output limit, and says what stopped it") {
  ChatRequest request;
  request.max_output_tokens = 10;
  request.context = &context;
  SyntheticModel model(Flawless(), 1);
  const ChatReply reply = model.Complete(request);
  CHECK(reply.text.size() == 40);
  CHECK(reply.finish_reason == "length");
  CHECK(model.is_stand_in());
  CHECK(reply.tokens_are_estimated);
}

TEST_CASE("Options are checked, with path and range") {
  const auto parse = [](const char* text) {
    return SyntheticOptionsFromJson(ParseJson(text), "/model");
  };
  CHECK(parse("{}").reasoning_depth == SyntheticOptions{}.reasoning_depth);
  CHECK(parse(R"({"prior_quality": 0.25})").prior_quality == 0.25);
  CHECK_THROWS_WITH(parse(R"({"prior_quality": 1.5})"), Catch::Contains("/model/prior_quality"));
  CHECK_THROWS_WITH(parse(R"({"reasoning_depth": 4})"), Catch::Contains("/model/reasoning_depth"));
  CHECK_THROWS_WITH(parse(R"({"quality": 1})"), Catch::Contains("/model/quality"));
  const SyntheticOptions options;
  CHECK(ToJson(SyntheticOptionsFromJson(ToJson(options), "")) == ToJson(options));
  // Presets are starting points, and the defaults are the one in the middle.
  CHECK(ToJson(parse(R"({"preset": "medium"})")) == ToJson(options));
  CHECK(parse(R"({"preset": "strong"})").reasoning_depth == 3);
  CHECK(parse(R"({"preset": "strong", "reasoning_depth": 1})").reasoning_depth == 1);
  CHECK_THROWS_WITH(parse(R"({"preset": "huge"})"), Catch::Contains("/model/preset"));
  // Each step improves every knob, or leaves it.
  const Json weak = ToJson(parse(R"({"preset": "weak"})"));
  const Json medium = ToJson(options);
  const Json strong = ToJson(parse(R"({"preset": "strong"})"));
  for (const auto& [knob, value] : medium.items()) {
    INFO(knob);
    const double sign = knob.find("rate") == std::string::npos ? 1.0 : -1.0;
    CHECK(sign * weak.at(knob).get<double>() < sign * value.get<double>());
    CHECK(sign * value.get<double>() < sign * strong.at(knob).get<double>());
  }
}

}  // namespace
}  // namespace rectune::agents
