// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_summary.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/check.h"

namespace rectune::experiments {
namespace {

constexpr double kAlpha = 0.05;

double LossOf(const RoundData& round) {
  return round.regret ? *round.regret : -CountedGain(round.true_score);
}

double ProductionLoss(bool has_reference) { return has_reference ? 1.0 : 0.0; }

void AddCurves(const RunData& run, bool has_reference, TunerSummary* tuner) {
  for (const CellData* cell : tuner->cells) {
    std::vector<double> losses{ProductionLoss(has_reference)};
    for (const RoundData& round : cell->rounds) losses.push_back(LossOf(round));
    tuner->losses.push_back(losses.back());
    tuner->gains.push_back(CountedGain(cell->rounds.back().true_score));
    tuner->loss_by_round.push_back(std::move(losses));
  }
  const BootstrapPlan plan({tuner->cells.size()}, {});
  std::vector<double> means;
  for (const std::vector<double>& losses : tuner->loss_by_round) {
    means.push_back(Mean(std::span<const double>(losses).subspan(1)));
  }
  for (int r = 0; r <= run.rounds; ++r) {
    std::vector<double> losses;
    std::vector<double> gains;
    for (std::size_t c = 0; c < tuner->cells.size(); ++c) {
      losses.push_back(tuner->loss_by_round[c][static_cast<std::size_t>(r)]);
      gains.push_back(
          r == 0
              ? 0.0
              : CountedGain(tuner->cells[c]->rounds[static_cast<std::size_t>(r - 1)].true_score));
    }
    const CellData& any = *tuner->cells.front();
    tuner->curve.push_back({r, any.rounds[static_cast<std::size_t>(std::max(r, 1) - 1)].phase,
                            plan.Apply({losses}, InterquartileMean),
                            plan.Apply({gains}, InterquartileMean)});
  }
  tuner->final_loss = tuner->curve.back().loss;
  tuner->final_gain = tuner->curve.back().gain;
  tuner->mean_loss = plan.Apply({means}, InterquartileMean);
}

void CountArms(const RunData& run, TunerSummary* tuner) {
  bool has_arm_truth = true;
  int true_breaches = 0;
  for (const CellData* cell : tuner->cells) {
    for (const RoundData& round : cell->rounds) {
      has_arm_truth = has_arm_truth && round.arm_truth.size() == round.trials.size();
      for (const Trial& trial : round.trials) {
        ++tuner->arms;
        if (trial.status == TrialStatus::kInvalid) ++tuner->invalid_arms;
        if (trial.status != TrialStatus::kCompleted) continue;
        const Score score =
            run.task.ObjectiveOf(round.phase).Evaluate(trial.measurement, *run.task.metrics);
        if (!score.feasible()) ++tuner->measured_breaches;
      }
      for (const TrueScore& truth : round.arm_truth) {
        if (truth.violation > 0.0) ++true_breaches;
      }
    }
  }
  if (has_arm_truth) tuner->true_breaches = true_breaches;
}

void JudgeFinals(const RunData& run, TunerSummary* tuner) {
  const Configuration production = run.task.space->Production();
  double curse = 0.0;
  for (const CellData* cell : tuner->cells) {
    const RoundData& last = cell->rounds.back();
    const bool is_production = last.recommendation == production;
    const bool infeasible = last.true_score.violation > 0.0;
    if (infeasible) ++tuner->infeasible_finals;
    if (is_production) ++tuner->kept_production;
    if (!is_production && (infeasible || last.true_score.value <= 0.0)) ++tuner->false_launches;
    if (is_production) continue;
    const auto measured = MeasuredValue(*cell, last.recommendation, run.task);
    if (!measured) continue;
    curse += measured->value - last.true_score.value;
    ++tuner->winners_curse_seeds;
  }
  if (tuner->winners_curse_seeds > 0) tuner->winners_curse = curse / tuner->winners_curse_seeds;
}

void AddCosts(TunerSummary* tuner) {
  std::vector<double> seconds;
  LedgerSummary total;
  int ledgers = 0;
  const auto number = [](const Json& ledger, const char* key) {
    return ledger.contains(key) && ledger.at(key).is_number() ? ledger.at(key).get<double>() : 0.0;
  };
  for (const CellData* cell : tuner->cells) {
    for (const RoundData& round : cell->rounds) {
      if (round.suggest_seconds) seconds.push_back(*round.suggest_seconds);
    }
    const Json& ledger = cell->rounds.back().ledger;
    if (!ledger.is_object()) continue;
    ++ledgers;
    total.calls += number(ledger, "calls");
    total.input_tokens += number(ledger, "input_tokens");
    total.output_tokens += number(ledger, "output_tokens");
    total.repairs += number(ledger, "repairs");
    if (ledger.contains("network")) {
      const Json& network = ledger.at("network");
      total.network_calls += number(network, "calls");
      total.replayed += number(network, "replayed");
      total.latency_seconds += number(network, "latency_seconds");
      for (const Json& served : network.value("served", Json::array())) {
        total.served.insert(served.get<std::string>());
      }
    }
    if (ledger.contains("token_counts") && ledger.at("token_counts").is_string()) {
      total.token_counts = ledger.at("token_counts").get<std::string>();
    }
  }
  if (!seconds.empty()) tuner->suggest_seconds = Quantile(seconds, 0.5);
  if (ledgers == 0) return;
  total.calls /= ledgers;
  total.input_tokens /= ledgers;
  total.output_tokens /= ledgers;
  total.repairs /= ledgers;
  total.network_calls /= ledgers;
  total.replayed /= ledgers;
  total.latency_seconds /= ledgers;
  tuner->ledger = total;
}

TunerSummary SummariseTuner(const RunData& run, const std::string& label, bool has_reference) {
  TunerSummary tuner;
  tuner.label = label;
  for (const CellData& cell : run.cells) {
    if (cell.label != label) continue;
    tuner.is_agent = cell.is_agent;
    tuner.is_stand_in = cell.is_stand_in;
    tuner.model_asked = cell.model_asked;
    tuner.is_production = cell.tuner == "production";
    if (!cell.complete) {
      ++tuner.unfinished;
      continue;
    }
    RECTUNE_CHECK(static_cast<int>(cell.rounds.size()) == run.rounds && run.rounds > 0,
                  "cell " + cell.id + " calls itself complete without all its rounds");
    tuner.cells.push_back(&cell);
  }
  tuner.name = DisplayName(label, tuner.is_stand_in, tuner.model_asked);
  if (tuner.cells.empty()) return tuner;
  AddCurves(run, has_reference, &tuner);
  CountArms(run, &tuner);
  JudgeFinals(run, &tuner);
  AddCosts(&tuner);
  return tuner;
}

void AssignStyles(std::vector<TunerSummary>* tuners) {
  int next = 0;
  const auto assign = [&](auto&& chosen) {
    for (TunerSummary& tuner : *tuners) {
      if (chosen(tuner)) tuner.style = next++;
    }
  };
  assign([](const TunerSummary& tuner) { return tuner.is_agent; });
  assign([](const TunerSummary& tuner) { return !tuner.is_agent && !tuner.is_production; });
  assign([](const TunerSummary& tuner) { return tuner.is_production; });
}

/// seed -> final loss.
std::map<std::uint64_t, double> BySeed(const TunerSummary& tuner) {
  std::map<std::uint64_t, double> losses;
  for (std::size_t i = 0; i < tuner.cells.size(); ++i) {
    losses[tuner.cells[i]->seed] = tuner.losses[i];
  }
  return losses;
}

Comparison Compare(const TunerSummary& primary, const TunerSummary& other, std::size_t index) {
  Comparison comparison;
  comparison.other = index;
  const auto mine = BySeed(primary);
  const auto theirs = BySeed(other);
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> differences;
  for (const auto& [seed, loss] : mine) {
    const auto found = theirs.find(seed);
    if (found == theirs.end()) continue;
    x.push_back(loss);
    y.push_back(found->second);
    differences.push_back(loss - found->second);
    if (loss < found->second) ++comparison.wins;
    if (loss == found->second) ++comparison.ties;
  }
  comparison.pairs = static_cast<int>(x.size());
  if (x.empty()) return comparison;
  comparison.difference = PairedIqmDifference({x}, {y}, {});
  comparison.improvement = ProbabilityOfImprovementInterval({x}, {y}, {});
  comparison.wilcoxon = WilcoxonSignedRank(differences);
  return comparison;
}

void AddComparisons(ReportSummary* summary) {
  int agents = 0;
  for (std::size_t i = 0; i < summary->tuners.size(); ++i) {
    const TunerSummary& tuner = summary->tuners[i];
    if (!tuner.is_agent) continue;
    ++agents;
    if (!summary->primary ||
        tuner.final_loss.estimate < summary->tuners[*summary->primary].final_loss.estimate) {
      summary->primary = i;
    }
  }
  summary->primary_was_chosen = agents != 1;
  if (!summary->primary) summary->primary = summary->best;
  std::vector<double> p_values;
  for (std::size_t i = 0; i < summary->tuners.size(); ++i) {
    if (i == *summary->primary) continue;
    const Comparison comparison =
        Compare(summary->tuners[*summary->primary], summary->tuners[i], i);
    if (comparison.pairs == 0) continue;
    p_values.push_back(comparison.wilcoxon.p_value);
    summary->comparisons.push_back(comparison);
  }
  const std::vector<double> adjusted = HolmAdjust(p_values);
  for (std::size_t i = 0; i < adjusted.size(); ++i) summary->comparisons[i].holm_p = adjusted[i];
}

void AddRanks(ReportSummary* summary) {
  RankSummary ranks;
  std::map<std::uint64_t, std::vector<double>> by_seed;
  for (std::size_t i = 0; i < summary->tuners.size(); ++i) {
    ranks.tuners.push_back(i);
    for (const auto& [seed, loss] : BySeed(summary->tuners[i])) by_seed[seed].push_back(loss);
  }
  std::vector<std::vector<double>> blocks;
  for (auto& [seed, losses] : by_seed) {
    if (losses.size() == ranks.tuners.size()) blocks.push_back(std::move(losses));
  }
  if (ranks.tuners.size() < 2 || blocks.size() < 2) return;
  ranks.friedman = FriedmanTest(blocks);
  ranks.critical_difference = NemenyiCriticalDifference(ranks.tuners.size(), blocks.size(), kAlpha);
  ranks.groups = IndistinguishableGroups(ranks.friedman.average_ranks, ranks.critical_difference);
  summary->ranks = std::move(ranks);
}

/// All cells of a study meet the same phases in the same rounds.
std::vector<Stretch> StretchesOf(const std::vector<CurvePoint>& curve) {
  std::vector<Stretch> stretches;
  for (const CurvePoint& point : curve) {
    if (point.round == 0) continue;
    if (stretches.empty() || stretches.back().phase != point.phase) {
      stretches.push_back({.phase = point.phase, .first = point.round, .last = point.round});
    }
    stretches.back().last = point.round;
  }
  return stretches;
}

}  // namespace

double CountedGain(const TrueScore& score) {
  return score.violation > 0.0 ? std::min(0.0, score.value) : score.value;
}

Interval Yardstick::Show(const Interval& loss) const {
  return lower_is_better ? loss : Interval{-loss.estimate, -loss.high, -loss.low};
}

Yardstick YardstickOf(const ReportSummary& summary) {
  if (summary.has_reference) return {.name = "regret", .unit = "", .lower_is_better = true};
  return {.name = "true gain over production", .unit = "%", .lower_is_better = false};
}

std::string DisplayName(const std::string& label, bool is_stand_in,
                        const std::string& model_asked) {
  if (is_stand_in) return label + " (synthetic stand-in)";
  return model_asked.empty() ? label : label + " (asked " + model_asked + ")";
}

std::optional<PooledReading> MeasuredValue(const CellData& cell, const Configuration& configuration,
                                           const TaskData& task) {
  double weights = 0.0;
  double weighted = 0.0;
  PooledReading reading;
  const std::size_t phase = cell.rounds.back().phase;
  for (const RoundData& round : cell.rounds) {
    if (round.phase != phase) continue;
    for (const Trial& trial : round.trials) {
      if (trial.status != TrialStatus::kCompleted || !trial.proposal.configuration ||
          *trial.proposal.configuration != configuration) {
        continue;
      }
      const Score score = task.ObjectiveOf(phase).Evaluate(trial.measurement, *task.metrics);
      // Without a standard error (noise-free readings) all arms weigh the same.
      const double weight =
          score.standard_error > 0.0 ? 1.0 / (score.standard_error * score.standard_error) : 1.0;
      weights += weight;
      weighted += weight * score.value;
      reading.standard_error = score.standard_error;
      ++reading.arms;
    }
  }
  if (reading.arms == 0) return std::nullopt;
  reading.value = weighted / weights;
  if (reading.standard_error > 0.0) reading.standard_error = 1.0 / std::sqrt(weights);
  return reading;
}

const CellData* BestCell(const ReportSummary& summary) {
  const CellData* best = nullptr;
  double lowest = 0.0;
  for (const TunerSummary& tuner : summary.tuners) {
    for (std::size_t i = 0; i < tuner.cells.size(); ++i) {
      if (best == nullptr || tuner.losses[i] < lowest) {
        best = tuner.cells[i];
        lowest = tuner.losses[i];
      }
    }
  }
  return best;
}

ReportSummary Summarise(const RunData& run) {
  ReportSummary summary;
  summary.has_reference = run.task.has_references();
  summary.cells_planned = static_cast<int>(run.labels.size() * run.seeds.size());
  for (const std::string& label : run.labels) {
    TunerSummary tuner = SummariseTuner(run, label, summary.has_reference);
    summary.cells_finished += static_cast<int>(tuner.cells.size());
    if (tuner.cells.empty()) {
      summary.without_results.push_back(tuner.name);
    } else {
      summary.tuners.push_back(std::move(tuner));
    }
  }
  if (summary.tuners.empty()) return summary;
  summary.stretches = StretchesOf(summary.tuners.front().curve);
  if (summary.has_reference) {
    summary.reference_value = run.task.ReferenceOf(summary.stretches.back().phase)->value;
  }
  AssignStyles(&summary.tuners);
  for (std::size_t i = 1; i < summary.tuners.size(); ++i) {
    if (summary.tuners[i].final_loss.estimate < summary.tuners[summary.best].final_loss.estimate) {
      summary.best = i;
    }
  }
  AddComparisons(&summary);
  AddRanks(&summary);
  return summary;
}

}  // namespace rectune::experiments
