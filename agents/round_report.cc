// SPDX-License-Identifier: Apache-2.0
#include "agents/round_report.h"

#include <algorithm>

#include "agents/context.h"
#include "agents/online.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr double kSignificance = 0.05;

/// What came of the round, at a glance.
std::string SummaryTable(const TuningTask& task, const std::vector<const Trial*>& trials) {
  std::string text = "\n| arm | trial | value, % | outcome | changes to production |\n" +
                     std::string("|---:|---:|---:|---|---|\n");
  for (const Trial* trial : trials) {
    const bool completed = trial->status == TrialStatus::kCompleted;
    std::string value;
    std::string outcome = std::string(ToString(trial->status)) + ": " + trial->status_reason;
    if (completed) {
      const Score score = task.objective.Evaluate(trial->measurement, *task.metrics);
      value = FormatSigned(score.value) + " +- " + FormatNumber(score.standard_error);
      outcome = score.feasible() ? "guardrails hold"
                                 : "breaks guardrails by " + FormatNumber(score.violation);
    }
    const std::string changes = trial->proposal.configuration
                                    ? DescribeChanges(*task.space, *trial->proposal.configuration)
                                    : "none";
    text += "| " + std::to_string(trial->arm) + " | " + std::to_string(trial->id) + " | " + value +
            " | " + EscapeMarkdown(outcome) + " | " + EscapeMarkdown(changes) + " |\n";
  }
  return text;
}

}  // namespace

void ReportLaunch(const TuningTask& task, int round, const std::vector<Proposal>& proposals,
                  const std::vector<ReviewDecision>& reviews, Transcript* transcript) {
  transcript->Heading(2, "Online: launch");
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const ReviewDecision& decision = reviews[i];
    transcript->Line("**Arm " + std::to_string(i + 1) + "** (" + proposals[i].source + ", " +
                     (decision.approved ? "approved by " : "refused by ") + decision.reviewer +
                     ": " + EscapeMarkdown(decision.reason) + ")");
    if (proposals[i].configuration) {
      transcript->Line("- hypothesis: " + EscapeMarkdown(proposals[i].hypothesis));
      transcript->Line("- against production: " +
                       DescribeChanges(*task.space, *proposals[i].configuration));
    }
    transcript->Line("");
  }
  transcript->Folded("A/B task with deployable configurations", "json",
                     DumpPretty(AbTaskJson(task, round, proposals, reviews)));
}

void ReportReadout(const TuningTask& task, const std::vector<const Trial*>& fresh,
                   Transcript* transcript) {
  transcript->Heading(2, "Online: readout");
  for (const Trial* trial : fresh) {
    transcript->Line("- arm " + std::to_string(trial->arm) + " (trial " +
                     std::to_string(trial->id) +
                     "): " + EscapeMarkdown(DescribeReadout(task, *trial, kSignificance)));
    if (trial->status == TrialStatus::kCompleted) {
      transcript->Line("  " + DescribeReadings(task, *trial));
    }
  }
  transcript->InsertAfterOpening(SummaryTable(task, fresh));
}

void ReportInsight(const FeatureMap& features, const std::vector<Pattern>& patterns,
                   const std::vector<std::string>& unsupported,
                   const std::vector<FailureDirection>& failures, const AgentMemory& memory,
                   const std::vector<std::int64_t>& elites, Transcript* transcript) {
  std::vector<std::string> lines;
  for (const Pattern& pattern : patterns) {
    lines.push_back(EscapeMarkdown(pattern.statement) + " Whole move " +
                    FormatSigned(pattern.slope) + " +- " + FormatNumber(pattern.standard_error) +
                    "% on " + pattern.metric + " (" + DescribeEvidence(pattern.evidence) + ")");
  }
  transcript->Bullets(lines, "No patterns yet.");
  for (const std::string& claim : unsupported) {
    transcript->Line("- dropped as unsupported: " + EscapeMarkdown(claim));
  }
  for (const FailureDirection& failure : failures) {
    const Move* move = features.FindMove(failure.parameter, failure.level);
    transcript->Line("- failure direction: " + features.Describe(*move, failure.direction) + ": " +
                     std::to_string(failure.failures) + " of " + std::to_string(failure.trials) +
                     " arms failed (" + DescribeEvidence(failure.evidence) + ")");
  }
  std::vector<std::string> ids;
  for (std::int64_t id : elites) ids.push_back(std::to_string(id));
  const auto archived = std::count_if(memory.items().begin(), memory.items().end(),
                                      [](const MemoryItem& item) { return item.archived; });
  transcript->Line("\nMemory: " + std::to_string(memory.items().size()) + " items, " +
                   std::to_string(archived) + " archived; elite trials " + Join(ids, ", ") + ".");
}

void ReportSkill(const SkillRound& change, Transcript* transcript) {
  for (const std::string& line : change.landed) {
    transcript->Line("- landed: " + EscapeMarkdown(line));
  }
  for (const std::string& line : change.waiting) {
    transcript->Line("- on trial: " + EscapeMarkdown(line));
  }
  for (const std::string& line : change.refused) {
    transcript->Line("- not landed: " + EscapeMarkdown(line));
  }
  for (const std::string& line : change.undone) {
    transcript->Line("- undone: " + EscapeMarkdown(line));
  }
  if (change.version_before == change.version_after) {
    transcript->Line("\nThe skill stays at version " + change.version_after + ".");
  } else {
    transcript->Line("\nThe skill moves from version " + change.version_before + " to " +
                     change.version_after + ":\n");
    transcript->Block("diff", Join(change.diff, "\n"));
  }
}

void ReportLedger(const Ledger& ledger, int round, Transcript* transcript) {
  transcript->Heading(2, "Ledger");
  int calls = 0;
  int input_tokens = 0;
  int output_tokens = 0;
  for (const LedgerEntry& entry : ledger.entries()) {
    if (entry.round != round) continue;
    ++calls;
    input_tokens += entry.input_tokens;
    output_tokens += entry.output_tokens;
  }
  transcript->Line(std::to_string(calls) + " calls in this round, about " +
                   std::to_string(input_tokens) + " tokens in and " +
                   std::to_string(output_tokens) + " out" +
                   (ledger.any_estimated() ? " (estimated)." : "."));
}

}  // namespace rectune::agents
