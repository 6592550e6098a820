// SPDX-License-Identifier: Apache-2.0
#include "agents/gate.h"

#include <cmath>

#include "agents/lift_evidence.h"
#include "agents/text.h"
#include "core/object_reader.h"
#include "core/random_stream.h"

namespace rectune::agents {
namespace {

constexpr std::size_t kExactTerms = 14;

struct Outcome {
  double lift = 0.0;
  double variance = 0.0;
};

/// A rule speaks of a metric; a tightening of the objective itself.
Outcome OutcomeOf(const SkillEdit& edit, const TuningTask& task, const Trial& trial) {
  if (edit.kind == EditKind::kTighten) {
    const Score score = task.objective.Evaluate(trial.measurement, *task.metrics);
    return {score.penalised, score.standard_error * score.standard_error};
  }
  const MetricReading& reading = trial.measurement.readings[task.metrics->IndexOf(edit.metric)];
  return {reading.lift, reading.standard_error * reading.standard_error};
}

}  // namespace

double SignFlipPValue(const std::vector<double>& terms) {
  double sum = 0.0;
  double squares = 0.0;
  for (double term : terms) {
    sum += term;
    squares += term * term;
  }
  if (squares <= 0.0) return 1.0;
  if (terms.size() > kExactTerms) return 1.0 - NormalCdf(sum / std::sqrt(squares));
  const std::uint64_t patterns = std::uint64_t{1} << terms.size();
  // Rounding must not decide between the observed sum and its own pattern.
  const double threshold = sum - 1e-12 * std::sqrt(squares);
  std::uint64_t at_least = 0;
  for (std::uint64_t pattern = 0; pattern < patterns; ++pattern) {
    double flipped = 0.0;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      flipped += ((pattern >> i) & 1U) != 0 ? std::abs(terms[i]) : -std::abs(terms[i]);
    }
    at_least += flipped >= threshold ? 1 : 0;
  }
  return static_cast<double>(at_least) / static_cast<double>(patterns);
}

GateVerdict JudgeEdit(PendingEdit* pending, int round, const TuningTask& task,
                      const FeatureMap& features, const std::vector<const Trial*>& trials,
                      const GateOptions& options) {
  const SkillEdit& edit = pending->edit;
  const Move* move = features.FindMove(edit.parameter, edit.level);
  std::vector<const Trial*> known;
  std::vector<const Trial*> held_out;
  for (const Trial* trial : trials) {
    if (trial->status != TrialStatus::kCompleted) continue;
    if (trial->id <= pending->cutoff) {
      known.push_back(trial);
    } else if (move != nullptr) {
      const double along = features.Along(*move, features.Of(*trial->proposal.configuration));
      const bool claims = edit.kind != EditKind::kTighten || along * edit.direction > 0.0;
      if (std::abs(along) > kMoved && claims) held_out.push_back(trial);
    }
  }
  GateVerdict verdict;
  verdict.arms = static_cast<int>(held_out.size());
  const bool overdue = round - pending->round >= options.patience_rounds;
  if (verdict.arms >= options.min_arms && verdict.arms > pending->arms_at_last_look) {
    const auto n = static_cast<Eigen::Index>(known.size());
    const auto d = static_cast<Eigen::Index>(features.size());
    const auto first = static_cast<Eigen::Index>(move->first);
    const auto count = static_cast<Eigen::Index>(move->count);
    Eigen::MatrixXd x(n, d);
    Eigen::VectorXd lifts(n);
    Eigen::VectorXd variances(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Trial& trial = *known[static_cast<std::size_t>(i)];
      const Outcome outcome = OutcomeOf(edit, task, trial);
      x.row(i) = features.Of(*trial.proposal.configuration);
      lifts[i] = outcome.lift;
      variances[i] = outcome.variance;
    }
    const LiftModel model(x, lifts, variances, LiftModel::Prior::Flat(d), {});
    const double sign = edit.kind == EditKind::kTighten ? -edit.direction : edit.direction;
    std::vector<double> terms;
    for (const Trial* trial : held_out) {
      const Eigen::VectorXd moved = features.Of(*trial->proposal.configuration);
      Eigen::VectorXd others = moved;
      others.segment(first, count).setZero();
      const double residual = OutcomeOf(edit, task, *trial).lift - model.Predict(others).mean;
      terms.push_back(sign * features.Along(*move, moved) * residual);
    }
    verdict.p_value = SignFlipPValue(terms);
    ++pending->looks;
    pending->arms_at_last_look = verdict.arms;
    const double spent = options.level * std::pow(0.5, pending->looks);
    verdict.explanation = "look " + std::to_string(pending->looks) + " at " +
                          std::to_string(verdict.arms) + " later arms: p " +
                          FormatNumber(verdict.p_value) + " against " + FormatNumber(spent);
    if (verdict.p_value <= spent) {
      verdict.decision = GateDecision::kLand;
      return verdict;
    }
  } else {
    verdict.explanation =
        "waits for later arms that move it (" + std::to_string(verdict.arms) + " so far)";
  }
  if (overdue) {
    verdict.decision = GateDecision::kDrop;
    verdict.explanation +=
        "; not borne out within " + std::to_string(options.patience_rounds) + " rounds";
  }
  return verdict;
}

Json ToJson(const PendingEdit& pending) {
  Json json;
  json["edit"] = ToJson(pending.edit);
  json["round"] = pending.round;
  json["cutoff"] = pending.cutoff;
  json["looks"] = pending.looks;
  json["arms_at_last_look"] = pending.arms_at_last_look;
  return json;
}

PendingEdit PendingEditFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  PendingEdit pending;
  pending.edit = SkillEditFromJson(reader.Value("edit"), reader.PathOf("edit"));
  pending.round = static_cast<int>(reader.Integer("round", {0, 1000000}));
  pending.cutoff = reader.Integer("cutoff");
  pending.looks = static_cast<int>(reader.Integer("looks", {0, 1000000}));
  pending.arms_at_last_look = static_cast<int>(reader.Integer("arms_at_last_look", {0, 1000000}));
  reader.Finish();
  return pending;
}

}  // namespace rectune::agents
