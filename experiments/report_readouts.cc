// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report_format.h"
#include "experiments/report_sections.h"
#include "experiments/tables.h"

namespace rectune::experiments {
namespace {

constexpr double kLevel = 0.05;  // of the Benjamini-Hochberg adjusted p-value

/// "better", "worse" or "moved" for a significant reading, else "".
std::string Finding(const MetricReading& reading, Direction direction) {
  if (!(reading.q_value < kLevel) || reading.lift == 0.0) return "";
  if (direction == Direction::kNeutral) return "moved";
  const bool up_is_good = direction == Direction::kHigherIsBetter;
  return (reading.lift > 0.0) == up_is_good ? "better" : "worse";
}

TableCell ReadingCell(const MetricReading& reading, Direction direction) {
  if (std::isnan(reading.lift)) return {"not in yet"};  // a metric that answers after the horizon
  const std::string finding = Finding(reading, direction);
  TableCell cell{(finding.empty() ? "" : finding + " ") + Signed(reading.lift, 2) + " \u00b1 " +
                 Fixed(reading.standard_error, 2)};
  cell.note = "p " + PValueText(reading.p_value) + ", q " + PValueText(reading.q_value);
  cell.css_class = finding;
  return cell;
}

std::string ArmStanding(const RunData& run, const RoundData& round, std::size_t i) {
  const Trial& trial = round.trials[i];
  if (trial.status != TrialStatus::kCompleted) {
    return std::string(ToString(trial.status)) +
           (trial.status_reason.empty() ? "" : ": " + trial.status_reason);
  }
  const Score score =
      run.task.ObjectiveOf(round.phase).Evaluate(trial.measurement, *run.task.metrics);
  std::string text = "objective " + Signed(score.value, 2) + " \u00b1 " +
                     Fixed(score.standard_error, 2) + "%" +
                     (score.feasible() ? ", guardrails hold" : ", past a guardrail");
  if (i < round.arm_truth.size()) {
    text += "; truly " + Signed(round.arm_truth[i].value, 2) + "%" +
            (round.arm_truth[i].violation > 0.0 ? ", past a guardrail" : "");
  }
  return text;
}

Table RoundTable(const RunData& run, const RoundData& round) {
  Table table{.caption = "Round " + std::to_string(round.round) +
                         ": lift over control in percent \u00b1 standard error",
              .columns = {{"Metric"}, {"Control", true}},
              .css_class = "readout"};
  std::vector<const Trial*> completed;
  for (const Trial& trial : round.trials) {
    if (trial.status == TrialStatus::kCompleted) completed.push_back(&trial);
  }
  for (const Trial* trial : completed) {
    table.columns.push_back({"Arm " + std::to_string(trial->arm), true});
  }
  if (completed.empty()) return table;
  for (std::size_t m = 0; m < run.task.metrics->size(); ++m) {
    const MetricInfo& metric = run.task.metrics->metrics()[m];
    TableRow row{.cells = {{.text = metric.name, .note = metric.unit},
                           {LevelText(completed.front()->measurement.readings[m].control)}}};
    for (const Trial* trial : completed) {
      row.cells.push_back(ReadingCell(trial->measurement.readings[m], metric.direction));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string RoundSummary(const RunData& run, const RoundData& round) {
  int significant = 0;
  int completed = 0;
  std::optional<double> best;  // of the arms whose point estimates hold every guardrail
  for (const Trial& trial : round.trials) {
    if (trial.status != TrialStatus::kCompleted) continue;
    ++completed;
    const Score score =
        run.task.ObjectiveOf(round.phase).Evaluate(trial.measurement, *run.task.metrics);
    if (score.feasible()) best = std::max(best.value_or(score.value), score.value);
    for (std::size_t m = 0; m < trial.measurement.readings.size(); ++m) {
      const Direction direction = run.task.metrics->metrics()[m].direction;
      if (!Finding(trial.measurement.readings[m], direction).empty()) ++significant;
    }
  }
  if (completed == 0) return "no arm completed";
  return (best ? "best arm within its guardrails " + Signed(*best, 2) + "% measured, "
               : "no arm within its guardrails, ") +
         std::to_string(significant) +
         (significant == 1 ? " significant reading" : " significant readings") +
         ", recommendation truly " + Signed(round.true_score.value, 2) + "%" +
         (round.true_score.violation > 0.0 ? " but past a guardrail" : "");
}

}  // namespace

Markup ReadoutSection(const ReportContext& context) {
  const CellData* best = BestCell(context.summary);
  if (best == nullptr) return {};
  const RunData& run = context.run;
  HtmlWriter html;
  html.Open("section", {{"id", "readouts"}}).Element("h2", "A/B read-outs behind it");
  html.Element(
      "p",
      "All rounds of " + DisplayName(best->label, best->is_stand_in, best->model_asked) +
          ", seed " + std::to_string(best->seed) + ": " + CountText(run.users_per_arm) +
          " virtual users an arm. q is p after Benjamini and Hochberg over the round's "
          "arms and metrics; readings with q below 0.05 are marked better, worse or moved.",
      {{"class", "lead"}});
  for (const RoundData& round : best->rounds) {
    const bool is_last = &round == &best->rounds.back();
    html.Open("details", is_last ? Attributes{{"open", ""}} : Attributes{});
    html.Open("summary").Element("b", "Round " + std::to_string(round.round));
    html.Text(" " + Typographic(RoundSummary(run, round))).Close();
    html.Open("ul", {{"class", "arms"}});
    for (std::size_t i = 0; i < round.trials.size(); ++i) {
      const Trial& trial = round.trials[i];
      html.Open("li").Element("b", "Arm " + std::to_string(trial.arm));
      html.Text(" (" + trial.proposal.source + "): " + Typographic(ArmStanding(run, round, i)));
      if (!trial.proposal.hypothesis.empty()) {
        html.Element("q", trial.proposal.hypothesis, {{"class", "hypothesis"}});
      }
      html.Close();
    }
    html.Close();
    const Table table = RoundTable(run, round);
    if (!table.rows.empty()) html.Add(ToHtml(table));
    html.Close().NewLine();
  }
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
