// SPDX-License-Identifier: Apache-2.0
//
// AgentTable: the agent tuners that a spec can name. Each ablation is the full system with switches
// of agents/agent_options.h turned off, nothing else.
#pragma once

#include <vector>

#include "core/tuner_table.h"

namespace rectune::agents {

const std::vector<TunerEntry>& AgentTable();

}  // namespace rectune::agents
