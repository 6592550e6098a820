// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "experiments/report_events.h"
#include "experiments/report_format.h"
#include "experiments/report_sections.h"
#include "experiments/report_tables.h"

namespace rectune::experiments {
namespace {

std::string DescribeObjective(const Objective& objective) {
  std::string text;
  for (const NorthStar& star : objective.north_stars()) {
    text += (text.empty() ? "" : ", ") + star.metric +
            (star.direction == Direction::kLowerIsBetter ? " (lower is better)" : "") +
            (objective.north_stars().size() > 1 ? "\u00a0\u00d7\u00a0" + Significant(star.weight, 3)
                                                : "");
  }
  return text;
}

std::string DescribeGuardrails(const Objective& objective) {
  std::string text;
  for (const Guardrail& guardrail : objective.guardrails()) {
    text += (text.empty() ? "" : ", ") + guardrail.metric +
            (guardrail.kind == BoundKind::kFloor ? "\u00a0\u2265\u00a0" : "\u00a0\u2264\u00a0") +
            Typographic(BoundPercent(guardrail.lift_bound));
  }
  return text.empty() ? "none" : text;
}

std::string JoinSeeds(const std::vector<std::uint64_t>& seeds) {
  if (seeds.size() > 12) return std::to_string(seeds.size()) + " seeds";
  std::string text;
  for (const std::uint64_t seed : seeds) text += (text.empty() ? "" : ", ") + std::to_string(seed);
  return std::to_string(seeds.size()) + " (" + text + ")";
}

std::vector<std::pair<std::string, std::string>> Facts(const RunData& run,
                                                       const ReportSummary& summary) {
  const double arms = static_cast<double>(run.rounds) * run.arms_per_round;
  std::string tuners;
  for (const TunerSummary& tuner : summary.tuners) {
    tuners += (tuners.empty() ? "" : ", ") + tuner.name;
  }
  for (const std::string& name : summary.without_results) {
    tuners += (tuners.empty() ? "" : ", ") + name + " (no finished cell)";
  }
  std::vector<std::pair<std::string, std::string>> facts{
      {"Scenario", run.task.scenario + " / " + run.task.task + ", size " + run.task.size},
      {"Tuners", tuners},
      {"Seeds", JoinSeeds(run.seeds)},
      {"Parameters", std::to_string(run.task.space->size()) + " (" +
                         std::to_string(run.task.space->dimension()) + " dimensions)"},
      {"Experiments", std::to_string(run.rounds) + " rounds of " +
                          std::to_string(run.arms_per_round) + " arms, " +
                          std::to_string(run.task.horizon_days) + " days each"},
      {"Traffic", CountText(run.users_per_arm) + " virtual users an arm"},
      {"Budget", CountText(arms * run.users_per_arm) + " virtual users a tuner and seed, control "
                                                       "not counted"},
      {"North stars", DescribeObjective(run.task.objective)},
      {"Guardrails on lift", DescribeGuardrails(run.task.objective)},
  };
  for (std::size_t i = 0; i < run.task.later_phases.size(); ++i) {
    const Objective& before = run.task.ObjectiveOf(i);
    const PhaseData& phase = run.task.later_phases[i];
    const std::string from = " from round " + std::to_string(phase.first_round);
    const std::string stars = DescribeObjective(phase.objective);
    const std::string guardrails = DescribeGuardrails(phase.objective);
    if (stars != DescribeObjective(before)) facts.emplace_back("North stars" + from, stars);
    if (guardrails != DescribeGuardrails(before)) {
      facts.emplace_back("Guardrails" + from, guardrails);
    }
  }
  return facts;
}

}  // namespace

Markup OverviewSection(const ReportContext& context) {
  const RunData& run = context.run;
  HtmlWriter html;
  html.Open("header").Element("p", "RecTune run report", {{"class", "kicker"}});
  html.Element("h1", run.name);
  if (!run.description.empty()) {
    html.Element("p", run.description, {{"class", "description"}});
  }
  html.Open("section", {{"class", "verdict"}, {"aria-label", "Result in a sentence"}});
  html.Element("p", Typographic(context.verdict.headline), {{"class", "headline"}});
  for (const std::string& detail : context.verdict.details) {
    html.Element("p", Typographic(detail));
  }
  html.Close();
  if (!context.verdict.warnings.empty()) {
    html.Open("section", {{"class", "caveats"}, {"aria-label", "Before you quote this"}});
    html.Element("h2", "Before you quote this").Open("ul");
    for (const std::string& warning : context.verdict.warnings) {
      html.Element("li", Typographic(warning));
    }
    html.Close().Close();
  }
  html.Close().NewLine();
  html.Open("section", {{"id", "setup"}}).Element("h2", "What was run");
  html.Open("dl", {{"class", "facts"}});
  for (const auto& [term, text] : Facts(run, context.summary)) {
    const bool is_long = DisplayWidth(text) > 64;
    html.Open("div", is_long ? Attributes{{"class", "long"}} : Attributes{});
    html.Element("dt", term).Element("dd", Typographic(text)).Close();
  }
  html.Close();
  if (!run.task.events.empty()) {
    html.Element("h3", "What happened").Open("ul");
    for (const std::string& sentence : EventSentences(run)) {
      html.Element("li", Typographic(sentence));
    }
    html.Close();
  }
  if (!run.task.description.empty()) {
    html.Open("details").Element("summary", "The task in the words the tuners were given");
    html.Element("p", run.task.description, {{"class", "prose"}}).Close();
  }
  html.Close().NewLine();
  return html.Take();
}

Markup ResultSection(const ReportContext& context) {
  HtmlWriter html;
  html.Open("section", {{"id", "result"}}).Element("h2", "Final result");
  html.Add(ToHtml(OutcomeTable(context.run, context.summary))).NewLine();
  const Table phases = PhaseTable(context.run, context.summary);
  if (!phases.rows.empty()) html.Add(ToHtml(phases)).NewLine();
  html.Add(ToHtml(ConductTable(context.run, context.summary))).NewLine();
  html.Open("details").Element("summary", "What the columns mean").Open("dl", {{"class", "notes"}});
  for (const auto& [term, text] : ColumnNotes(context.run, context.summary)) {
    html.Element("dt", term).Element("dd", Typographic(text));
  }
  html.Close().Close();
  html.Element("p",
               "The same numbers at full precision: final.csv, regret_by_round.csv, trials.csv.",
               {{"class", "files"}});
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
