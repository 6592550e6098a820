// SPDX-License-Identifier: Apache-2.0
#include "agents/skill_edit.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "agents/skillhub/skill_markdown.h"
#include "agents/text.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr std::array<EditKind, 4> kKinds = {EditKind::kAddRule, EditKind::kRemoveRule,
                                            EditKind::kTighten, EditKind::kWiden};
constexpr std::size_t kMaxRules = 40;  // a skill is read in every prompt: keep it short
constexpr double kMinKeptShare = 0.2;  // of a parameter's range
constexpr std::size_t kRepeatedFailures = 3;

EditKind KindFromName(const std::string& name) {
  for (EditKind kind : kKinds) {
    if (name == ToString(kind)) return kind;
  }
  RECTUNE_CHECK(false, "edit kinds are checked by the schema");
  return EditKind::kAddRule;
}

const Pattern* FindPattern(const std::vector<Pattern>& patterns, const SkillEdit& edit) {
  for (const Pattern& pattern : patterns) {
    if (pattern.parameter == edit.parameter && pattern.level == edit.level &&
        pattern.metric == edit.metric) {
      return &pattern;
    }
  }
  return nullptr;
}

/// A new rule has a pattern behind it, whose numbers it takes.
std::string CheckPattern(SkillEdit* edit, const SkillContext& context) {
  const Pattern* pattern = FindPattern(context.patterns, *edit);
  if (pattern == nullptr) return "no such pattern was found by the Insight agent";
  if (pattern->direction() != edit->direction) return "the pattern has the opposite sign";
  edit->slope = pattern->slope;
  edit->standard_error = pattern->standard_error;
  return "";
}

std::string CheckRoomForRule(const SkillEdit& edit, const SkillContext& context) {
  if (context.brief.skill->rules.size() >= kMaxRules) {
    return "the skill holds " + std::to_string(kMaxRules) + " rules already; remove one first";
  }
  const int tokens = SkillTokens(*context.brief.skill) + EstimateTokens(edit.statement);
  if (tokens > context.max_tokens) {
    return "the skill would hold about " + std::to_string(tokens) + " tokens, of at most " +
           std::to_string(context.max_tokens) + "; remove a rule first";
  }
  for (const SkillRule& rule : context.brief.skill->rules) {
    if (rule.pattern.parameter == edit.parameter && rule.pattern.level == edit.level &&
        rule.pattern.metric == edit.metric) {
      return "already known as " + rule.id;
    }
  }
  return "";
}

std::string CheckRemoveRule(const SkillEdit& edit, const SkillContext& context) {
  const std::vector<SkillRule>& rules = context.brief.skill->rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].id != edit.rule) continue;
    const int helpful = (*context.brief.rule_helpful)[i];
    const int harmful = (*context.brief.rule_harmful)[i];
    return harmful > helpful
               ? ""
               : "the rule did no more harm than good (helpful " + std::to_string(helpful) +
                     ", harmful " + std::to_string(harmful) + ")";
  }
  return "no rule has this id";
}

/// The levels that stay when `edit.level` goes.
std::vector<std::string> KeptLevels(const ParameterSpace& box, std::size_t parameter,
                                    const std::string& dropped) {
  std::vector<std::string> kept;
  for (std::size_t level : box.allowed_levels(parameter)) {
    const std::string& name = box.parameters()[parameter].levels[level];
    if (name != dropped) kept.push_back(name);
  }
  return kept;
}

/// A tightening has repeated failures behind it, whose direction it takes.
std::string CheckFailures(SkillEdit* edit, const SkillContext& context) {
  const FailureDirection* failure = nullptr;
  for (const FailureDirection& candidate : context.failures) {
    if (candidate.parameter == edit->parameter && candidate.level == edit->level &&
        (failure == nullptr || candidate.p_value < failure->p_value)) {
      failure = &candidate;
    }
  }
  if (failure == nullptr) return "no repeated failures were found for this parameter";
  edit->direction = failure->direction;
  const auto supported =
      std::count_if(edit->evidence.begin(), edit->evidence.end(), [&](std::int64_t id) {
        return std::find(failure->evidence.begin(), failure->evidence.end(), id) !=
               failure->evidence.end();
      });
  if (static_cast<std::size_t>(supported) < kRepeatedFailures) {
    return "its evidence names fewer than three failed trials";
  }
  return "";
}

