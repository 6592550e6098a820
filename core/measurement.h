// SPDX-License-Identifier: Apache-2.0
//
// Measurement: what an A/B experiment says of one arm against its control. Data only.
//
// A lift is relative, in percent of the control's value: +0.5 means half a percent more. Standard
// errors are of that lift, in the same unit. Readings stand in the order of the task's
// MetricCatalogue.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/metric.h"

namespace rectune {

struct MetricReading {
  double control = 0.0;         // level in the control arm, in the metric's own unit
  double treatment = 0.0;       // level in the treatment arm
  double lift = 0.0;            // percent of control
  double standard_error = 0.0;  // of the lift, percent points
  double p_value = 1.0;         // two-sided, of "no lift"
  double q_value = 1.0;         // Benjamini-Hochberg adjusted over the round's arms x metrics
};

struct Measurement {
  std::vector<MetricReading> readings;
  double users_per_arm = 0.0;         // the traffic behind it; virtual in panel mode
  double sample_ratio_p_value = 1.0;  // chi-squared test of the realised split
};

/// {"users_per_arm", "sample_ratio_p_value", "readings": {"<metric>": {"control": ..., "lift": ...,
/// ...}, ...}}; non-finite numbers as strings, and no readings (an arm that never ran) as {}.
Json ToJson(const Measurement& measurement, const MetricCatalogue& metrics);
Measurement MeasurementFromJson(const Json& json, const MetricCatalogue& metrics,
                                const std::string& path);

}  // namespace rectune
