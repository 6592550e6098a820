// SPDX-License-Identifier: Apache-2.0
//
// WriteReport: what a run says, for people and for machines. report.html is one self-contained page
// (no script, nothing loaded from anywhere, light and dark), report.md its tables, and final.csv,
// regret_by_round.csv and trials.csv the numbers at full precision. Written from the journals'
// content alone, so it can be made again at any time; a half-finished run gets a report that says
// so. Not a dashboard and not a database (experiments/sqlite_index.h).
//
//   WriteReport(LoadRun(directory), directory);
#pragma once

#include <filesystem>
#include <string>

#include "experiments/run_data.h"

namespace rectune::experiments {

/// Replaces the five files in `directory`, each whole or not at all.
void WriteReport(const RunData& run, const std::filesystem::path& directory);

std::string ReportHtml(const RunData& run);
std::string ReportMarkdown(const RunData& run);

}  // namespace rectune::experiments
