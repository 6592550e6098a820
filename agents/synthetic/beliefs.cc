// SPDX-License-Identifier: Apache-2.0
#include "agents/synthetic/beliefs.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "agents/elite.h"
#include "agents/text.h"
#include "core/random_stream.h"

namespace rectune::agents {
namespace {

// A main effect (strength 3) is guessed to be 0.9 scales: a hunch that a few trials can overturn.
constexpr double kGuessPerStrength = 0.3;
// Second-hand evidence is discounted: twice the variance it claims.
constexpr double kDiscount = 2.0;
// Beliefs belong to the model, not to a call: they are drawn at a round that no call has.
constexpr std::uint64_t kKnowledgeStep = 0;
constexpr std::uint64_t kMetricsPerMove = 64;

/// E max(0, Z) for Z ~ N(mean, sd^2).
double ExpectedExcess(double mean, double sd) {
  if (sd <= 0.0) return std::max(mean, 0.0);
  const double z = mean / sd;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
  return mean * NormalCdf(z) + sd * density;
}

}  // namespace

Beliefs::Beliefs(const ActorContext& context, const SyntheticOptions& options, std::uint64_t seed)
    : context_(context),
      options_(options),
      seed_(seed),
      metrics_(ObjectiveMetrics(context.brief.task->objective)) {
  const auto window = static_cast<std::size_t>(options.context_window);
  const std::size_t skipped = context.history.size() > window ? context.history.size() - window : 0;
  visible_.assign(context.history.begin() + static_cast<std::ptrdiff_t>(skipped),
                  context.history.end());
  if (window > 0) visible_.insert(visible_.end(), context.elites.begin(), context.elites.end());
  std::sort(visible_.begin(), visible_.end(),
            [](const Trial* a, const Trial* b) { return a->id < b->id; });
  visible_.erase(std::unique(visible_.begin(), visible_.end()), visible_.end());
  for (const Trial* trial : visible_) {
    visible_units_.push_back(trial->proposal.configuration
                                 ? features().space().Encode(*trial->proposal.configuration)
                                 : std::vector<double>());
  }
  if (options.reasoning_depth >= 1) best_ = BestTrial(*context.brief.task, visible_);

  std::vector<const Trial*> used;
  if (options.reasoning_depth == 1 && best_ != nullptr) used.push_back(best_);
  if (options.reasoning_depth >= 2) {
    for (const Trial* trial : visible_) {
      if (trial->status == TrialStatus::kCompleted) used.push_back(trial);
    }
  }
  const auto n = static_cast<Eigen::Index>(used.size());
  Eigen::MatrixXd x(n, static_cast<Eigen::Index>(features().size()));
  for (Eigen::Index i = 0; i < n; ++i) {
    x.row(i) = features().Of(*used[static_cast<std::size_t>(i)]->proposal.configuration);
  }
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    const std::size_t index = context.brief.task->metrics->IndexOf(metrics_[m]);
    Eigen::VectorXd lifts(n);
    Eigen::VectorXd variances(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const MetricReading& reading = used[static_cast<std::size_t>(i)]->measurement.readings[index];
      lifts[i] = reading.lift;
      variances[i] = reading.standard_error * reading.standard_error;
    }
    models_.emplace_back(x, std::move(lifts), std::move(variances), PriorFor(m),
                         LiftModel::Options{.quadratic = options.reasoning_depth >= 3});
  }
}

Guess Beliefs::BelievedGuess(std::size_t move_index, std::size_t metric_index) const {
  const Move& move = features().moves()[move_index];
  Guess guess =
      GuessEffect(features().space().parameters()[move.parameter], metrics_[metric_index]);
  if (guess.sign == 0) return guess;
  RandomStream stream(seed_, Purpose::kSyntheticModel, kKnowledgeStep,
                      move_index * kMetricsPerMove + metric_index);
  if (stream.Uniform() >= options_.prior_quality) {
    const int sign = stream.Uniform() < 0.5 ? 1 : -1;
    if (sign != guess.sign) guess.because = "in my experience it goes this way";
    guess.sign = sign;
  }
  return guess;
}

