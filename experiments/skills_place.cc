// SPDX-License-Identifier: Apache-2.0
#include "experiments/skills_place.h"

#include <algorithm>

#include "agents/skillhub/skill_store.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "experiments/known_names.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

bool HoldsSkills(const fs::path& directory) {
  return fs::is_directory(directory) &&
         (fs::exists(directory / ".versions") || !agents::SkillStore(directory).names().empty());
}

fs::path Plain(const fs::path& path) {
  fs::path plain = fs::absolute(path).lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

}  // namespace

std::vector<std::pair<std::string, fs::path>> RunStores(const fs::path& path) {
  std::vector<std::pair<std::string, fs::path>> stores;
  if (!fs::exists(path / "manifest.json") || !fs::is_directory(path / "cells")) return stores;
  for (const auto& cell : fs::directory_iterator(path / "cells")) {
    const fs::path store = cell.path() / "home" / "skills";
    if (HoldsSkills(store)) stores.emplace_back(cell.path().filename().string(), store);
  }
  std::sort(stores.begin(), stores.end());
  return stores;
}

SkillsPlace FindStore(const fs::path& path) {
  const fs::path plain = Plain(path);
  if (!fs::is_directory(plain)) throw ConfigError("PATH", '"' + path.string() + '"', "a folder");
  if (fs::exists(plain / "SKILL.md")) return {plain.parent_path(), plain.filename().string()};
  for (const fs::path& candidate : {plain, plain / "skills", plain / "home" / "skills"}) {
    if (HoldsSkills(candidate)) return {candidate, ""};
  }
  const auto stores = RunStores(plain);
  if (stores.size() == 1) return {stores.front().second, ""};
  std::vector<std::string> cells;
  for (const auto& [cell, store] : stores) cells.push_back("cells/" + cell);
  throw ConfigError("PATH", '"' + path.string() + '"',
                    stores.empty() ? "a folder with skills (a SKILL.md in it or one level down)"
                                   : "one cell of this run: " + JoinNames(cells));
}

SkillsPlace FindSkills(const fs::path& path, const std::string& skill) {
  SkillsPlace place = FindStore(path);
  const std::vector<std::string> names = agents::SkillStore(place.store).names();
  if (!skill.empty()) {
    RequireKnown("--skill", skill, names);
    place.name = skill;
  } else if (place.name.empty()) {
    if (names.size() != 1) {
      throw ConfigError("--skill", "missing", "one of: " + JoinNames(names));
    }
    place.name = names.front();
  }
  return place;
}

fs::path TaskFileOf(const fs::path& store) {
  // <run>/cells/<cell>/home/skills
  const fs::path run = store.parent_path().parent_path().parent_path().parent_path();
  const bool is_home = store.filename() == "skills" && store.parent_path().filename() == "home";
  return is_home && fs::exists(run / "task.json") ? run / "task.json" : fs::path();
}

bool IsLive(const fs::path& store) {
  return store.parent_path().filename() == "home" &&
         fs::exists(store.parent_path().parent_path() / "home.committed");
}

}  // namespace rectune::experiments
