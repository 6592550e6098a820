// SPDX-License-Identifier: Apache-2.0
//
// SkillStore: skills on disk, as a campaign's Skillhub left them or as any folder of Agent Skills:
// reading them, moving a head back to an earlier version, importing and exporting. The live hub of
// a running tuner is agents/skillhub/skillhub.h; a store never talks to it.
//
//   <directory>/<name>/                the skill that is used now
//   <directory>/.versions/<id>/        every version, content-addressed
//   <directory>/.versions/log.json     who made which version the head, and why
//
// The log is the truth: a head moves when the log that says so is renamed into place, and the
// folder follows by one exchange of directories. A process killed in between leaves the old folder
// under the new log; Check says so and the same call again completes it.
//
//   SkillStore store("runs/quickstart/cells/agent.seed1/home/skills");
//   store.Rollback("discover-feed-joint", "3f2a", {.round = 0, .author = "me", .change = "worse"});
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "agents/skillhub/skill_check.h"
#include "agents/skillhub/skill_markdown.h"
#include "agents/skillhub/skillhub.h"

namespace rectune::agents {

class SkillStore {
 public:
  /// ConfigError when the folder does not exist or its log cannot be read. `directory` holds
  /// skills, or is to hold them (Import).
  explicit SkillStore(std::filesystem::path directory);

  const std::filesystem::path& directory() const { return directory_; }
  /// Names of the folders that hold a SKILL.md, sorted.
  std::vector<std::string> names() const;
  const std::vector<HeadMove>& log() const { return log_; }
  /// The version that the log calls the head; "" for a skill without history.
  std::string head(const std::string& name) const;
  /// A skill's versions, in the order in which they first became head.
  std::vector<std::string> versions(const std::string& name) const;
  /// Completes an unambiguous prefix of a version's id, or the words "head" and "parent" (the
  /// version before the head in the log); ConfigError otherwise.
  std::string Resolve(const std::string& name, const std::string& version) const;

  /// The skill that is used now; with `version`, an earlier one. ConfigError if it is broken.
  Skill Read(const std::string& name) const;
  Skill ReadVersion(const std::string& name, const std::string& version) const;
  /// How often a rule helped and harmed, by rule id, where the campaign counted.
  std::map<std::string, std::pair<int, int>> RuleCounts(const std::string& name) const;

  /// Findings of the skill's folder, and of its versions and log: content that is not what its
  /// address says, a head that is not what the log says.
  std::vector<SkillFinding> Check(const std::string& name, const SkillCheckTask& task) const;

  /// Makes an earlier version the head again: logged, then exchanged in one step. Completes a
  /// rollback that was cut short. True when anything changed. ConfigError when the version is
  /// unknown or its content is not what its address says.
  bool Rollback(const std::string& name, const std::string& version, const Provenance& provenance);
  /// Copies a checked Agent Skills folder in as its name's head: its files byte for byte, scripts
  /// left out. ConfigError when it has errors, or when the name is taken by other content and
  /// `replace` is false. Returns its version.
  std::string Import(const std::filesystem::path& folder, bool replace,
                     const Provenance& provenance);
  /// Writes the skill's files to `folder`/<name>, which must not exist: a standard Agent Skills
  /// folder, without counts or history. Returns where.
  std::filesystem::path Export(const std::string& name, const std::string& version,
                               const std::filesystem::path& folder) const;

 private:
  std::filesystem::path VersionFolder(const std::string& id) const;
  /// The head's folder becomes a copy of `source`.
  void PlaceHead(const std::string& name, const std::filesystem::path& source) const;
  void Append(const HeadMove& move);

  std::filesystem::path directory_;
  std::vector<HeadMove> log_;
};

}  // namespace rectune::agents
