// SPDX-License-Identifier: Apache-2.0
//
// The gate for skill edits: an edit that claims something of the world lands only after arms that
// were launched *later* bear it out. The paper has no gate, so a wrong lesson can be frozen in;
// `"gate": false` reproduces that.
//
// Test: for each held-out arm i that moved the parameter, c_i = s x_i r_i, where x_i is how far it
// moved, s the claimed sign and r_i the lift that the trials known at the time of the edit, this
// move left out, do not explain. If the claim is empty, r_i is as likely up as down, so the sum of
// c_i is compared with all 2^n sign patterns of its terms (Fisher's randomisation test: exact for
// symmetric noise, whatever its scale). Looking again each round would inflate the error, so look k
// spends level 2^-k of `level`: over any number of looks an empty claim lands with probability at
// most `level`. Not a test of importance: a small true effect passes too, if there is traffic.
//
//   GateVerdict verdict = JudgeEdit(pending, task, features, trials, options);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/skill_edit.h"

namespace rectune::agents {

struct GateOptions {
  double level = 0.2;
  int min_arms = 4;
  int patience_rounds = 6;  // a claim that is not borne out by then is dropped
};

/// A checked edit on trial.
struct PendingEdit {
  SkillEdit edit;
  int round = 0;            // when it was made
  std::int64_t cutoff = 0;  // trials with larger ids are held out from it
  int looks = 0;
  int arms_at_last_look = 0;
};

enum class GateDecision { kWait, kLand, kDrop };

struct GateVerdict {
  GateDecision decision = GateDecision::kWait;
  int arms = 0;
  double p_value = 1.0;
  std::string explanation;
};

/// Judges (and counts the look in) one pending edit after `round` was read out.
GateVerdict JudgeEdit(PendingEdit* pending, int round, const TuningTask& task,
                      const FeatureMap& features, const std::vector<const Trial*>& trials,
                      const GateOptions& options);

/// One-sided p-value of sum(c) against all sign patterns of its terms: exact up to 14 terms, by the
/// normal approximation of the same sum beyond.
double SignFlipPValue(const std::vector<double>& terms);

Json ToJson(const PendingEdit& pending);
PendingEdit PendingEditFromJson(const Json& json, const std::string& path);

}  // namespace rectune::agents
