// SPDX-License-Identifier: Apache-2.0
#include "experiments/skills_commands.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "agents/skillhub/skill_store.h"
#include "agents/skillhub/synthesis.h"
#include "agents/text.h"
#include "core/config_error.h"
#include "experiments/run_data.h"
#include "experiments/skills_place.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

using agents::FormatNumber;
using agents::FormatSigned;
using agents::SanitizeLine;
using agents::Skill;
using agents::SkillFinding;
using agents::SkillRule;
using agents::SkillStore;
using agents::Tightening;

constexpr std::size_t kCellWidth = 90;  // characters of prose in a table's cell

std::string Cell(const std::string& text) { return SanitizeLine(text, kCellWidth); }

std::string Counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string Kept(const Tightening& tightening) {
  if (!tightening.levels.empty()) return agents::Join(tightening.levels, ", ");
  return "[" + FormatNumber(tightening.low) + ", " + FormatNumber(tightening.high) + "]";
}

Json RuleJson(const SkillRule& rule, const std::map<std::string, std::pair<int, int>>& counts) {
  Json json = agents::ToJson(rule);
  const auto count = counts.find(rule.id);
  json["helpful"] = count == counts.end() ? Json(nullptr) : Json(count->second.first);
  json["harmful"] = count == counts.end() ? Json(nullptr) : Json(count->second.second);
  return json;
}

/// One skill, as `show --json` prints it and as the text is made from.
Json ShowJson(const SkillStore& store, const std::string& name, const std::string& version) {
  const Skill skill = version.empty() ? store.Read(name) : store.ReadVersion(name, version);
  const auto counts =
      version.empty() ? store.RuleCounts(name) : std::map<std::string, std::pair<int, int>>();
  const std::string head = store.head(name);
  Json json;
  json["name"] = skill.name;
  json["description"] = skill.description;
  json["folder"] = (store.directory() / name).string();
  json["version"] = version.empty() ? head : store.Resolve(name, version);
  json["head"] = head;
  json["tokens"] = agents::EstimateTokens(
      agents::ReadSkillFiles(version.empty()
                                 ? store.directory() / name
                                 : store.directory() / ".versions" / store.Resolve(name, version))
          .markdown);
  json["domain_knowledge"] = skill.domain_knowledge;
  json["rules"] = Json::array();
  for (const SkillRule& rule : skill.rules) json["rules"].push_back(RuleJson(rule, counts));
  json["tightenings"] = Json::array();
  for (const Tightening& t : skill.tightenings) json["tightenings"].push_back(agents::ToJson(t));
  const std::filesystem::path rejected = store.directory() / ".versions" / "rejected.json";
  json["rejected_edits"] =
      std::filesystem::exists(rejected) ? ReadJsonFile(rejected) : Json::array();
  json["log"] = Json::array();
  for (const Json& move : agents::LogToJson(store.log())) {
    if (move.at("name") == name) json["log"].push_back(move);
  }
  return json;
}

std::string Count(const Json& value) { return value.is_null() ? "-" : value.dump(); }

