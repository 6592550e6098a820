// SPDX-License-Identifier: Apache-2.0
//
// Objective: what "better" means for a task. North-star metrics with weights and directions,
// guardrails with floors or ceilings on the lift over control, and a ceiling on serving cost.
// The scalarisation is stated here once and every tuner, the agent included, is judged by it.
//
//   value(arm)     = sum_k weight_k * sign_k * lift_k / sum_k weight_k        (percent)
//   violation(arm) = sum over guardrails of max(0, how far the lift is past its bound)  (percent)
//   penalised(arm) = value - violation_penalty * violation
//
// The paper maximises a sum of north stars under floors and C(Theta) <= C_max; the penalty turns
// that into one number for tuners that cannot handle constraints.
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "core/measurement.h"
#include "core/metric.h"

namespace rectune {

struct NorthStar {
  std::string metric;
  double weight = 1.0;                               // > 0
  Direction direction = Direction::kHigherIsBetter;  // not neutral
};

enum class BoundKind { kFloor, kCeiling };

struct Guardrail {
  std::string metric;
  BoundKind kind = BoundKind::kFloor;
  double lift_bound = 0.0;  // percent over control
};

/// One arm's standing under an objective.
struct Score {
  double value = 0.0;           // percent
  double standard_error = 0.0;  // of value; readings taken as independent
  double violation = 0.0;       // percent, 0 when every guardrail's point estimate holds
  double penalised = 0.0;
  bool feasible() const { return violation <= 0.0; }
};

class Objective {
 public:
  Objective(std::vector<NorthStar> north_stars, std::vector<Guardrail> guardrails,
            double violation_penalty);
  /// {"north_stars": [{"metric", "weight", "direction"}], "guardrails": [{"metric", "floor" |
  /// "ceiling"}], "violation_penalty"}; metrics must be in the catalogue. The cost ceiling is the
  /// guardrail whose metric is "serving_cost".
  static Objective FromJson(const Json& json, const std::string& path,
                            const MetricCatalogue& metrics);
  Json ToJson() const;

  const std::vector<NorthStar>& north_stars() const { return north_stars_; }
  const std::vector<Guardrail>& guardrails() const { return guardrails_; }
  double violation_penalty() const { return violation_penalty_; }

  /// Broken contract if `measurement` does not match the catalogue.
  Score Evaluate(const Measurement& measurement, const MetricCatalogue& metrics) const;
  /// Per guardrail, how far past its bound (percent, 0 when it holds).
  std::vector<double> Violations(const Measurement& measurement,
                                 const MetricCatalogue& metrics) const;

 private:
  std::vector<NorthStar> north_stars_;
  std::vector<Guardrail> guardrails_;
  double violation_penalty_;
};

}  // namespace rectune
