// SPDX-License-Identifier: Apache-2.0
//
// What each agent knows when it is asked: the typed side of a prompt. A prompt shows exactly what
// its context holds, so a model that reads the context (agents/synthetic) knows no more than one
// that reads the text. The pointers live as long as the call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agents/feature_map.h"
#include "agents/pattern.h"
#include "agents/skillhub/skill.h"
#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents {

/// What stays the same within a round.
struct Brief {
  const TuningTask* task = nullptr;
  const FeatureMap* features = nullptr;
  const Skill* skill = nullptr;                    // null when the Skillhub is switched off
  const ParameterSpace* box = nullptr;             // the skill's search space, or the root
  const std::vector<int>* rule_helpful = nullptr;  // one a rule of `skill`
  const std::vector<int>* rule_harmful = nullptr;
  const std::vector<Notice>* notices = nullptr;  // what the task's owner has announced, or null
};

/// One proposal on its way from model text to an arm.
struct DraftProposal {
  int number = 0;  // 1-based, in the order of the reply
  std::string hypothesis;
  Json config;                                 // [{"param", "value"}] as the model gave it
  std::optional<Configuration> configuration;  // set when the validator passes it
  std::vector<std::string> reasons;            // why it does not
  std::string justification;                   // the Critic's
};

/// An arm that a review did not let through.
struct Refusal {
  Configuration configuration;
  int round = 0;
  std::string reason;
};

struct ActorContext {
  Brief brief;
  int round = 0;
  int proposals = 0;
  std::vector<const Trial*> elites;
  std::vector<const Trial*> history;  // ascending ids; production's entry is not among them
  std::vector<Pattern> patterns;
  std::vector<FailureDirection> failures;
  std::vector<std::string> rejections;  // of this round's earlier proposals, on a top-up
  std::vector<Refusal> refusals;        // by review, oldest first
};

struct CriticContext {
  const ActorContext* actor = nullptr;
  const std::vector<DraftProposal>* proposals = nullptr;  // those that are to be judged
  int keep = 0;                                           // arms to fill
};

/// "Making both moves changes `metric` by `effect` percent beyond what each does alone."
struct Interaction {
  std::string parameter;
  std::string level;  // categorical only
  std::string other;
  std::string other_level;
  std::string metric;
  double effect = 0.0;                 // percent, both moves whole
  double standard_error = 0.0;         // of effect
  std::vector<std::int64_t> evidence;  // trials that moved both
};

struct InsightContext {
  Brief brief;
  int round = 0;
  std::vector<Pattern> statistics;  // strongest first, computed from trials
  std::vector<FailureDirection> failures;
  std::vector<Interaction> interactions;
  std::vector<const Trial*> history;
  int max_patterns = 0;
};

struct SkillContext {
  Brief brief;
  int round = 0;
  std::vector<Pattern> patterns;
  std::vector<FailureDirection> failures;
  std::vector<const Trial*> history;  // as shown in the prompt
  std::vector<const Trial*> arms;     // all of them, for checks only: no model sees these
  const Trial* best = nullptr;        // best completed trial by lower bound, or null
  std::vector<Interaction> interactions;
  std::vector<std::string> rejected_edits;  // recent, with reasons
  int max_edits = 0;
  int max_tokens = 5000;  // of SKILL.md: it is read in every prompt
};

/// Prompt data shared by all roles: the task, its parameters, metrics and skill.
Json BriefData(const Brief& brief);
/// {"id", "round", "status", "changes", "value", "readings", "hypothesis"}: one trial, in words.
Json TrialData(const Brief& brief, const Trial& trial);
Json TrialListData(const Brief& brief, const std::vector<const Trial*>& trials);
Json PatternListData(const std::vector<Pattern>& patterns);
Json FailureListData(const Brief& brief, const std::vector<FailureDirection>& failures);

/// "ctr_weight 1 -> 1.4; fusion_form \"sum\" -> \"product\"", or "no change".
std::string DescribeChanges(const ParameterSpace& space, const Configuration& configuration);
/// "+0.42 +- 0.11" and guardrail breaches, for a completed trial; the status and reason otherwise.
std::string DescribeOutcome(const TuningTask& task, const Trial& trial);
/// The metrics the objective names, in its order, each once.
std::vector<std::string> ObjectiveMetrics(const Objective& objective);
/// {"metric": "lift +- se"} of the objective's metrics, in words.
std::string DescribeReadings(const TuningTask& task, const Trial& trial);

}  // namespace rectune::agents
