// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/synthesis.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "agents/insight.h"
#include "agents/text.h"
#include "core/check.h"
#include "core/config_error.h"

namespace rectune::agents {
namespace {

std::string MoveName(const Pattern& pattern) {
  return pattern.level.empty() ? "raising " + pattern.parameter
                               : "setting " + pattern.parameter + " to " + pattern.level;
}

/// "Raising x: +1.2% on a at the price of -0.8% on b." for every move with effects of both signs.
std::string TradeOffs(const std::vector<GlobalPattern>& global) {
  std::string text;
  for (std::size_t i = 0; i < global.size(); ++i) {
    for (std::size_t j = 0; j < global.size(); ++j) {
      const Pattern& gain = global[i].pattern;
      const Pattern& price = global[j].pattern;
      const bool same_move = gain.parameter == price.parameter && gain.level == price.level;
      if (!same_move || gain.slope <= 0.0 || price.slope >= 0.0) continue;
      text += "- " + MoveName(gain) + ": " + FormatSigned(gain.slope) + "% on " + gain.metric +
              " at the price of " + FormatSigned(price.slope) + "% on " + price.metric +
              ". To raise " + gain.metric + " under a floor on " + price.metric +
              ", go this way in small steps; where a move lifts " + gain.metric +
              " alone, take that first.\n";
    }
  }
  return text;
}

}  // namespace

Skill SynthesiseSkill(const std::string& name, const std::vector<SourceSkill>& sources) {
  RECTUNE_CHECK(IsSkillName(name), "a skill's name becomes a folder");
  std::set<std::string> names;
  std::vector<TaskPatterns> tasks;
  for (const SourceSkill& source : sources) {
    // Several skills of one task are one voice: the first that knows a rule speaks.
    auto task = std::find_if(tasks.begin(), tasks.end(),
                             [&](const TaskPatterns& known) { return known.task == source.task; });
    if (task == tasks.end()) {
      tasks.push_back({source.task, {}});
      task = tasks.end() - 1;
    }
    names.insert(source.task);
    for (const SkillRule& rule : source.skill.rules) {
      const bool known =
          std::any_of(task->patterns.begin(), task->patterns.end(), [&](const Pattern& pattern) {
            return pattern.parameter == rule.pattern.parameter &&
                   pattern.level == rule.pattern.level && pattern.metric == rule.pattern.metric;
          });
      if (!known) task->patterns.push_back(rule.pattern);
    }
  }
  if (names.size() < 2) {
    throw ConfigError("", std::to_string(names.size()) + " task",
                      "skills of at least two tasks: a synthesis is what tasks agree on");
  }
  std::vector<GlobalPattern> global = CrossLearn(tasks);
  if (global.empty()) {
    throw ConfigError("", "skills without a common rule",
                      "a rule that at least two tasks learned, with the same sign");
  }
  std::stable_sort(global.begin(), global.end(), [](const auto& a, const auto& b) {
    const auto z = [](const Pattern& p) {
      return std::abs(p.slope) / std::max(p.standard_error, 1e-9);
    };
    return z(a.pattern) > z(b.pattern);
  });
  const std::string joined = Join({names.begin(), names.end()}, ", ");
  Skill skill;
  skill.name = name;
  skill.description = "What the tasks " + joined +
                      " agree on about their parameters. Use when proposing or judging "
                      "configurations for any of them.";
  const std::string trade_offs = TradeOffs(global);
  skill.domain_knowledge = "Learned by comparing the tasks " + joined + ".";
  if (!trade_offs.empty()) skill.domain_knowledge += "\n\nTrade-offs:\n" + trade_offs;
  while (skill.domain_knowledge.back() == '\n') skill.domain_knowledge.pop_back();
  for (const GlobalPattern& pattern : global) {
    SkillRule rule;
    rule.id = skill.NextRuleId();
    rule.pattern = pattern.pattern;
    rule.pattern.statement = SanitizeLine(
        pattern.pattern.statement + " (learned in " + Join(pattern.tasks, " and ") + ")", 500);
    rule.author = "synthesis";
    skill.rules.push_back(std::move(rule));
  }
  return skill;
}

}  // namespace rectune::agents
