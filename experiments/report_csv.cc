// SPDX-License-Identifier: Apache-2.0
//
// The report's files for machines: full precision, one value a column, empty where there is none.
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "experiments/report_format.h"
#include "experiments/report_tables.h"

namespace rectune::experiments {
namespace {

std::string Flag(bool value) { return value ? "true" : "false"; }

std::string Maybe(const std::optional<double>& value) { return value ? Exact(*value) : ""; }

void Append(const Interval& interval, std::vector<std::string>* fields) {
  fields->push_back(Exact(interval.estimate));
  fields->push_back(Exact(interval.low));
  fields->push_back(Exact(interval.high));
}

void AppendNothing(int count, std::vector<std::string>* fields) {
  fields->insert(fields->end(), static_cast<std::size_t>(count), "");
}

}  // namespace

std::string FinalCsv(const ReportSummary& summary) {
  CsvWriter csv({"label",
                 "synthetic_stand_in",
                 "seeds",
                 "regret_iqm",
                 "regret_low",
                 "regret_high",
                 "gain_iqm",
                 "gain_low",
                 "gain_high",
                 "mean_regret_iqm",
                 "mean_regret_low",
                 "mean_regret_high",
                 "arms",
                 "invalid_arms",
                 "measured_breaches",
                 "true_breaches",
                 "infeasible_finals",
                 "false_launches",
                 "kept_production",
                 "winners_curse",
                 "winners_curse_seeds",
                 "suggest_seconds_median",
                 "model_calls",
                 "input_tokens",
                 "output_tokens"});
  for (const TunerSummary& tuner : summary.tuners) {
    std::vector<std::string> row{tuner.label, Flag(tuner.is_stand_in),
                                 std::to_string(tuner.cells.size())};
    if (summary.has_reference) {
      Append(tuner.final_loss, &row);
    } else {
      AppendNothing(3, &row);
    }
    Append(tuner.final_gain, &row);
    if (summary.has_reference) {
      Append(tuner.mean_loss, &row);
    } else {
      AppendNothing(3, &row);
    }
    for (const int count : {tuner.arms, tuner.invalid_arms, tuner.measured_breaches}) {
      row.push_back(std::to_string(count));
    }
    row.push_back(tuner.true_breaches ? std::to_string(*tuner.true_breaches) : "");
    for (const int count : {tuner.infeasible_finals, tuner.false_launches, tuner.kept_production}) {
      row.push_back(std::to_string(count));
    }
    row.push_back(Maybe(tuner.winners_curse));
    row.push_back(std::to_string(tuner.winners_curse_seeds));
    row.push_back(Maybe(tuner.suggest_seconds));
    if (tuner.ledger) {
      row.push_back(Exact(tuner.ledger->calls));
      row.push_back(Exact(tuner.ledger->input_tokens));
      row.push_back(Exact(tuner.ledger->output_tokens));
    } else {
      AppendNothing(3, &row);
    }
    csv.Row(row);
  }
  return csv.text();
}

std::string RegretByRoundCsv(const ReportSummary& summary) {
  CsvWriter csv({"label", "synthetic_stand_in", "round", "seeds", "regret_iqm", "regret_low",
                 "regret_high", "gain_iqm", "gain_low", "gain_high", "phase"});
  for (const TunerSummary& tuner : summary.tuners) {
    for (const CurvePoint& point : tuner.curve) {
      std::vector<std::string> row{tuner.label, Flag(tuner.is_stand_in),
                                   std::to_string(point.round), std::to_string(tuner.cells.size())};
      if (summary.has_reference) {
        Append(point.loss, &row);
      } else {
        AppendNothing(3, &row);
      }
      Append(point.gain, &row);
      row.push_back(std::to_string(point.phase));
      csv.Row(row);
    }
  }
  return csv.text();
}

std::string TrialsCsv(const RunData& run) {
  CsvWriter csv({"label", "synthetic_stand_in", "seed", "cell_complete", "round", "arm", "trial",
                 "status", "source", "value", "standard_error", "violation", "true_value",
                 "true_violation"});
  for (const CellData& cell : run.cells) {
    for (const RoundData& round : cell.rounds) {
      for (std::size_t i = 0; i < round.trials.size(); ++i) {
        const Trial& trial = round.trials[i];
        std::vector<std::string> row{cell.label,
                                     Flag(cell.is_stand_in),
                                     std::to_string(cell.seed),
                                     Flag(cell.complete),
                                     std::to_string(round.round),
                                     std::to_string(trial.arm),
                                     std::to_string(trial.id),
                                     ToString(trial.status),
                                     trial.proposal.source};
        if (trial.status == TrialStatus::kCompleted) {
          const Score score =
              run.task.ObjectiveOf(round.phase).Evaluate(trial.measurement, *run.task.metrics);
          row.insert(row.end(),
                     {Exact(score.value), Exact(score.standard_error), Exact(score.violation)});
        } else {
          AppendNothing(3, &row);
        }
        if (i < round.arm_truth.size()) {
          row.push_back(Exact(round.arm_truth[i].value));
          row.push_back(Exact(round.arm_truth[i].violation));
        } else {
          AppendNothing(2, &row);
        }
        csv.Row(row);
      }
    }
  }
  return csv.text();
}

}  // namespace rectune::experiments
