// SPDX-License-Identifier: Apache-2.0
//
// The sections of a round's transcript that say what the loop decided, beside the raw exchanges:
// launch, readout, insight, skill. Words only; the decisions are made in agents/agent_tuner.cc.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "agents/insight.h"
#include "agents/memory.h"
#include "agents/review.h"
#include "agents/skill_agent.h"
#include "agents/transcript.h"

namespace rectune::agents {

void ReportLaunch(const TuningTask& task, int round, const std::vector<Proposal>& proposals,
                  const std::vector<ReviewDecision>& reviews, Transcript* transcript);

/// One line an arm, and a table at the top of the page.
void ReportReadout(const TuningTask& task, const std::vector<const Trial*>& fresh,
                   Transcript* transcript);

void ReportInsight(const FeatureMap& features, const std::vector<Pattern>& patterns,
                   const std::vector<std::string>& unsupported,
                   const std::vector<FailureDirection>& failures, const AgentMemory& memory,
                   const std::vector<std::int64_t>& elites, Transcript* transcript);

void ReportSkill(const SkillRound& change, Transcript* transcript);

/// Calls and tokens of one round.
void ReportLedger(const Ledger& ledger, int round, Transcript* transcript);

}  // namespace rectune::agents
