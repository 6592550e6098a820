// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/skill.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "agents/text.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

std::string WithoutLastNewline(std::string text) {
  if (!text.empty()) text.pop_back();
  return text;
}

std::string DescribeNorthStars(const TuningTask& task) {
  std::string text;
  for (const NorthStar& star : task.objective.north_stars()) {
    text += "- " + star.metric + ": " +
            (star.direction == Direction::kLowerIsBetter ? "lower is better" : "higher is better") +
            ", weight " + FormatNumber(star.weight) + "\n";
  }
  for (const Guardrail& guardrail : task.objective.guardrails()) {
    text += "- guardrail " + guardrail.metric + ": lift over control " +
            (guardrail.kind == BoundKind::kFloor ? "at least " : "at most ") +
            FormatSigned(guardrail.lift_bound) + "%\n";
  }
  return WithoutLastNewline(text);
}

std::string DescribeInitialParameters(const TuningTask& task) {
  const Json production = task.space->ToJson(task.space->Production());
  std::string text;
  for (const auto& [name, value] : production.items()) {
    text += "- " + name + ": " + value.dump() + "\n";
  }
  return WithoutLastNewline(text);
}

}  // namespace

ParameterSpace Skill::Apply(const ParameterSpace& root) const {
  ParameterSpace box = root;
  for (std::size_t i = 0; i < tightenings.size(); ++i) {
    const Tightening& tightening = tightenings[i];
    const std::optional<std::size_t> parameter = root.Find(tightening.parameter);
    if (!parameter) {
      throw ConfigError("/tightenings/" + std::to_string(i) + "/parameter",
                        '"' + tightening.parameter + '"', "a parameter of this task");
    }
    if (!tightening.levels.empty()) {
      box = box.TightenLevels(*parameter, tightening.levels);
      continue;
    }
    const std::size_t first = root.coordinate_offset(*parameter);
    for (std::size_t k = 0; k < root.parameters()[*parameter].dimension(); ++k) {
      box = box.TightenUnit(first + k, tightening.low, tightening.high);
    }
  }
  return box;
}

const Tightening* Skill::FindTightening(const std::string& parameter) const {
  for (const Tightening& tightening : tightenings) {
    if (tightening.parameter == parameter) return &tightening;
  }
  return nullptr;
}

std::string Skill::NextRuleId() const {
  int last = 0;
  for (const SkillRule& rule : rules) {
    if (rule.id.rfind("rule-", 0) == 0) last = std::max(last, std::atoi(rule.id.c_str() + 5));
  }
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "rule-%03d", last + 1);
  return buffer.data();
}

bool IsSkillName(const std::string& name) {
  if (name.empty() || name.size() > 64) return false;
  char previous = '-';
  for (char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!is_plain && (c != '-' || previous == '-')) return false;
    previous = c;
  }
  return previous != '-';
}

Skill SkillForTask(const TuningTask& task) {
  Skill skill;
  skill.name = Slug(task.scenario + "-" + task.task);
  skill.description = "Tunes the system-level configuration of the recommender task " + task.task +
                      " in " + task.scenario +
                      ". Use when proposing or judging configurations for its A/B experiments.";
  skill.task_context = task.description;
  skill.task_requirement =
      "Propose configurations inside the search space of references/search_space.json: " +
      std::to_string(task.space->size()) + " parameters. Each round has " +
      std::to_string(task.arms_per_round) + " treatment arms beside the control, " +
      FormatCount(task.users_per_arm) + " users an arm, " + std::to_string(task.horizon_days) +
      " days; there are " + std::to_string(task.rounds) +
      " rounds. An arm that cannot be deployed is charged all the same.";
  skill.north_stars = DescribeNorthStars(task);
  skill.initial_parameters = DescribeInitialParameters(task);
  skill.domain_knowledge = "";
  skill.tools =
      "- deploy: launches the arms of a round (Online agent, after review)\n"
      "- query: lift, standard error and p-value of every metric at the horizon\n"
      "- significance: Benjamini-Hochberg q-value over the round's arms and metrics";
  return skill;
}

Json ToJson(const SkillRule& rule) {
  Json json;
  json["id"] = rule.id;
  json["pattern"] = ToJson(rule.pattern);
  json["author"] = rule.author;
  json["round"] = rule.round;
  return json;
}

SkillRule SkillRuleFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  SkillRule rule;
  rule.id = reader.String("id");
  rule.pattern = PatternFromJson(reader.Value("pattern"), reader.PathOf("pattern"));
  rule.author = reader.String("author");
  rule.round = static_cast<int>(reader.Integer("round", {0, 1000000}));
  reader.Finish();
  return rule;
}

Json ToJson(const Tightening& tightening) {
  Json json;
  json["parameter"] = tightening.parameter;
  json["low"] = NumberToJson(tightening.low);
  json["high"] = NumberToJson(tightening.high);
  json["levels"] = tightening.levels;
  json["reason"] = tightening.reason;
  json["evidence"] = EvidenceToJson(tightening.evidence);
  json["author"] = tightening.author;
  json["round"] = tightening.round;
  return json;
}

Tightening TighteningFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  Tightening tightening;
  tightening.parameter = reader.String("parameter");
  tightening.low = reader.Number("low", {0.0, 1.0});
  tightening.high = reader.Number("high", {0.0, 1.0});
  tightening.levels = reader.Strings("levels");
  tightening.reason = reader.StringOr("reason", "");
  tightening.evidence = EvidenceFromJson(reader.Value("evidence"), reader.PathOf("evidence"));
  tightening.author = reader.String("author");
  tightening.round = static_cast<int>(reader.Integer("round", {0, 1000000}));
  reader.Finish();
  return tightening;
}

Json ToJson(const Skill& skill) {
  Json json;
  json["name"] = skill.name;
  json["description"] = skill.description;
  json["task_context"] = skill.task_context;
  json["task_requirement"] = skill.task_requirement;
  json["north_stars"] = skill.north_stars;
  json["initial_parameters"] = skill.initial_parameters;
  json["domain_knowledge"] = skill.domain_knowledge;
  json["tools"] = skill.tools;
  json["rules"] = Json::array();
  for (const SkillRule& rule : skill.rules) json["rules"].push_back(ToJson(rule));
  json["tightenings"] = Json::array();
  for (const Tightening& t : skill.tightenings) json["tightenings"].push_back(ToJson(t));
  return json;
}

Skill SkillFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  Skill skill;
  skill.name = reader.String("name");
  if (!IsSkillName(skill.name)) {
    throw ConfigError(reader.PathOf("name"), '"' + skill.name + '"',
                      "1 to 64 lower-case letters, digits and single inner hyphens");
  }
  skill.description = reader.String("description");
  skill.task_context = reader.String("task_context");
  skill.task_requirement = reader.String("task_requirement");
  skill.north_stars = reader.String("north_stars");
  skill.initial_parameters = reader.String("initial_parameters");
  skill.domain_knowledge = reader.String("domain_knowledge");
  skill.tools = reader.String("tools");
  reader.ForEach("rules", [&](const Json& rule, const std::string& where) {
    skill.rules.push_back(SkillRuleFromJson(rule, where));
  });
  reader.ForEach("tightenings", [&](const Json& tightening, const std::string& where) {
    skill.tightenings.push_back(TighteningFromJson(tightening, where));
  });
  reader.Finish();
  return skill;
}

}  // namespace rectune::agents
