// SPDX-License-Identifier: Apache-2.0
//
// Skill edits: the checks without a model, and the gate's error rate and power.
#include "agents/gate.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agents/skill_agent.h"
#include "core/random_stream.h"
#include "tests/agents/random_arms.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;
using testing::AlongClicks;
using testing::RandomArms;

TEST_CASE("The sign-flip test enumerates exactly") {
  // Three equal terms: only one of eight patterns reaches their sum.
  CHECK(SignFlipPValue({1, 1, 1}) == Approx(1.0 / 8));
  // 3 + 2 - 1 = 4: reached by (3, 2, 1) and (3, 2, -1).
  CHECK(SignFlipPValue({3, 2, -1}) == Approx(2.0 / 8));
  CHECK(SignFlipPValue({-1, -1}) == 1.0);
  CHECK(SignFlipPValue({}) == 1.0);
  CHECK(SignFlipPValue({0, 0}) == 1.0);
  // Scale means nothing.
  CHECK(SignFlipPValue({30, 20, -10}) == SignFlipPValue({3, 2, -1}));
}

TEST_CASE("Beyond enumeration the normal approximation agrees at the seam") {
  std::vector<double> terms;
  RandomStream stream(1, Purpose::kTest);
  for (int i = 0; i < 14; ++i) terms.push_back(stream.Normal() + 0.3);
  const double exact = SignFlipPValue(terms);
  terms.push_back(1e-9);  // fifteen terms, the same sum
  CHECK(SignFlipPValue(terms) == Approx(exact).margin(0.02));
}

SkillEdit Claim(int direction) {
  SkillEdit edit;
  edit.kind = EditKind::kAddRule;
  edit.parameter = "ctr_weight";
  edit.metric = "engagement";
  edit.direction = direction;
  edit.evidence = {1};
  return edit;
}

/// Share of campaigns in which a claim made after 8 arms has landed within 6 rounds of 4 arms.
double LandingRate(double slope, int direction, int campaigns) {
  const TuningTask task = MakeToyTask(1, 8, 4);
  const FeatureMap features(*task.space);
  int landed = 0;
  for (int c = 0; c < campaigns; ++c) {
    const std::vector<Trial> trials = RandomArms(
        task, features, 8 + 24, AlongClicks(features, slope), static_cast<std::uint64_t>(c) + 1, 1);
    PendingEdit pending{Claim(direction), 2, 8, 0, 0};
    for (int round = 3; round <= 8; ++round) {
      std::vector<const Trial*> seen;
      for (int i = 0; i < 8 + 4 * (round - 2); ++i) {
        seen.push_back(&trials[static_cast<std::size_t>(i)]);
      }
      if (JudgeEdit(&pending, round, task, features, seen, {}).decision == GateDecision::kLand) {
        ++landed;
        break;
      }
    }
  }
  return landed / static_cast<double>(campaigns);
}

TEST_CASE("An empty claim lands no more often than the gate's level, however often one looks") {
  // 400 A/A campaigns, six looks each: standard error of the rate 0.02.
  CHECK(LandingRate(0.0, 1, 400) <= GateOptions{}.level + 0.04);
}

TEST_CASE("A true claim lands, its opposite does not") {
  CHECK(LandingRate(3.0, 1, 60) > 0.9);
  CHECK(LandingRate(3.0, -1, 60) < 0.02);
}

TEST_CASE("The gate's power grows with the effect") {
  // Arms' noise is 0.5, a typical step a quarter of the range: slope 1 is half a standard error.
  const double none = LandingRate(0.0, 1, 200);
  const double small = LandingRate(1.0, 1, 200);
  const double medium = LandingRate(2.0, 1, 200);
  CAPTURE(none, small, medium);
  CHECK(none + 0.1 < small);
  CHECK(small + 0.1 < medium);
}

