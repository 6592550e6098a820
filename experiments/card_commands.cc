// SPDX-License-Identifier: Apache-2.0
//
// The command that judges a simulator rather than a tuner: fidelity.
#include <algorithm>
#include <filesystem>

#include "experiments/commands.h"
#include "experiments/known_names.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {

int FidelityCommand(const FidelityArguments& arguments, const Workbench& workbench,
                    Console& console) {
  if (const ScenarioInfo* info = FindScenario(workbench, arguments.scenario)) {
    RequireKnown("--size", arguments.size, info->sizes);
  } else if (!std::filesystem::is_regular_file(arguments.scenario)) {
    std::vector<std::string> names;
    for (const ScenarioInfo& known : workbench.scenarios) names.push_back(known.name);
    RequireKnown("SCENARIO", arguments.scenario, names);
  }
  const std::vector<FidelityPort> lines =
      workbench.fidelity(arguments.scenario, arguments.size, arguments.only);
  const auto failed = std::count_if(lines.begin(), lines.end(),
                                    [](const FidelityPort& line) { return !line.pass; });
  if (arguments.as_json) {
    Json json = Json::array();
    for (const FidelityPort& line : lines) {
      json.push_back({{"name", line.name},
                      {"how", line.how},
                      {"value", NumberToJson(line.value)},
                      {"low", NumberToJson(line.low)},
                      {"high", NumberToJson(line.high)},
                      {"pass", line.pass},
                      {"source", line.source}});
    }
    console.out << DumpPretty(json);
    return failed == 0 ? kExitDone : kExitFailed;
  }
  console.out << arguments.scenario << " (" << arguments.size << "): fidelity card\n\n";
  TextGrid grid({"line", "value", "low", "high", "", "what is measured", "source of the band"},
                {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kLeft,
                 Align::kLeft, Align::kLeft});
  for (const FidelityPort& line : lines) {
    grid.AddRow({line.name, Short(line.value), Short(line.low), Short(line.high),
                 line.pass ? "pass" : "FAIL", line.how, line.source});
  }
  console.out << grid.ToString() << "\n"
              << lines.size() - static_cast<std::size_t>(failed) << " of " << lines.size()
              << " lines lie in their band\n";
  return failed == 0 ? kExitDone : kExitFailed;
}

}  // namespace rectune::experiments
