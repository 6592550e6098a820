// SPDX-License-Identifier: Apache-2.0
//
// Slate: the proposals of one round on their way to arms, and what became of each. Internal to
// AgentTuner.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "agents/agent_tuner.h"
#include "agents/text.h"
#include "agents/validator.h"

namespace rectune::agents {

/// "r03-c1-p2": round, Actor call, proposal.
inline std::string ProposalId(int round, int sample, int number) {
  return "r" + RoundName(round).substr(6) + "-c" + std::to_string(sample + 1) + "-p" +
         std::to_string(number);
}

/// Proposals of one round on their way to arms.
struct AgentTuner::Slate {
  explicit Slate(Validator v) : validator(std::move(v)) {}

  struct Kept {
    DraftProposal draft;
    std::string memory_id;
    std::string check;
    std::string source;
  };

  Validator validator;
  std::vector<Kept> kept;
  std::vector<std::string> rejections;
  Json log = Json::array();  // every proposal and what became of it, for home/proposals
  int calls = 0;

  Json& LogOf(const std::string& id) {
    return *std::find_if(log.begin(), log.end(),
                         [&](const Json& entry) { return entry["id"] == id; });
  }
};

}  // namespace rectune::agents
