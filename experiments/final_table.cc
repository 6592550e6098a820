// SPDX-License-Identifier: Apache-2.0
#include "experiments/final_table.h"

#include <algorithm>
#include <vector>

#include "experiments/report_format.h"
#include "experiments/report_summary.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

std::string Heading(const RunData& run, const ReportSummary& summary) {
  std::string text = run.task.scenario + "/" + run.task.task + " (" + run.task.size + "), " +
                     std::to_string(run.rounds) + " rounds of " +
                     std::to_string(run.arms_per_round) + " arms, " + CountText(run.users_per_arm) +
                     " virtual users an arm.\n"
                     "Noise-free truth of what each tuner recommends at the end: interquartile "
                     "mean over seeds and its 95% interval.\n";
  if (summary.has_reference) {
    return text + "Regret 0 is the reference optimum (" + Signed(summary.reference_value, 3) +
           (summary.stretches.size() > 1 ? "% in the last phase" : "%") +
           "), 1 is production; to recommend what breaks a guardrail counts as 1 or worse.\n";
  }
  return text +
         "No reference optimum is frozen for this task and size, so there is no regret; to "
         "recommend what breaks a guardrail counts as no gain or worse.\n";
}

}  // namespace

std::string FinalTable(const RunData& run) {
  const ReportSummary summary = Summarise(run);
  std::string text = Heading(run, summary) + "\n";
  std::vector<const TunerSummary*> order;
  for (const TunerSummary& tuner : summary.tuners) order.push_back(&tuner);
  std::ranges::stable_sort(order, {},
                           [](const TunerSummary* tuner) { return tuner->final_loss.estimate; });
  TextGrid grid({"tuner", "seeds", "final regret", "gain over production, %", "recommends a breach",
                 "arms", "in breach", "invalid"},
                {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
                 Align::kRight, Align::kRight, Align::kRight});
  for (const TunerSummary* tuner : order) {
    const int seeds = static_cast<int>(tuner->cells.size());
    grid.AddRow({tuner->name, std::to_string(seeds),
                 summary.has_reference ? IntervalText(tuner->final_loss, 3) : "-",
                 SignedIntervalText(tuner->final_gain, 3), OfText(tuner->infeasible_finals, seeds),
                 std::to_string(tuner->arms),
                 tuner->true_breaches ? std::to_string(*tuner->true_breaches) : "-",
                 std::to_string(tuner->invalid_arms)});
  }
  text += grid.ToString();
  for (const std::string& label : summary.without_results) {
    text += label + ": no finished cell\n";
  }
  return text;
}

}  // namespace rectune::experiments
