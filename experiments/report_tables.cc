// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>

#include "experiments/figure_small.h"
#include "experiments/report_format.h"

namespace rectune::experiments {
namespace {

/// Best first: what a reader looks for.
std::vector<const TunerSummary*> BestFirst(const ReportSummary& summary) {
  std::vector<const TunerSummary*> order;
  for (const TunerSummary& tuner : summary.tuners) order.push_back(&tuner);
  std::stable_sort(order.begin(), order.end(), [](const TunerSummary* a, const TunerSummary* b) {
    return a->final_loss.estimate < b->final_loss.estimate;
  });
  return order;
}

std::string RowClass(const TunerSummary& tuner) { return tuner.is_agent ? "agent" : ""; }

std::string ShareText(int count, int total) {
  return total == 0 ? std::string(kAbsent) : PercentText(static_cast<double>(count) / total);
}

/// A common axis for the interval glyphs: every interval and both reference values.
Interval GlyphRange(const ReportSummary& summary, const Yardstick& yardstick) {
  Interval range{0.0, 0.0, summary.has_reference ? 1.0 : 0.0};
  for (const TunerSummary& tuner : summary.tuners) {
    const Interval shown = yardstick.Show(tuner.final_loss);
    range.low = std::min(range.low, shown.low);
    range.high = std::max(range.high, shown.high);
  }
  if (range.high <= range.low) range.high = range.low + 1.0;
  return range;
}

std::string TokensText(const TunerSummary& tuner) {
  if (!tuner.ledger) return std::string(kAbsent);
  return CountText(std::round(tuner.ledger->input_tokens)) + " in, " +
         CountText(std::round(tuner.ledger->output_tokens)) + " out";
}

/// Of the primary tuner against another.
std::string Reading(const Comparison& comparison) {
  const bool ahead = comparison.difference.estimate < 0.0;
  if (comparison.holm_p < 0.05) return ahead ? "better, significant" : "worse, significant";
  if (comparison.difference.high < 0.0) return "ahead, not significant";
  if (comparison.difference.low > 0.0) return "behind, not significant";
  return "not told apart";
}

}  // namespace

Table OutcomeTable(const RunData& run, const ReportSummary& summary) {
  const Yardstick yardstick = YardstickOf(summary);
  const Interval range = GlyphRange(summary, yardstick);
  const std::vector<double> marks =
      summary.has_reference ? std::vector<double>{0.0, 1.0} : std::vector<double>{0.0};
  Table table{.caption = "What each tuner recommends after round " + std::to_string(run.rounds) +
                         ", noise-free: interquartile mean and 95% interval over seeds, best first",
              .columns = {{"Tuner"}, {"Seeds", true}},
              .css_class = "outcome"};
  if (summary.has_reference) table.columns.push_back({"Regret [95%]", true});
  table.columns.push_back({"Gain over production, % [95%]", true});
  if (summary.has_reference) table.columns.push_back({"Share of optimum's gain", true});
  table.columns.push_back(
      {summary.has_reference ? "Mean regret over rounds [95%]" : "Mean gain over rounds, % [95%]",
       true});
  for (const TunerSummary* tuner : BestFirst(summary)) {
    TableRow row{.cells = {{tuner->name}, {std::to_string(tuner->cells.size())}},
                 .css_class = RowClass(*tuner)};
    const Interval shown = yardstick.Show(tuner->final_loss);
    const Markup glyph = IntervalGlyph(shown, range.low, range.high, marks,
                                       tuner->name + ": " + IntervalText(shown, 2), tuner->style);
    if (summary.has_reference) {
      row.cells.push_back({.text = IntervalText(shown, 2), .figure = glyph});
      row.cells.push_back({SignedIntervalText(tuner->final_gain, 2)});
      row.cells.push_back({PercentText(tuner->final_gain.estimate / summary.reference_value)});
    } else {
      row.cells.push_back({.text = SignedIntervalText(tuner->final_gain, 2), .figure = glyph});
    }
    row.cells.push_back({IntervalText(yardstick.Show(tuner->mean_loss), 2)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table PhaseTable(const RunData& run, const ReportSummary& summary) {
  Table table;
  if (summary.stretches.size() < 2) return table;
  const Yardstick yardstick = YardstickOf(summary);
  table.caption = "The " + yardstick.name + (yardstick.unit.empty() ? "" : ", %,") +
                  " of each stretch of rounds" +
                  (summary.has_reference ? ", against its own phase's optimum" : "") +
                  ": interquartile mean over seeds after its first round and after its last";
  table.columns = {{"Tuner"}};
  table.css_class = "phases";
  for (const Stretch& stretch : summary.stretches) {
    const std::string rounds =
        stretch.first == stretch.last
            ? "Round " + std::to_string(stretch.first)
            : "Rounds " + std::to_string(stretch.first) + " to " + std::to_string(stretch.last);
    table.columns.push_back({rounds + ": " + run.task.LabelOf(stretch.phase), true});
  }
  for (const TunerSummary* tuner : BestFirst(summary)) {
    TableRow row{.cells = {{tuner->name}}, .css_class = RowClass(*tuner)};
    for (const Stretch& stretch : summary.stretches) {
      const auto shown = [&](int round) {
        return Fixed(yardstick.Show(tuner->curve[static_cast<std::size_t>(round)].loss.estimate),
                     2);
      };
      row.cells.push_back({stretch.first == stretch.last
                               ? shown(stretch.last)
                               : shown(stretch.first) + " to " + shown(stretch.last)});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table ConductTable(const RunData& run, const ReportSummary& summary) {
  Table table{.caption = "How each tuner behaved on the way: safety, honesty and cost, over " +
                         std::to_string(run.rounds * run.arms_per_round) + " arms a seed",
              .columns = {{"Tuner"},
                          {"Arms past a guardrail, measured", true},
                          {"Arms past a guardrail, true", true},
                          {"Invalid arms", true},
                          {"Infeasible at the end", true},
                          {"False launches", true},
                          {"Kept production", true},
                          {"Winner's curse, pp", true},
                          {"Suggest time", true},
                          {"Tokens a seed", true}},
              .css_class = "conduct"};
  for (const TunerSummary* tuner : BestFirst(summary)) {
    const int seeds = static_cast<int>(tuner->cells.size());
    TableRow row{.cells = {{tuner->name}}, .css_class = RowClass(*tuner)};
    row.cells.push_back({ShareText(tuner->measured_breaches, tuner->arms)});
    row.cells.push_back({tuner->true_breaches ? ShareText(*tuner->true_breaches, tuner->arms)
                                              : std::string(kAbsent)});
    row.cells.push_back({OfText(tuner->invalid_arms, tuner->arms)});
    row.cells.push_back({OfText(tuner->infeasible_finals, seeds)});
    row.cells.push_back({OfText(tuner->false_launches, seeds)});
    row.cells.push_back({OfText(tuner->kept_production, seeds)});
    TableCell curse{std::string(kAbsent)};
    if (tuner->winners_curse) {
      curse.text = Signed(*tuner->winners_curse, 2);
      if (tuner->winners_curse_seeds < seeds) {
        curse.note = OfText(tuner->winners_curse_seeds, seeds) + " seeds";
      }
    }
    row.cells.push_back(curse);
    row.cells.push_back(
        {tuner->suggest_seconds ? DurationText(*tuner->suggest_seconds) : std::string(kAbsent)});
    row.cells.push_back({TokensText(*tuner)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table ComparisonTable(const ReportSummary& summary) {
  Table table;
  if (summary.comparisons.empty()) return table;
  const Yardstick yardstick = YardstickOf(summary);
  const TunerSummary& primary = summary.tuners[*summary.primary];
  table.caption = primary.name + " against each other tuner, seed by seed (difference in final " +
                  yardstick.name + "; " + (yardstick.lower_is_better ? "negative" : "positive") +
                  " means it is better)";
  table.columns = {{"Against"},
                   {"Seeds won", true},
                   {"Difference [95%]", true},
                   {"P(improvement) [95%]", true},
                   {"Rank-biserial", true},
                   {"Wilcoxon p", true},
                   {"Holm p", true},
                   {"Least p possible", true},
                   {"Reading"}};
  table.css_class = "comparison";
  for (const Comparison& comparison : summary.comparisons) {
    const WilcoxonResult& wilcoxon = comparison.wilcoxon;
    TableCell won{OfText(comparison.wins, comparison.pairs)};
    if (comparison.ties > 0) won.note = std::to_string(comparison.ties) + " tied";
    table.rows.push_back(
        {.cells = {{summary.tuners[comparison.other].name},
                   won,
                   {SignedIntervalText(yardstick.Show(comparison.difference), 2)},
                   {IntervalText(comparison.improvement, 2)},
                   // Signed as in "primary is better", like the probability beside it.
                   {Signed(-wilcoxon.rank_biserial, 2)},
                   {PValueText(wilcoxon.p_value)},
                   {PValueText(comparison.holm_p)},
                   {PValueText(wilcoxon.smallest_p)},
                   {Reading(comparison)}},
         .css_class = comparison.holm_p < 0.05 ? "significant" : ""});
  }
  return table;
}

Table SeedTable(const RunData& run, const ReportSummary& summary) {
  const Yardstick yardstick = YardstickOf(summary);
  Table table{.caption = "Final " + yardstick.name +
                         (yardstick.unit.empty() ? "" : ", " + yardstick.unit + ",") +
                         " of every seed",
              .columns = {{"Tuner"}},
              .css_class = "seeds"};
  for (const std::uint64_t seed : run.seeds) {
    table.columns.push_back({"seed " + std::to_string(seed), true});
  }
  for (const TunerSummary* tuner : BestFirst(summary)) {
    std::map<std::uint64_t, std::size_t> index;
    for (std::size_t i = 0; i < tuner->cells.size(); ++i) index[tuner->cells[i]->seed] = i;
    TableRow row{.cells = {{tuner->name}}, .css_class = RowClass(*tuner)};
    for (const std::uint64_t seed : run.seeds) {
      const auto found = index.find(seed);
      if (found == index.end()) {
        row.cells.push_back({.text = std::string(kAbsent), .note = "unfinished"});
        continue;
      }
      TableCell cell{Fixed(yardstick.Show(tuner->losses[found->second]), 2)};
      if (tuner->cells[found->second]->rounds.back().true_score.violation > 0.0) {
        cell.note = "infeasible";
      }
      row.cells.push_back(cell);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::vector<std::pair<std::string, std::string>> ColumnNotes(const RunData& run,
                                                             const ReportSummary& summary) {
  std::vector<std::pair<std::string, std::string>> notes;
  if (summary.has_reference) {
    notes.push_back(
        {"Regret",
         "(f* - f) / f*, where f is the noise-free objective of the configuration that the tuner "
         "itself recommends, in percent over production, and f* that of the reference optimum: 1 "
         "is production, 0 the optimum. A recommendation that truly breaks a guardrail counts as "
         "production or worse. Truth is measured on a panel of users that no tuner's data "
         "touches."});
    notes.push_back(
        {"Share of optimum's gain",
         "Gain over production divided by the reference optimum's" +
             std::string(summary.stretches.size() > 1 ? " in the last round's phase, " : ", ") +
             Signed(summary.reference_value, 2) + "%."});
    notes.push_back({"Mean regret over rounds",
                     "Area under the regret curve, divided by the number of rounds."});
  }
  notes.push_back({"Gain over production",
                   "The objective's noise-free value; an infeasible recommendation counts as 0 or "
                   "worse."});
  notes.push_back({"Interquartile mean, 95% interval",
                   "Mean of the middle half of the seeds; percentile bootstrap with " +
                       CountText(BootstrapOptions{}.resamples) +
                       " resamples of seeds, stratified by task."});
  notes.push_back({"Arms past a guardrail",
                   "Measured: the point estimate of the A/B read-out is past a bound, noise "
                   "included. True: noise-free. As a share of all arms, which is also the share of "
                   "exposed users."});
  notes.push_back({"False launches",
                   "Final recommendations other than production that are truly infeasible or no "
                   "better than production."});
  notes.push_back({"Winner's curse",
                   "Measured minus true value of the final recommendation in percentage points, "
                   "mean over the seeds whose recommendation was ever an arm."});
  notes.push_back({"Suggest time", "Median wall time of one round's proposals."});
  for (const TunerSummary& tuner : summary.tuners) {
    if (tuner.ledger && !tuner.ledger->token_counts.empty()) {
      notes.push_back({"Tokens of " + tuner.name,
                       tuner.ledger->token_counts + "; " + Significant(tuner.ledger->calls, 4) +
                           " model calls a seed, of which " +
                           Significant(tuner.ledger->repairs, 3) + " were repairs."});
    }
    if (tuner.ledger && tuner.ledger->network_calls > 0) {
      const LedgerSummary& ledger = *tuner.ledger;
      std::string served;
      for (const std::string& name : ledger.served) served += (served.empty() ? "" : ", ") + name;
      notes.push_back({"Model of " + tuner.name,
                       "Asked for " + tuner.model_asked + ", served by " + served + "; " +
                           Significant(ledger.latency_seconds, 3) + " s of waiting a seed; " +
                           Significant(ledger.replayed, 4) + " of " +
                           Significant(ledger.network_calls, 4) +
                           " calls a seed came from a cassette. No provider promises the same "
                           "answer twice: only a replayed call gives the same bytes again."});
    }
  }
  for (std::size_t phase = 0; phase < run.task.phases(); ++phase) {
    if (!run.task.ReferenceOf(phase)) continue;
    const ReferenceData& reference = *run.task.ReferenceOf(phase);
    std::string text = "Searched on an oracle panel of its own, where it is worth " +
                       Signed(reference.oracle_value, 2) + "%; here, on the evaluation panel, " +
                       Signed(reference.value, 2) + "%";
    if (reference.violation > 0.0) {
      text += " and " + Significant(reference.violation, 2) + "% past a guardrail";
    }
    const std::string of_phase = run.task.phases() == 1 ? ""
                                                        : " of phase " + std::to_string(phase) +
                                                              ", " + run.task.LabelOf(phase);
    notes.push_back({"Reference optimum" + of_phase, text + ". " + reference.provenance});
  }
  return notes;
}

}  // namespace rectune::experiments