LiftModel::Prior Beliefs::PriorFor(std::size_t metric_index) const {
  LiftModel::Prior prior = LiftModel::Prior::Flat(static_cast<Eigen::Index>(features().size()));
  for (std::size_t i = 0; i < features().moves().size(); ++i) {
    const Move& move = features().moves()[i];
    const Guess guess = BelievedGuess(i, metric_index);
    const double whole = kGuessPerStrength * guess.strength * guess.sign;
    prior.mean.segment(static_cast<Eigen::Index>(move.first), static_cast<Eigen::Index>(move.count))
        .setConstant(whole / static_cast<double>(move.count));
  }
  if (options_.reasoning_depth == 0) return prior;
  const auto take = [&](const Pattern& pattern) {
    if (pattern.metric != metrics_[metric_index]) return;
    const Move* move = features().FindMove(pattern.parameter, pattern.level);
    if (move == nullptr) return;
    // What it can see for itself is not news.
    const bool all_seen =
        !pattern.evidence.empty() &&
        std::all_of(pattern.evidence.begin(), pattern.evidence.end(), [&](std::int64_t id) {
          return std::any_of(visible_.begin(), visible_.end(),
                             [id](const Trial* trial) { return trial->id == id; });
        });
    if (all_seen && options_.reasoning_depth >= 2) return;
    const auto count = static_cast<double>(move->count);
    const double sd = std::sqrt(kDiscount / count) * std::max(pattern.standard_error, 1e-3);
    for (std::size_t k = 0; k < move->count; ++k) {
      const auto j = static_cast<Eigen::Index>(move->first + k);
      if (prior.fixed_sd[j] >= 0.0 && prior.fixed_sd[j] <= sd) continue;
      prior.mean[j] = pattern.slope / count;
      prior.fixed_sd[j] = sd;
    }
  };
  if (context_.brief.skill != nullptr) {
    for (const SkillRule& rule : context_.brief.skill->rules) take(rule.pattern);
  }
  for (const Pattern& pattern : context_.patterns) take(pattern);
  return prior;
}

Outlook Beliefs::Judge(const Eigen::VectorXd& x) const {
  const Objective& objective = context_.brief.task->objective;
  std::vector<LiftModel::Estimate> lifts;
  for (const LiftModel& model : models_) lifts.push_back(model.Predict(x));
  const auto lift_of = [&](const std::string& metric) {
    const auto at = std::find(metrics_.begin(), metrics_.end(), metric);
    return lifts[static_cast<std::size_t>(at - metrics_.begin())];
  };
  Outlook outlook;
  double weights = 0.0;
  double variance = 0.0;
  for (const NorthStar& star : objective.north_stars()) {
    const double sign = star.direction == Direction::kLowerIsBetter ? -1.0 : 1.0;
    const LiftModel::Estimate lift = lift_of(star.metric);
    outlook.value += star.weight * sign * lift.mean;
    variance += star.weight * star.weight * lift.sd * lift.sd;
    weights += star.weight;
  }
  outlook.value /= weights;
  outlook.value_sd = std::sqrt(variance) / weights;
  for (const Guardrail& guardrail : objective.guardrails()) {
    const LiftModel::Estimate lift = lift_of(guardrail.metric);
    const double past = guardrail.kind == BoundKind::kFloor ? guardrail.lift_bound - lift.mean
                                                            : lift.mean - guardrail.lift_bound;
    outlook.violation += ExpectedExcess(past, lift.sd);
  }
  outlook.penalised = outlook.value - objective.violation_penalty() * outlook.violation;
  return outlook;
}

LiftModel::Estimate Beliefs::MetricSlope(const Move& move, const std::string& metric) const {
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    if (metrics_[m] == metric) return models_[m].Slope(move.first, move.count);
  }
  return {};
}

LiftModel::Estimate Beliefs::ValueSlope(const Move& move) const {
  LiftModel::Estimate slope;
  double weights = 0.0;
  double variance = 0.0;
  for (const NorthStar& star : context_.brief.task->objective.north_stars()) {
    const double sign = star.direction == Direction::kLowerIsBetter ? -1.0 : 1.0;
    const LiftModel::Estimate of_metric = MetricSlope(move, star.metric);
    slope.mean += star.weight * sign * of_metric.mean;
    variance += star.weight * star.weight * of_metric.sd * of_metric.sd;
    weights += star.weight;
  }
  slope.mean /= weights;
  slope.sd = std::sqrt(variance) / weights;
  return slope;
}

std::string Beliefs::Because(const Move& move, int direction) const {
  const auto index = static_cast<std::size_t>(&move - features().moves().data());
  const std::string* strongest = nullptr;
  LiftModel::Estimate slope;
  std::size_t metric_index = 0;
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    const LiftModel::Estimate estimate = models_[m].Slope(move.first, move.count);
    const double z = std::abs(estimate.mean) / std::max(estimate.sd, 1e-9);
    if (strongest == nullptr || z > std::abs(slope.mean) / std::max(slope.sd, 1e-9)) {
      strongest = &metrics_[m];
      slope = estimate;
      metric_index = m;
    }
  }
  if (std::abs(slope.mean) > 1.5 * slope.sd) {
    return "the trials say " + *strongest + (direction * slope.mean > 0.0 ? " gains" : " falls") +
           " (" + FormatSigned(direction * slope.mean) + " +- " + FormatNumber(slope.sd) +
           "% for the whole range)";
  }
  const Guess guess = BelievedGuess(index, metric_index);
  if (guess.sign != 0) return guess.because;
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    const Guess other = BelievedGuess(index, m);
    if (other.sign != 0) return other.because;
  }
  return "its effect is unknown and worth learning";
}

}  // namespace rectune::agents