void PrintSkill(const SkillStore& store, const std::string& name, const std::string& version,
                std::ostream& out) {
  const Json json = ShowJson(store, name, version);
  const Skill skill = version.empty() ? store.Read(name) : store.ReadVersion(name, version);
  const auto shown = json.at("version").get<std::string>();
  out << "Skill " << name << (shown.empty() ? "" : ", version " + shown)
      << (!shown.empty() && shown == json.at("head").get<std::string>() ? " (the head)" : "")
      << ", about " << json.at("tokens") << " tokens\n"
      << Wrap(SanitizeLine(skill.description, 1024), 100, 2) << "\n";
  if (!skill.domain_knowledge.empty()) {
    out << "Domain knowledge, as authored:\n"
        << agents::SanitizeText(skill.domain_knowledge, 4000) << "\n\n";
  }
  TextGrid rules(
      {"rule", "whole move, %", "metric", "helped", "harmed", "says"},
      {Align::kLeft, Align::kRight, Align::kLeft, Align::kRight, Align::kRight, Align::kLeft});
  for (const Json& rule : json.at("rules")) {
    const Json& pattern = rule.at("pattern");
    rules.AddRow({Cell(rule.at("id")),
                  FormatSigned(NumberFromJson(pattern.at("slope"), "")) + " +- " +
                      FormatNumber(NumberFromJson(pattern.at("standard_error"), "")),
                  Cell(pattern.at("metric")), Count(rule.at("helpful")), Count(rule.at("harmful")),
                  Cell(pattern.at("statement"))});
  }
  out << (skill.rules.empty() ? "No learned rules.\n" : rules.ToString()) << "\n";
  TextGrid space({"parameter", "kept of its range", "round", "why"},
                 {Align::kLeft, Align::kLeft, Align::kRight, Align::kLeft});
  for (const Tightening& t : skill.tightenings) {
    space.AddRow({Cell(t.parameter), Cell(Kept(t)), std::to_string(t.round), Cell(t.reason)});
  }
  out << (skill.tightenings.empty() ? "The whole search space is open.\n" : space.ToString());
  if (!json.at("rejected_edits").empty()) {
    TextGrid rejected({"round", "edit that did not land", "why"},
                      {Align::kRight, Align::kLeft, Align::kLeft});
    for (const Json& edit : json.at("rejected_edits")) {
      rejected.AddRow({edit.at("round").dump(), Cell(edit.at("edit").get<std::string>()),
                       Cell(edit.at("reason").get<std::string>())});
    }
    out << "\n" << rejected.ToString();
  }
  if (json.at("log").empty()) {
    out << "\nNo history is kept beside it.\n";
    return;
  }
  TextGrid log({"version", "round", "move", "by", "change"},
               {Align::kLeft, Align::kRight, Align::kLeft, Align::kLeft, Align::kLeft});
  for (const Json& move : json.at("log")) {
    const Json& provenance = move.at("provenance");
    log.AddRow({Cell(move.at("version")), provenance.at("round").dump(), Cell(move.at("kind")),
                Cell(provenance.at("author")), Cell(provenance.at("change"))});
  }
  out << "\n" << log.ToString();
}

/// The skills of all cells of a run, one line each.
int ShowRun(const std::vector<std::pair<std::string, std::filesystem::path>>& stores, bool as_json,
            Console& console) {
  Json cells = Json::array();
  TextGrid grid(
      {"cell", "skill", "version", "rules", "tightened", "moves"},
      {Align::kLeft, Align::kLeft, Align::kLeft, Align::kRight, Align::kRight, Align::kRight});
  for (const auto& [cell, folder] : stores) {
    const SkillStore store(folder);
    for (const std::string& name : store.names()) {
      const Json skill = ShowJson(store, name, "");
      grid.AddRow({cell, name, skill.at("version"), std::to_string(skill.at("rules").size()),
                   std::to_string(skill.at("tightenings").size()),
                   std::to_string(skill.at("log").size())});
      cells.push_back({{"cell", cell}, {"skill", skill}});
    }
  }
  console.out << (as_json ? DumpPretty({{"cells", cells}}) : grid.ToString());
  return kExitDone;
}

Json FindingJson(const std::string& name, const SkillFinding& finding) {
  return {{"skill", name},
          {"file", finding.file},
          {"line", finding.line},
          {"severity", finding.is_error ? "error" : "warning"},
          {"message", finding.message}};
}

/// What rules and tightenings are checked against; empty when no task is known.
struct KnownTask {
  std::shared_ptr<const ParameterSpace> space;
  std::shared_ptr<const MetricCatalogue> metrics;
};

KnownTask FindTask(const std::string& task, const std::string& size,
                   const std::filesystem::path& store, const Workbench& workbench) {
  if (!task.empty()) {
    const std::size_t slash = task.rfind('/');
    if (slash == std::string::npos) {
      throw ConfigError("--task", '"' + task + '"', "SCENARIO/TASK");
    }
    const auto testbed = OpenTask({.scenario = task.substr(0, slash),
                                   .task = task.substr(slash + 1),
                                   .size = size,
                                   .as_json = false},
                                  workbench);
    return {testbed->space, testbed->metrics};
  }
  const std::filesystem::path file = TaskFileOf(store);
  if (file.empty()) return {};
  const TaskData data = ReadTask(file);
  return {data.space, data.metrics};
}

}  // namespace

