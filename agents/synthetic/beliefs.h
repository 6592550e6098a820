// SPDX-License-Identifier: Apache-2.0
//
// Beliefs: what the synthetic model makes of a context: per metric of the objective, a LiftModel
// whose prior is the (possibly corrupted) lexicon, the skill's rules and the Insight agent's
// patterns, and whose data are the trials it can see and is deep enough to use.
//
//   depth 0: the prior alone               depth 1: the prior and the best trial so far
//   depth 2: linear, all visible trials    depth 3: with interactions and curvature
//
//   Beliefs beliefs(context, options, seed);
//   Outlook outlook = beliefs.Judge(beliefs.features().Of(configuration));
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/context.h"
#include "agents/lift_model.h"
#include "agents/synthetic/lexicon.h"
#include "agents/synthetic/synthetic_options.h"

namespace rectune::agents {

/// What the model expects of a configuration.
struct Outlook {
  double value = 0.0;  // percent
  double value_sd = 0.0;
  double violation = 0.0;  // expected, percent
  double penalised = 0.0;
};

class Beliefs {
 public:
  Beliefs(const ActorContext& context, const SyntheticOptions& options, std::uint64_t seed);

  const FeatureMap& features() const { return *context_.brief.features; }
  Outlook Judge(const Eigen::VectorXd& x) const;
  /// Effect of a whole move on the objective's value, guardrails aside.
  LiftModel::Estimate ValueSlope(const Move& move) const;
  LiftModel::Estimate MetricSlope(const Move& move, const std::string& metric) const;
  /// Why the model believes in a move, in words: what it knows or what it saw.
  std::string Because(const Move& move, int direction) const;
  /// Trials that the model can see: the last `context_window` of the history, and the elites.
  const std::vector<const Trial*>& visible() const { return visible_; }
  /// Their places in the root unit cube, where they have one.
  const std::vector<std::vector<double>>& visible_units() const { return visible_units_; }
  const Trial* best() const { return best_; }

 private:
  Guess BelievedGuess(std::size_t move_index, std::size_t metric_index) const;
  LiftModel::Prior PriorFor(std::size_t metric_index) const;

  const ActorContext& context_;
  const SyntheticOptions& options_;
  std::uint64_t seed_;
  std::vector<std::string> metrics_;
  std::vector<const Trial*> visible_;
  std::vector<std::vector<double>> visible_units_;
  const Trial* best_ = nullptr;
  std::vector<LiftModel> models_;  // one a metric
};

}  // namespace rectune::agents
