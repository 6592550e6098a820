// SPDX-License-Identifier: Apache-2.0
//
// The Insight agent's selection from memory: archive what another item beats on *every* metric
// (signs normalised), then keep a diverse few (standardise each metric, greedy farthest point;
// Gonzalez, 1985). Pure functions of a matrix, one row an item, larger is better.
//
//   std::vector<bool> beaten = BeatenOnEveryMetric(values);
//   std::vector<std::size_t> elites = FarthestPoints(values, start, 5);
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <vector>

#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents {

/// Lifts of the objective's metrics, signs turned so that larger is better; completed trials only.
Eigen::MatrixXd SignedLifts(const TuningTask& task, const std::vector<const Trial*>& trials);

/// True where another row is strictly larger in every column.
std::vector<bool> BeatenOnEveryMetric(const Eigen::MatrixXd& values);

/// At most `count` rows: `start`, then always the row farthest from those taken (ties: the first).
/// Rows that coincide with a taken one are not taken.
std::vector<std::size_t> FarthestPoints(const Eigen::MatrixXd& values, std::size_t start,
                                        std::size_t count);

/// The completed trial with the highest penalised value minus its standard error,
/// or null.
const Trial* BestTrial(const TuningTask& task, const std::vector<const Trial*>& trials);

}  // namespace rectune::agents
