// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/skillhub.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "agents/derived_file.h"
#include "agents/skillhub/skill_markdown.h"
#include "agents/text.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

void WriteSkillFiles(const std::filesystem::path& folder, const SkillFiles& files) {
  WriteDerivedFile(folder / "SKILL.md", files.markdown);
  WriteDerivedFile(folder / "references" / "rules.json", files.rules);
  WriteDerivedFile(folder / "references" / "search_space.json", files.search_space);
}

Json ProvenanceToJson(const Provenance& provenance) {
  Json json;
  json["round"] = provenance.round;
  json["author"] = provenance.author;
  json["change"] = provenance.change;
  return json;
}

Provenance ProvenanceFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  Provenance provenance;
  provenance.round = static_cast<int>(reader.Integer("round", {0, 1000000}));
  provenance.author = reader.String("author");
  provenance.change = reader.String("change");
  reader.Finish();
  return provenance;
}

std::vector<std::string> DescribeForDiff(const Skill& skill) {
  std::vector<std::string> lines;
  const auto add_text = [&](const std::string& slot, const std::string& text) {
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      lines.push_back(slot);
      lines.back() += ": ";
      lines.back() += line;
    }
  };
  add_text("task context", skill.task_context);
  add_text("task requirement", skill.task_requirement);
  add_text("north stars", skill.north_stars);
  add_text("initial parameters", skill.initial_parameters);
  add_text("domain knowledge", skill.domain_knowledge);
  add_text("tools", skill.tools);
  for (const SkillRule& rule : skill.rules) {
    lines.push_back(rule.id + ": " + rule.pattern.statement + " (" +
                    FormatSigned(rule.pattern.slope) + " +- " +
                    FormatNumber(rule.pattern.standard_error) + "% on " + rule.pattern.metric +
                    "; " + DescribeEvidence(rule.pattern.evidence) + ")");
  }
  for (const Tightening& t : skill.tightenings) {
    const std::string kept = t.levels.empty() ? "[" + FormatNumber(t.low) + ", " +
                                                    FormatNumber(t.high) + "] of its range"
                                              : "levels " + JoinNames(t.levels);
    lines.push_back("search space: " + t.parameter + " within " + kept + ": " + t.reason + " (" +
                    DescribeEvidence(t.evidence) + ")");
  }
  return lines;
}

}  // namespace

Skillhub::Skillhub(std::shared_ptr<const ParameterSpace> root) : root_(std::move(root)) {
  RECTUNE_CHECK(root_ != nullptr, "a hub needs its root space");
}

std::string Skillhub::VersionId(const Skill& skill) const {
  return SkillVersionId(RenderSkill(skill, *root_));
}

std::string Skillhub::Commit(const Skill& skill, const Provenance& provenance) {
  RECTUNE_CHECK(IsSkillName(skill.name), "a skill's name becomes a folder");
  std::string id = VersionId(skill);
  const auto head = heads_.find(skill.name);
  if (head != heads_.end() && head->second == id) return id;
  if (Find(id) == nullptr) {
    versions_.push_back({id, head == heads_.end() ? "" : head->second, provenance, skill});
  }
  moves_.push_back({skill.name, id, head == heads_.end() ? "created" : "edited", provenance});
  heads_[skill.name] = id;
  return id;
}

void Skillhub::Rollback(const std::string& name, const std::string& version, int round,
                        const std::string& reason) {
  const SkillVersion* target = Find(version);
  RECTUNE_CHECK(target != nullptr && target->skill.name == name && Has(name),
                "rollback to a version of the same skill");
  if (heads_[name] == version) return;
  moves_.push_back({name, version, "rolled back", {round, "skill agent", reason}});
  heads_[name] = version;
}

const Skill& Skillhub::head(const std::string& name) const { return Find(head_id(name))->skill; }

const std::string& Skillhub::head_id(const std::string& name) const {
  const auto head = heads_.find(name);
  RECTUNE_CHECK(head != heads_.end(), "no skill named " + name);
  return head->second;
}

const SkillVersion* Skillhub::Find(const std::string& version) const {
  for (const SkillVersion& candidate : versions_) {
    if (candidate.id == version) return &candidate;
  }
  return nullptr;
}

void Skillhub::WriteTo(const std::filesystem::path& directory) const {
  for (const SkillVersion& version : versions_) {
    const SkillFiles files = RenderSkill(version.skill, *root_);
    WriteSkillFiles(directory / ".versions" / version.id, files);
    if (head_id(version.skill.name) == version.id) {
      WriteSkillFiles(directory / version.skill.name, files);
    }
  }
  WriteDerivedFile(directory / ".versions" / "log.json", DumpPretty(LogToJson(moves_)));
}

