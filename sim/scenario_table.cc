// SPDX-License-Identifier: Apache-2.0
//
// The explicit table of scenarios: what ships, in the order of sim/CMakeLists.txt.
#include "sim/scenario.h"
#include "sim/scenarios/embedded.h"
#include "sim/testbed.h"

namespace rectune::sim {

const std::vector<ScenarioEntry>& ScenarioTable() {
  static const std::vector<ScenarioEntry> table = [] {
    std::vector<ScenarioEntry> entries;
    for (const EmbeddedFile& file : EmbeddedScenarios()) {
      const Scenario scenario = ParseScenario(ParseJson(file.text));
      ScenarioEntry entry{scenario.name, scenario.summary, {}, {}};
      for (const ScenarioTask& task : scenario.tasks) entry.tasks.push_back(task.name);
      for (const ScenarioSize& size : scenario.sizes) entry.sizes.push_back(size.name);
      entries.push_back(std::move(entry));
    }
    return entries;
  }();
  return table;
}

}  // namespace rectune::sim
