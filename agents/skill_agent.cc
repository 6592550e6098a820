// SPDX-License-Identifier: Apache-2.0
#include "agents/skill_agent.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "agents/derived_file.h"
#include "agents/interaction.h"
#include "agents/text.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr double kFollowed = 0.02;  // share of the range that counts as following a rule
constexpr std::size_t kShownRejections = 6;
constexpr std::size_t kKeptRejections = 60;  // the state is saved every round

Json RejectedJson(const std::vector<RejectedEdit>& rejected) {
  Json json = Json::array();
  for (const RejectedEdit& edit : rejected) {
    json.push_back({{"round", edit.round}, {"edit", edit.edit}, {"reason", edit.reason}});
  }
  return json;
}

}  // namespace

SkillAgent::SkillAgent(const TuningTask& task, const FeatureMap* features, const Skill& initial,
                       Options options)
    : task_(task),
      features_(features),
      options_(options),
      name_(initial.name),
      hub_(task.space),
      helpful_(initial.rules.size(), 0),
      harmful_(initial.rules.size(), 0) {
  box_ = std::make_unique<ParameterSpace>(initial.Apply(*task.space));
  hub_.Commit(initial, {0, "task", "created"});
}

void SkillAgent::CountRules(const std::vector<const Trial*>& fresh) {
  const std::vector<SkillRule>& rules = skill().rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const Pattern& claim = rules[i].pattern;
    const Move* move = features_->FindMove(claim.parameter, claim.level);
    const std::optional<std::size_t> metric = task_.metrics->Find(claim.metric);
    if (move == nullptr || !metric) continue;  // an imported rule may speak of another task
    for (const Trial* trial : fresh) {
      if (trial->status != TrialStatus::kCompleted) continue;
      const double along = features_->Along(*move, features_->Of(*trial->proposal.configuration));
      if (std::abs(along) <= kFollowed) continue;
      const MetricReading& reading = trial->measurement.readings[*metric];
      if (std::abs(reading.lift) <= reading.standard_error) continue;
      const bool as_claimed = reading.lift * along * claim.slope > 0.0;
      ++(as_claimed ? helpful_ : harmful_)[i];
    }
  }
}

SkillContext SkillAgent::Complete(SkillContext context) const {
  context.brief.skill = &skill();
  context.brief.box = box_.get();
  context.brief.rule_helpful = &helpful_;
  context.brief.rule_harmful = &harmful_;
  const std::size_t shown = std::min(rejected_.size(), kShownRejections);
  for (auto edit = rejected_.end() - static_cast<std::ptrdiff_t>(shown); edit != rejected_.end();
       ++edit) {
    context.rejected_edits.push_back(edit->edit + "; refused: " + edit->reason);
  }
  context.max_edits = options_.max_edits;
  return context;
}

void SkillAgent::Change(const std::function<void()>& change) {
  std::map<std::string, std::pair<int, int>> counts;
  for (std::size_t i = 0; i < skill().rules.size(); ++i) {
    counts[skill().rules[i].id] = {helpful_[i], harmful_[i]};
  }
  change();
  helpful_.clear();
  harmful_.clear();
  for (const SkillRule& rule : skill().rules) {
    helpful_.push_back(counts[rule.id].first);
    harmful_.push_back(counts[rule.id].second);
  }
  box_ = std::make_unique<ParameterSpace>(skill().Apply(*task_.space));
}

void SkillAgent::Commit(const Skill& edited, const Provenance& provenance) {
  Change([&] { hub_.Commit(edited, provenance); });
}

void SkillAgent::TakeObjective(int round) {
  Skill edited = skill();
  edited.north_stars = SkillForTask(task_).north_stars;
  Commit(edited, {round, "task", "objective shift"});
}

