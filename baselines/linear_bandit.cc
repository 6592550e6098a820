// SPDX-License-Identifier: Apache-2.0
#include "baselines/linear_bandit.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "baselines/coordinate_search.h"
#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr int kRandomStarts = 2;
// Percent. An exact reading on its bound is feasible, and its posterior is the reading but for
// rounding.
constexpr double kRounding = 1e-6;

/// A column a model: the objective's value, then how far each guardrail is past its bound.
struct Readings {
  std::vector<double> values;
  std::vector<double> errors;
};

Readings Read(const Trial& trial, const TuningTask& task) {
  const Score score = task.objective.Evaluate(trial.measurement, *task.metrics);
  Readings readings{{score.value}, {score.standard_error}};
  for (const Guardrail& guardrail : task.objective.guardrails()) {
    const MetricReading& reading =
        trial.measurement.readings[task.metrics->IndexOf(guardrail.metric)];
    const double sign = guardrail.kind == BoundKind::kCeiling ? 1.0 : -1.0;
    readings.values.push_back(sign * reading.lift);
    readings.errors.push_back(reading.standard_error);
  }
  return readings;
}

/// What must be added to a guardrail's modelled lift to have its excess.
double MinusBound(const Guardrail& guardrail) {
  return guardrail.kind == BoundKind::kCeiling ? -guardrail.lift_bound : guardrail.lift_bound;
}

}  // namespace

LinearBanditOptions LinearBanditOptions::FromJson(const Json& options, const std::string& path,
                                                  BanditRule rule) {
  ObjectReader reader(options, path);
  LinearBanditOptions result;
  result.startup_trials =
      static_cast<int>(reader.IntegerOr("startup_trials", result.startup_trials, {1, 100000}));
  if (rule == BanditRule::kUpperBound) {
    result.beta = reader.NumberOr("beta", result.beta, {0.0, 100.0});
  }
  reader.Finish();
  return result;
}

LinearBandit::LinearBandit(std::string name, TuningTask task, BanditRule rule,
                           LinearBanditOptions options)
    : Tuner(std::move(name), std::move(task)),
      rule_(rule),
      options_(options),
      views_(ViewCoordinates(*this->task().space)),
      production_(this->task().space->Encode(this->task().space->Production())),
      features_(views_, this->task().space->Contains(this->task().space->Production())
                            ? &production_
                            : nullptr) {}

LinearBandit::Models LinearBandit::Fit() const {
  const Configuration production = task().space->Production();
  Models models;
  std::vector<Readings> readings;
  for (const Trial& trial : history()) {
    Score score;
    // Production is the anchor: its arms would only repeat that 0 is 0.
    if (!IsScored(trial, task(), &score) || *trial.proposal.configuration == production) continue;
    models.arms.push_back(*trial.proposal.configuration);
    models.units.push_back(task().space->Encode(models.arms.back()));
    readings.push_back(Read(trial, task()));
  }
  const auto n = static_cast<Eigen::Index>(models.arms.size());
  Eigen::MatrixXd design(n, features_.size());
  for (Eigen::Index i = 0; i < n; ++i) {
    design.row(i) = features_.Of(models.units[static_cast<std::size_t>(i)]).transpose();
  }
  const std::size_t columns = 1 + task().objective.guardrails().size();
  for (std::size_t column = 0; column < columns; ++column) {
    Eigen::VectorXd values(n);
    Eigen::VectorXd errors(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      values[i] = readings[static_cast<std::size_t>(i)].values[column];
      errors[i] = readings[static_cast<std::size_t>(i)].errors[column];
    }
    models.all.emplace_back(design, std::move(values), std::move(errors));
  }
  return models;
}

std::vector<double> LinearBandit::Maximise(
    const Models& models, const std::function<double(const Eigen::VectorXd&)>& value,
    RandomStream& stream) const {
  const auto of_unit = [&](const std::vector<double>& unit) { return value(features_.Of(unit)); };
  std::vector<std::vector<double>> starts{production_};
  if (!models.units.empty()) {
    // By value alone: what is read here only decides where a search begins.
    const auto best =
        std::max_element(models.units.begin(), models.units.end(),
                         [&](const auto& a, const auto& b) { return of_unit(a) < of_unit(b); });
    starts.push_back(*best);
  }
  for (int i = 0; i < kRandomStarts; ++i) {
    std::vector<double> unit(views_.size());
    for (double& u : unit) u = stream.Uniform();
    starts.push_back(std::move(unit));
  }
  std::vector<double> best;
  double best_value = 0.0;
  for (std::vector<double>& start : starts) {
    std::vector<double> found = CoordinateSearch(views_, std::move(start), of_unit, {});
    const double found_value = of_unit(found);
    if (best.empty() || found_value > best_value) {
      best = std::move(found);
      best_value = found_value;
    }
  }
  return best;
}

std::vector<Proposal> LinearBandit::DoPropose(int arms) {
  const ParameterSpace& space = *task().space;
  std::vector<Proposal> proposals;
  Models models = Fit();
  const bool is_starting =
      models.arms.size() + 1 < static_cast<std::size_t>(options_.startup_trials);
  const std::vector<Guardrail>& guardrails = task().objective.guardrails();
  const double penalty = task().objective.violation_penalty();
  for (int arm = 0; arm < arms; ++arm) {
    if (is_starting) {
      proposals.push_back(MakeProposal(space.Decode(UniformPoint(task(), proposed_rounds(), arm)),
                                       name() + " (random start)"));
      continue;
    }
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()),
                        static_cast<std::uint64_t>(arm));
    std::vector<Eigen::VectorXd> weights;
    for (const QuadraticModel& model : models.all) {
      weights.push_back(rule_ == BanditRule::kThompson ? model.Draw(stream) : model.weights());
    }
    const auto acquisition = [&](const Eigen::VectorXd& phi) {
      double value = weights[0].dot(phi);
      if (rule_ == BanditRule::kUpperBound) value += options_.beta * models.all[0].Deviation(phi);
      for (std::size_t g = 0; g < guardrails.size(); ++g) {
        const double excess = weights[g + 1].dot(phi) + MinusBound(guardrails[g]);
        value -= penalty * std::max(0.0, excess);
      }
      return value;
    };
    const std::vector<double> unit = Maximise(models, acquisition, stream);
    proposals.push_back(MakeProposal(space.Decode(unit), name()));
    if (rule_ == BanditRule::kUpperBound && arm + 1 < arms) {
      models.all[0] = models.all[0].WithPending(features_.Of(unit));
    }
  }
  return proposals;
}

Configuration LinearBandit::DoRecommend() const {
  const Models models = Fit();
  const std::vector<Guardrail>& guardrails = task().objective.guardrails();
  Configuration best = task().space->Production();
  double best_bound = 0.0;
  for (std::size_t i = 0; i < models.arms.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    bool is_feasible = true;
    for (std::size_t g = 0; g < guardrails.size(); ++g) {
      const double mean = models.all[g + 1].OfArm(row).mean;
      is_feasible = is_feasible && mean + MinusBound(guardrails[g]) <= kRounding;
    }
    const QuadraticModel::Posterior value = models.all[0].OfArm(row);
    if (is_feasible && value.mean - value.deviation > best_bound) {
      best = models.arms[i];
      best_bound = value.mean - value.deviation;
    }
  }
  return best;
}

}  // namespace rectune::baselines
