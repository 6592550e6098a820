// SPDX-License-Identifier: Apache-2.0
//
// ReportSummary: every number that the report's tables and figures show, computed once from a
// RunData. Only finished cells count; a summary says how many there were. Holds no markup.
//
//   ReportSummary summary = Summarise(run);
//   summary.tuners[0].final_loss.estimate;   // interquartile mean over seeds
//
// The *loss* is what all comparisons use, lower being better: the normalised regret where the task
// has a reference optimum (production 1, optimum 0), otherwise minus the counted gain. The counted
// gain of a recommendation is its true value in percent over production; one that breaks a
// guardrail counts as production's, or worse (baselines are judged by the same rule as the agent).
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "experiments/run_data.h"
#include "experiments/statistics.h"
#include "experiments/statistics_tests.h"

namespace rectune::experiments {

/// Tokens and calls of a model-driven tuner, means over seeds.
struct LedgerSummary {
  double calls = 0.0;
  double input_tokens = 0.0;
  double output_tokens = 0.0;
  double repairs = 0.0;
  std::string token_counts = {};  // how the tokens were counted, in the ledger's own words
  // Of calls to a language model, over a network or from a cassette.
  double network_calls = 0.0;
  double replayed = 0.0;
  double latency_seconds = 0.0;
  std::set<std::string> served = {};  // as the provider named what answered
};

struct CurvePoint {
  int round = 0;
  std::size_t phase = 0;  // of the round; of round 1 for production's round 0
  Interval loss = {};
  Interval gain = {};
};

struct TunerSummary {
  std::string label = {};  // as the spec spells it
  std::string name = {};   // what every table and legend prints: a stand-in says so
  bool is_agent = false;
  bool is_stand_in = false;
  std::string model_asked = {};             // "" for a stand-in and for tuners without a model
  bool is_production = false;               // the tuner that never changes anything
  int style = 0;                            // colour and marker in figures; agents come first
  std::vector<const CellData*> cells = {};  // finished ones, in seed order
  int unfinished = 0;

  // By seed, in the order of `cells`.
  std::vector<double> losses = {};
  std::vector<double> gains = {};
  std::vector<std::vector<double>> loss_by_round = {};  // [cell][round 0 .. rounds]

  std::vector<CurvePoint> curve = {};  // rounds 0 .. rounds
  Interval final_loss = {};
  Interval final_gain = {};
  Interval mean_loss = {};  // area under the loss curve over rounds 1 .. rounds, per round

  int arms = 0;  // charged, invalid ones included
  int invalid_arms = 0;
  int measured_breaches = 0;  // arms whose point estimate is past a guardrail
  std::optional<int> true_breaches =
      {};                     // the same, noise-free; absent when arm truth is not recorded
  int infeasible_finals = 0;  // final recommendations past a guardrail, noise-free
  int false_launches = 0;     // finals other than production that are infeasible or no better
  int kept_production = 0;    // finals that are production itself
  /// Measured minus true value of the final recommendation, percent points; mean over the seeds
  /// whose recommendation was ever an arm.
  std::optional<double> winners_curse = {};
  int winners_curse_seeds = 0;
  std::optional<double> suggest_seconds = {};  // median over rounds and seeds
  std::optional<LedgerSummary> ledger = {};
};

/// The primary tuner against one other.
struct Comparison {
  std::size_t other = 0;  // into ReportSummary::tuners
  int pairs = 0;          // seeds that both finished
  int wins = 0;           // seeds where the primary's loss is lower
  int ties = 0;
  Interval difference = {};   // primary minus other, IQM of loss, seeds resampled in pairs
  Interval improvement = {};  // P(primary's loss < other's)
  WilcoxonResult wilcoxon = {};
  double holm_p = 1.0;
};

struct RankSummary {
  std::vector<std::size_t> tuners = {};  // those in the test, into ReportSummary::tuners
  FriedmanResult friedman = {};          // blocks are seeds
  double critical_difference = 0.0;
  std::vector<std::vector<std::size_t>> groups = {};  // into `tuners`
};

/// A stretch of rounds in one phase.
struct Stretch {
  std::size_t phase = 0;
  int first = 1;
  int last = 1;
};

struct ReportSummary {
  bool has_reference = false;
  double reference_value = 0.0;           // of the last round's phase
  std::vector<Stretch> stretches = {};    // in order, all rounds; one where nothing happened
  std::vector<TunerSummary> tuners = {};  // in spec order, those with a finished cell
  std::vector<std::string> without_results = {};  // labels that have none
  int cells_finished = 0;
  int cells_planned = 0;
  std::size_t best = 0;  // lowest final loss; tuners is not empty
  std::optional<std::size_t> primary =
      {};                           // whom comparisons are about: the best agent, else the best
  bool primary_was_chosen = false;  // among several agents, or for being best: say so
  std::vector<Comparison> comparisons = {};
  std::optional<RankSummary> ranks = {};  // two tuners and two common seeds at least

  bool empty() const { return tuners.empty(); }
};

ReportSummary Summarise(const RunData& run);

/// What the loss is called and how it is shown: regret as it is, a missing reference as gain.
struct Yardstick {
  std::string name = {};  // "regret", "true gain"
  std::string unit = {};  // "", "%"
  bool lower_is_better = true;
  int decimals = 2;
  double Show(double loss) const { return lower_is_better ? loss : -loss; }
  Interval Show(const Interval& loss) const;
};
Yardstick YardstickOf(const ReportSummary& summary);

/// The gain that a recommendation counts for (see the file comment).
double CountedGain(const TrueScore& score);

/// "agent (synthetic stand-in)", "agent (asked smollm2)" or the label itself.
std::string DisplayName(const std::string& label, bool is_stand_in, const std::string& model_asked);

/// The finished cell with the lowest final loss, by noise-free truth; null when there is none.
const CellData* BestCell(const ReportSummary& summary);

/// Pooled reading of a configuration over the completed trials of a cell in the last round's phase,
/// if it ever was an arm there: in another world it meant something else.
struct PooledReading {
  double value = 0.0;
  double standard_error = 0.0;
  int arms = 0;
};
std::optional<PooledReading> MeasuredValue(const CellData& cell, const Configuration& configuration,
                                           const TaskData& task);

}  // namespace rectune::experiments
