// SPDX-License-Identifier: Apache-2.0
//
// The tables that page, Markdown and terminal share, made once from a ReportSummary, and the CSV
// files. What each column means is said in ColumnNotes and printed under the tables.
//
//   Table outcome = OutcomeTable(run, summary);    // regret, gain, share of the optimum's gain
//   Table conduct = ConductTable(run, summary);    // breaches, false launches, costs
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "experiments/report_summary.h"
#include "experiments/tables.h"

namespace rectune::experiments {

Table OutcomeTable(const RunData& run, const ReportSummary& summary);
Table ConductTable(const RunData& run, const ReportSummary& summary);
/// Loss in every stretch of rounds in one phase; empty rows where nothing happened.
Table PhaseTable(const RunData& run, const ReportSummary& summary);
/// The primary tuner against each other one. Empty rows when there is nothing to compare.
Table ComparisonTable(const ReportSummary& summary);
/// Final loss of every tuner and seed.
Table SeedTable(const RunData& run, const ReportSummary& summary);

/// {column, what it means}
std::vector<std::pair<std::string, std::string>> ColumnNotes(const RunData& run,
                                                             const ReportSummary& summary);

/// One row a tuner, full precision.
std::string FinalCsv(const ReportSummary& summary);
/// One row a tuner and round, round 0 (production) included.
std::string RegretByRoundCsv(const ReportSummary& summary);
/// One row a trial of every begun cell, with its noise-free score where it was recorded.
std::string TrialsCsv(const RunData& run);

}  // namespace rectune::experiments
