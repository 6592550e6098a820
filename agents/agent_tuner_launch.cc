// SPDX-License-Identifier: Apache-2.0
//
// From what was kept to what is launched: review, arms, memory, and the files that say so.
#include <utility>

#include "agents/agent_tuner.h"
#include "agents/derived_file.h"
#include "agents/online.h"
#include "agents/round_report.h"
#include "agents/slate.h"
#include "agents/text.h"

namespace rectune::agents {

std::vector<Proposal> AgentTuner::Launch(int round, int arms, Slate* slate) {
  std::vector<Proposal> proposals;
  std::vector<ReviewDecision> reviews;
  std::vector<std::string> refused;
  for (Slate::Kept& kept : slate->kept) {
    MemoryItem item;
    item.id = kept.memory_id;
    item.configuration = kept.draft.configuration;
    item.explanation = kept.draft.hypothesis;
    item.proposed_round = round;
    item.evaluation_check = kept.check;
    if (static_cast<int>(proposals.size()) < arms) {
      Proposal proposal;
      proposal.configuration = kept.draft.configuration;
      proposal.hypothesis = kept.draft.hypothesis;
      if (!kept.draft.justification.empty()) {
        proposal.hypothesis += " Critic: " + kept.draft.justification;
      }
      proposal.source = kept.source;
      if (!proposal.configuration) proposal.invalid_reason = Join(kept.draft.reasons, "; ");
      const int arm = static_cast<int>(proposals.size()) + 1;
      const ReviewDecision review = reviewer_.Review(round, arm, proposal);
      if (proposal.configuration && !review.approved) {
        // The slot goes to the next proposal, if there is one; the refusal is remembered.
        refused.push_back(review.reviewer + ": " + review.reason);
        item.status = MemoryStatus::kRejected;
        item.evaluation_check = refused.back();
        Json& entry = slate->LogOf(kept.memory_id);
        entry["stopped_by"] = "review";
        entry["reason"] = refused.back();
        memory_.Add(std::move(item));
        continue;
      }
      reviews.push_back(review);
      proposals.push_back(std::move(proposal));
      item.status = MemoryStatus::kLaunched;
      item.arm = static_cast<int>(proposals.size());
      slate->LogOf(kept.memory_id)["arm"] = item.arm;
    }
    memory_.Add(std::move(item));
  }
  const std::size_t reviews_before_filling = reviews.size();
  while (static_cast<int>(proposals.size()) < arms) {
    Proposal proposal;
    proposal.source = "agent/actor";
    const std::size_t empty = proposals.size() - reviews_before_filling;
    proposal.invalid_reason = empty < refused.size()
                                  ? "refused by review (" + refused[empty] + ")"
                                  : "no usable proposal for this arm after " +
                                        std::to_string(slate->calls) + " Actor calls";
    reviews.push_back(reviewer_.Review(round, 0, proposal));
    proposals.push_back(std::move(proposal));
    MemoryItem item;
    item.id = "r" + RoundName(round).substr(6) + "-a" + std::to_string(proposals.size());
    item.arm = static_cast<int>(proposals.size());
    item.proposed_round = round;
    item.status = MemoryStatus::kLaunched;
    item.evaluation_check = proposals.back().invalid_reason;
    memory_.Add(std::move(item));
  }
  for (const std::string& line : refused) {
    transcript_.Line("Review refused a proposal, " + EscapeMarkdown(line) + "\n");
  }
  ledger_.SetArms(round, arms);
  ReportLaunch(task(), round, proposals, reviews, &transcript_);
  if (!home_.directory.empty()) {
    WriteDerivedFile(home_.directory / "ab_tasks" / (RoundName(round) + ".json"),
                     DumpPretty(AbTaskJson(task(), round, proposals, reviews)));
    WriteDerivedFile(home_.directory / "proposals" / (RoundName(round) + ".json"),
                     DumpPretty(slate->log));
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      if (!proposals[i].configuration) continue;
      WriteDerivedFile(home_.directory / "deploy" /
                           (RoundName(round) + "-arm-" + std::to_string(i + 1) + ".json"),
                       DumpPretty(task().space->ToJson(*proposals[i].configuration)));
    }
  }
  return proposals;
}

}  // namespace rectune::agents