TEST_CASE("Arms that were known at the time of the claim do not count") {
  const TuningTask task = MakeToyTask(1, 8, 4);
  const FeatureMap features(*task.space);
  const std::vector<Trial> trials =
      RandomArms(task, features, 20, AlongClicks(features, 3.0), 5, 1);
  std::vector<const Trial*> seen;
  for (const Trial& trial : trials) seen.push_back(&trial);
  PendingEdit pending{Claim(1), 2, 20, 0, 0};
  const GateVerdict verdict = JudgeEdit(&pending, 3, task, features, seen, {});
  CHECK(verdict.decision == GateDecision::kWait);
  CHECK(verdict.arms == 0);
  CHECK(pending.looks == 0);
  CHECK(JudgeEdit(&pending, 8, task, features, seen, {}).decision == GateDecision::kDrop);
}

/// What a Skill agent knows: one pattern, one failing direction, ten arms.
struct EditFixture {
  TuningTask task = MakeToyTask(1, 8, 4);
  FeatureMap features{*task.space};
  Skill skill = SkillForTask(task);
  std::vector<Trial> trials = RandomArms(task, features, 10, AlongClicks(features, 1.0), 3, 1);
  std::vector<int> none;
  SkillContext context;

  EditFixture() {
    context.brief = {&task, &features, &skill, task.space.get(), &none, &none};
    context.round = 3;
    context.patterns = {{"ctr_weight", "", "engagement", 1.5, 0.3, {1, 2}, "more clicks"}};
    context.failures = {{"freshness_boost", "", 1, 4, 3, 0.05, {2, 3, 4}},
                        {"fusion", "rank_ensemble", 1, 3, 3, 0.05, {5, 6, 7}}};
    for (const Trial& trial : trials) context.arms.push_back(&trial);
    context.history = context.arms;
  }
  SkillEdit Tighten(double low, double high) const {
    SkillEdit edit;
    edit.kind = EditKind::kTighten;
    edit.parameter = "freshness_boost";
    edit.low = low;
    edit.high = high;
    edit.evidence = {2, 3, 4};
    return edit;
  }
  std::string Problem(SkillEdit edit) const { return CheckEdit(&edit, context); }
};

TEST_CASE_METHOD(EditFixture, "A rule takes its numbers from the pattern, never from the text") {
  SkillEdit edit = Claim(1);
  edit.slope = 999.0;
  CHECK(CheckEdit(&edit, context).empty());
  CHECK(edit.slope == 1.5);
  const Skill edited = ApplyEdit(skill, edit, context);
  REQUIRE(edited.rules.size() == 1);
  CHECK(edited.rules[0].pattern.slope == 1.5);
  CHECK(edited.rules[0].id == "rule-001");
  CHECK(edited.rules[0].pattern.evidence == std::vector<std::int64_t>{1});
}

TEST_CASE_METHOD(EditFixture, "Edits without ground are refused in words") {
  CHECK(Problem(Claim(1)).empty());
  CHECK_THAT(Problem(Claim(-1)), Catch::Contains("opposite sign"));
  SkillEdit edit = Claim(1);
  edit.metric = "serving_cost";
  CHECK_THAT(Problem(edit), Catch::Contains("no such pattern"));
  edit = Claim(1);
  edit.parameter = "../etc";
  CHECK_THAT(Problem(edit), Catch::Contains("unknown parameter"));
  edit = Claim(1);
  edit.evidence = {};
  CHECK_THAT(Problem(edit), Catch::Contains("no evidence"));
  edit.evidence = {77};
  CHECK_THAT(Problem(edit), Catch::Contains("does not exist"));
  edit = Claim(1);
  edit.kind = EditKind::kWiden;
  CHECK_THAT(Problem(edit), Catch::Contains("not tightened"));
  edit.kind = EditKind::kRemoveRule;
  edit.rule = "rule-009";
  CHECK_THAT(Problem(edit), Catch::Contains("no rule"));
}

