// SPDX-License-Identifier: Apache-2.0
//
// AbBias: ways in which an A/B experiment answers another question than the one asked ("what if
// everybody had this arm from now on?"). Read strictly from a scenario's "ab" object; all absent,
// an experiment is what sim/simulate_arm.h says, to the bit. Noise is sim/ab_platform.h's business.
//
//   novelty       users of a changed arm click more (or, negative, less) because it is new:
//                 click_logit 2^(-day / half_life_days) logits, in each experiment anew
//   carry_over    users arrive with the satisfaction that the last experiment left them with, after
//                 gap_days back on production. Buckets that are reused hand each arm its
//                 predecessor's mood; rerandomised ones hand every arm the same mixture
//   interference  creators answer to the interactions that they get (strength > 0), or compete for
//                 them (< 0): the click logit moves by strength times the log-ratio to production
//                 of interactions a user, averaged over a creator's audience. By user, that is
//                 spread over all arms, which thus share the effect; by cluster, it is the arm's
//                 but for a leak. A launch has the effect in full, and so has TrueLifts
//
// sim/biased_experiment.h simulates them. Sources: Kohavi, Tang and Xu, "Trustworthy Online
// Controlled Experiments", 2020, chapters 3, 22 and 23; Holtz et al., "Reducing Interference Bias
// in Online Marketplace Pricing Experiments", 2020 (clusters).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/json.h"

namespace rectune::sim {

struct Novelty {
  double click_logit = 0.0;
  double half_life_days = 0.0;
};

struct CarryOver {
  int gap_days = 0;
  bool rerandomised = false;
};

struct Interference {
  double strength = 0.0;
  bool by_cluster = false;
  double leak = 0.0;  // share of a creator's audience outside the cluster; 1 is by user
  double users_per_cluster = 1.0;
  double intra_cluster_correlation = 0.0;

  /// What clusters cost: the factor on variances, 1 + (users - 1) correlation; 1 by user.
  double DesignEffect() const;
};

struct AbBias {
  std::optional<Novelty> novelty{};
  std::optional<CarryOver> carry_over{};
  std::optional<Interference> interference{};

  bool any() const { return novelty || carry_over || interference; }
  double DesignEffect() const { return interference ? interference->DesignEffect() : 1.0; }
};

/// A sentence a bias, for whoever reads what experiments said.
std::vector<std::string> Describe(const AbBias& bias);

/// ConfigError with path, value and what is allowed.
AbBias ReadAbBias(const Json& json, const std::string& path);

}  // namespace rectune::sim
