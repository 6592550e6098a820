// SPDX-License-Identifier: Apache-2.0
#include "agents/context.h"

#include <algorithm>

#include "agents/chat_model.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

std::string DescribeValue(const Json& value) {
  if (value.is_number()) return FormatNumber(value.get<double>());
  if (value.is_array()) {
    std::vector<std::string> numbers;
    for (const Json& y : value) numbers.push_back(FormatNumber(y.get<double>()));
    return "[" + Join(numbers, ", ") + "]";
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Json ParameterData(const Brief& brief) {
  const ParameterSpace& box = *brief.box;
  const Json production = box.ToJson(box.Production());
  Json list = Json::array();
  for (std::size_t p = 0; p < box.size(); ++p) {
    const Parameter& parameter = box.parameters()[p];
    Json entry;
    entry["name"] = parameter.name;
    entry["stage"] = parameter.stage;
    entry["unit"] = parameter.unit;
    entry["allowed"] = box.DescribeAllowed(p);
    entry["production"] = DescribeValue(production[parameter.name]);
    entry["meaning"] = parameter.meaning;
    list.push_back(std::move(entry));
  }
  return list;
}

Json NorthStarData(const TuningTask& task) {
  Json list = Json::array();
  for (const NorthStar& star : task.objective.north_stars()) {
    const MetricInfo& info = task.metrics->metrics()[task.metrics->IndexOf(star.metric)];
    Json entry;
    entry["metric"] = star.metric;
    entry["direction"] =
        star.direction == Direction::kLowerIsBetter ? "lower is better" : "higher is better";
    entry["weight"] = FormatNumber(star.weight);
    entry["definition"] = info.definition;
    list.push_back(std::move(entry));
  }
  return list;
}

Json GuardrailData(const TuningTask& task) {
  Json list = Json::array();
  for (const Guardrail& guardrail : task.objective.guardrails()) {
    const MetricInfo& info = task.metrics->metrics()[task.metrics->IndexOf(guardrail.metric)];
    Json entry;
    entry["metric"] = guardrail.metric;
    entry["bound"] = std::string(guardrail.kind == BoundKind::kFloor ? "at least " : "at most ") +
                     FormatSigned(guardrail.lift_bound) + "%";
    entry["definition"] = info.definition;
    list.push_back(std::move(entry));
  }
  return list;
}

Json SkillData(const Brief& brief) {
  const Skill& skill = *brief.skill;
  Json data;
  data["name"] = skill.name;
  data["task_requirement"] = skill.task_requirement;
  data["domain_knowledge"] =
      skill.domain_knowledge.empty() ? "None authored." : skill.domain_knowledge;
  data["tools"] = skill.tools;
  data["rules"] = Json::array();
  for (std::size_t i = 0; i < skill.rules.size(); ++i) {
    const SkillRule& rule = skill.rules[i];
    Json entry;
    entry["id"] = rule.id;
    entry["statement"] = rule.pattern.statement;
    entry["slope"] = FormatSigned(rule.pattern.slope);
    entry["standard_error"] = FormatNumber(rule.pattern.standard_error);
    entry["metric"] = rule.pattern.metric;
    entry["evidence"] = DescribeEvidence(rule.pattern.evidence);
    entry["helpful"] = brief.rule_helpful == nullptr ? 0 : (*brief.rule_helpful)[i];
    entry["harmful"] = brief.rule_harmful == nullptr ? 0 : (*brief.rule_harmful)[i];
    data["rules"].push_back(std::move(entry));
  }
  data["has_rules"] = !skill.rules.empty();
  return data;
}

}  // namespace

const char* ToString(AgentRole role) {
  switch (role) {
    case AgentRole::kActor:
      return "actor";
    case AgentRole::kCritic:
      return "critic";
    case AgentRole::kInsight:
      return "insight";
    case AgentRole::kSkill:
      return "skill";
  }
  return "unknown";
}

Json BriefData(const Brief& brief) {
  const TuningTask& task = *brief.task;
  Json data;
  data["scenario"] = task.scenario;
  data["task"] = task.task;
  data["description"] = task.description;
  data["rounds"] = task.rounds;
  data["arms_per_round"] = task.arms_per_round;
  data["users_per_arm"] = FormatCount(task.users_per_arm);
  data["horizon_days"] = task.horizon_days;
  data["parameters"] = ParameterData(brief);
  data["north_stars"] = NorthStarData(task);
  data["guardrails"] = GuardrailData(task);
  data["violation_penalty"] = FormatNumber(task.objective.violation_penalty());
  data["notices"] = Json::array();
  if (brief.notices != nullptr) {
    for (const Notice& notice : *brief.notices) {
      data["notices"].push_back({{"round", notice.round}, {"description", notice.description}});
    }
  }
  data["has_notices"] = !data["notices"].empty();
  data["skill"] = brief.skill == nullptr ? Json(false) : SkillData(brief);
  return data;
}

std::vector<std::string> ObjectiveMetrics(const Objective& objective) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const NorthStar& star : objective.north_stars()) add(star.metric);
  for (const Guardrail& guardrail : objective.guardrails()) add(guardrail.metric);
  return names;
}

