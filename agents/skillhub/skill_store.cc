// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/skill_store.h"

#include <fcntl.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ranges>
#include <stdexcept>
#include <utility>

#include "agents/text.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

namespace fs = std::filesystem;

constexpr char kCounts[] = "rule_counts.json";

bool IsVersionId(const std::string& id) {
  return id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Regular files only, scripts left out: what is copied is what was checked.
void CopySkill(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path relative = entry.path().lexically_relative(from);
    if (*relative.begin() == "scripts" || !entry.is_regular_file() || entry.is_symlink()) continue;
    fs::create_directories((to / relative).parent_path());
    WriteFileAtomically(to / relative, ReadFile(entry.path()));
  }
}

void RequireName(const std::string& name) {
  if (!IsSkillName(name)) {
    throw ConfigError("", '"' + SanitizeLine(name, 100) + '"', "the name of a skill");
  }
}

}  // namespace

SkillStore::SkillStore(fs::path directory) : directory_(std::move(directory)) {
  const fs::path log = directory_ / ".versions" / "log.json";
  if (!fs::exists(log)) return;
  try {
    log_ = LogFromJson(ReadJsonFile(log), "");
    for (std::size_t i = 0; i < log_.size(); ++i) {
      // Both become paths.
      if (!IsSkillName(log_[i].name) || !IsVersionId(log_[i].version)) {
        throw ConfigError("/" + std::to_string(i), log_[i].name + " at " + log_[i].version,
                          "a skill's name and a version's 16 hexadecimal digits");
      }
    }
  } catch (const ConfigError& error) {
    throw error.In(log.string());
  }
}