/// Whatever is closed, production and the best trial stay inside.
std::string CheckWhatIsKept(const SkillEdit& edit, const SkillContext& context) {
  const ParameterSpace& root = context.brief.features->space();
  const std::size_t parameter = root.IndexOf(edit.parameter);
  const Parameter& info = root.parameters()[parameter];
  if (info.has_levels()) {
    if (edit.direction < 0 || edit.level.empty()) return "name the level to close";
    if (KeptLevels(*context.brief.box, parameter, edit.level).empty()) {
      return "nothing would be left";
    }
  } else if (!(edit.low >= 0.0 && edit.high <= 1.0 && edit.high - edit.low >= kMinKeptShare)) {
    return "the part to keep must lie in [0, 1] and hold at least a fifth of the range";
  } else if (edit.low <= 0.0 && edit.high >= 1.0) {
    return "it closes nothing";
  }
  std::vector<Configuration> kept = {root.Production()};
  if (context.best != nullptr) kept.push_back(*context.best->proposal.configuration);
  for (const Configuration& configuration : kept) {
    bool shut_out = false;
    if (info.has_levels()) {
      const double level = configuration.value(root.value_offset(parameter));
      shut_out = info.levels[static_cast<std::size_t>(std::lround(level))] == edit.level;
    } else {
      const std::vector<double> unit = root.Encode(configuration);
      for (std::size_t k = 0; k < info.dimension(); ++k) {
        const double u = unit[root.coordinate_offset(parameter) + k];
        shut_out = shut_out || u < edit.low || u > edit.high;
      }
    }
    if (shut_out) return "it would shut out production or the best trial";
  }
  return "";
}

}  // namespace

const char* ToString(EditKind kind) {
  switch (kind) {
    case EditKind::kAddRule:
      return "add_rule";
    case EditKind::kRemoveRule:
      return "remove_rule";
    case EditKind::kTighten:
      return "tighten";
    case EditKind::kWiden:
      return "widen";
  }
  return "unknown";
}

SkillEdit SkillEditFromReply(const Json& json) {
  SkillEdit edit;
  edit.kind = KindFromName(json["kind"].get<std::string>());
  edit.rule = SanitizeLine(json["rule"].get<std::string>(), 64);
  edit.parameter = SanitizeLine(json["parameter"].get<std::string>(), 200);
  edit.level = SanitizeLine(json["level"].get<std::string>(), 200);
  edit.metric = SanitizeLine(json["metric"].get<std::string>(), 200);
  const std::string direction = json["direction"].get<std::string>();
  edit.direction = direction == "up" ? 1 : direction == "down" ? -1 : 0;
  edit.low = json["low"].get<double>();
  edit.high = json["high"].get<double>();
  for (const Json& id : json["evidence"]) edit.evidence.push_back(id.get<std::int64_t>());
  edit.statement = SanitizeLine(json["statement"].get<std::string>(), 300);
  return edit;
}

Json ToJson(const SkillEdit& edit) {
  Json json;
  json["kind"] = ToString(edit.kind);
  json["rule"] = edit.rule;
  json["parameter"] = edit.parameter;
  json["level"] = edit.level;
  json["metric"] = edit.metric;
  json["direction"] = edit.direction;
  json["low"] = NumberToJson(edit.low);
  json["high"] = NumberToJson(edit.high);
  json["slope"] = NumberToJson(edit.slope);
  json["standard_error"] = NumberToJson(edit.standard_error);
  json["evidence"] = EvidenceToJson(edit.evidence);
  json["statement"] = edit.statement;
  return json;
}

SkillEdit SkillEditFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  SkillEdit edit;
  edit.kind = KindFromName(reader.OneOf("kind", {"add_rule", "remove_rule", "tighten", "widen"}));
  edit.rule = reader.String("rule");
  edit.parameter = reader.String("parameter");
  edit.level = reader.String("level");
  edit.metric = reader.String("metric");
  edit.direction = static_cast<int>(reader.Integer("direction", {-1, 1}));
  edit.low = NumberFromJson(reader.Value("low"), reader.PathOf("low"));
  edit.high = NumberFromJson(reader.Value("high"), reader.PathOf("high"));
  edit.slope = NumberFromJson(reader.Value("slope"), reader.PathOf("slope"));
  edit.standard_error =
      NumberFromJson(reader.Value("standard_error"), reader.PathOf("standard_error"));
  edit.evidence = EvidenceFromJson(reader.Value("evidence"), reader.PathOf("evidence"));
  edit.statement = reader.String("statement");
  reader.Finish();
  return edit;
}

