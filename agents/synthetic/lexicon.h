// SPDX-License-Identifier: Apache-2.0
//
// The synthetic model's semantic prior: what anyone who has worked on feeds would guess of a knob
// from its name or description, as signs, not sizes. It is general knowledge keyed by words, and
// knows nothing of any simulator or its constants: rename a knob and blank its meaning, and the
// knowledge is gone, which is the control that the prior-versus-feedback experiments need.
//
//   Guess guess = GuessEffect(parameter, "ctr");   // sign, strength, because
#pragma once

#include <string>
#include <vector>

#include "core/parameter.h"

namespace rectune::agents {

/// What a metric is about, by its words.
enum class MetricConcept {
  kReturn,  // DAU, sessions, retention: do people come back
  kTime,
  kClick,
  kLongView,
  kLike,
  kShare,
  kFollow,
  kDismiss,
  kClickbait,
  kDiversity,
  kCoverage,
  kFreshness,
  kCost,
  kUnknown,
};

MetricConcept ConceptOf(const std::string& metric_name);

/// A guess that raising the knob (a curve: letting it rise earlier) moves the metric.
struct Guess {
  int sign = 0;           // +1 or -1; 0: no idea
  double strength = 0.0;  // 1 weak, 2 clear, 3 main effect; half when only the meaning told it
  std::string because;    // the knowledge in words, for hypotheses
};

/// Levels of categoricals are not guessed: names of fusion forms carry no direction.
Guess GuessEffect(const Parameter& parameter, const std::string& metric_name);

}  // namespace rectune::agents
