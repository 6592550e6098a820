// SPDX-License-Identifier: Apache-2.0
#include "agents/hybrid_tuner.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/table.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr char kName[] = "agent_hybrid";

}  // namespace

HybridTuner::HybridTuner(std::string name, TuningTask task, std::unique_ptr<Tuner> agent,
                         std::unique_ptr<Tuner> optimiser, double share)
    : Tuner(std::move(name), std::move(task)),
      agent_(std::move(agent)),
      optimiser_(std::move(optimiser)),
      share_(share) {
  RECTUNE_CHECK(agent_ != nullptr && optimiser_ != nullptr, "a hybrid has two halves");
  RECTUNE_CHECK(share_ > 0.0 && share_ < 1.0, "a share lies between none and all");
}

int HybridTuner::AgentArms(int arms) const {
  // Rounded as a running total, so that the share holds over the campaign.
  const double before = std::floor(share_ * arms * proposed_rounds() + 0.5);
  const double after = std::floor(share_ * arms * (proposed_rounds() + 1) + 0.5);
  return std::clamp(static_cast<int>(after - before), 1, arms - 1);
}

std::vector<Proposal> HybridTuner::DoPropose(int arms) {
  RECTUNE_CHECK(arms >= 2, "a hybrid shares at least two arms");
  const int of_agent = AgentArms(arms);
  std::vector<Proposal> proposals = agent_->Propose(of_agent);
  for (Proposal& proposal : optimiser_->Propose(arms - of_agent)) {
    proposals.push_back(std::move(proposal));
  }
  return proposals;
}

void HybridTuner::DoObserve(std::span<const Trial> trials) {
  agent_->Observe(trials);
  optimiser_->Observe(trials);
}

void HybridTuner::DoTakeNotice(const Notice& notice) {
  agent_->TakeNotice(notice);
  optimiser_->TakeNotice(notice);
}

Json HybridTuner::DoSave() const {
  Json state;
  state["agent"] = agent_->Save();
  state["optimiser"] = optimiser_->Save();
  // Where reports look for any tuner's cost.
  state["ledger"] = state["agent"].at("private").at("ledger");
  return state;
}

void HybridTuner::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  agent_->Restore(history(), reader.Value("agent"), notices());
  optimiser_->Restore(history(), reader.Value("optimiser"), notices());
  reader.Declare("ledger");
  reader.Finish();
}

TunerEntry HybridEntry(const std::vector<TunerEntry>& optimisers) {
  const TunerEntry* agent = FindTuner(AgentTable(), "agent");
  RECTUNE_CHECK(agent != nullptr && !optimisers.empty(), "a hybrid needs both halves");
  std::vector<std::string> names;
  for (const TunerEntry& entry : optimisers) names.push_back(entry.name);
  TunerEntry entry;
  entry.name = kName;
  entry.summary = "an optimiser (tpe by default) and the agent share the arms and the history";
  entry.source = "Ferreira et al., arXiv 2603.24647";
  entry.is_agent = true;
  entry.is_stand_in = agent->is_stand_in;
  entry.make = [agent, optimisers, names](const TuningTask& task, const Json& options,
                                          const std::string& path, const TunerHome& home) {
    ObjectReader reader(options, path);
    const std::string fallback =
        FindTuner(optimisers, "tpe") != nullptr ? "tpe" : optimisers.front().name;
    const std::string name = reader.Has("optimiser") ? reader.OneOf("optimiser", names) : fallback;
    const double share = reader.NumberOr("share", 0.3, {0.05, 0.95});
    const Json none = Json::object();
    const Json& of_agent = reader.Has("agent") ? reader.Value("agent") : none;
    const Json& of_optimiser =
        reader.Has("optimiser_options") ? reader.Value("optimiser_options") : none;
    reader.Finish();
    const TunerEntry& optimiser = *FindTuner(optimisers, name);
    if (const std::string why = optimiser.why_unsuited ? optimiser.why_unsuited(task) : "";
        !why.empty()) {
      throw ConfigError(path + "/optimiser", '"' + name + '"', "another optimiser: " + why);
    }
    return std::make_unique<HybridTuner>(
        kName, task, agent->make(task, of_agent, path + "/agent", home),
        optimiser.make(task, of_optimiser, path + "/optimiser_options", {}), share);
  };
  entry.model_asked = [agent](const Json& options) {
    return agent->model_asked(options.value("agent", Json::object()));
  };
  for (const std::string& folder : agent->folders) entry.folders.push_back("/agent" + folder);
  entry.why_unsuited = [](const TuningTask& task) -> std::string {
    return task.arms_per_round >= 2 ? "" : "it shares a round's arms, and this task runs one";
  };
  return entry;
}

}  // namespace rectune::agents
