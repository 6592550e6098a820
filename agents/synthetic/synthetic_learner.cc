// SPDX-License-Identifier: Apache-2.0
//
// The roles that learn: Insight states which sensitivities matter, Skill turns them into edits.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "agents/synthetic/synthetic_roles.h"

namespace rectune::agents {
namespace {

constexpr double kRuleEvidence = 2.5;  // posterior standard deviations before it writes a rule
constexpr double kMargin = 0.05;       // share of the range kept beyond what is known to be good
constexpr double kEdge = 0.02;         // this near to a limit, a good trial presses against it

std::string Advice(const FeatureMap& features, const Pattern& pattern) {
  const Move* move = features.FindMove(pattern.parameter, pattern.level);
  const std::string up = move == nullptr ? "raise " + pattern.parameter
                                         : features.Describe(*move, pattern.direction());
  return "If " + pattern.metric + " has to go up, " + up + ".";
}

Json Edit(const char* kind) {
  Json edit;
  edit["kind"] = kind;
  edit["rule"] = "";
  edit["parameter"] = "";
  edit["level"] = "";
  edit["metric"] = "";
  edit["direction"] = "";
  edit["low"] = 0;
  edit["high"] = 0;
  edit["evidence"] = Json::array();
  edit["statement"] = "";
  return edit;
}

/// The interval of a parameter's root coordinates that a configuration occupies.
std::pair<double, double> Extent(const ParameterSpace& root, std::size_t parameter,
                                 const Configuration& configuration) {
  const std::vector<double> unit = root.Encode(configuration);
  const auto first = unit.begin() + static_cast<std::ptrdiff_t>(root.coordinate_offset(parameter));
  const auto last = first + static_cast<std::ptrdiff_t>(root.parameters()[parameter].dimension());
  return {*std::min_element(first, last), *std::max_element(first, last)};
}

void AddTightenings(const SkillContext& context, Json* edits) {
  const ParameterSpace& root = context.brief.features->space();
  for (const FailureDirection& failure : context.failures) {
    const std::optional<std::size_t> parameter = root.Find(failure.parameter);
    if (!parameter) continue;
    Json edit = Edit("tighten");
    edit["parameter"] = failure.parameter;
    edit["level"] = failure.level;
    edit["evidence"] = EvidenceToJson(failure.evidence);
    edit["statement"] = std::to_string(failure.failures) + " of " + std::to_string(failure.trials) +
                        " arms that went this way failed";
    if (!root.parameters()[*parameter].has_levels()) {
      // Keep what production and the best trial use; close from halfway to the mildest failure.
      auto [low, high] = Extent(root, *parameter, root.Production());
      if (context.best != nullptr) {
        const auto [best_low, best_high] =
            Extent(root, *parameter, *context.best->proposal.configuration);
        low = std::min(low, best_low);
        high = std::max(high, best_high);
      }
      double mildest = failure.direction > 0 ? 1.0 : 0.0;
      for (const Trial* trial : context.history) {
        const bool failed = std::find(failure.evidence.begin(), failure.evidence.end(),
                                      trial->id) != failure.evidence.end();
        if (!failed || !trial->proposal.configuration) continue;
        const auto [trial_low, trial_high] =
            Extent(root, *parameter, *trial->proposal.configuration);
        mildest =
            failure.direction > 0 ? std::min(mildest, trial_high) : std::max(mildest, trial_low);
      }
      const Tightening* now = context.brief.skill->FindTightening(failure.parameter);
      double keep_low = now == nullptr ? 0.0 : now->low;
      double keep_high = now == nullptr ? 1.0 : now->high;
      if (failure.direction > 0) {
        keep_high = std::min(keep_high, std::max(0.5 * (high + mildest), high + kMargin));
      } else {
        keep_low = std::max(keep_low, std::min(0.5 * (low + mildest), low - kMargin));
      }
      if (keep_high - keep_low < 0.2 || (keep_low <= 0.0 && keep_high >= 1.0)) continue;
      if (now != nullptr && keep_low <= now->low && keep_high >= now->high) continue;
      edit["low"] = std::round(keep_low * 1000.0) / 1000.0;
      edit["high"] = std::round(keep_high * 1000.0) / 1000.0;
    } else if (failure.direction < 0 || failure.level.empty()) {
      continue;
    }
    edits->push_back(std::move(edit));
  }
}

void AddWidenings(const SkillContext& context, Json* edits) {
  if (context.best == nullptr) return;
  const ParameterSpace& root = context.brief.features->space();
  for (const Tightening& tightening : context.brief.skill->tightenings) {
    if (!tightening.levels.empty()) continue;
    const auto [low, high] =
        Extent(root, root.IndexOf(tightening.parameter), *context.best->proposal.configuration);
    const bool presses = (tightening.low > 0.0 && low - tightening.low < kEdge) ||
                         (tightening.high < 1.0 && tightening.high - high < kEdge);
    if (!presses) continue;
    Json edit = Edit("widen");
    edit["parameter"] = tightening.parameter;
    edit["evidence"].push_back(context.best->id);
    edit["statement"] = "the best trial presses against the limit";
    edits->push_back(std::move(edit));
  }
}

}  // namespace

Json PlayInsight(const InsightContext& context, const SyntheticCall& call) {
  // Without comparing trials there is nothing to state.
  const int depth = call.options.reasoning_depth;
  const int most = depth == 0 ? 0 : depth == 1 ? 2 : context.max_patterns;
  Json patterns = Json::array();
  for (const Pattern& statistic : context.statistics) {
    if (static_cast<int>(patterns.size()) >= std::min(most, context.max_patterns)) break;
    RandomStream stream = call.Stream(patterns.size());
    const bool wrong_sign = stream.Uniform() < call.options.wrong_sign_rate;
    const bool unknown = stream.Uniform() < call.options.unknown_parameter_rate;
    Pattern claim = statistic;
    if (wrong_sign) claim.slope = -claim.slope;
    Json pattern;
    pattern["parameter"] = claim.parameter + (unknown ? "_scale" : "");
    pattern["level"] = claim.level;
    pattern["metric"] = claim.metric;
    pattern["direction"] = claim.direction() > 0 ? "up" : "down";
    pattern["evidence"] = EvidenceToJson(claim.evidence);
    pattern["statement"] = Advice(*context.brief.features, claim);
    patterns.push_back(std::move(pattern));
  }
  Json reply;
  reply["patterns"] = std::move(patterns);
  return reply;
}

Json PlaySkill(const SkillContext& context, const SyntheticCall& call) {
  Json edits = Json::array();
  if (call.options.reasoning_depth >= 1) {
    const std::vector<SkillRule>& rules = context.brief.skill->rules;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      const int helpful = (*context.brief.rule_helpful)[i];
      const int harmful = (*context.brief.rule_harmful)[i];
      if (harmful <= helpful + 1) continue;
      Json edit = Edit("remove_rule");
      edit["rule"] = rules[i].id;
      edit["statement"] = "it misled more often than it helped";
      edits.push_back(std::move(edit));
    }
    AddWidenings(context, &edits);
    AddTightenings(context, &edits);
    for (const Pattern& pattern : context.patterns) {
      const bool known = std::any_of(rules.begin(), rules.end(), [&](const SkillRule& rule) {
        return rule.pattern.parameter == pattern.parameter && rule.pattern.level == pattern.level &&
               rule.pattern.metric == pattern.metric;
      });
      if (known || std::abs(pattern.slope) < kRuleEvidence * pattern.standard_error) continue;
      Json edit = Edit("add_rule");
      edit["parameter"] = pattern.parameter;
      edit["level"] = pattern.level;
      edit["metric"] = pattern.metric;
      edit["direction"] = pattern.direction() > 0 ? "up" : "down";
      edit["evidence"] = EvidenceToJson(pattern.evidence);
      edit["statement"] = pattern.statement;
      edits.push_back(std::move(edit));
    }
  }
  Json reply;
  reply["edits"] = Json::array();
  for (const Json& edit : edits) {
    if (static_cast<int>(reply["edits"].size()) == context.max_edits) break;
    reply["edits"].push_back(edit);
  }
  return reply;
}

}  // namespace rectune::agents
