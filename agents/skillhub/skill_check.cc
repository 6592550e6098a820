// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/skill_check.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>

#include "agents/skillhub/json_line.h"
#include "agents/skillhub/skill_markdown.h"
#include "agents/text.h"
#include "core/config_error.h"

namespace rectune::agents {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFileBytes = 256 * 1024;
constexpr std::uintmax_t kMaxFolderBytes = 4 * 1024 * 1024;
constexpr std::size_t kMaxFiles = 200;
constexpr int kMaxBodyLines = 500;    // recommended by the specification
constexpr int kMaxBodyTokens = 5000;  // likewise
constexpr std::array kKnownKeys = {"name",          "description", "license",
                                   "compatibility", "metadata",    "allowed-tools"};
constexpr std::array kKnownFolders = {"scripts", "references", "assets"};
constexpr char kMarkdown[] = "SKILL.md";
constexpr char kRules[] = "references/rules.json";
constexpr char kSearchSpace[] = "references/search_space.json";

int LineAt(const std::string& text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(),
                                         text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

class Checker {
 public:
  Checker(fs::path folder, const SkillCheckTask& task) : folder_(std::move(folder)), task_(task) {}

  std::vector<SkillFinding> Check() {
    CheckFiles();
    if (!HasErrors(findings_)) CheckMarkdown();
    if (!HasErrors(findings_)) CheckContent();
    return std::move(findings_);
  }

 private:
  void Error(const std::string& file, int line, const std::string& message) {
    findings_.push_back({file, line, true, SanitizeLine(message, 400)});
  }
  void Warn(const std::string& file, int line, const std::string& message) {
    findings_.push_back({file, line, false, SanitizeLine(message, 400)});
  }

  /// What may lie in the folder, before anything is read.
  void CheckFiles() {
    std::vector<fs::path> entries;
    for (auto it = fs::recursive_directory_iterator(folder_);
         it != fs::recursive_directory_iterator(); ++it) {
      entries.push_back(it->path());
      if (it->is_symlink()) it.disable_recursion_pending();
      if (entries.size() > kMaxFiles) break;
    }
    std::sort(entries.begin(), entries.end());
    if (entries.size() > kMaxFiles) {
      Error("", 0, "it holds more than " + std::to_string(kMaxFiles) + " files");
      return;
    }
    std::uintmax_t bytes = 0;
    for (const fs::path& entry : entries) {
      const fs::path relative = entry.lexically_relative(folder_);
      const std::string name = SanitizeLine(relative.generic_string(), 200);
      if (fs::is_symlink(entry)) {
        Error(name, 0, "links are not followed; put the file itself here");
      } else if (fs::is_directory(entry)) {
        const bool known = std::find(kKnownFolders.begin(), kKnownFolders.end(),
                                     relative.generic_string()) != kKnownFolders.end();
        if (!relative.has_parent_path() && !known) {
          Warn(name, 0, "the specification knows scripts/, references/ and assets/ only");
        }
        if (name == "scripts") Warn(name, 0, "RecTune never runs a skill's scripts");
      } else if (!fs::is_regular_file(entry)) {
        Error(name, 0, "neither a file nor a folder");
      } else if (fs::file_size(entry) > kMaxFileBytes) {
        Error(name, 0,
              std::to_string(fs::file_size(entry)) + " bytes; at most " +
                  std::to_string(kMaxFileBytes));
      } else {
        bytes += fs::file_size(entry);
      }
    }
    if (bytes > kMaxFolderBytes) {
      Error("", 0,
            std::to_string(bytes) + " bytes in all; at most " + std::to_string(kMaxFolderBytes));
    }
    if (!fs::is_regular_file(folder_ / kMarkdown)) {
      Error(kMarkdown, 0, "missing; a skill is a folder with this file");
    }
  }

  void CheckMarkdown() {
    const std::string text = ReadFile(folder_ / kMarkdown);
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto c = static_cast<unsigned char>(text[at]);
      if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) {
        Error(kMarkdown, LineAt(text, at), "a control character");
        return;
      }
    }
    if (SanitizeText(text, text.size()) != text) {
      Error(kMarkdown, 0, "text that is no valid UTF-8, or that hides its direction");
      return;
    }
    if (text.rfind("---\n", 0) != 0) {
      Error(kMarkdown, 1, "the first line must be three hyphens, with YAML front matter below");
      return;
    }
    const std::size_t end = text.find("\n---\n", 3);
    if (end == std::string::npos) {
      Error(kMarkdown, 1, "the front matter has no end: a line of three hyphens");
      return;
    }
    CheckFrontMatter(text.substr(4, end - 3));
    const std::size_t body = end + 5;
    const int lines = static_cast<int>(
        std::count(text.begin() + static_cast<std::ptrdiff_t>(body), text.end(), '\n'));
    if (lines > kMaxBodyLines) {
      Warn(kMarkdown, LineAt(text, body),
           "the body has " + std::to_string(lines) + " lines; under 500 are recommended");
    }
    const int tokens = EstimateTokens(std::string_view{text}.substr(body));
    if (tokens > kMaxBodyTokens) {
      Warn(kMarkdown, LineAt(text, body),
           "the body has about " + std::to_string(tokens) + " tokens; under 5000 are recommended");
    }
    CheckLinks(text, body);
  }

