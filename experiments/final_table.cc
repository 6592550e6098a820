// SPDX-License-Identifier: Apache-2.0
#include "experiments/final_table.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "experiments/statistics.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

struct Row {
  std::string name;
  int seeds = 0;
  std::vector<double> regrets;  // one a complete cell, when there is a reference
  std::vector<double> gains;
  int launches_broken = 0;  // final recommendations that break a guardrail
  std::int64_t arms = 0;
  std::int64_t arms_broken = 0;  // arms that truly break a guardrail
  std::int64_t arms_invalid = 0;
};

Row MakeRow(const RunData& run, const std::string& label) {
  Row row{.name = label, .regrets = {}, .gains = {}};
  for (const CellData& cell : run.cells) {
    if (cell.label != label || !cell.complete) continue;
    if (row.seeds == 0 && cell.is_stand_in) row.name += " (synthetic stand-in)";
    ++row.seeds;
    const RoundData& last = cell.rounds.back();
    if (last.regret) row.regrets.push_back(*last.regret);
    row.gains.push_back(last.true_score.value);
    row.launches_broken += last.true_score.violation > 0.0 ? 1 : 0;
    for (const RoundData& round : cell.rounds) {
      row.arms += static_cast<std::int64_t>(round.trials.size());
      for (const Trial& trial : round.trials) {
        row.arms_invalid += trial.status == TrialStatus::kInvalid ? 1 : 0;
      }
      for (const TrueScore& score : round.arm_truth) {
        row.arms_broken += score.violation > 0.0 ? 1 : 0;
      }
    }
  }
  return row;
}

std::string IntervalText(const std::vector<double>& values, int places) {
  if (values.empty()) return "-";
  const Interval interval = IqmInterval({values}, {});
  if (values.size() < 2) return Fixed(interval.estimate, places) + " [one seed]";
  return Fixed(interval.estimate, places) + " [" + Fixed(interval.low, places) + ", " +
         Fixed(interval.high, places) + "]";
}

}  // namespace

std::string FinalTable(const RunData& run) {
  std::vector<Row> rows;
  for (const std::string& label : run.labels) rows.push_back(MakeRow(run, label));
  const bool has_reference = run.task.reference.has_value();
  // Best first: least regret, or most gain where there is no reference; unfinished tuners last.
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) {
    const auto key = [&](const Row& row) {
      if (row.seeds == 0) return HUGE_VAL;
      return has_reference ? InterquartileMean(row.regrets) : -InterquartileMean(row.gains);
    };
    return key(a) < key(b);
  });
  TextGrid grid({"tuner", "seeds", "final regret, IQM [95%]", "gain over production %, IQM [95%]",
                 "launches breaking a guardrail", "arms", "breaking", "invalid"},
                {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
                 Align::kRight, Align::kRight, Align::kRight});
  for (const Row& row : rows) {
    if (row.seeds == 0) {
      grid.AddRow({row.name, "0", "unfinished", "-", "-", "-", "-", "-"});
      continue;
    }
    grid.AddRow({row.name, std::to_string(row.seeds), IntervalText(row.regrets, 3),
                 IntervalText(row.gains, 3),
                 std::to_string(row.launches_broken) + " of " + std::to_string(row.seeds),
                 std::to_string(row.arms), std::to_string(row.arms_broken),
                 std::to_string(row.arms_invalid)});
  }
  std::string text = run.task.scenario + "/" + run.task.task + " (" + run.task.size + "), " +
                     std::to_string(run.rounds) + " rounds of " +
                     std::to_string(run.arms_per_round) + " arms, " + Short(run.users_per_arm) +
                     " virtual users an arm; noise-free truth of what each tuner recommends\n";
  if (has_reference) {
    text += "regret: 0 is the reference optimum (" + Signed(run.task.reference->value, 3) +
            "%), 1 is production; a launch that breaks a guardrail counts as 1 or worse\n";
  } else {
    text +=
        "regret: not given, because no reference optimum is frozen for this task and size; "
        "compare the gains\n";
  }
  return text + "\n" + grid.ToString();
}

}  // namespace rectune::experiments
