// SPDX-License-Identifier: Apache-2.0
#include "agents/table.h"

#include <memory>
#include <string>
#include <utility>

#include "agents/agent_options.h"
#include "agents/agent_tuner.h"
#include "agents/models/model_options.h"

namespace rectune::agents {
namespace {

constexpr char kPaper[] = "AgenticRecTune (arXiv 2604.26969) over a synthetic model";

TunerEntry Entry(const std::string& name, std::string summary, const AgentOptions& defaults,
                 const char* source = kPaper) {
  TunerEntry entry;
  entry.name = name;
  entry.summary = std::move(summary);
  entry.source = source;
  entry.is_agent = true;
  entry.is_stand_in = true;
  entry.make = [name, defaults](const TuningTask& task, const Json& options,
                                const std::string& path, const TunerHome& home) {
    const AgentOptions parsed = AgentOptionsFromJson(options, path, defaults);
    auto model = MakeModel(parsed.model, {name, task.seed, options});
    return std::make_unique<AgentTuner>(name, task, parsed, std::move(model), home);
  };
  entry.model_asked = ModelAsked;
  entry.folders = {"/skill", "/prompts"};
  entry.why_unsuited = [](const TuningTask&) { return std::string(); };
  return entry;
}

AgentOptions Without(bool AgentOptions::*agent) {
  AgentOptions options;
  options.*agent = false;
  return options;
}

AgentOptions ValidatorOnly() {
  AgentOptions options;
  options.critic = false;
  options.spare = true;
  return options;
}

AgentOptions Opro() {
  AgentOptions options;
  options.critic = false;
  options.validator = false;
  options.insight = false;
  options.skillhub = false;
  options.history_only = true;
  options.history_shown = 20;
  return options;
}

AgentOptions TwoRung() {
  AgentOptions options;
  options.critic = false;
  options.proxy = true;
  options.proposals_per_arm = 4;  // offline looks are cheap
  return options;
}

AgentOptions SingleAgent() {
  AgentOptions options;
  options.critic = false;
  options.insight = false;
  options.skillhub = false;
  return options;
}

}  // namespace

const std::vector<TunerEntry>& AgentTable() {
  static const std::vector<TunerEntry> table = {
      Entry("agent", "five agents, memory and gated Skillhub", AgentOptions{}),
      Entry("agent_single", "one agent: Actor and validator, no Critic, Insight or Skillhub",
            SingleAgent()),
      Entry("agent_no_critic", "the agent loop without the Critic", Without(&AgentOptions::critic)),
      Entry("agent_validator_only",
            "the validator in the Critic's place: as many proposals, the first that pass",
            ValidatorOnly()),
      Entry("agent_no_validator", "the agent loop without the deterministic validator",
            Without(&AgentOptions::validator)),
      Entry("agent_no_insight", "the agent loop without the Insight agent",
            Without(&AgentOptions::insight)),
      Entry("agent_no_skillhub", "the agent loop without a Skillhub",
            Without(&AgentOptions::skillhub)),
      Entry("agent_no_gate", "the agent loop with ungated skill edits, as in the paper",
            Without(&AgentOptions::gate)),
      Entry("agent_frozen_skills", "the agent loop with its skill as given, learning nothing",
            Without(&AgentOptions::evolve)),
      Entry("agent_opro", "one prompt of the best trials and their scores, nothing else", Opro(),
            "OPRO (arXiv 2309.03409) over a synthetic model"),
      Entry("agent_two_rung", "a cheap biased proxy screens proposals, the A/B test decides",
            TwoRung(), "after arXiv 2602.10226, over a synthetic model"),
  };
  return table;
}

}  // namespace rectune::agents