void SkillAgent::Watch(const SkillContext& context, SkillRound* round) {
  std::vector<WatchedRule> still_watched;
  for (WatchedRule& watched : watched_) {
    const std::vector<SkillRule>& rules = skill().rules;
    const bool is_there = std::any_of(
        rules.begin(), rules.end(), [&](const SkillRule& rule) { return rule.id == watched.rule; });
    if (!is_there) continue;
    const GateVerdict verdict =
        JudgeEdit(&watched.opposite, context.round, task_, *features_, context.arms, options_.gate);
    if (verdict.decision == GateDecision::kWait) {
      still_watched.push_back(std::move(watched));
    } else if (verdict.decision == GateDecision::kLand) {
      const std::string why =
          "later arms bear out the opposite of " + watched.rule + ": " + verdict.explanation;
      if (hub_.head_id(name_) == watched.after) {
        Change([&] { hub_.Rollback(name_, watched.before, context.round, why); });
      } else {
        Skill without = skill();
        std::erase_if(without.rules,
                      [&](const SkillRule& rule) { return rule.id == watched.rule; });
        Commit(without, {context.round, "skill agent", "undone: " + why});
      }
      round->undone.push_back(why);
    }
  }
  watched_ = std::move(still_watched);
}

void SkillAgent::Land(const SkillEdit& edit, const SkillContext& context, const std::string& why,
                      SkillRound* round) {
  const std::string line = DescribeEdit(edit) + (why.empty() ? "" : "; gate: " + why);
  const std::string before = hub_.head_id(name_);
  Commit(ApplyEdit(skill(), edit, context), {context.round, "skill agent", line});
  if (options_.use_gate && edit.kind == EditKind::kAddRule) {
    SkillEdit opposite = edit;
    opposite.direction = -edit.direction;
    std::int64_t cutoff = 0;
    for (const Trial* trial : context.arms) cutoff = std::max(cutoff, trial->id);
    watched_.push_back({{std::move(opposite), context.round, cutoff, 0, 0},
                        skill().rules.back().id,
                        before,
                        hub_.head_id(name_)});
  }
  round->landed.push_back(line);
}

SkillRound SkillAgent::Evolve(ModelClient* client, const SkillContext& context,
                              const std::vector<const Trial*>& fresh, int sample) {
  SkillRound round;
  const Skill before = skill();
  round.version_before = hub_.head_id(name_);
  CountRules(fresh);
  Watch(context, &round);
  const auto refuse = [&](const SkillEdit& edit, const std::string& why) {
    rejected_.push_back({context.round, DescribeEdit(edit), why});
    if (rejected_.size() > kKeptRejections) rejected_.erase(rejected_.begin());
    round.refused.push_back(rejected_.back().edit + "; refused: " + why);
  };

  std::vector<PendingEdit> still_pending;
  for (PendingEdit& pending : pending_) {
    const GateVerdict verdict =
        JudgeEdit(&pending, context.round, task_, *features_, context.arms, options_.gate);
    if (verdict.decision == GateDecision::kWait) {
      round.waiting.push_back(DescribeEdit(pending.edit) + "; gate: " + verdict.explanation);
      still_pending.push_back(std::move(pending));
    } else if (verdict.decision == GateDecision::kDrop) {
      refuse(pending.edit, verdict.explanation);
    } else {
      // What was sound when the edit was made may not be so now (the best trial has moved, say).
      const SkillContext now = Complete(context);
      const std::string problem = CheckLanding(pending.edit, now);
      if (problem.empty()) {
        Land(pending.edit, now, verdict.explanation, &round);
      } else {
        refuse(pending.edit, problem);
      }
    }
  }
  pending_ = std::move(still_pending);

  const SkillContext asked = Complete(context);
  Json data = BriefData(asked.brief);
  data["patterns"] = PatternListData(asked.patterns);
  data["failures"] = FailureListData(asked.brief, asked.failures);
  data["interactions"] = InteractionListData(asked.brief, asked.interactions);
  data["has_interactions"] = !asked.interactions.empty();
  data["history"] = TrialListData(asked.brief, asked.history);
  data["has_best"] = asked.best != nullptr;
  data["best"] = asked.best != nullptr ? TrialData(asked.brief, *asked.best) : Json(false);
  data["rejected_edits"] = asked.rejected_edits;
  data["has_rejected_edits"] = !asked.rejected_edits.empty();
  data["round"] = asked.round;
  data["max_edits"] = asked.max_edits;
  round.ask =
      client->Ask(AgentRole::kSkill, asked.round, sample, std::move(data), SkillSchema(), &asked);
  if (round.ask.value) {
    int taken = 0;
    for (const Json& json : (*round.ask.value)["edits"]) {
      SkillEdit edit = SkillEditFromReply(json);
      if (taken++ == options_.max_edits) break;
      const SkillContext now = Complete(context);
      std::string problem = CheckEdit(&edit, now);
      const bool on_trial =
          std::any_of(pending_.begin(), pending_.end(), [&](const PendingEdit& p) {
            return p.edit.kind == edit.kind && p.edit.parameter == edit.parameter &&
                   p.edit.level == edit.level && p.edit.metric == edit.metric;
          });
      if (problem.empty() && on_trial) problem = "the same edit is on trial already";
      if (!problem.empty()) {
        refuse(edit, problem);
      } else if (options_.use_gate &&
                 (edit.kind == EditKind::kAddRule || edit.kind == EditKind::kTighten)) {
        std::int64_t cutoff = 0;
        for (const Trial* trial : context.arms) cutoff = std::max(cutoff, trial->id);
        pending_.push_back({edit, context.round, cutoff, 0, 0});
        round.waiting.push_back(DescribeEdit(edit) + "; gate: on trial from the next round on");
      } else {
        // Removing a rule or widening only gives back what was closed: no gate.
        Land(edit, now, "", &round);
      }
    }
  }
  round.version_after = hub_.head_id(name_);
  round.diff = DiffSkills(before, skill());
  return round;
}

