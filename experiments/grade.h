// SPDX-License-Identifier: Apache-2.0
//
// Grade: what an agent said and decided, held against the oracle panel, which no tuner's data
// touches. Five diagnostics a cell: are the signs that Insight claims right; are the skill's rules
// right; did tightening lock the reference optimum out; does the Critic tell good proposals from
// bad better than the validator's first-come at equal arms; and which layer stopped what could not
// have run. Not a score of the tuner: that is its regret (experiments/report.h).
//
//   Grader grader(*testbed);
//   CellGrade grade = grader.Grade(directory / "cells" / "agent.seed1");
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/feature_map.h"
#include "agents/pattern.h"
#include "core/json.h"
#include "experiments/testbed_port.h"

namespace rectune::experiments {

/// Claims about the sign of a move's effect on a metric.
struct SignCount {
  int right = 0;
  int wrong = 0;
  int negligible = 0;                      // the true effect is below kNegligibleLift: neither
  std::optional<double> accuracy() const;  // right of right and wrong
};

/// Effects of half a parameter's range on a metric below this, in percent, have no sign.
inline constexpr double kNegligibleLift = 0.02;

/// Deployable proposals that a judge saw. Good: truly better than production, penalty included.
struct Confusion {
  int good_kept = 0;
  int good_dropped = 0;
  int bad_kept = 0;
  int bad_dropped = 0;
  int kept() const { return good_kept + bad_kept; }
  int seen() const { return kept() + good_dropped + bad_dropped; }
};

/// The arms that a chooser launched, of rounds in which there was a choice.
struct Choice {
  int arms = 0;
  int good = 0;
  double value = 0.0;  // true penalised value, percent, summed over the arms
};

struct Lockout {
  int tightenings = 0;          // of the last skill
  int excluding = 0;            // of these, how many shut the reference optimum out
  bool is_locked_out = false;   // the last search space does not hold the optimum
  bool was_locked_out = false;  // nor did some version of it
  double cost =
      0.0;  // true value lost at the optimum's nearest point inside the last space, percent
};

struct CellGrade {
  std::string id;
  std::string label;
  std::string tuner;
  bool is_stand_in = false;
  std::string model_asked;  // "" for a stand-in
  std::uint64_t seed = 0;
  SignCount patterns;              // each claim once, however often it was repeated
  SignCount rules;                 // of the last skill
  std::optional<Lockout> lockout;  // absent without a Skillhub or a reference optimum
  Confusion critic;
  Choice by_critic;                               // what was launched
  Choice by_validator;                            // the first proposals that pass, as many
  std::map<std::string, int> invalid_stopped_by;  // parser, validator, critic, nobody
};

class Grader {
 public:
  /// Not usable for a testbed without an oracle.
  explicit Grader(std::shared_ptr<const TestbedPort> testbed);

  /// Empty for a cell whose tuner is no agent, or that has no finished round.
  std::optional<CellGrade> Grade(const std::filesystem::path& cell);

 private:
  const Measurement& Truth(const Configuration& configuration);
  double TrueValue(const Configuration& configuration);
  void CountSign(const agents::Pattern& claim, SignCount* count);
  void GradeSkill(const Json& hub, const std::string& name, CellGrade* grade);
  void GradeChoices(const std::filesystem::path& home, CellGrade* grade);

  std::shared_ptr<const TestbedPort> testbed_;
  agents::FeatureMap features_;
  std::map<std::vector<double>, Measurement> truths_;
};

/// Cells of one label, pooled: sums of counts, means of values.
Json GradeJson(const std::vector<CellGrade>& cells);

}  // namespace rectune::experiments
