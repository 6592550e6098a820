// SPDX-License-Identifier: Apache-2.0
//
// Metrics: the one table that says what every reported number is: a ratio of two per-user totals
// (sim/totals.h), or the deterministic serving cost. Also the statistics that follow from it: a
// ratio R = E[n] / E[d] is linearised user by user (the delta method; Deng, Knoblich and Lu,
// "Applying the Delta Method in Metric Analytics", KDD 2018),
//     z = (n - R d) / E[d],   estimate of R from N users ~ R + mean(z),
// so that all metrics of an arm share one covariance matrix per user,
//     Cov(z) = L (Cov_users(expected) + within) L'.
// Says nothing of experiments: sim/ab_platform.h does.
//
//   const MetricCatalogue& metrics = SimMetrics();
//   std::vector<double> levels = MetricLevels(outcome);
//   LinearisedArm arm = Linearise(outcome);
#pragma once

#include <Eigen/Dense>
#include <optional>
#include <vector>

#include "core/metric.h"
#include "sim/arm_outcome.h"
#include "sim/totals.h"

namespace rectune::sim {

/// sum(numerator) / (denominator_scale * sum(denominator)) over users.
struct TotalRatio {
  Total numerator;
  Total denominator;
  double denominator_scale = 1.0;
};

struct MetricDefinition {
  MetricInfo info;
  std::optional<TotalRatio> ratio;  // none: serving_cost, deterministic, standard error 0
};

/// The table, in the order of SimMetrics(). A delay counts days after the end of the horizon.
const std::vector<MetricDefinition>& MetricDefinitions();

/// The table's names, units and directions, as tuners see them.
const MetricCatalogue& SimMetrics();

/// Noise-free level of each metric. Broken contract if the outcome has no users, is misshapen,
/// non-finite, or has a zero denominator (a panel that nobody visits).
std::vector<double> MetricLevels(const ArmOutcome& outcome);

/// One arm, linearised. Columns stand in the order of SimMetrics(); serving_cost's are 0.
struct LinearisedArm {
  std::vector<double> levels;
  Eigen::MatrixXd user_effects;  // users x metrics: E[z | user], column means 0
  Eigen::MatrixXd volume;        // users x metrics: how much of the metric a user makes; mean 1
  Eigen::MatrixXd between;       // metrics x metrics: covariance of user_effects over users
  Eigen::MatrixXd within;        // metrics x metrics: mean covariance of z given the user

  /// Covariance of z for a user drawn at random from the panel (with replacement).
  Eigen::MatrixXd Covariance() const { return between + within; }
  std::size_t metrics() const { return levels.size(); }
};
LinearisedArm Linearise(const ArmOutcome& outcome);

/// Covariance over the panel's users of two sets of user effects (column means 0, same users).
Eigen::MatrixXd CrossCovariance(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b);

}  // namespace rectune::sim
