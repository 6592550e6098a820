// SPDX-License-Identifier: Apache-2.0
//
// TaskModels: one Gaussian process for the objective's value and one for each guardrail metric's
// lift, fitted to a tuner's history, in standardised units with the readings' own standard errors
// as known noise. Keeps hyperparameters from round to round; everything else follows from the
// history.
//
//   TaskModels models(task, map, options);
//   models.Fit(history, seed_step);                    // warm where it can be
//   models.objective().posterior->Predict(features, &block);
//
// What it does with awkward data: a configuration outside a tightened box sits at the nearest edge
// with a whole standard deviation of extra noise; constant outputs are standardised by 1; a single
// point (production, exact) leaves the prior in charge; duplicates stay, each with its own noise.
//
// On request the objective's readings go through a power transform (output_warp.h), a metric's
// never: its bound is all that is asked of it; and every model warps its continuous coordinates
// (input_warp.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "baselines/acquisition/improvement.h"
#include "baselines/gp/feature_map.h"
#include "baselines/gp/fit.h"
#include "baselines/gp/output_warp.h"
#include "baselines/gp/posterior.h"
#include "baselines/gp/second_task.h"
#include "baselines/gp/standardisation.h"
#include "core/tuner.h"

namespace rectune::baselines {

/// A measured configuration as the models see it.
struct ModelPoint {
  std::vector<double> unit;
  const Trial* trial = nullptr;
  bool in_box = true;
};

struct MetricModel {
  Standardisation standardisation;
  OutputWarp warp;  // of standardised values; the identity unless asked for
  GpData data;
  std::vector<double> theta;
  FitResult fit;
  std::unique_ptr<GpPosterior> posterior;

  /// What the model calls `value`, in native units.
  double ToNative(double value) const { return standardisation.Invert(warp.Invert(value)); }
};

/// Reads one number and its standard error off a trial.
struct Reading {
  double value = 0.0;
  double standard_error = 0.0;
};
Reading ObjectiveReading(const Trial& trial, const TuningTask& task);
Reading MetricLift(const Trial& trial, const TuningTask& task, const std::string& metric);

struct TaskModelOptions {
  GpOptions gp;
  bool uses_time = false;               // the round is a coordinate of the kernel
  bool models_each_north_star = false;  // besides their scalarisation
  bool warps_outputs = false;
  bool warps_inputs = false;
  /// Not with uses_time. Every model learns from it, with a correlation of its own; questions are
  /// about the first task, and points() are the first task's alone.
  Simulator second_task = nullptr;
  int second_task_points = 64;
};

class TaskModels {
 public:
  TaskModels(const TuningTask& task, const FeatureMap& map, TaskModelOptions options);

  /// All models anew. A full search over hyperparameters when the data, a second task's among them,
  /// have grown by an eighth since the last one, else from where they were.
  void Fit(std::span<const Trial> history);
  /// The same after the task's objective has changed: what was fitted belongs to the old one.
  void StartOver(std::span<const Trial> history);
  /// Posteriors from the hyperparameters at hand, without a search.
  void Rebuild(std::span<const Trial> history);

  const std::vector<ModelPoint>& points() const { return points_; }
  /// A row a point.
  const Matrix& features() const { return features_; }
  const MetricModel& objective() const { return models_.front(); }
  std::size_t constraints() const { return task_.objective.guardrails().size(); }
  const MetricModel& constraint(std::size_t g) const { return models_[1 + g]; }
  ConstraintBound bound(std::size_t g) const;
  /// Only with models_each_north_star.
  const MetricModel& north_star(std::size_t k) const { return models_[1 + constraints() + k]; }
  bool is_fitted() const { return models_.front().posterior != nullptr; }
  /// Whether an output warp was asked for and the readings were too few or all the same.
  bool lacks_output_warp() const {
    return options_.warps_outputs && models_.front().warp.is_identity();
  }

  /// Product over guardrails of P(the latent lift holds its bound) at a block's candidates.
  std::vector<double> ProbabilityFeasible(const Matrix& candidates) const;

  Json Save() const;
  void Restore(const Json& state, const std::string& path);

 private:
  std::size_t ModelCount() const;
  void Collect(std::span<const Trial> history);
  void AddSecondTask(std::size_t model, const std::vector<Trial>& simulated, GpData* data) const;
  Reading Read(std::size_t model, const Trial& trial) const;

  const TuningTask& task_;
  const FeatureMap& map_;
  TaskModelOptions options_;
  std::vector<ModelPoint> points_;
  Matrix features_;
  std::vector<MetricModel> models_;
  SecondTask second_task_;
  double now_ = 0.0;               // the round that questions are about
  std::size_t searched_size_ = 0;  // rows of data at the last full search
};

}  // namespace rectune::baselines
