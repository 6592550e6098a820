// SPDX-License-Identifier: Apache-2.0
//
// What the commands that look at one task share: opening it by the names on the command line,
// reading a configuration file, and the phrases they print.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/commands.h"
#include "experiments/testbed_port.h"

namespace rectune::experiments {

/// Null when `name` is in no table (a file, perhaps).
const ScenarioInfo* FindScenario(const Workbench& workbench, const std::string& name);

/// The task in the phase that is asked for. ConfigError, naming the argument, for what is unknown.
std::shared_ptr<const TestbedPort> OpenTask(const TaskArguments& arguments,
                                            const Workbench& workbench);

/// `config` is "production" or a JSON file; what a file leaves out keeps production's value.
Configuration ReadConfiguration(const std::string& config, const ParameterSpace& space);

/// The arms of the experiment before. ConfigError at "--after" where nothing carries over.
std::vector<Configuration> ReadBefore(const std::vector<std::string>& configs,
                                      const TestbedPort& testbed);

std::size_t ChangedParameters(const Configuration& configuration, const ParameterSpace& space);

/// ConfigError at `path` when an arm of `users_per_arm` is too small for the task's metrics.
void RequireCredibleArm(double users_per_arm, const TestbedPort& testbed, const std::string& path);

/// "discover_feed/joint (small)", and the phase where there are several.
std::string TaskTitle(const TestbedPort& testbed);
/// The fields of a JSON answer, after those that say what it is about: scenario, task, size, and
/// the phase where there are several.
Json Answer(const TestbedPort& testbed, const Json& fields);
/// "at least -3.00%"
std::string BoundText(const Guardrail& guardrail);

}  // namespace rectune::experiments
