// SPDX-License-Identifier: Apache-2.0
//
// `rectune skills ...`: the skills that a campaign left in its home, or any folder of Agent Skills,
// read, checked, compared, moved back, brought in and taken out. A path may name one skill's
// folder, a folder of skills, a cell of a run or the run itself, as long as it leaves no doubt.
//
//   rectune skills show runs/quickstart/cells/agent.seed1
//   rectune skills rollback runs/quickstart/cells/agent.seed1 parent --reason "lost DAU"
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/commands.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 calls itself so
class App;
}

namespace rectune::experiments {

/// Where skills lie, and which one is meant.
struct SkillsArguments {
  std::string path;
  std::string skill;  // may be empty where there is only one
  bool as_json = false;
};

/// With a run folder, one line a cell; otherwise every skill there in full.
int SkillsShowCommand(const SkillsArguments& arguments, const std::string& version,
                      Console& console);

/// Versions may be ids or their first digits, "head" or "parent"; `other`, if not empty, is another
/// path, and then the two skills used now are compared. Status 0 whether or not they differ.
int SkillsDiffCommand(const SkillsArguments& arguments, const std::string& from,
                      const std::string& to, const std::string& other, Console& console);

/// Findings by file and line; status 1 when one is an error. `task`: "SCENARIO/TASK" to check rules
/// and tightenings against; empty: the run's own when the path lies in one.
int SkillsCheckCommand(const SkillsArguments& arguments, const std::string& task,
                       const std::string& size, const Workbench& workbench, Console& console);

int SkillsRollbackCommand(const SkillsArguments& arguments, const std::string& version,
                          const std::string& reason, Console& console);

int SkillsImportCommand(const std::filesystem::path& folder, const std::filesystem::path& into,
                        bool replace, Console& console);

int SkillsExportCommand(const SkillsArguments& arguments, const std::string& version,
                        const std::filesystem::path& out, Console& console);

/// A novel skill `name` from what the skills at `sources` agree on, written to `into`/<name>. The
/// task of a source is its run's; elsewhere its skill's name stands for it.
int SkillsSynthesiseCommand(const std::vector<std::string>& sources, const std::string& name,
                            const std::filesystem::path& into, Console& console);

/// The commands above on a command line; the exit status lands in `status`.
void AddSkillsCommands(CLI::App& app, const Workbench& workbench, Console& console, int& status);

}  // namespace rectune::experiments
