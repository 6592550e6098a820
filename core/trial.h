// SPDX-License-Identifier: Apache-2.0
//
// Proposal and Trial: what a tuner asks for, and what came of it. Data only. A trial keeps its
// true source for good: nothing relabels it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/configuration.h"
#include "core/json.h"
#include "core/measurement.h"
#include "core/metric.h"
#include "core/parameter_space.h"

namespace rectune {

/// One arm that a tuner wants measured. Without a configuration it is an *invalid* arm: the slot
/// is charged all the same, and `invalid_reason` says what was wrong.
struct Proposal {
  std::optional<Configuration> configuration;
  std::string hypothesis;      // why, in words; may be empty
  std::string source;          // who made it, e.g. "tpe", "agent/actor", "sobol (initial design)"
  std::string invalid_reason;  // set if and only if there is no configuration
};

enum class TrialStatus { kCompleted, kInvalid, kFailed, kRejected };

struct Trial {
  std::int64_t id = 0;  // unique and ascending in a study
  int round = 0;        // 0 is production's own entry, given to every tuner; arms start at 1
  int arm = 0;          // 1-based slot in its round
  Proposal proposal;
  TrialStatus status = TrialStatus::kCompleted;
  std::string status_reason;  // why it is not completed
  Measurement measurement;    // readings only when completed
};

const char* ToString(TrialStatus status);

Json ToJson(const Trial& trial, const ParameterSpace& space, const MetricCatalogue& metrics);
Trial TrialFromJson(const Json& json, const ParameterSpace& space, const MetricCatalogue& metrics,
                    const std::string& path);

/// Production's own entry, which opens every history: lifts 0 with standard error 0.
Trial ProductionTrial(const ParameterSpace& space, const MetricCatalogue& metrics);

}  // namespace rectune