int SkillsShowCommand(const SkillsArguments& arguments, const std::string& version,
                      Console& console) {
  const auto run = RunStores(arguments.path);
  if (run.size() > 1) return ShowRun(run, arguments.as_json, console);
  const SkillsPlace place = FindStore(arguments.path);
  const SkillStore store(place.store);
  std::vector<std::string> names = store.names();
  if (!place.name.empty() || !arguments.skill.empty() || !version.empty()) {
    names = {FindSkills(arguments.path, arguments.skill).name};
  }
  Json skills = Json::array();
  for (const std::string& name : names) {
    if (arguments.as_json) {
      skills.push_back(ShowJson(store, name, version));
    } else {
      if (name != names.front()) console.out << "\n";
      PrintSkill(store, name, version, console.out);
    }
  }
  if (arguments.as_json) console.out << DumpPretty({{"skills", skills}});
  return kExitDone;
}

int SkillsDiffCommand(const SkillsArguments& arguments, const std::string& from,
                      const std::string& to, const std::string& other, Console& console) {
  const SkillsPlace place = FindSkills(arguments.path, arguments.skill);
  const SkillStore store(place.store);
  std::string before_name;
  std::string after_name;
  std::optional<Skill> before;
  std::optional<Skill> after;
  if (!other.empty()) {
    const SkillsPlace second = FindSkills(other, arguments.skill);
    before = store.Read(place.name);
    after = SkillStore(second.store).Read(second.name);
    before_name = arguments.path;
    after_name = other;
  } else {
    before_name = store.Resolve(place.name, from);
    after_name = store.Resolve(place.name, to);
    before = store.ReadVersion(place.name, before_name);
    after = store.ReadVersion(place.name, after_name);
  }
  const std::vector<std::string> lines = agents::DiffSkills(*before, *after);
  if (arguments.as_json) {
    console.out << DumpPretty(
        {{"skill", place.name}, {"from", before_name}, {"to", after_name}, {"lines", lines}});
    return kExitDone;
  }
  console.out << "--- " << before_name << "\n+++ " << after_name << "\n";
  for (const std::string& line : lines) console.out << SanitizeLine(line, 2000) << "\n";
  if (lines.empty()) console.out << "No difference.\n";
  return kExitDone;
}

int SkillsCheckCommand(const SkillsArguments& arguments, const std::string& task,
                       const std::string& size, const Workbench& workbench, Console& console) {
  const SkillsPlace place = FindStore(arguments.path);
  const SkillStore store(place.store);
  const KnownTask known = FindTask(task, size, place.store, workbench);
  std::vector<std::string> names = store.names();
  if (!place.name.empty() || !arguments.skill.empty()) {
    names = {FindSkills(arguments.path, arguments.skill).name};
  }
  Json findings = Json::array();
  std::size_t errors = 0;
  std::size_t warnings = 0;
  for (const std::string& name : names) {
    for (SkillFinding finding : store.Check(name, {known.space.get(), known.metrics.get()})) {
      ++(finding.is_error ? errors : warnings);
      findings.push_back(FindingJson(name, finding));
      const std::filesystem::path file = place.store / name / finding.file;
      finding.file = (finding.file.empty() ? file.parent_path() : file).string();
      if (!arguments.as_json) console.out << agents::Describe(finding) << "\n";
    }
  }
  if (arguments.as_json) {
    console.out << DumpPretty({{"skills", names},
                               {"checked_against_task", known.space != nullptr},
                               {"errors", errors},
                               {"warnings", warnings},
                               {"findings", findings}});
  } else {
    console.out << Counted(names.size(), "skill") << ", " << Counted(errors, "error") << ", "
                << Counted(warnings, "warning")
                << (known.space == nullptr
                        ? "; rules and tightenings were not checked against a task (--task)"
                        : "")
                << "\n";
  }
  return errors == 0 ? kExitDone : kExitFailed;
}

