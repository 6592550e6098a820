// SPDX-License-Identifier: Apache-2.0
//
// The Online agent: turns a proposal into a deployable configuration, describes the A/B task,
// passes it through review, and afterwards says what the readout means. It runs no experiment
// itself (the study does) and knows no truth.
//
//   AbTask ab = DescribeAbTask(task, round, proposals);
//   ReviewDecision decision = AutoReview(ab, arm);
#pragma once

#include <string>
#include <vector>

#include "agents/feature_map.h"
#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents {

/// Who decides whether an arm may be launched.
enum class ReviewPolicy { kAuto };

struct ReviewDecision {
  bool approved = false;
  std::string reviewer;
  std::string reason;
};

/// One arm as it would be deployed: every parameter, grouped by stage.
Json DeployableConfiguration(const TuningTask& task, const Configuration& configuration);

/// The A/B task of one round: control, treatment arms, traffic, horizon, what decides.
Json AbTaskJson(const TuningTask& task, int round, const std::vector<Proposal>& proposals);

/// kAuto approves whatever is deployable, and says so.
ReviewDecision Review(ReviewPolicy policy, const Proposal& proposal);

/// One arm's readout in words: value, guardrails, and which of the objective's metrics moved
/// significantly (Benjamini-Hochberg q at most `level`).
std::string DescribeReadout(const TuningTask& task, const Trial& trial, double level);

}  // namespace rectune::agents
