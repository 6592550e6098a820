// SPDX-License-Identifier: Apache-2.0
//
// LiftEvidence: the completed trials of a task as regression data: who moved what, and by how much
// a metric answered. What the Insight agent's sensitivities and interactions are both drawn from.
// Not the gate's data, which mixes metrics and holds trials out.
//
//   const LiftEvidence evidence(task, features, trials);
//   const LiftModel model = evidence.Fit("dau", {.quadratic = true});
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <string>
#include <vector>

#include "agents/feature_map.h"
#include "agents/lift_model.h"
#include "core/tuner.h"

namespace rectune::agents {

/// Share of its range that counts as having moved a parameter.
inline constexpr double kMoved = 0.02;
/// Trials named as evidence of one claim, at most.
inline constexpr std::size_t kMaxEvidence = 12;

class LiftEvidence {
 public:
  /// Keeps those of `trials` that completed. All three must outlive this.
  LiftEvidence(const TuningTask& task, const FeatureMap& features,
               const std::vector<const Trial*>& trials);

  const std::vector<const Trial*>& trials() const { return trials_; }
  /// Features of each trial's configuration.
  const std::vector<Eigen::VectorXd>& rows() const { return rows_; }

  /// The metric's lift regressed on the features, from flat beliefs.
  LiftModel Fit(const std::string& metric, LiftModel::Options options) const;

 private:
  const TuningTask& task_;
  std::vector<const Trial*> trials_;
  std::vector<Eigen::VectorXd> rows_;
  Eigen::MatrixXd x_;  // trials x features: the rows again, as LiftModel takes them
};

}  // namespace rectune::agents