std::vector<std::string> SkillStore::names() const {
  std::vector<std::string> names;
  if (!fs::is_directory(directory_)) return names;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    const std::string name = entry.path().filename().string();
    if (name.front() != '.' && fs::exists(entry.path() / "SKILL.md")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string SkillStore::head(const std::string& name) const {
  for (const auto& move : std::views::reverse(log_)) {
    if (move.name == name) return move.version;
  }
  return "";
}

std::vector<std::string> SkillStore::versions(const std::string& name) const {
  std::vector<std::string> ids;
  for (const HeadMove& move : log_) {
    if (move.name != name) continue;
    if (std::find(ids.begin(), ids.end(), move.version) == ids.end()) ids.push_back(move.version);
  }
  return ids;
}

std::string SkillStore::Resolve(const std::string& name, const std::string& version) const {
  const std::vector<std::string> ids = versions(name);
  if (ids.empty()) {
    throw ConfigError("", '"' + name + '"',
                      "a skill with versions (" + directory_.string() + " keeps no history of it)");
  }
  if (version == "head") return head(name);
  if (version == "parent") {
    std::string before;
    std::string now;
    for (const HeadMove& move : log_) {
      if (move.name != name) continue;
      before = std::exchange(now, move.version);
    }
    if (!before.empty()) return before;
    throw ConfigError("", "\"parent\"", "a skill whose head was moved: this one has one version");
  }
  std::string found;
  for (const std::string& id : ids) {
    if (version.empty() || id.rfind(version, 0) != 0) continue;
    if (!found.empty()) throw ConfigError("", '"' + version + '"', "more digits: it fits several");
    found = id;
  }
  if (found.empty()) {
    throw ConfigError("", '"' + SanitizeLine(version, 40) + '"',
                      "\"head\", \"parent\" or a version of " + name + ": " + JoinNames(ids));
  }
  return found;
}

Skill SkillStore::Read(const std::string& name) const {
  RequireName(name);
  return ReadSkillFolder(directory_ / name);
}

Skill SkillStore::ReadVersion(const std::string& name, const std::string& version) const {
  const std::string id = Resolve(name, version);
  const SkillFiles files = ReadSkillFiles(VersionFolder(id));
  const std::string actual = SkillVersionId(files);
  if (actual != id) {
    throw ConfigError("", "content whose address is " + actual,
                      "the content it was named after (someone edited a version)")
        .In(VersionFolder(id).string());
  }
  return ParseSkill(files, VersionFolder(id).string());
}

std::map<std::string, std::pair<int, int>> SkillStore::RuleCounts(const std::string& name) const {
  std::map<std::string, std::pair<int, int>> counts;
  const fs::path file = directory_ / name / "references" / kCounts;
  if (!fs::exists(file)) return counts;
  try {
    const Json json = ReadJsonFile(file);
    if (!json.is_object()) throw ConfigError("", json.dump(), "an object by rule id");
    for (const auto& [rule, count] : json.items()) {
      ObjectReader reader(count, "/" + PointerToken(rule));
      const auto helpful = static_cast<int>(reader.Integer("helpful", {0, 1000000000}));
      counts[rule] = {helpful, static_cast<int>(reader.Integer("harmful", {0, 1000000000}))};
      reader.Finish();
    }
  } catch (const ConfigError& error) {
    throw error.In(file.string());
  }
  return counts;
}

std::vector<SkillFinding> SkillStore::Check(const std::string& name,
                                            const SkillCheckTask& task) const {
  RequireName(name);
  std::vector<SkillFinding> findings = CheckSkillFolder(directory_ / name, task);
  const auto error = [&](const std::string& file, const std::string& message) {
    findings.push_back({file, 0, true, message});
  };
  for (const std::string& id : versions(name)) {
    const std::string place = ".versions/" + id;
    if (!fs::exists(VersionFolder(id) / "SKILL.md")) {
      error(place, "the log names this version, but it is not here");
      continue;
    }
    const std::string actual = SkillVersionId(ReadSkillFiles(VersionFolder(id)));
    if (actual != id) error(place, "its content has the address " + actual + ": it was edited");
  }
  const std::string logged = head(name);
  if (!logged.empty() && !HasErrors(findings)) {
    const std::string actual = SkillVersionId(ReadSkillFiles(directory_ / name));
    if (actual != logged) {
      error("", "the folder holds version " + actual + ", the log calls " + logged +
                    " the head: edited by hand, or a rollback was cut short (roll back to " +
                    logged + " to complete it)");
    }
  }
  return findings;
}

fs::path SkillStore::VersionFolder(const std::string& id) const {
  return directory_ / ".versions" / id;
}

void SkillStore::Append(const HeadMove& move) {
  std::vector<HeadMove> log = log_;
  log.push_back(move);
  fs::create_directories(directory_ / ".versions");
  WriteFileAtomically(directory_ / ".versions" / "log.json", DumpPretty(LogToJson(log)));
  log_ = std::move(log);
}

void SkillStore::PlaceHead(const std::string& name, const fs::path& source) const {
  const fs::path target = directory_ / name;
  const fs::path staged = directory_ / ("." + name + ".staged");
  fs::remove_all(staged);
  CopySkill(source, staged);
  if (!fs::exists(target)) {
    fs::rename(staged, target);
    return;
  }
  // A folder cannot be renamed over another: the two change places in one step.
  if (::renameat2(AT_FDCWD, staged.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0) {
    throw std::runtime_error("cannot exchange " + target.string() + ": " + std::strerror(errno));
  }
  fs::remove_all(staged);
}

bool SkillStore::Rollback(const std::string& name, const std::string& version,
                          const Provenance& provenance) {
  RequireName(name);
  const std::string id = Resolve(name, version);
  const Skill skill = ReadVersion(name, id);  // refuses content that is not what it was
  const bool is_placed = fs::exists(directory_ / name / "SKILL.md") &&
                         SkillVersionId(ReadSkillFiles(directory_ / name)) == id;
  if (head(name) == id && is_placed) return false;
  std::map<std::string, std::pair<int, int>> counts = RuleCounts(name);
  if (head(name) != id) Append({name, id, "rolled back", provenance});
  PlaceHead(name, VersionFolder(id));
  Json kept = Json::object();
  for (const SkillRule& rule : skill.rules) {
    const auto count = counts.find(rule.id);
    if (count == counts.end()) continue;
    kept[rule.id] = {{"helpful", count->second.first}, {"harmful", count->second.second}};
  }
  if (!kept.empty()) {
    WriteFileAtomically(directory_ / name / "references" / kCounts, DumpPretty(kept));
  }
  return true;
}

std::string SkillStore::Import(const fs::path& folder, bool replace, const Provenance& provenance) {
  const std::vector<SkillFinding> findings = CheckSkillFolder(folder, {});
  for (const SkillFinding& finding : findings) {
    if (!finding.is_error) continue;
    throw ConfigError("", "a folder with errors (" + Describe(finding) + ")",
                      "a folder that `skills check` passes")
        .In(folder.string());
  }
  const std::string name = ReadSkillFolder(folder).name;
  std::string id = SkillVersionId(ReadSkillFiles(folder));
  if (fs::exists(directory_ / name)) {
    if (SkillVersionId(ReadSkillFiles(directory_ / name)) == id) return id;
    if (!replace) {
      throw ConfigError("", '"' + name + '"',
                        "a name that is free there, or --replace to make this its next version");
    }
    if (head(name).empty()) {
      // What is replaced must stay reachable.
      const std::string old = SkillVersionId(ReadSkillFiles(directory_ / name));
      CopySkill(directory_ / name, VersionFolder(old));
      Append({name, old, "found", {provenance.round, provenance.author, "was here before"}});
    }
  }
  CopySkill(folder, VersionFolder(id));
  Append({name, id, "imported", provenance});
  PlaceHead(name, VersionFolder(id));
  return id;
}

fs::path SkillStore::Export(const std::string& name, const std::string& version,
                            const fs::path& folder) const {
  RequireName(name);
  fs::path target = folder / name;
  if (fs::exists(target)) {
    throw ConfigError("", '"' + target.string() + '"', "a folder that does not exist yet");
  }
  const fs::path source =
      version.empty() ? directory_ / name : VersionFolder(Resolve(name, version));
  const fs::path staged = folder / ("." + name + ".staged");
  fs::remove_all(staged);
  CopySkill(source, staged);
  fs::remove(staged / "references" / kCounts);
  if (fs::exists(staged / "references") && fs::is_empty(staged / "references")) {
    fs::remove(staged / "references");
  }
  fs::rename(staged, target);
  return target;
}

}  // namespace rectune::agents
