// SPDX-License-Identifier: Apache-2.0
//
// HybridTuner: an optimiser and the agent loop on one budget (after Centaur, Ferreira et al., arXiv
// 2603.24647). Each round the agent fills a share of the arms and the optimiser the rest; both
// observe every trial, so the agent reads the optimiser's arms as history and the optimiser learns
// from the agent's. Every trial keeps its true source. Not a fallback: a slot that one of them
// cannot fill is lost, not passed on.
//
// The optimiser is injected: agents know none.
//
//   TunerEntry entry = HybridEntry(baselines::BaselineTable());   // in experiments
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/tuner.h"
#include "core/tuner_table.h"

namespace rectune::agents {

class HybridTuner : public Tuner {
 public:
  /// `share` of the arms is the agent's, carried over from round to round: never none of a round's
  /// and never all.
  HybridTuner(std::string name, TuningTask task, std::unique_ptr<Tuner> agent,
              std::unique_ptr<Tuner> optimiser, double share);

  const Tuner& agent() const { return *agent_; }
  const Tuner& optimiser() const { return *optimiser_; }

 private:
  int AgentArms(int arms) const;
  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  std::unique_ptr<Tuner> agent_;
  std::unique_ptr<Tuner> optimiser_;
  double share_;
};

/// "agent_hybrid": options `optimiser` (a name of `optimisers`), `optimiser_options`, `share` and
/// `agent` (the agent tuner's own options).
TunerEntry HybridEntry(const std::vector<TunerEntry>& optimisers);

}  // namespace rectune::agents
