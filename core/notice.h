// SPDX-License-Identifier: Apache-2.0
//
// Notice: what a tuner is told between two rounds when something about its task has changed: a new
// objective, a model that was pushed. Says what happened, never what is best now; most changes of
// the world come without one.
//
//   tuner->TakeNotice({.round = 13, .kind = "objective_shift", .description = "...",
//                      .objective = shifted});
#pragma once

#include <optional>
#include <string>

#include "core/objective.h"

namespace rectune {

struct Notice {
  int round = 1;                       // the first that the change touches
  std::string kind;                    // "objective_shift", "model_push"
  std::string description;             // one line, for people and for agents
  std::optional<Objective> objective;  // the one that holds from then on, if it is another
};

}  // namespace rectune
