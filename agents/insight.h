// SPDX-License-Identifier: Apache-2.0
//
// The Insight agent. *Self-learning*: sensitivities of each metric to each move with their
// uncertainty, and directions that fail, computed from all trials; a model then states which of
// them matter, and what it states is kept only if trials support it. *Cross-learning*: a map over
// tasks, one reduce. Pruning and diversity are in agents/elite.h.
//
//   TrialStatistics statistics = ComputeStatistics(task, features, trials);
//   InsightReply reply = AskInsight(&client, context, sample);
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agents/context.h"
#include "agents/model_client.h"

namespace rectune::agents {

/// Sensitivities from a LiftModel with flat beliefs, strongest first, |slope| at least `min_z`
/// posterior standard deviations, at most `max_patterns`.
std::vector<Pattern> ComputeSensitivities(const TuningTask& task, const FeatureMap& features,
                                          const std::vector<const Trial*>& trials, double min_z,
                                          int max_patterns);

/// Moves after which arms failed (broke a guardrail, lost by two standard errors, or did not
/// complete) more often than arms at large: at least three failures and one-sided binomial p below
/// 0.1.
std::vector<FailureDirection> ComputeFailureDirections(const TuningTask& task,
                                                       const FeatureMap& features,
                                                       const std::vector<const Trial*>& trials);

struct InsightReply {
  std::vector<Pattern> patterns;         // numbers from the statistics, wording from the model
  std::vector<std::string> unsupported;  // claims that were dropped, and why
  AskResult ask;
};

InsightReply AskInsight(ModelClient* client, const InsightContext& context, int sample);

/// One task's patterns, for cross-learning.
struct TaskPatterns {
  std::string task;
  std::vector<Pattern> patterns;
};

/// A pattern that holds across tasks.
struct GlobalPattern {
  Pattern pattern;                 // slopes pooled by inverse variance; evidence is empty
  std::vector<std::string> tasks;  // those that support it
};

/// Map (each task's patterns as they are), then one reduce: moves of the same parameter, level and
/// metric that at least two tasks saw and all of them with the same sign.
std::vector<GlobalPattern> CrossLearn(std::span<const TaskPatterns> tasks);

}  // namespace rectune::agents
