// SPDX-License-Identifier: Apache-2.0
//
// Skillhub: every version of every skill, content-addressed, with who changed what on which
// evidence; one head a skill; rollback to any version. In memory first: the folders it writes are
// derived, so an interrupted run that restores the hub ends with the same files. It does not judge
// edits (agents/gate.h does).
//
//   Skillhub hub(task.space);
//   hub.Commit(skill, {.round = 0, .author = "task", .change = "created"});
//   hub.Rollback(skill.name, earlier_id, round, "harmful");
//   hub.WriteTo(home / "skills");
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/skillhub/skill.h"

namespace rectune::agents {

/// Where a version came from.
struct Provenance {
  int round = 0;
  std::string author;
  std::string change;  // in words, with evidence
};

struct SkillVersion {
  std::string id;      // first 16 digits of the SHA-256 of the rendered files
  std::string parent;  // "" for the first
  Provenance provenance;
  Skill skill;
};

/// One move of a head, in order; the same version may become head more than once.
struct HeadMove {
  std::string name;
  std::string version;
  std::string kind;  // "created", "edited", "rolled back"
  Provenance provenance;
};

class Skillhub {
 public:
  explicit Skillhub(std::shared_ptr<const ParameterSpace> root);

  /// Makes `skill` its name's head; returns its version id. A commit that changes nothing is no
  /// version and no move. Broken contract for a name that is no skill name.
  std::string Commit(const Skill& skill, const Provenance& provenance);
  /// Makes an earlier version of the same skill the head again. Broken contract if it is unknown.
  void Rollback(const std::string& name, const std::string& version, int round,
                const std::string& reason);

  bool Has(const std::string& name) const { return heads_.count(name) > 0; }
  const Skill& head(const std::string& name) const;
  const std::string& head_id(const std::string& name) const;
  const SkillVersion* Find(const std::string& version) const;
  const std::vector<SkillVersion>& versions() const { return versions_; }
  const std::vector<HeadMove>& moves() const { return moves_; }

  /// `<directory>/<name>/` for each head and `<directory>/.versions/<id>/` for each version, with
  /// the log beside them; writes only what differs.
  void WriteTo(const std::filesystem::path& directory) const;

  Json ToJson() const;
  static Skillhub FromJson(const Json& json, const std::string& path,
                           std::shared_ptr<const ParameterSpace> root);

 private:
  std::string VersionId(const Skill& skill) const;

  std::shared_ptr<const ParameterSpace> root_;
  std::vector<SkillVersion> versions_;
  std::map<std::string, std::string> heads_;
  std::vector<HeadMove> moves_;
};

/// The moves as a log file holds them, oldest first, and back.
Json LogToJson(const std::vector<HeadMove>& moves);
std::vector<HeadMove> LogFromJson(const Json& json, const std::string& path);

/// Lines that differ between two versions' SKILL.md and tightenings, as "+ ..." and "- ...".
std::vector<std::string> DiffSkills(const Skill& before, const Skill& after);

}  // namespace rectune::agents
