// SPDX-License-Identifier: Apache-2.0
#include "experiments/report.h"

#include <string_view>
#include <utility>
#include <vector>

#include "core/json.h"
#include "experiments/html.h"
#include "experiments/report_events.h"
#include "experiments/report_sections.h"
#include "experiments/report_style.h"
#include "experiments/report_summary.h"
#include "experiments/report_tables.h"
#include "experiments/report_verdict.h"

namespace rectune::experiments {
namespace {

/// Nothing may load or run, whatever ends up in the page: a second wall behind the escaping.
constexpr std::string_view kContentPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

Markup Navigation(const ReportSummary& summary) {
  std::vector<std::pair<std::string, std::string>> links{{"setup", "Setup"}};
  if (!summary.empty()) {
    links.insert(links.end(), {{"result", "Result"},
                               {"curves", "By round"},
                               {"evidence", "Evidence"},
                               {"configuration", "Configuration"},
                               {"readouts", "Read-outs"}});
    for (const TunerSummary& tuner : summary.tuners) {
      if (!tuner.is_agent) continue;
      links.emplace_back("transcript", "Transcript");
      break;
    }
  }
  links.emplace_back("provenance", "Provenance");
  HtmlWriter html;
  html.Open("nav", {{"aria-label", "Sections"}}).Open("ul");
  for (const auto& [id, text] : links) {
    html.Open("li").Element("a", text, {{"href", "#" + id}}).Close();
  }
  html.Close().Close();
  return html.Take();
}

std::string Page(const RunData& run, const ReportSummary& summary, const Verdict& verdict) {
  const ReportContext context{run, summary, verdict, YardstickOf(summary)};
  HtmlWriter html;
  html.Open("html", {{"lang", "en"}}).Open("head");
  html.Void("meta", {{"charset", "utf-8"}});
  html.Void("meta",
            {{"http-equiv", "Content-Security-Policy"}, {"content", std::string(kContentPolicy)}});
  html.Void("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.Element("title", run.name + " \u2013 RecTune report");
  html.Style(std::string(ReportStyle()) + HighlightRules(summary));
  html.Close().NewLine().Open("body").Open("main").NewLine();
  html.Add(OverviewSection(context));
  html.Add(Navigation(summary)).NewLine();
  if (!summary.empty()) {
    html.Add(ResultSection(context)).Add(CurveSection(context)).Add(EvidenceSection(context));
    html.Add(ConfigurationSection(context)).Add(ReadoutSection(context));
    html.Add(TranscriptSection(context));
  }
  html.Add(ProvenanceSection(context));
  html.Close().Close().Close();
  return "<!DOCTYPE html>\n" + html.Take().text() + "\n";
}

std::string Markdown(const RunData& run, const ReportSummary& summary, const Verdict& verdict) {
  std::string text = "# " + run.name + "\n\n" + verdict.headline + "\n\n";
  for (const std::string& detail : verdict.details) text += detail + "\n\n";
  for (const std::string& warning : verdict.warnings) text += "> " + warning + "\n>\n";
  if (!verdict.warnings.empty()) {
    text.resize(text.size() - 2);  // no quoted blank line after the last one
    text += "\n";
  }
  for (const std::string& sentence : EventSentences(run)) text += "- " + sentence + "\n";
  if (!run.task.events.empty()) text += "\n";
  if (summary.empty()) return text;
  for (const Table& table :
       {OutcomeTable(run, summary), PhaseTable(run, summary), ConductTable(run, summary),
        ComparisonTable(summary), SeedTable(run, summary)}) {
    if (table.rows.empty()) continue;
    text += "**" + table.caption + "**\n\n" + ToMarkdown(table) + "\n";
  }
  for (const auto& [column, meaning] : ColumnNotes(run, summary)) {
    text += "- *" + column + "*: " + meaning + "\n";
  }
  return text;
}

}  // namespace

std::string ReportHtml(const RunData& run) {
  const ReportSummary summary = Summarise(run);
  return Page(run, summary, Judge(run, summary));
}

std::string ReportMarkdown(const RunData& run) {
  const ReportSummary summary = Summarise(run);
  return Markdown(run, summary, Judge(run, summary));
}

void WriteReport(const RunData& run, const std::filesystem::path& directory) {
  const ReportSummary summary = Summarise(run);
  const Verdict verdict = Judge(run, summary);
  WriteFileAtomically(directory / "report.html", Page(run, summary, verdict));
  WriteFileAtomically(directory / "report.md", Markdown(run, summary, verdict));
  WriteFileAtomically(directory / "final.csv", FinalCsv(summary));
  WriteFileAtomically(directory / "regret_by_round.csv", RegretByRoundCsv(summary));
  WriteFileAtomically(directory / "trials.csv", TrialsCsv(run));
}

}  // namespace rectune::experiments
