// SPDX-License-Identifier: Apache-2.0
//
// SynthesiseSkill: a novel skill from what several tasks' skills agree on (the paper's cross-task
// synthesis). One map over the tasks, one reduce (CrossLearn, agents/insight.h): a rule enters when
// at least two tasks learned it and none the opposite; its effect is pooled by inverse variance.
// Moves that lift one metric and cost another become trade-off advice. Deterministic; it makes a
// candidate, whose worth `rectune skills test` measures.
//
//   Skill skill = SynthesiseSkill("feed-tradeoffs", {{"rank", a}, {"re_rank", b}});
#pragma once

#include <string>
#include <vector>

#include "agents/skillhub/skill.h"

namespace rectune::agents {

struct SourceSkill {
  std::string task;
  Skill skill;
};

/// ConfigError when fewer than two tasks are given or they share no rule. `name` is a skill name.
Skill SynthesiseSkill(const std::string& name, const std::vector<SourceSkill>& sources);

}  // namespace rectune::agents
