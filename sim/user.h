// SPDX-License-Identifier: Apache-2.0
//
// User: the fixed traits of one user of a world. A pure function of (constants, catalogue, seed,
// purpose, id), so a population can be cut into shards anywhere. What changes (satisfaction,
// fatigue) is UserState in sim/simulate_arm.cc.
//
// The three traits that carry most variance (click propensity, volume, activity) come from a
// Kronecker low-discrepancy sequence over user ids (generalised golden ratio, Roberts 2018), so
// that a panel of a few hundred users already has the population's distribution; their marginals
// and the negative correlation of volume and propensity are fitted to real logs
// (sim/calibration/constants.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/random_stream.h"
#include "sim/catalogue.h"
#include "sim/world_constants.h"

namespace rectune::sim {

inline constexpr std::size_t kInterests = 4;

struct User {
  std::uint64_t id = 0;
  Embedding embedding{};
  std::array<std::uint32_t, kInterests> topics{};
  std::array<double, kInterests> topic_weights{};
  float click_offset = 0.0F;  // logits, mean about 0 over users
  float long_view_offset = 0.0F;
  float interaction_offset = 0.0F;
  float clickbait_susceptibility = 1.0F;  // multiplies the pull of clickbait
  float satiation = 1.0F;                 // multiplies the loss by topic fatigue
  float patience = 0.0F;                  // added to the chance of looking further
  double sessions_a_day = 1.0;            // on a day with a visit
  double activity_logit = 0.0;            // of a visit on a day, at neutral satisfaction
  bool low_activity = false;              // below the population's median volume
};

/// `purpose` is kUsers, kEvaluationUsers or kOracleUsers: three populations of the same law.
User MakeUser(const WorldConstants& constants, const Catalogue& catalogue, std::uint64_t seed,
              Purpose purpose, std::uint64_t id);

}  // namespace rectune::sim
