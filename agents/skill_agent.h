// SPDX-License-Identifier: Apache-2.0
//
// The Skill agent: keeps one task's skill in a Skillhub. After each round it counts which rules
// helped and harmed, lets the gate judge the edits on trial, asks a model for new edits, and
// commits what lands. New skills across tasks: agents/skillhub/synthesis.h.
//
//   SkillAgent agent(task, features, initial_skill, options);
//   SkillRound round = agent.Evolve(&client, context_parts...);
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agents/gate.h"
#include "agents/model_client.h"
#include "agents/skillhub/skillhub.h"

namespace rectune::agents {

/// An edit that did not land. The latest are shown to the model, so that it does not repeat them.
struct RejectedEdit {
  int round = 0;
  std::string edit;
  std::string reason;
};

/// A rule that the gate let in and that is still watched: later arms that bear out the *opposite*,
/// by the gate's own test, undo it.
struct WatchedRule {
  PendingEdit opposite;
  std::string rule;    // its id
  std::string before;  // the version without it
  std::string after;   // the version that brought it
};

/// What one round did to the skill, for the transcript.
struct SkillRound {
  std::vector<std::string> landed;
  std::vector<std::string> waiting;
  std::vector<std::string> refused;
  std::vector<std::string> undone;
  std::vector<std::string> diff;
  std::string version_before;
  std::string version_after;
  AskResult ask;
};

class SkillAgent {
 public:
  struct Options {
    bool use_gate = true;
    GateOptions gate;
    int max_edits = 3;
  };
  SkillAgent(const TuningTask& task, const FeatureMap* features, const Skill& initial,
             Options options);

  const Skill& skill() const { return hub_.head(name_); }
  const ParameterSpace& box() const { return *box_; }
  const Skillhub& hub() const { return hub_; }
  const std::vector<int>& helpful() const { return helpful_; }
  const std::vector<int>& harmful() const { return harmful_; }
  const std::vector<PendingEdit>& pending() const { return pending_; }
  const std::vector<RejectedEdit>& rejected() const { return rejected_; }
  const std::vector<WatchedRule>& watched() const { return watched_; }

  /// `fresh`: the trials just read out. `context` lacks what this agent knows itself; it is filled
  /// in. `sample` tells repeated readouts of one round apart.
  SkillRound Evolve(ModelClient* client, const SkillContext& context,
                    const std::vector<const Trial*>& fresh, int sample);

  /// Counts which rules these trials bear out; for a skill that does not evolve (Evolve counts
  /// too).
  void CountRules(const std::vector<const Trial*>& fresh);

  /// The task's objective is another from `round` on: the skill says so in a new version.
  void TakeObjective(int round);

  /// The hub's folders, and beside each head's rules how often they helped and harmed.
  void WriteTo(const std::filesystem::path& directory) const;

  Json ToJson() const;
  void Restore(const Json& json, const std::string& path);

 private:
  void Land(const SkillEdit& edit, const SkillContext& context, const std::string& why,
            SkillRound* round);
  void Commit(const Skill& edited, const Provenance& provenance);
  /// Judges the watched rules; those whose opposite is borne out go, by rollback where nothing else
  /// has landed since.
  void Watch(const SkillContext& context, SkillRound* round);
  /// Runs `change` on the hub and keeps each remaining rule's counts.
  void Change(const std::function<void()>& change);
  SkillContext Complete(SkillContext context) const;

  const TuningTask& task_;
  const FeatureMap* features_;
  Options options_;
  std::string name_;
  Skillhub hub_;
  std::unique_ptr<ParameterSpace> box_;
  std::vector<int> helpful_;  // one a rule of the head
  std::vector<int> harmful_;
  std::vector<PendingEdit> pending_;
  std::vector<RejectedEdit> rejected_;  // oldest first, bounded
  std::vector<WatchedRule> watched_;
};

}  // namespace rectune::agents