int SkillsRollbackCommand(const SkillsArguments& arguments, const std::string& version,
                          const std::string& reason, Console& console) {
  const SkillsPlace place = FindSkills(arguments.path, arguments.skill);
  if (IsLive(place.store)) {
    throw ConfigError("PATH", '"' + arguments.path + '"',
                      "a finished cell: this one would put its own version back when it resumes "
                      "(finish it with `rectune resume`, or `skills export` a copy)");
  }
  SkillStore store(place.store);
  const std::string before = store.head(place.name);
  const std::string id = store.Resolve(place.name, version);
  const int round = store.log().empty() ? 0 : store.log().back().provenance.round;
  const bool changed = store.Rollback(place.name, id,
                                      {.round = round,
                                       .author = "a person, by rectune skills rollback",
                                       .change = SanitizeLine(reason, 500)});
  console.out << (changed
                      ? place.name + " is at " + id + " again (was " + before + "); logged in " +
                            (store.directory() / ".versions" / "log.json").string()
                      : place.name + " is at " + id + " already; nothing was changed")
              << "\n";
  return kExitDone;
}

int SkillsImportCommand(const std::filesystem::path& folder, const std::filesystem::path& into,
                        bool replace, Console& console) {
  if (IsLive(std::filesystem::absolute(into).lexically_normal())) {
    throw ConfigError("--into", '"' + into.string() + '"', "a folder no unfinished cell keeps");
  }
  const std::filesystem::path source = std::filesystem::absolute(folder).lexically_normal();
  const std::filesystem::path plain = source.has_filename() ? source : source.parent_path();
  for (const SkillFinding& finding : agents::CheckSkillFolder(plain, {})) {
    if (!finding.is_error) console.talk << agents::Describe(finding) << "\n";
  }
  SkillStore store(into);
  const std::string id =
      store.Import(plain, replace,
                   {.round = 0,
                    .author = "a person, by rectune skills import",
                    .change = "imported from " + SanitizeLine(plain.filename().string(), 100)});
  console.out << plain.filename().string() << " is at version " << id << " in " << into.string()
              << "\n";
  return kExitDone;
}

int SkillsExportCommand(const SkillsArguments& arguments, const std::string& version,
                        const std::filesystem::path& out, Console& console) {
  const SkillsPlace place = FindSkills(arguments.path, arguments.skill);
  std::filesystem::create_directories(out);
  const std::filesystem::path written = SkillStore(place.store).Export(place.name, version, out);
  console.out << written.string() << "\n";
  return kExitDone;
}

int SkillsSynthesiseCommand(const std::vector<std::string>& sources, const std::string& name,
                            const std::filesystem::path& into, Console& console) {
  if (!agents::IsSkillName(name)) {
    throw ConfigError("--name", '"' + SanitizeLine(name, 100) + '"',
                      "1 to 64 lower-case letters, digits and single inner hyphens");
  }
  std::vector<agents::SourceSkill> known;
  for (const std::string& source : sources) {
    std::vector<std::filesystem::path> stores;
    for (const auto& [cell, store] : RunStores(source)) stores.push_back(store);
    if (stores.empty()) stores.push_back(FindStore(source).store);
    for (const std::filesystem::path& folder : stores) {
      const SkillStore store(folder);
      const std::filesystem::path file = TaskFileOf(folder);
      for (const std::string& skill : store.names()) {
        known.push_back({skill, store.Read(skill)});
        if (file.empty()) continue;
        const TaskData task = ReadTask(file);
        known.back().task = task.scenario + "/" + task.task;
      }
    }
  }
  const Skill skill = agents::SynthesiseSkill(name, known);
  // Written beside the store and imported, so that it is checked and logged like any other.
  const std::filesystem::path staged = into / ".synthesised" / name;
  std::filesystem::create_directories(staged / "references");
  const agents::SkillFiles files = agents::RenderWithoutSpace(skill);
  WriteFileAtomically(staged / "SKILL.md", files.markdown);
  WriteFileAtomically(staged / "references" / "rules.json", files.rules);
  SkillStore store(into);
  const std::string id = store.Import(
      staged, /*replace=*/true,
      {.round = 0,
       .author = "synthesis",
       .change = "from " + std::to_string(known.size()) + " skills by rectune skills synthesise"});
  std::filesystem::remove_all(staged.parent_path());
  console.out << name << " is at version " << id << " in " << into.string() << ": "
              << Counted(skill.rules.size(), "rule") << " that tasks agree on\n"
              << "It is a candidate: `rectune skills test` says whether it helps.\n";
  return kExitDone;
}

}  // namespace rectune::experiments