void SkillAgent::WriteTo(const std::filesystem::path& directory) const {
  hub_.WriteTo(directory);
  Json counts = Json::object();
  for (std::size_t i = 0; i < skill().rules.size(); ++i) {
    counts[skill().rules[i].id]["helpful"] = helpful_[i];
    counts[skill().rules[i].id]["harmful"] = harmful_[i];
  }
  WriteDerivedFile(directory / name_ / "references" / "rule_counts.json", DumpPretty(counts));
  WriteDerivedFile(directory / ".versions" / "rejected.json", DumpPretty(RejectedJson(rejected_)));
}

Json SkillAgent::ToJson() const {
  Json json;
  json["name"] = name_;
  json["hub"] = hub_.ToJson();
  json["helpful"] = helpful_;
  json["harmful"] = harmful_;
  json["pending"] = Json::array();
  for (const PendingEdit& pending : pending_) json["pending"].push_back(agents::ToJson(pending));
  json["rejected_edits"] = RejectedJson(rejected_);
  json["watched"] = Json::array();
  for (const WatchedRule& watched : watched_) {
    json["watched"].push_back({{"opposite", agents::ToJson(watched.opposite)},
                               {"rule", watched.rule},
                               {"before", watched.before},
                               {"after", watched.after}});
  }
  return json;
}

void SkillAgent::Restore(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  name_ = reader.String("name");
  hub_ = Skillhub::FromJson(reader.Value("hub"), reader.PathOf("hub"), task_.space);
  if (!hub_.Has(name_)) throw ConfigError(reader.PathOf("name"), name_, "a head of the hub");
  const auto counts = [&](const char* key) {
    std::vector<int> values;
    for (double value : reader.Numbers(key, {0.0, 1e9})) values.push_back(static_cast<int>(value));
    if (values.size() != skill().rules.size()) {
      throw ConfigError(reader.PathOf(key), std::to_string(values.size()) + " counts",
                        "one a rule");
    }
    return values;
  };
  helpful_ = counts("helpful");
  harmful_ = counts("harmful");
  pending_.clear();
  reader.ForEach("pending", [&](const Json& element, const std::string& where) {
    pending_.push_back(PendingEditFromJson(element, where));
  });
  rejected_.clear();
  reader.ForEach("rejected_edits", [&](const Json& element, const std::string& where) {
    ObjectReader edit(element, where);
    rejected_.push_back({static_cast<int>(edit.Integer("round", {0, 1000000})), edit.String("edit"),
                         edit.String("reason")});
    edit.Finish();
  });
  watched_.clear();
  reader.ForEach("watched", [&](const Json& element, const std::string& where) {
    ObjectReader watched(element, where);
    watched_.push_back({PendingEditFromJson(watched.Value("opposite"), where + "/opposite"),
                        watched.String("rule"), watched.String("before"), watched.String("after")});
    watched.Finish();
    for (const std::string& version : {watched_.back().before, watched_.back().after}) {
      if (hub_.Find(version) != nullptr) continue;
      throw ConfigError(where, '"' + version + '"', "a version of the hub");
    }
  });
  reader.Finish();
  box_ = std::make_unique<ParameterSpace>(skill().Apply(*task_.space));
}

}  // namespace rectune::agents
