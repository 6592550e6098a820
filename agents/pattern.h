// SPDX-License-Identifier: Apache-2.0
//
// Pattern and FailureDirection: what the Insight agent learns from trials. The wording may be a
// model's; the numbers and the evidence are always computed from trials (agents/insight.h), never
// taken from model text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"

namespace rectune::agents {

/// "Moving `parameter` (to `level`) all the way up changes `metric` by `slope` percent."
struct Pattern {
  std::string parameter;
  std::string level;  // categorical only
  std::string metric;
  double slope = 0.0;           // percent lift for the whole upward move (agents/feature_map.h)
  double standard_error = 0.0;  // of slope
  std::vector<std::int64_t> evidence;  // trial ids
  std::string statement;
  int direction() const { return slope < 0.0 ? -1 : 1; }
};

/// "Of `trials` arms that moved `parameter` this way, `failures` broke a guardrail or lost."
struct FailureDirection {
  std::string parameter;
  std::string level;
  int direction = 1;
  int trials = 0;
  int failures = 0;
  double p_value = 1.0;                // one-sided binomial, against the failure share of all arms
  std::vector<std::int64_t> evidence;  // the failures' trial ids
};

Json ToJson(const Pattern& pattern);
Pattern PatternFromJson(const Json& json, const std::string& path);
Json ToJson(const FailureDirection& failure);
FailureDirection FailureDirectionFromJson(const Json& json, const std::string& path);

Json EvidenceToJson(const std::vector<std::int64_t>& evidence);
std::vector<std::int64_t> EvidenceFromJson(const Json& json, const std::string& path);
/// "trials 3, 7 and 12"
std::string DescribeEvidence(const std::vector<std::int64_t>& evidence);

}  // namespace rectune::agents
