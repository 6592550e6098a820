// SPDX-License-Identifier: Apache-2.0
//
// Novel skills from what tasks agree on.
#include "agents/skillhub/synthesis.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agents/skillhub/skill_check.h"
#include "agents/skillhub/skill_markdown.h"
#include "core/config_error.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

SourceSkill Source(const std::string& task, const std::vector<Pattern>& patterns) {
  SourceSkill source{task, {}};
  source.skill.name = task;
  source.skill.description = "A skill.";
  for (const Pattern& pattern : patterns) {
    SkillRule rule;
    rule.id = source.skill.NextRuleId();
    rule.pattern = pattern;
    source.skill.rules.push_back(std::move(rule));
  }
  return source;
}

const Pattern kGain{"ctr_weight", "", "engagement", 2.0, 1.0, {1, 2}, "Raise clicks."};
const Pattern kSharperGain{"ctr_weight", "", "engagement", 4.0, 0.5, {5}, "Raise clicks more."};
const Pattern kPrice{"ctr_weight", "", "serving_cost", -1.0, 0.5, {1, 2}, "It costs."};
const Pattern kUp{"topic_window", "", "engagement", 1.0, 0.5, {1}, "Up."};
const Pattern kDown{"topic_window", "", "engagement", -1.0, 0.5, {1}, "Down."};

TEST_CASE("What two tasks agree on becomes a skill, pooled, with its trade-off in words") {
  const Skill skill = SynthesiseSkill(
      "trade-offs",
      {Source("rank", {kGain, kPrice, kUp}), Source("re-rank", {kSharperGain, kPrice, kDown})});
  REQUIRE(skill.rules.size() == 2);  // the window is disputed
  CHECK(skill.rules[0].pattern.metric == "engagement");
  CHECK(skill.rules[0].pattern.slope == Approx(3.6));  // (2 / 1 + 4 / 0.25) / (1 + 4)
  CHECK(skill.rules[0].pattern.evidence.empty());      // ids mean nothing outside their task
  CHECK_THAT(skill.rules[0].pattern.statement, Catch::Contains("learned in rank and re-rank"));
  CHECK_THAT(skill.domain_knowledge,
             Catch::Contains("raising ctr_weight: +3.6% on engagement at the price of -1%"));
  CHECK(skill.tightenings.empty());
  // A skill like any other: it can be written, read and checked.
  const TuningTask task = test_support::MakeToyTask(1, 2, 2);
  CHECK(ToJson(ParseSkill(RenderSkill(skill, *task.space), "test")) == ToJson(skill));
}

TEST_CASE("No agreement, no skill; one task is no agreement, whatever the number of its skills") {
  CHECK_THROWS_WITH(SynthesiseSkill("x", {Source("rank", {kUp}), Source("re-rank", {kDown})}),
                    Catch::Contains("same sign"));
  CHECK_THROWS_WITH(SynthesiseSkill("x", {Source("rank", {kGain}), Source("rank", {kGain})}),
                    Catch::Contains("two tasks"));
  CHECK_THROWS_AS(SynthesiseSkill("x", {}), ConfigError);
  // Three skills of two tasks: the doubled task does not count twice.
  const Skill skill = SynthesiseSkill(
      "x", {Source("rank", {kGain}), Source("rank", {kGain}), Source("re-rank", {kSharperGain})});
  CHECK(skill.rules[0].pattern.slope == Approx(3.6));
}

}  // namespace
}  // namespace rectune::agents
