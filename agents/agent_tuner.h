// SPDX-License-Identifier: Apache-2.0
//
// AgentTuner: AgenticRecTune as a Tuner (arXiv 2604.26969). A round is
//
//   Actor -> parse and repair -> validator -> Critic -> top-up -> Online (deploy)   in Propose
//   Online (read out) -> memory -> Insight -> Skill                                 in Observe
//
// Any of Critic, validator, Insight and Skillhub can be switched off, and an offline proxy may rank
// proposals in the Critic's place (agents/agent_options.h). A
// slot that no usable proposal fills becomes an invalid arm and is charged: nothing is substituted.
// What it leaves under its home is for people and is derived from the history and its state.
//
//   AgentTuner tuner("agent", task, options, std::make_unique<SyntheticModel>(...), home);
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "agents/actor.h"
#include "agents/agent_options.h"
#include "agents/critic.h"
#include "agents/feature_map.h"
#include "agents/insight.h"
#include "agents/ledger.h"
#include "agents/memory.h"
#include "agents/model_client.h"
#include "agents/review.h"
#include "agents/skill_agent.h"
#include "agents/transcript.h"
#include "core/tuner.h"
#include "core/tuner_table.h"

namespace rectune::agents {

class AgentTuner : public Tuner {
 public:
  /// ConfigError when the prompts or the skill that `options` names cannot be used.
  AgentTuner(std::string name, TuningTask task, AgentOptions options,
             std::unique_ptr<ChatModel> model, TunerHome home);
  ~AgentTuner() override;

  const AgentMemory& memory() const { return memory_; }
  const Ledger& ledger() const { return ledger_; }
  /// Null when the Skillhub is off.
  const SkillAgent* skill_agent() const { return skill_agent_.get(); }
  const std::vector<Pattern>& patterns() const { return patterns_; }

 private:
  struct Slate;  // the proposals of one round on their way to arms

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  Brief MakeBrief() const;
  /// All observed arms, oldest first, production's own entry left out.
  std::vector<const Trial*> Arms() const;
  /// The most recent of them, as many as a prompt shows.
  std::vector<const Trial*> ShownArms(const std::vector<const Trial*>& arms) const;
  /// Penalised objective value; minus infinity for an arm that was not read out.
  double Value(const Trial& trial) const;
  ActorContext MakeActorContext(int round) const;
  void FillSlate(int round, int sample, int missing, Slate* slate);
  bool chooses() const { return options_.critic || options_.spare || options_.proxy; }
  /// Keeps the candidates in the order of an offline proxy's estimate.
  void RankByProxy(std::vector<DraftProposal>* candidates, std::vector<std::string>* checks);
  void JudgeBy(const ActorContext& context, int sample, int missing, Slate* slate,
               std::vector<DraftProposal>* candidates);
  std::vector<Proposal> Launch(int round, int arms, Slate* slate);
  void SelectElites(const std::vector<const Trial*>& arms);
  void Learn(int round, const std::vector<const Trial*>& fresh);
  void FinishTranscript(int round);
  /// Skills and memory as files for people; rebuilt on Restore.
  void WriteDerivedFiles() const;

  AgentOptions options_;
  std::unique_ptr<ChatModel> model_;
  TunerHome home_;
  FeatureMap features_;
  PromptLibrary prompts_;
  Ledger ledger_;
  ModelClient client_;
  Reviewer reviewer_;
  AgentMemory memory_;
  std::unique_ptr<SkillAgent> skill_agent_;
  std::vector<Pattern> patterns_;
  std::vector<FailureDirection> failures_;
  std::vector<std::int64_t> elites_;  // trial ids
  int proxy_evaluations_ = 0;
  int readouts_in_round_ = 0;
  Transcript transcript_;
};

}  // namespace rectune::agents
