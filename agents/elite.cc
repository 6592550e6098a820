// SPDX-License-Identifier: Apache-2.0
#include "agents/elite.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "agents/context.h"
#include "core/check.h"

namespace rectune::agents {

Eigen::MatrixXd SignedLifts(const TuningTask& task, const std::vector<const Trial*>& trials) {
  const std::vector<std::string> names = ObjectiveMetrics(task.objective);
  Eigen::MatrixXd values(static_cast<Eigen::Index>(trials.size()),
                         static_cast<Eigen::Index>(names.size()));
  for (std::size_t m = 0; m < names.size(); ++m) {
    double sign = 1.0;
    bool is_north_star = false;
    for (const NorthStar& star : task.objective.north_stars()) {
      if (star.metric != names[m]) continue;
      is_north_star = true;
      sign = star.direction == Direction::kLowerIsBetter ? -1.0 : 1.0;
    }
    for (const Guardrail& guardrail : task.objective.guardrails()) {
      if (!is_north_star && guardrail.metric == names[m]) {
        sign = guardrail.kind == BoundKind::kCeiling ? -1.0 : 1.0;
      }
    }
    const std::size_t index = task.metrics->IndexOf(names[m]);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      values(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(m)) =
          sign * trials[i]->measurement.readings[index].lift;
    }
  }
  return values;
}

std::vector<bool> BeatenOnEveryMetric(const Eigen::MatrixXd& values) {
  std::vector<bool> beaten(static_cast<std::size_t>(values.rows()), false);
  for (Eigen::Index i = 0; i < values.rows(); ++i) {
    for (Eigen::Index k = 0; k < values.rows(); ++k) {
      if (values.cols() > 0 && (values.row(k).array() > values.row(i).array()).all()) {
        beaten[static_cast<std::size_t>(i)] = true;
        break;
      }
    }
  }
  return beaten;
}

std::vector<std::size_t> FarthestPoints(const Eigen::MatrixXd& values, std::size_t start,
                                        std::size_t count) {
  std::vector<std::size_t> taken;
  if (values.rows() == 0 || count == 0) return taken;
  RECTUNE_CHECK(static_cast<Eigen::Index>(start) < values.rows(), "start is a row");
  Eigen::MatrixXd standard = values.rowwise() - values.colwise().mean();
  for (Eigen::Index m = 0; m < standard.cols(); ++m) {
    const double sd = std::sqrt(standard.col(m).squaredNorm() / static_cast<double>(values.rows()));
    if (sd > 0.0) standard.col(m) /= sd;
  }
  Eigen::VectorXd distance =
      Eigen::VectorXd::Constant(values.rows(), std::numeric_limits<double>::infinity());
  std::size_t next = start;
  while (taken.size() < count) {
    taken.push_back(next);
    for (Eigen::Index i = 0; i < values.rows(); ++i) {
      const double to_next =
          (standard.row(i) - standard.row(static_cast<Eigen::Index>(next))).norm();
      distance[i] = std::min(distance[i], to_next);
    }
    Eigen::Index farthest = 0;
    for (Eigen::Index i = 1; i < values.rows(); ++i) {
      if (distance[i] > distance[farthest]) farthest = i;
    }
    if (distance[farthest] <= 0.0) break;
    next = static_cast<std::size_t>(farthest);
  }
  return taken;
}

const Trial* BestTrial(const TuningTask& task, const std::vector<const Trial*>& trials) {
  const Trial* best = nullptr;
  double best_value = 0.0;
  for (const Trial* trial : trials) {
    if (trial->status != TrialStatus::kCompleted) continue;
    const Score score = task.objective.Evaluate(trial->measurement, *task.metrics);
    const double value = score.penalised - score.standard_error;
    if (best == nullptr || value > best_value) {
      best = trial;
      best_value = value;
    }
  }
  return best;
}

}  // namespace rectune::agents
