// SPDX-License-Identifier: Apache-2.0
//
// Finding skills by a path on the command line: a skill's own folder, a folder of skills, a tuner's
// home, a cell or a whole run.
//
//   SkillsPlace place = FindSkills("runs/quickstart/cells/agent.seed1", "");
//   agents::SkillStore store(place.store);
//   store.Read(place.name);
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace rectune::experiments {

struct SkillsPlace {
  std::filesystem::path store;  // the folder that holds skill folders
  std::string name;
};

/// The folder of skills under `path`, and the skill's name if the path names one; ConfigError when
/// there is none, or when `path` is a run whose cells hold several.
SkillsPlace FindStore(const std::filesystem::path& path);

/// As FindStore, and the one skill that is meant: `skill`, or the only one there.
SkillsPlace FindSkills(const std::filesystem::path& path, const std::string& skill);

/// The folders of skills of a run's cells, by cell; empty when `path` is no run folder.
std::vector<std::pair<std::string, std::filesystem::path>> RunStores(
    const std::filesystem::path& path);

/// task.json of the run that a store belongs to; empty when it belongs to none.
std::filesystem::path TaskFileOf(const std::filesystem::path& store);

/// Whether the store belongs to a cell that is not finished: its tuner would undo a change.
bool IsLive(const std::filesystem::path& store);

}  // namespace rectune::experiments
