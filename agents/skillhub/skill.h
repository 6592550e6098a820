// SPDX-License-Identifier: Apache-2.0
//
// Skill: what the agents know about one task, in the paper's six slots, plus what was learned:
// rules and a tightened search space, each with its evidence. On disk it is an Agent Skills folder
// (skillhub/skill_markdown.h). Data only: it decides nothing, and text inside it is never obeyed,
// only shown to a model whose proposals are bounded by the validator.
//
//   Skill skill = SkillForTask(task);
//   ParameterSpace box = skill.Apply(*task.space);
#pragma once

#include <string>
#include <vector>

#include "agents/pattern.h"
#include "core/parameter_space.h"
#include "core/tuner.h"

namespace rectune::agents {

/// A learned piece of domain knowledge.
struct SkillRule {
  std::string id;  // "rule-003", unique in its skill for good
  Pattern pattern;
  std::string author;  // "skill agent", a person
  int round = 0;
};

/// A part of the search space that repeated failures have closed.
struct Tightening {
  std::string parameter;
  double low = 0.0;  // root unit cube, all of the parameter's coordinates
  double high = 1.0;
  std::vector<std::string> levels;  // categorical and boolean: the levels kept
  std::string reason;
  std::vector<std::int64_t> evidence;
  std::string author;
  int round = 0;
};

struct Skill {
  std::string name;         // Agent Skills rules: IsSkillName
  std::string description;  // 1 to 1024 characters
  // The six slots; the search space of "task requirement" also lives in references/.
  std::string task_context;
  std::string task_requirement;
  std::string north_stars;
  std::string initial_parameters;
  std::string domain_knowledge;  // as authored; the rules below are its learned part
  std::string tools;
  std::vector<SkillRule> rules;
  std::vector<Tightening> tightenings;

  /// The root space cut to the tightenings. ConfigError if one does not fit the space.
  ParameterSpace Apply(const ParameterSpace& root) const;
  const Tightening* FindTightening(const std::string& parameter) const;
  /// The next unused rule id.
  std::string NextRuleId() const;
};

/// 1 to 64 lower-case letters, digits and single inner hyphens. The only names that become paths.
bool IsSkillName(const std::string& name);

/// A fresh skill: everything a task says of itself, and nothing learned.
Skill SkillForTask(const TuningTask& task);

Json ToJson(const SkillRule& rule);
SkillRule SkillRuleFromJson(const Json& json, const std::string& path);
Json ToJson(const Tightening& tightening);
Tightening TighteningFromJson(const Json& json, const std::string& path);
Json ToJson(const Skill& skill);
Skill SkillFromJson(const Json& json, const std::string& path);

}  // namespace rectune::agents