std::string CheckEdit(SkillEdit* edit, const SkillContext& context) {
  for (std::int64_t id : edit->evidence) {
    const bool exists = std::any_of(context.arms.begin(), context.arms.end(),
                                    [id](const Trial* trial) { return trial->id == id; });
    if (!exists) return "its evidence names trial " + std::to_string(id) + ", which does not exist";
  }
  const bool has_parameter = edit->kind != EditKind::kRemoveRule;
  if (has_parameter && !context.brief.features->space().Find(edit->parameter)) {
    return "unknown parameter";
  }
  std::string problem;
  if (edit->kind == EditKind::kAddRule || edit->kind == EditKind::kTighten) {
    if (edit->evidence.empty()) return "it names no evidence";
    problem = edit->kind == EditKind::kAddRule ? CheckPattern(edit, context)
                                               : CheckFailures(edit, context);
  }
  return problem.empty() ? CheckLanding(*edit, context) : problem;
}

std::string CheckLanding(const SkillEdit& edit, const SkillContext& context) {
  switch (edit.kind) {
    case EditKind::kAddRule:
      return CheckRoomForRule(edit, context);
    case EditKind::kRemoveRule:
      return CheckRemoveRule(edit, context);
    case EditKind::kTighten:
      return CheckWhatIsKept(edit, context);
    case EditKind::kWiden:
      break;
  }
  return context.brief.skill->FindTightening(edit.parameter) == nullptr
             ? "the parameter's range is not tightened"
             : "";
}

Skill ApplyEdit(const Skill& skill, const SkillEdit& edit, const SkillContext& context) {
  Skill edited = skill;
  const auto drop_tightening = [&] {
    std::erase_if(edited.tightenings,
                  [&](const Tightening& t) { return t.parameter == edit.parameter; });
  };
  switch (edit.kind) {
    case EditKind::kAddRule: {
      SkillRule rule;
      rule.id = edited.NextRuleId();
      rule.pattern = {edit.parameter,      edit.level,    edit.metric,   edit.slope,
                      edit.standard_error, edit.evidence, edit.statement};
      rule.author = "skill agent";
      rule.round = context.round;
      edited.rules.push_back(std::move(rule));
      break;
    }
    case EditKind::kRemoveRule:
      std::erase_if(edited.rules, [&](const SkillRule& rule) { return rule.id == edit.rule; });
      break;
    case EditKind::kTighten: {
      Tightening tightening;
      tightening.parameter = edit.parameter;
      const ParameterSpace& root = context.brief.features->space();
      const std::size_t parameter = root.IndexOf(edit.parameter);
      if (root.parameters()[parameter].has_levels()) {
        tightening.levels = KeptLevels(*context.brief.box, parameter, edit.level);
      } else {
        tightening.low = edit.low;
        tightening.high = edit.high;
      }
      tightening.reason = edit.statement;
      tightening.evidence = edit.evidence;
      tightening.author = "skill agent";
      tightening.round = context.round;
      drop_tightening();
      edited.tightenings.push_back(std::move(tightening));
      break;
    }
    case EditKind::kWiden:
      drop_tightening();
      break;
  }
  return edited;
}

std::string DescribeEdit(const SkillEdit& edit) {
  std::string text = ToString(edit.kind);
  if (edit.kind == EditKind::kRemoveRule) {
    text += " " + edit.rule;
  } else {
    text += " " + edit.parameter + (edit.level.empty() ? "" : " " + edit.level);
  }
  if (edit.kind == EditKind::kTighten && edit.level.empty()) {
    text += " to [" + FormatNumber(edit.low) + ", " + FormatNumber(edit.high) + "] of its range";
  }
  if (!edit.metric.empty()) text += " on " + edit.metric;
  return text + ": " + edit.statement + " (" + DescribeEvidence(edit.evidence) + ")";
}

}  // namespace rectune::agents
