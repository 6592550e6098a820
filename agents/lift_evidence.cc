// SPDX-License-Identifier: Apache-2.0
#include "agents/lift_evidence.h"

namespace rectune::agents {

LiftEvidence::LiftEvidence(const TuningTask& task, const FeatureMap& features,
                           const std::vector<const Trial*>& trials)
    : task_(task) {
  for (const Trial* trial : trials) {
    if (trial->status != TrialStatus::kCompleted) continue;
    trials_.push_back(trial);
    rows_.push_back(features.Of(*trial->proposal.configuration));
  }
  x_.resize(static_cast<Eigen::Index>(rows_.size()), static_cast<Eigen::Index>(features.size()));
  for (Eigen::Index i = 0; i < x_.rows(); ++i) x_.row(i) = rows_[static_cast<std::size_t>(i)];
}

LiftModel LiftEvidence::Fit(const std::string& metric, LiftModel::Options options) const {
  const std::size_t index = task_.metrics->IndexOf(metric);
  Eigen::VectorXd lifts(x_.rows());
  Eigen::VectorXd variances(x_.rows());
  for (Eigen::Index i = 0; i < x_.rows(); ++i) {
    const MetricReading& reading =
        trials_[static_cast<std::size_t>(i)]->measurement.readings[index];
    lifts[i] = reading.lift;
    variances[i] = reading.standard_error * reading.standard_error;
  }
  return LiftModel(x_, lifts, variances, LiftModel::Prior::Flat(x_.cols()), options);
}

}  // namespace rectune::agents
