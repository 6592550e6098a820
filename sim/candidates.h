// SPDX-License-Identifier: Apache-2.0
//
// Candidates: what retrieval hands to the funnel for one request: distinct items from the user's
// interests, from what is popular, from what is fresh, and at random, in fixed shares. Retrieval
// has no tuned knobs here, so a request's candidates are the same for every configuration.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/random_stream.h"
#include "sim/catalogue.h"
#include "sim/user.h"
#include "sim/world_constants.h"

namespace rectune::sim {

class CandidateSource {
 public:
  CandidateSource(const WorldConstants& constants, const Catalogue& catalogue);

  /// Fills `candidates` with distinct items for a request on `day`; the stream decides all.
  void Draw(const User& user, int day, RandomStream& stream, std::span<std::uint32_t> candidates);

 private:
  struct Sources;
  Sources SourcesOf(const User& user, int day) const;

  const WorldConstants& constants_;
  const Catalogue& catalogue_;
  std::vector<std::uint64_t> taken_;  // a bit an item; all 0 between draws
};

}  // namespace rectune::sim
