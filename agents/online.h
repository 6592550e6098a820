// SPDX-License-Identifier: Apache-2.0
//
// The Online agent: turns a proposal into a deployable configuration, describes the A/B task as it
// passed review (agents/review.h), and afterwards says what the readout means. It runs no
// experiment itself (the study does) and knows no truth.
//
//   Json ab_task = AbTaskJson(task, round, proposals, reviews);
//   std::string line = DescribeReadout(task, trial, 0.05);
#pragma once

#include <string>
#include <vector>

#include "agents/feature_map.h"
#include "agents/review.h"
#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents {

/// One arm as it would be deployed: every parameter, grouped by stage.
Json DeployableConfiguration(const TuningTask& task, const Configuration& configuration);

/// The A/B task of one round: control, treatment arms with their review, traffic, horizon, what
/// decides.
Json AbTaskJson(const TuningTask& task, int round, const std::vector<Proposal>& proposals,
                const std::vector<ReviewDecision>& reviews);

/// One arm's readout in words: value, guardrails, and which of the objective's metrics moved
/// significantly (Benjamini-Hochberg q at most `level`).
std::string DescribeReadout(const TuningTask& task, const Trial& trial, double level);

}  // namespace rectune::agents
