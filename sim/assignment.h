// SPDX-License-Identifier: Apache-2.0
//
// Hashed assignment: which arm a user is in, as a pure function of user and experiment. The same
// user stays in the same arm throughout an experiment, and arms of different experiments are
// independent, because the hash (one Philox block keyed by the salt) mixes both. No state, no list.
//
//   std::uint64_t salt = ExperimentSalt(seed, round);
//   int arm = AssignArm(user, salt, /*arms=*/5);   // 0 is control
#pragma once

#include <cstdint>

namespace rectune::sim {

/// The salt of one experiment of a study.
std::uint64_t ExperimentSalt(std::uint64_t seed, std::uint64_t round);

/// Uniform on {0, ..., arms - 1}; arms >= 1. Bias below arms / 2^64.
int AssignArm(std::uint64_t user, std::uint64_t salt, int arms);

}  // namespace rectune::sim