Json Skillhub::ToJson() const {
  Json json;
  json["versions"] = Json::array();
  for (const SkillVersion& version : versions_) {
    Json entry;
    entry["id"] = version.id;
    entry["parent"] = version.parent;
    entry["provenance"] = ProvenanceToJson(version.provenance);
    // The authored slots never change by learning: a version that shares its parent's keeps only
    // what was learned, or the state would repeat the same kilobytes each round.
    Json skill = agents::ToJson(version.skill);
    const SkillVersion* parent = Find(version.parent);
    if (parent != nullptr) {
      const Json of_parent = agents::ToJson(parent->skill);
      for (const auto& [key, value] : of_parent.items()) {
        if (skill[key] == value) skill.erase(key);
      }
    }
    entry["skill"] = std::move(skill);
    json["versions"].push_back(std::move(entry));
  }
  json["heads"] = Json::object();
  for (const auto& [name, id] : heads_) json["heads"][name] = id;
  json["log"] = LogToJson(moves_);
  return json;
}

Skillhub Skillhub::FromJson(const Json& json, const std::string& path,
                            std::shared_ptr<const ParameterSpace> root) {
  Skillhub hub(std::move(root));
  ObjectReader reader(json, path);
  reader.ForEach("versions", [&](const Json& element, const std::string& where) {
    ObjectReader version(element, where);
    const std::string parent = version.String("parent");
    Json skill = version.Value("skill");
    if (const SkillVersion* base = hub.Find(parent)) {
      const Json of_parent = agents::ToJson(base->skill);
      for (const auto& [key, value] : of_parent.items()) {
        if (!skill.contains(key)) skill[key] = value;
      }
    }
    SkillVersion parsed{version.String("id"), parent,
                        ProvenanceFromJson(version.Value("provenance"), where + "/provenance"),
                        SkillFromJson(skill, where + "/skill")};
    version.Finish();
    const std::string actual = hub.VersionId(parsed.skill);
    if (actual != parsed.id) {
      throw ConfigError(where + "/id", '"' + parsed.id + '"',
                        "the content's own address, " + actual);
    }
    hub.versions_.push_back(std::move(parsed));
  });
  const Json& heads = reader.Value("heads");
  if (!heads.is_object()) throw ConfigError(path + "/heads", heads.dump(), "an object");
  for (const auto& [name, id] : heads.items()) {
    if (!id.is_string() || hub.Find(id.get<std::string>()) == nullptr) {
      throw ConfigError(reader.PathOf("heads"), name + " as " + id.dump(),
                        "a version's id for each name");
    }
    hub.heads_[name] = id.get<std::string>();
  }
  hub.moves_ = LogFromJson(reader.Value("log"), reader.PathOf("log"));
  reader.Finish();
  return hub;
}

Json LogToJson(const std::vector<HeadMove>& moves) {
  Json log = Json::array();
  for (const HeadMove& move : moves) {
    Json entry;
    entry["name"] = move.name;
    entry["version"] = move.version;
    entry["kind"] = move.kind;
    entry["provenance"] = ProvenanceToJson(move.provenance);
    log.push_back(std::move(entry));
  }
  return log;
}

std::vector<HeadMove> LogFromJson(const Json& json, const std::string& path) {
  if (!json.is_array()) throw ConfigError(path, json.dump(), "an array of moves");
  std::vector<HeadMove> moves;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string where = path + "/" + std::to_string(i);
    ObjectReader move(json[i], where);
    moves.push_back({move.String("name"), move.String("version"), move.String("kind"),
                     ProvenanceFromJson(move.Value("provenance"), where + "/provenance")});
    move.Finish();
  }
  return moves;
}

std::vector<std::string> DiffSkills(const Skill& before, const Skill& after) {
  const std::vector<std::string> old_lines = DescribeForDiff(before);
  const std::vector<std::string> new_lines = DescribeForDiff(after);
  const auto contains = [](const std::vector<std::string>& lines, const std::string& line) {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  };
  std::vector<std::string> diff;
  for (const std::string& line : old_lines) {
    if (!contains(new_lines, line)) diff.push_back("- " + line);
  }
  for (const std::string& line : new_lines) {
    if (!contains(old_lines, line)) diff.push_back("+ " + line);
  }
  return diff;
}

}  // namespace rectune::agents
