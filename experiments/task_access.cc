// SPDX-License-Identifier: Apache-2.0
#include "experiments/task_access.h"

#include <vector>

#include "core/config_error.h"
#include "experiments/known_names.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {

const ScenarioInfo* FindScenario(const Workbench& workbench, const std::string& name) {
  for (const ScenarioInfo& info : workbench.scenarios) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

namespace {

std::shared_ptr<const TestbedPort> InPhase(const std::shared_ptr<const TestbedPort>& testbed,
                                           int phase) {
  const int last = static_cast<int>(testbed->schedule.phases.size()) - 1;
  if (phase < 0 || phase > last) {
    throw ConfigError("--phase", std::to_string(phase),
                      last == 0 ? "0: nothing happens in this scenario"
                                : "a phase of the scenario, in [0, " + std::to_string(last) + "]");
  }
  return AtPhase(testbed, static_cast<std::size_t>(phase));
}

}  // namespace

std::shared_ptr<const TestbedPort> OpenTask(const TaskArguments& arguments,
                                            const Workbench& workbench) {
  const ScenarioInfo* info = FindScenario(workbench, arguments.scenario);
  if (info == nullptr) {
    if (!std::filesystem::is_regular_file(arguments.scenario)) {
      std::vector<std::string> names;
      for (const ScenarioInfo& known : workbench.scenarios) names.push_back(known.name);
      RequireKnown("SCENARIO", arguments.scenario, names);
    }
    return InPhase(workbench.open(arguments.scenario, arguments.task, arguments.size),
                   arguments.phase);
  }
  const std::string task = arguments.task.empty() ? info->tasks.front() : arguments.task;
  RequireKnown("TASK", task, info->tasks);
  RequireKnown("--size", arguments.size, info->sizes);
  return InPhase(workbench.open(arguments.scenario, task, arguments.size), arguments.phase);
}

Configuration ReadConfiguration(const std::string& config, const ParameterSpace& space) {
  Configuration production = space.Production();
  if (config == "production") return production;
  const Json json = ReadJsonFile(config);
  try {
    return space.Parse(json, "", &production);
  } catch (const ConfigError& error) {
    throw error.In(config);
  }
}

std::vector<Configuration> ReadBefore(const std::vector<std::string>& configs,
                                      const TestbedPort& testbed) {
  const auto ab = testbed.resolved.find("ab");
  if (!configs.empty() && (ab == testbed.resolved.end() || !ab->contains("carry_over"))) {
    throw ConfigError("--after", configs.front(),
                      "a scenario whose \"ab\" has \"carry_over\": nothing carries over here");
  }
  std::vector<Configuration> before;
  for (const std::string& config : configs) {
    before.push_back(ReadConfiguration(config, *testbed.space));
  }
  return before;
}

std::size_t ChangedParameters(const Configuration& configuration, const ParameterSpace& space) {
  const Json a = space.ToJson(configuration);
  const Json b = space.ToJson(space.Production());
  std::size_t changed = 0;
  for (const auto& [name, value] : a.items()) changed += value != b.at(name) ? 1 : 0;
  return changed;
}

void RequireCredibleArm(double users_per_arm, const TestbedPort& testbed, const std::string& path) {
  if (!testbed.minimum_users_per_arm) return;
  const double least = testbed.minimum_users_per_arm();
  if (users_per_arm >= least) return;
  throw ConfigError(path, Short(users_per_arm),
                    "at least " + Short(least) + " users an arm: with fewer, the noise of the " +
                        "rarest metric is not near normal and no readout would be credible");
}

std::string TaskTitle(const TestbedPort& testbed) {
  std::string title = testbed.scenario + "/" + testbed.task + " (" + testbed.size + ")";
  if (testbed.schedule.phases.size() == 1) return title;
  return title + ", phase " + std::to_string(testbed.phase) + " (" +
         testbed.schedule.phases[testbed.phase].label + ")";
}

Json Answer(const TestbedPort& testbed, const Json& fields) {
  Json answer{{"scenario", testbed.scenario}, {"task", testbed.task}, {"size", testbed.size}};
  if (testbed.schedule.phases.size() > 1) answer["phase"] = testbed.phase;
  answer.update(fields);
  return answer;
}

std::string BoundText(const Guardrail& guardrail) {
  return std::string(guardrail.kind == BoundKind::kFloor ? "at least " : "at most ") +
         Signed(guardrail.lift_bound, 2) + "%";
}

}  // namespace rectune::experiments
