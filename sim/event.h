// SPDX-License-Identifier: Apache-2.0
//
// Event: something that happens to a scenario while a study runs. Read strictly from the "events"
// array of the scenario's file; a scenario without one is stationary. An event only says what
// happens and when; sim/phase.h says what holds in a round. Examples of each:
// docs/add_a_scenario.md.
//
//   model_push       another version of the model heads serves from `round` on
//   objective_shift  weights change, guardrails are changed or added, from `round` on
//   season           a periodic swing of activity, satiation and of which topics are wanted
//   content_shock    for some rounds, new items of another kind flood some topics
//   drift            tastes and the calibration of heads move by the day
//
// A season and a drift change smoothly; here they do so in steps of whole rounds, and a drift ends
// after its last step: every step needs panels, and a reference optimum, of its own.
//
// An objective shift is always announced to tuners; other events only if they say `announced`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/json.h"
#include "core/objective.h"
#include "sim/world_shift.h"

namespace rectune::sim {

struct ModelPush {
  std::uint64_t version = 0;
};

struct ObjectiveShift {
  Objective objective;  // the whole one that holds from then on
};

/// Step k of `steps` is at the angle 2 pi k / steps: activity and satiation follow its sine, and
/// the most wanted topic moves once around the list of topics. Step 0 is the world itself, but for
/// the topics.
struct Season {
  int steps = 0;
  int rounds_a_step = 1;
  double activity = 0.0;   // amplitude, logits of a visit
  double satiation = 0.0;  // amplitude, log
  double topics = 0.0;     // amplitude, log-weight of an interest
};

struct ContentShock {
  int rounds = 0;
  ShockedContent content;
};

struct Drift {
  int steps = 0;
  int rounds_a_step = 1;
  double tastes = 0.0;       // share of interests replaced a day
  double calibration = 0.0;  // logits a day, standard deviation over ranking heads
};

struct Event {
  int round = 1;  // the first that it touches
  bool announced = false;
  std::variant<ModelPush, ObjectiveShift, Season, ContentShock, Drift> what;
  std::string description;  // one line, for people and for tuners that are told

  const char* kind() const;
};

/// Steps that a smooth event may take at most.
inline constexpr int kMaxSteps = 12;

/// `objective`: the scenario's, which shifts change one after the other; `topics`: how many every
/// size of the scenario has. ConfigError with path, value and what is allowed.
std::vector<Event> ReadEvents(const Json& json, const std::string& path, const Objective& objective,
                              std::size_t topics);

}  // namespace rectune::sim
