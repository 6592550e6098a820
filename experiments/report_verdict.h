// SPDX-License-Identifier: Apache-2.0
//
// Verdict: the result in sentences, worst news first. If the agent loses, the first words say so;
// if seeds are too few for a test to find anything, that is said instead of printing stars. Every
// sentence is made from a ReportSummary; none is written by hand for a run.
//
//   Verdict verdict = Judge(run, summary);
//   verdict.headline;   // "agent (synthetic stand-in) loses to tpe: final regret 0.52 [...] ..."
#pragma once

#include <string>
#include <vector>

#include "experiments/report_summary.h"

namespace rectune::experiments {

struct Verdict {
  std::string headline = {};
  std::vector<std::string> details = {};   // about the result
  std::vector<std::string> warnings = {};  // what the reader must not conclude
};

Verdict Judge(const RunData& run, const ReportSummary& summary);

/// The fewest seeds with which one of `comparisons` Holm-adjusted exact signed-rank tests can reach
/// `alpha`: the smallest n with comparisons * 2^(1 - n) <= alpha.
int SeedsNeeded(int comparisons, double alpha);

}  // namespace rectune::experiments
