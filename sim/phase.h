// SPDX-License-Identifier: Apache-2.0
//
// Timeline: which phase each round of a study falls in. A phase is what holds in a round: the state
// of the world, the version of the model heads, the objective. Rounds in which the same holds share
// a phase, however far apart, so a season has as many phases as steps; phases are numbered in the
// order in which they first come, and phase 0 is that of round 1. Simulates nothing.
//
// Within a phase the world stands still: an experiment, and the week before it, see one state.
//
//   const Timeline timeline(scenario, size.world.days);
//   const Phase& phase = timeline.phases()[timeline.PhaseOf(round)];
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/objective.h"
#include "sim/event.h"
#include "sim/world_shift.h"

namespace rectune::sim {

struct Phase {
  int first_round = 1;
  std::string label;  // "model push 1, season step 2 of 4"; "start" when nothing has happened
  std::uint64_t model_version = 0;
  WorldShift shift;
  Objective objective;
  int objective_shifts = 0;  // how many came before
  /// Phases that differ only in their objective share a world: an index from 0.
  std::size_t world = 0;
};

/// A study's panels are kept for every world it has met.
inline constexpr std::size_t kMaxPhases = 24;

class Timeline {
 public:
  /// `days`: the horizon of an experiment, hence the days that a round takes. ConfigError at
  /// "/events" when there are more than kMaxPhases.
  Timeline(std::uint64_t model_version, const Objective& objective, std::vector<Event> events,
           int days);

  const std::vector<Event>& events() const { return events_; }
  const std::vector<Phase>& phases() const { return phases_; }
  std::size_t worlds() const { return worlds_; }
  /// `round` from 1. Broken contract for a later round than any study may have.
  std::size_t PhaseOf(int round) const;

 private:
  Phase StateIn(int round, std::uint64_t model_version, const Objective& objective, int days) const;
  std::size_t Intern(Phase phase);

  std::vector<Event> events_;
  std::vector<Phase> phases_;
  std::vector<std::size_t> phase_of_round_;  // from round 1
  std::size_t worlds_ = 0;
};

}  // namespace rectune::sim
