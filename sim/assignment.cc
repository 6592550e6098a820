// SPDX-License-Identifier: Apache-2.0
#include "sim/assignment.h"

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::sim {
namespace {

// Counter words 1 to 3 are 0 for users and 1 for salts, so that a salt is never a user's hash.
constexpr std::uint64_t kPurpose = static_cast<std::uint64_t>(Purpose::kAbAssignment);

}  // namespace

std::uint64_t ExperimentSalt(std::uint64_t seed, std::uint64_t round) {
  return PhiloxBlock({round, 1, 1, 1}, {seed, kPurpose})[0];
}

int AssignArm(std::uint64_t user, std::uint64_t salt, int arms) {
  RECTUNE_CHECK(arms >= 1, "an experiment has at least one arm");
  const std::uint64_t hash = PhiloxBlock({user, 0, 0, 0}, {salt, kPurpose})[0];
  // The high word of hash * arms, in 32-bit halves: floor(arms * hash / 2^64).
  const auto count = static_cast<std::uint64_t>(arms);
  const std::uint64_t low = (hash & 0xffffffffULL) * count;
  const std::uint64_t high = (hash >> 32U) * count + (low >> 32U);
  return static_cast<int>(high >> 32U);
}

}  // namespace rectune::sim
