// SPDX-License-Identifier: Apache-2.0
//
// The sections of the report page, top to bottom. Each is a function of the run and its summary
// that returns one <section> (or nothing when it has nothing to say), so that a new section is one
// function and one line in report.cc.
#pragma once

#include <string>

#include "experiments/html.h"
#include "experiments/report_summary.h"
#include "experiments/report_verdict.h"

namespace rectune::experiments {

struct ReportContext {
  const RunData& run;
  const ReportSummary& summary;
  const Verdict& verdict;
  Yardstick yardstick;
};

/// Title, verdict, warnings and what was run.
Markup OverviewSection(const ReportContext& context);
/// Final tables and what their columns mean.
Markup ResultSection(const ReportContext& context);
/// Regret by round: one chart of all tuners, one small panel each.
Markup CurveSection(const ReportContext& context);
/// Pairwise comparisons, ranks, every seed.
Markup EvidenceSection(const ReportContext& context);
/// The best configuration found beside production and the optimum, and what it truly does.
Markup ConfigurationSection(const ReportContext& context);
/// The A/B read-outs of the best cell, round by round.
Markup ReadoutSection(const ReportContext& context);
/// The agents' words, one seed.
Markup TranscriptSection(const ReportContext& context);
/// Where the page comes from, and how to make it again.
Markup ProvenanceSection(const ReportContext& context);

/// Rules that let the legend's buttons single out a tuner, one a tuner.
std::string HighlightRules(const ReportSummary& summary);

}  // namespace rectune::experiments
