// SPDX-License-Identifier: Apache-2.0
//
// AgentTable: the agent tuners that a spec can name. Each ablation is the full system with switches
// of agents/agent_options.h turned, nothing else. agent_hybrid needs an optimiser, which agents do
// not know: experiments makes its entry (agents/hybrid_tuner.h).
#pragma once

#include <vector>

#include "core/tuner_table.h"

namespace rectune::agents {

const std::vector<TunerEntry>& AgentTable();

}  // namespace rectune::agents