  void CheckFrontMatter(const std::string& yaml) {
    constexpr int kFirstLine = 2;  // of the YAML in its file
    YAML::Node root;
    try {
      root = YAML::Load(yaml);
    } catch (const YAML::Exception& error) {
      Error(kMarkdown, kFirstLine + std::max(error.mark.line, 0), "broken YAML: " + error.msg);
      return;
    }
    if (!root.IsMap()) {
      Error(kMarkdown, kFirstLine, "the front matter must be a mapping of keys to values");
      return;
    }
    std::set<std::string> seen;
    for (const auto& pair : root) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
      const int line = kFirstLine + pair.first.Mark().line;
      if (!seen.insert(key).second) Error(kMarkdown, line, "\"" + key + "\" stands twice");
      CheckKey(key, pair.second, line);
    }
    for (const char* key : {"name", "description"}) {
      if (seen.count(key) == 0) {
        Error(kMarkdown, kFirstLine, std::string("\"") + key + "\" is missing");
      }
    }
  }

  void CheckKey(const std::string& key, const YAML::Node& value, int line) {
    if (std::find(kKnownKeys.begin(), kKnownKeys.end(), key) == kKnownKeys.end()) {
      Error(kMarkdown, line, "unknown key \"" + key + "\"; a key of your own belongs in metadata");
      return;
    }
    if (key == "metadata") {
      CheckMetadata(value, line);
      return;
    }
    if (!value.IsScalar()) {
      Error(kMarkdown, line, "\"" + key + "\" must be a string");
      return;
    }
    const std::string& text = value.Scalar();
    if (key == "name") {
      if (!IsSkillName(text)) {
        Error(kMarkdown, line,
              "\"" + text +
                  "\" is no skill name: 1 to 64 lower-case letters, digits and single inner "
                  "hyphens");
      } else if (text != fs::absolute(folder_).lexically_normal().filename()) {
        Error(kMarkdown, line, "the name must be the folder's own");
      }
    } else if (key == "description" && (text.empty() || text.size() > 1024)) {
      Error(kMarkdown, line,
            "the description has " + std::to_string(text.size()) + " characters; 1 to 1024");
    } else if (key == "compatibility" && (text.empty() || text.size() > 500)) {
      Error(kMarkdown, line,
            "compatibility has " + std::to_string(text.size()) + " characters; 1 to 500");
    }
  }

  void CheckMetadata(const YAML::Node& value, int line) {
    if (!value.IsMap()) {
      Error(kMarkdown, line, "metadata must map strings to strings");
      return;
    }
    for (const auto& pair : value) {
      const int at = 2 + pair.first.Mark().line;
      const bool is_plain = pair.second.IsScalar() && pair.second.Tag() == "?";
      char* end = nullptr;
      const std::string text = pair.second.IsScalar() ? pair.second.Scalar() : "";
      std::strtod(text.c_str(), &end);
      const bool reads_as_number = !text.empty() && *end == '\0';
      if (!pair.second.IsScalar()) {
        Error(kMarkdown, at, "metadata must map strings to strings");
      } else if (is_plain && (reads_as_number || text == "true" || text == "false")) {
        Error(kMarkdown, at, "quote " + text + ": metadata holds strings");
      }
    }
  }

  /// Relative links must lead to files of this folder, one level deep.
  void CheckLinks(const std::string& text, std::size_t body) {
    for (std::size_t at = text.find("](", body); at != std::string::npos;
         at = text.find("](", at + 2)) {
      const std::size_t end = text.find_first_of(") \n", at + 2);
      if (end == std::string::npos || text[end] == '\n') continue;
      std::string target = text.substr(at + 2, end - at - 2);
      target = target.substr(0, target.find('#'));
      if (target.empty() || target.find("://") != std::string::npos ||
          target.rfind("mailto:", 0) == 0) {
        continue;
      }
      const int line = LineAt(text, at);
      const fs::path path = fs::path(target).lexically_normal();
      if (path.is_absolute() || *path.begin() == "..") {
        Error(kMarkdown, line, "the link to " + target + " leads out of the folder");
      } else if (!fs::exists(folder_ / path)) {
        Error(kMarkdown, line, "the link to " + target + " leads nowhere");
      } else if (std::distance(path.begin(), path.end()) > 2) {
        Warn(kMarkdown, line, "references should be one level deep: " + target);
      }
    }
  }

  void CheckContent() {
    const SkillFiles files = ReadSkillFiles(folder_);
    Skill skill;
    try {
      skill = ParseSkill(files, "");
    } catch (const ConfigError& error) {
      Locate(error, files);
      return;
    }
    std::set<std::string> ids;
    for (std::size_t i = 0; i < skill.rules.size(); ++i) {
      CheckRule(skill.rules[i], "/rules/" + std::to_string(i), files.rules, &ids);
    }
    bool fits = true;
    for (std::size_t i = 0; i < skill.tightenings.size(); ++i) {
      fits = CheckTightening(skill, i, files.search_space) && fits;
    }
    if (!fits || files.rules.empty()) return;
    const std::string learned = LearnedSection(files.markdown);
    if (!learned.empty() && learned != RenderLearnedRules(skill)) {
      Error(kMarkdown, LineAt(files.markdown, files.markdown.find("### Learned rules")),
            "the learned rules here are not those of " + std::string(kRules) +
                "; edit that file, this section is generated");
    }
  }

  /// A parse error names "/rules.json/rules/3/...": the file and a pointer into it.
  void Locate(const ConfigError& error, const SkillFiles& files) {
    const std::string message = "found " + error.value() + "; expected " + error.allowed();
    for (const auto& [prefix, file, text] :
         {std::tuple{"/rules.json", kRules, &files.rules},
          std::tuple{"/search_space.json", kSearchSpace, &files.search_space}}) {
      if (error.path().rfind(prefix, 0) == 0) {
        const std::string pointer = error.path().substr(std::string(prefix).size());
        Error(file, LineOfPointer(*text, pointer), pointer + ": " + message);
        return;
      }
      // A syntax error has no path: find out whose it is.
      if (text->empty() || !error.path().empty()) continue;
      try {
        ParseJson(*text);
      } catch (const ConfigError& own) {
        Error(file, 0, "found " + own.value() + "; expected " + own.allowed());
        return;
      }
    }
    Error(kMarkdown, 0, (error.path().empty() ? "" : error.path() + ": ") + message);
  }

  void CheckRule(const SkillRule& rule, const std::string& pointer, const std::string& text,
                 std::set<std::string>* ids) {
    const auto error = [&](const std::string& field, const std::string& message) {
      Error(kRules, LineOfPointer(text, pointer + field), pointer + field + ": " + message);
    };
    if (!ids->insert(rule.id).second) error("/id", "\"" + rule.id + "\" stands twice");
    if (!(rule.pattern.standard_error >= 0.0)) {
      error("/pattern/standard_error", "a standard error is not negative");
    }
    if (task_.space != nullptr) {
      const std::optional<std::size_t> at = task_.space->Find(rule.pattern.parameter);
      if (!at) {
        error("/pattern/parameter", "\"" + rule.pattern.parameter + "\" is no parameter here");
      } else {
        const std::vector<std::string>& levels = task_.space->parameters()[*at].levels;
        if (!rule.pattern.level.empty() &&
            std::find(levels.begin(), levels.end(), rule.pattern.level) == levels.end()) {
          error("/pattern/level", "\"" + rule.pattern.level + "\" is no level of it");
        }
      }
    }
    if (task_.metrics != nullptr && !task_.metrics->Find(rule.pattern.metric)) {
      error("/pattern/metric", "\"" + rule.pattern.metric + "\" is no metric here");
    }
  }

  bool CheckTightening(const Skill& skill, std::size_t index, const std::string& text) {
    const Tightening& tightening = skill.tightenings[index];
    const std::string pointer = "/tightenings/" + std::to_string(index);
    const auto error = [&](const std::string& field, const std::string& message) {
      Error(kSearchSpace, LineOfPointer(text, pointer + field), pointer + field + ": " + message);
      return false;
    };
    if (skill.FindTightening(tightening.parameter) != &tightening) {
      return error("/parameter", "\"" + tightening.parameter + "\" is tightened twice");
    }
    if (tightening.levels.empty() && tightening.low >= tightening.high) {
      return error("/low", FormatNumber(tightening.low) + " to " + FormatNumber(tightening.high) +
                               " keeps nothing of the range");
    }
    if (task_.space == nullptr) return true;
    Skill alone;
    alone.tightenings = {tightening};
    try {
      alone.Apply(*task_.space);
    } catch (const ConfigError& problem) {
      return error("", "found " + problem.value() + "; expected " + problem.allowed());
    }
    return true;
  }

  static std::string LearnedSection(const std::string& markdown) {
    const std::size_t start = markdown.find("\n### Learned rules\n");
    if (start == std::string::npos) return "";
    const std::size_t end = std::min(markdown.find("\n## ", start + 1), markdown.size());
    std::string section = markdown.substr(start + 1, end - start - 1);
    while (!section.empty() && section.back() == '\n') section.pop_back();
    return section + "\n";
  }

  fs::path folder_;
  SkillCheckTask task_;
  std::vector<SkillFinding> findings_;
};

}  // namespace

std::string Describe(const SkillFinding& finding) {
  std::string text = finding.file;
  if (finding.line > 0) text += ":" + std::to_string(finding.line);
  return text + (text.empty() ? "" : ": ") + (finding.is_error ? "error: " : "warning: ") +
         finding.message;
}

bool HasErrors(const std::vector<SkillFinding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const SkillFinding& finding) { return finding.is_error; });
}

std::vector<SkillFinding> CheckSkillFolder(const fs::path& folder, const SkillCheckTask& task) {
  if (!fs::is_directory(folder)) {
    throw ConfigError("", '"' + folder.string() + '"', "the folder of a skill");
  }
  return Checker(folder, task).Check();
}

}  // namespace rectune::agents