TEST_CASE_METHOD(EditFixture, "A skill has a size budget, and a rule may be held once") {
  CHECK(Problem(Claim(1)).empty());
  context.max_tokens = 100;
  CHECK_THAT(Problem(Claim(1)), Catch::Contains("of at most 100; remove a rule first"));
  context.max_tokens = 100000;
  SkillRule rule;
  for (int i = 0; i < 40; ++i) {
    rule.id = skill.NextRuleId();
    rule.pattern = {"topic_window", "", "metric_" + std::to_string(i), 1.0, 0.1, {1}, "So."};
    skill.rules.push_back(rule);
  }
  CHECK_THAT(Problem(Claim(1)), Catch::Contains("40 rules already"));
  skill.rules.resize(1);
  skill.rules[0].pattern = {"ctr_weight", "", "engagement", -1.0, 0.1, {1}, "Held."};
  CHECK_THAT(Problem(Claim(1)), Catch::Contains("already known as rule-001"));
}

TEST_CASE_METHOD(EditFixture, "A rule that helped cannot be removed, one that harmed can") {
  SkillEdit add = Claim(1);
  CheckEdit(&add, context);
  skill = ApplyEdit(skill, add, context);
  const std::vector<int> many = {3};
  const std::vector<int> few = {1};
  SkillEdit remove;
  remove.kind = EditKind::kRemoveRule;
  remove.rule = "rule-001";
  context.brief.rule_helpful = &many;
  context.brief.rule_harmful = &few;
  CHECK_THAT(Problem(remove), Catch::Contains("no more harm"));
  context.brief.rule_helpful = &few;
  context.brief.rule_harmful = &many;
  CHECK(Problem(remove).empty());
  CHECK(ApplyEdit(skill, remove, context).rules.empty());
  CHECK_THAT(Problem(Claim(1)), Catch::Contains("already known as rule-001"));
}

TEST_CASE_METHOD(EditFixture, "Tightening needs repeated failures and never shuts out the good") {
  CHECK(Problem(Tighten(0.0, 0.6)).empty());
  CHECK_THAT(Problem(Tighten(0.0, 1.0)), Catch::Contains("closes nothing"));
  CHECK_THAT(Problem(Tighten(0.15, 0.25)), Catch::Contains("a fifth"));
  CHECK_THAT(Problem(Tighten(-0.5, 0.6)), Catch::Contains("[0, 1]"));
  CHECK_THAT(Problem(Tighten(0.5, 1.0)), Catch::Contains("shut out"));  // production is at 0.2
  SkillEdit weak = Tighten(0.0, 0.6);
  weak.evidence = {2, 3};
  CHECK_THAT(Problem(weak), Catch::Contains("fewer than three"));
  SkillEdit other = Tighten(0.0, 0.6);
  other.parameter = "topic_window";
  CHECK_THAT(Problem(other), Catch::Contains("no repeated failures"));
  // The best trial's own place stays open.
  std::vector<double> unit = task.space->Encode(task.space->Production());
  unit[0] = 0.7;
  Trial best = trials[0];
  best.proposal.configuration = task.space->Decode(unit);
  context.best = &best;
  CHECK_THAT(Problem(Tighten(0.0, 0.6)), Catch::Contains("shut out"));
  CHECK(Problem(Tighten(0.0, 0.75)).empty());
}

TEST_CASE_METHOD(EditFixture, "A level can be closed, and widening gives everything back") {
  SkillEdit close;
  close.kind = EditKind::kTighten;
  close.parameter = "fusion";
  close.level = "rank_ensemble";
  close.evidence = {5, 6, 7};
  CHECK(CheckEdit(&close, context).empty());
  skill = ApplyEdit(skill, close, context);
  CHECK(skill.Apply(*task.space).allowed_levels(task.space->IndexOf("fusion")).size() == 2);
  SkillEdit widen;
  widen.kind = EditKind::kWiden;
  widen.parameter = "fusion";
  CHECK(Problem(widen).empty());
  CHECK(ApplyEdit(skill, widen, context).tightenings.empty());
}

TEST_CASE("Pending edits survive JSON") {
  PendingEdit pending{Claim(-1), 4, 17, 2, 9};
  pending.edit.slope = 0.25;
  pending.edit.statement = "a statement";
  const Json json = ToJson(pending);
  CHECK(ToJson(PendingEditFromJson(ParseJson(DumpLine(json)), "")) == json);
}

}  // namespace
}  // namespace rectune::agents
