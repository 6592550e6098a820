// SPDX-License-Identifier: Apache-2.0
//
// Scenario: a JSON file read strictly: the world's constants, its sizes, the funnel's knobs with
// their production values, the tasks that tune a part of them, the objective and the traffic. Const
// and cheap; sim/testbed.h makes a world of it. sim/scenarios/ holds the files that ship.
//
//   Scenario scenario = LoadScenario("discover_feed");          // or a path to a file
//   const ScenarioSize& small = scenario.SizeNamed("small", "");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/objective.h"
#include "core/parameter_space.h"
#include "sim/ab_bias.h"
#include "sim/event.h"
#include "sim/world_constants.h"

namespace rectune::sim {

struct ScenarioTask {
  std::string name;
  std::string description;
  std::vector<std::string> stages;  // whose knobs it tunes; the others stay at production
};

struct ScenarioSize {
  std::string name;
  WorldSize world;
  double users_per_arm = 0.0;  // virtual traffic of an experiment
  ParameterSpace full_space;   // every knob, with this size's ranges
};

struct Scenario {
  std::string name;
  std::string summary;      // a line
  std::string description;  // a paragraph, for people and agents
  std::uint64_t seed = 0;
  std::uint64_t model_version = 0;
  WorldConstants world;
  std::vector<ScenarioTask> tasks;
  std::vector<ScenarioSize> sizes;
  Objective objective;
  std::vector<Event> events;  // none: nothing changes while a study runs
  AbBias ab;                  // none: experiments answer what they are asked
  Json resolved;              // the file as read, over what it extends, for manifests
  /// The shipped scenario that this one is until its first event, name and words aside; "" when it
  /// is one of its own.
  std::string starts_as;

  /// ConfigError at `path` with the known names when there is none.
  const ScenarioTask& TaskNamed(const std::string& task, const std::string& path) const;
  const ScenarioSize& SizeNamed(const std::string& size, const std::string& path) const;
};

/// `file` may extend a shipped scenario: {"extends": "discover_feed", "name": ..., "events":
/// [...]}.
Scenario ParseScenario(const Json& file);

/// A shipped scenario by name, or a file by path (anything with a '/' or ending in ".json").
Scenario LoadScenario(const std::string& name_or_path);

}  // namespace rectune::sim
