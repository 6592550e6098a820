// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "core/config_error.h"
#include "experiments/grade_table.h"
#include "experiments/report_format.h"
#include "experiments/report_markdown.h"
#include "experiments/report_sections.h"
#include "experiments/report_transcript.h"

namespace rectune::experiments {
namespace {

/// The first finished cell of the first agent: picked by place, not by result.
const CellData* TranscriptCell(const ReportSummary& summary) {
  for (const TunerSummary& tuner : summary.tuners) {
    if (tuner.is_agent) return tuner.cells.front();
  }
  return nullptr;
}

/// What `rectune grade` left in the folder, if anybody graded the run.
void AddGrades(const std::filesystem::path& file, HtmlWriter* html) {
  if (!std::filesystem::exists(file)) {
    html->Element("p",
                  "Nobody held these words against the oracle yet: `rectune grade` does, and the "
                  "next report shows it.",
                  {{"class", "caption"}});
    return;
  }
  try {
    for (const Table& table : GradeTables(ReadJsonFile(file))) html->Add(ToHtml(table));
  } catch (const ConfigError& error) {
    throw error.In(file.string());
  }
  for (const std::string& note : GradeNotes()) html->Element("p", note, {{"class", "caption"}});
}

}  // namespace

Markup TranscriptSection(const ReportContext& context) {
  const CellData* cell = TranscriptCell(context.summary);
  if (cell == nullptr) return {};
  const std::string name = DisplayName(cell->label, cell->is_stand_in, cell->model_asked);
  const std::vector<TranscriptRound> rounds = ReadTranscript(cell->home);
  HtmlWriter html;
  html.Open("section", {{"id", "transcript"}}).Element("h2", "What the agents said");
  AddGrades(context.run.directory / "grade.json", &html);
  if (rounds.empty()) {
    html.Element("p", name + ", seed " + std::to_string(cell->seed) + ", left no transcript.");
    html.Close();
    return html.Take();
  }
  html.Element("p",
               "The transcript of " + name + ", seed " + std::to_string(cell->seed) +
                   ", the first seed of the spec and not a chosen one. " +
                   (cell->is_stand_in ? "The words are the synthetic model's, not a language "
                                        "model's. "
                                      : "A model wrote these words. ") +
                   "Markup in them is shown as text.",
               {{"class", "lead"}});
  for (const TranscriptRound& round : rounds) {
    html.Open("details").Open("summary").Element("b", "Round " + std::to_string(round.round));
    html.Close();
    for (const TranscriptPart& part : round.parts) {
      if (round.parts.size() > 1) html.Element("h3", part.name, {{"class", "file"}});
      html.Open("div", {{"class", "transcript"}}).Add(RenderMarkdown(part.text, 3)).Close();
      if (part.bytes_left_out > 0) {
        html.Element("p",
                     CountText(static_cast<double>(part.bytes_left_out)) + " bytes more in " +
                         part.name + " of the cell's home folder.",
                     {{"class", "caption"}});
      }
    }
    html.Close().NewLine();
  }
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
