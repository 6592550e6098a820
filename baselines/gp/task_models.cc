// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/task_models.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "baselines/score_history.h"
#include "core/check.h"

namespace rectune::baselines {

Reading ObjectiveReading(const Trial& trial, const TuningTask& task) {
  const Score score = task.objective.Evaluate(trial.measurement, *task.metrics);
  return {score.value, score.standard_error};
}

Reading MetricLift(const Trial& trial, const TuningTask& task, const std::string& metric) {
  const MetricReading& reading = trial.measurement.readings[task.metrics->IndexOf(metric)];
  return {reading.lift, reading.standard_error};
}

TaskModels::TaskModels(const TuningTask& task, const FeatureMap& map, TaskModelOptions options)
    : task_(task),
      map_(map),
      options_(std::move(options)),
      second_task_(task, options_.second_task, options_.second_task_points) {
  RECTUNE_CHECK(!(options_.uses_time && options_.second_task),
                "a simulator's readings belong to no round");
  models_.resize(ModelCount());
}

std::size_t TaskModels::ModelCount() const {
  return 1 + constraints() +
         (options_.models_each_north_star ? task_.objective.north_stars().size() : 0);
}

Reading TaskModels::Read(std::size_t model, const Trial& trial) const {
  if (model == 0) return ObjectiveReading(trial, task_);
  if (model <= constraints()) {
    return MetricLift(trial, task_, task_.objective.guardrails()[model - 1].metric);
  }
  const NorthStar& star = task_.objective.north_stars()[model - 1 - constraints()];
  Reading reading = MetricLift(trial, task_, star.metric);
  if (star.direction == Direction::kLowerIsBetter) reading.value = -reading.value;
  return reading;
}

void TaskModels::Collect(std::span<const Trial> history) {
  points_.clear();
  int last_round = 0;
  for (const Trial& trial : history) {
    last_round = std::max(last_round, trial.round);
    if (trial.status != TrialStatus::kCompleted || !trial.proposal.configuration) continue;
    const Configuration& configuration = *trial.proposal.configuration;
    points_.push_back(
        {task_.space->Encode(configuration), &trial, task_.space->Contains(configuration)});
  }
  now_ = last_round + 1.0;
  const std::vector<Trial>& simulated = second_task_.Trials(history);
  const std::size_t n = points_.size();
  features_.Resize(n, map_.features());
  for (std::size_t i = 0; i < n; ++i) map_.Map(points_[i].unit, features_.row(i));
  for (std::size_t k = 0; k < models_.size(); ++k) {
    MetricModel& model = models_[k];
    std::vector<Reading> readings;
    std::vector<double> values;
    for (const ModelPoint& point : points_) {
      readings.push_back(Read(k, *point.trial));
      values.push_back(readings.back().value);
    }
    model.standardisation = StandardisationOf(values);
    if (options_.warps_outputs && k == 0) {
      for (double& value : values) value = model.standardisation.Apply(value);
      model.warp = FitOutputWarp(values);
    }
    GpData data;
    data.features = features_;
    data.group_of = map_.group_of();
    data.groups = map_.groups();
    data.is_choice = map_.is_choice();
    for (const std::size_t j : map_.free_coordinates()) {
      if (options_.warps_inputs && !map_.views()[j].has_levels()) {
        data.warped.push_back(map_.first_feature(j));
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double y = model.standardisation.Apply(readings[i].value);
      const double error =
          readings[i].standard_error / model.standardisation.spread * model.warp.Slope(y);
      data.y.push_back(model.warp.Apply(y));
      data.noise.push_back(error * error + (points_[i].in_box ? 0.0 : 1.0));
      if (options_.uses_time) data.time.push_back(points_[i].trial->round);
    }
    if (!points_.empty() && !simulated.empty()) AddSecondTask(k, simulated, &data);
    model.data = std::move(data);
  }
}

void TaskModels::AddSecondTask(std::size_t model, const std::vector<Trial>& simulated,
                               GpData* data) const {
  const std::size_t measured = points_.size();
  Matrix all(measured + simulated.size(), map_.features());
  for (std::size_t i = 0; i < measured; ++i) {
    std::copy_n(features_.row(i), map_.features(), all.row(i));
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < simulated.size(); ++i) {
    const Configuration& configuration = *simulated[i].proposal.configuration;
    map_.Map(task_.space->Encode(configuration), all.row(measured + i));
    values.push_back(Read(model, simulated[i]).value);
    data->noise.push_back(task_.space->Contains(configuration) ? 0.0 : 1.0);
  }
  // Each task in units of its own: the correlation then says how far their shapes agree.
  const Standardisation own = StandardisationOf(values);
  for (const double value : values) data->y.push_back(own.Apply(value));
  data->features = std::move(all);
  data->task.assign(measured, 0);
  data->task.resize(measured + simulated.size(), 1);
}

void TaskModels::Fit(std::span<const Trial> history) {
  Collect(history);
  if (points_.empty()) return;
  const std::size_t n = points_.size();
  const std::size_t rows = models_.front().data.size();  // with the second task's
  const bool full = 8 * rows >= 9 * searched_size_;
  if (full) searched_size_ = rows;
  for (std::size_t k = 0; k < models_.size(); ++k) {
    MetricModel& model = models_[k];
    model.fit = FitGp(model.data, options_.gp, model.theta, full,
                      RandomStream(task_.seed, Purpose::kTunerInternal, n, k));
    model.theta = model.fit.theta;
    model.posterior = std::make_unique<GpPosterior>(model.data, model.theta, GpQuery{.time = now_});
  }
}

void TaskModels::StartOver(std::span<const Trial> history) {
  models_.clear();
  models_.resize(ModelCount());
  searched_size_ = 0;
  Fit(history);
}

void TaskModels::Rebuild(std::span<const Trial> history) {
  Collect(history);
  for (MetricModel& model : models_) {
    model.posterior.reset();
    if (points_.empty() || model.theta.size() != model.data.layout().size()) continue;
    model.posterior = std::make_unique<GpPosterior>(model.data, model.theta, GpQuery{.time = now_});
  }
}

ConstraintBound TaskModels::bound(std::size_t g) const {
  const Guardrail& guardrail = task_.objective.guardrails()[g];
  const double sign = guardrail.kind == BoundKind::kCeiling ? 1.0 : -1.0;
  return {sign, sign * constraint(g).standardisation.Apply(guardrail.lift_bound)};
}

std::vector<double> TaskModels::ProbabilityFeasible(const Matrix& candidates) const {
  std::vector<double> probability(candidates.rows(), 1.0);
  CandidateBlock block;
  for (std::size_t g = 0; g < constraints(); ++g) {
    constraint(g).posterior->Predict(candidates, &block);
    const ConstraintBound limit = bound(g);
    for (std::size_t r = 0; r < candidates.rows(); ++r) {
      const double slack = limit.threshold - limit.sign * block.mean[r];
      const double deviation = std::sqrt(block.variance[r]);
      // A metric known exactly, on its bound, holds it.
      probability[r] *=
          deviation > 1e-9 ? NormalCdf(slack / deviation) : (slack >= -1e-9 ? 1.0 : 0.0);
    }
  }
  return probability;
}

Json TaskModels::Save() const {
  Json thetas = Json::array();
  for (const MetricModel& model : models_) {
    Json theta = Json::array();
    for (const double value : model.theta) theta.push_back(value);
    thetas.push_back(std::move(theta));
  }
  return {{"searched_size", searched_size_}, {"thetas", std::move(thetas)}};
}

void TaskModels::Restore(const Json& state, const std::string& path) {
  ObjectReader reader(state, path);
  searched_size_ = static_cast<std::size_t>(
      reader.Integer("searched_size", {0, std::numeric_limits<int>::max()}));
  models_.clear();
  models_.resize(ModelCount());  // of the objective that holds by now
  std::size_t k = 0;
  reader.ForEach("thetas", [&](const Json& theta, const std::string& where) {
    if (k >= models_.size() || !theta.is_array()) {
      throw ConfigError(where, theta.dump(), "a list of hyperparameters for each model");
    }
    models_[k].theta.clear();
    for (const Json& value : theta) models_[k].theta.push_back(NumberFromJson(value, where));
    ++k;
  });
  reader.Finish();
  if (k != models_.size()) {
    throw ConfigError(reader.PathOf("thetas"), std::to_string(k) + " lists",
                      std::to_string(models_.size()) + " lists");
  }
}

}  // namespace rectune::baselines