std::string DescribeChanges(const ParameterSpace& space, const Configuration& configuration) {
  const Json now = space.ToJson(configuration);
  const Json production = space.ToJson(space.Production());
  std::string text;
  for (const auto& [name, value] : now.items()) {
    if (value == production[name]) continue;
    if (!text.empty()) text += "; ";
    text += name + " " + DescribeValue(production[name]) + " -> " + DescribeValue(value);
  }
  return text.empty() ? "no change" : text;
}

std::string DescribeOutcome(const TuningTask& task, const Trial& trial) {
  if (trial.status != TrialStatus::kCompleted) {
    return std::string(ToString(trial.status)) + ": " + trial.status_reason;
  }
  const Score score = task.objective.Evaluate(trial.measurement, *task.metrics);
  std::string text = FormatSigned(score.value) + " +- " + FormatNumber(score.standard_error) + "%";
  const std::vector<double> violations =
      task.objective.Violations(trial.measurement, *task.metrics);
  for (std::size_t g = 0; g < violations.size(); ++g) {
    if (violations[g] <= 0.0) continue;
    text += "; breaks the guardrail on " + task.objective.guardrails()[g].metric + " by " +
            FormatNumber(violations[g]) + " points";
  }
  return text;
}

std::string DescribeReadings(const TuningTask& task, const Trial& trial) {
  if (trial.status != TrialStatus::kCompleted) return "";
  std::string text;
  for (const std::string& metric : ObjectiveMetrics(task.objective)) {
    const MetricReading& reading = trial.measurement.readings[task.metrics->IndexOf(metric)];
    if (!text.empty()) text += ", ";
    text +=
        metric + " " + FormatSigned(reading.lift) + " +- " + FormatNumber(reading.standard_error);
  }
  return text;
}

Json TrialData(const Brief& brief, const Trial& trial) {
  Json data;
  data["id"] = trial.id;
  data["round"] = trial.round;
  data["changes"] = trial.proposal.configuration
                        ? DescribeChanges(brief.features->space(), *trial.proposal.configuration)
                        : "no deployable configuration";
  data["outcome"] = DescribeOutcome(*brief.task, trial);
  data["readings"] = DescribeReadings(*brief.task, trial);
  data["hypothesis"] = SanitizeLine(trial.proposal.hypothesis, 300);
  return data;
}

Json TrialListData(const Brief& brief, const std::vector<const Trial*>& trials) {
  Json list = Json::array();
  for (const Trial* trial : trials) list.push_back(TrialData(brief, *trial));
  return list;
}

Json PatternListData(const std::vector<Pattern>& patterns) {
  Json list = Json::array();
  for (const Pattern& pattern : patterns) {
    Json entry;
    entry["parameter"] = pattern.parameter;
    entry["level"] = pattern.level.empty() ? "" : " to " + pattern.level;
    entry["metric"] = pattern.metric;
    entry["slope"] = FormatSigned(pattern.slope);
    entry["standard_error"] = FormatNumber(pattern.standard_error);
    entry["evidence"] = DescribeEvidence(pattern.evidence);
    entry["statement"] = pattern.statement;
    list.push_back(std::move(entry));
  }
  return list;
}

Json FailureListData(const Brief& brief, const std::vector<FailureDirection>& failures) {
  Json list = Json::array();
  for (const FailureDirection& failure : failures) {
    Json entry;
    const Move* move = brief.features->FindMove(failure.parameter, failure.level);
    entry["move"] =
        move == nullptr ? failure.parameter : brief.features->Describe(*move, failure.direction);
    entry["failures"] = failure.failures;
    entry["trials"] = failure.trials;
    entry["evidence"] = DescribeEvidence(failure.evidence);
    list.push_back(std::move(entry));
  }
  return list;
}

}  // namespace rectune::agents
