// SPDX-License-Identifier: Apache-2.0
//
// Reviewer: who decides whether an arm may be launched: an automatic policy that approves whatever
// can be deployed, rules that bound how far an arm may go, or a person at a terminal who is shown
// the difference to production. A refusal is data: it is remembered with its reason, the agents are
// told, and the slot goes to the next proposal or is lost. It never edits an arm.
//
//   Reviewer reviewer({.policy = ReviewPolicy::kRules, .max_changes = 5}, task, StandardDesk());
//   ReviewDecision decision = reviewer.Review(round, arm, proposal);
#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "core/object_reader.h"
#include "core/trial.h"
#include "core/tuner.h"

namespace rectune::agents {

enum class ReviewPolicy { kAuto, kRules, kInteractive };

struct ReviewOptions {
  ReviewPolicy policy = ReviewPolicy::kAuto;
  // Rules; a person is warned of them too.
  int max_changes = 1000;           // parameters that differ from production. [1, 1000]
  double max_step = 1.0;            // away from production, in shares of a range. (0, 1]
  std::vector<std::string> frozen;  // parameters that may not change
};

/// {"policy": "auto" | "rules" | "interactive", "max_changes", "max_step", "frozen"}, all optional.
ReviewOptions ReviewOptionsFromJson(const Json& json, const std::string& path);

struct ReviewDecision {
  bool approved = false;
  std::string reviewer;
  std::string reason;
};

/// Where a person is asked.
struct ReviewDesk {
  std::istream* in = nullptr;
  std::ostream* out = nullptr;
  bool is_terminal = false;
};
/// Standard input and standard error: what is on standard output stays data.
ReviewDesk StandardDesk();

class Reviewer {
 public:
  /// ConfigError for a frozen parameter that does not exist, and for the interactive policy without
  /// a terminal. `task` outlives the reviewer.
  Reviewer(ReviewOptions options, const TuningTask& task, ReviewDesk desk);

  /// Throws std::runtime_error when a person leaves without an answer: nothing is launched then.
  ReviewDecision Review(int round, int arm, const Proposal& proposal) const;

 private:
  /// Which rules the arm breaks, in words; empty when none.
  std::vector<std::string> Broken(const Configuration& configuration) const;
  ReviewDecision AskPerson(int round, int arm, const Proposal& proposal) const;

  ReviewOptions options_;
  const TuningTask& task_;
  ReviewDesk desk_;
};

/// One line a changed parameter, before and after: "- ctr_weight: 1", "+ ctr_weight: 1.4".
std::vector<std::string> DiffToProduction(const ParameterSpace& space,
                                          const Configuration& configuration);

}  // namespace rectune::agents
