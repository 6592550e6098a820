// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/skill_markdown.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <functional>

#include "agents/digest.h"
#include "agents/text.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr std::size_t kMaxFileBytes = 256 * 1024;
constexpr std::size_t kMaxFrontMatterBytes = 16 * 1024;
constexpr char kLearnedHeading[] = "### Learned rules";
constexpr char kFormat[] = "1";

struct Slot {
  const char* heading;
  std::string Skill::*text;
};
constexpr std::size_t kSlots = 6;
const Slot (&Slots())[kSlots] {
  static const Slot slots[kSlots] = {
      {"Task context", &Skill::task_context},
      {"Task requirement", &Skill::task_requirement},
      {"North-star metrics", &Skill::north_stars},
      {"Initial configuration parameters", &Skill::initial_parameters},
      {"Domain knowledge", &Skill::domain_knowledge},
      {"Tools", &Skill::tools},
  };
  return slots;
}

std::string Trim(std::string text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
  while (!text.empty() && is_space(text.back())) text.pop_back();
  std::size_t start = 0;
  while (start < text.size() && text[start] == '\n') ++start;
  return text.substr(start);
}

/// A slot's text must not open a heading of ours, or parsing would cut it in two.
std::string QuoteHeadings(const std::string& text) {
  std::string quoted;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string line = text.substr(start, end - start);
    const bool needs_quote =
        line.rfind("## ", 0) == 0 || line == kLearnedHeading || line.rfind('\\', 0) == 0;
    quoted += needs_quote ? "\\" + line : line;
    if (end < text.size()) quoted += '\n';
    start = end + 1;
  }
  return quoted;
}

std::string UnquoteHeadings(const std::string& text) {
  std::string plain = text;
  for (std::size_t at = 0; at < plain.size(); ++at) {
    const bool starts_line = at == 0 || plain[at - 1] == '\n';
    const bool quoted = plain.compare(at, 2, "\\#") == 0 || plain.compare(at, 2, "\\\\") == 0;
    if (starts_line && quoted) plain.erase(at, 1);
  }
  return plain;
}

std::string LearnedRules(const Skill& skill) {
  if (skill.rules.empty()) return "None yet.\n";
  std::string text;
  for (const SkillRule& rule : skill.rules) {
    text += "- " + rule.id + ": " + rule.pattern.statement + " (" +
            FormatSigned(rule.pattern.slope) + "% on " + rule.pattern.metric +
            " for the whole move, standard error " + FormatNumber(rule.pattern.standard_error) +
            "; " + DescribeEvidence(rule.pattern.evidence) + "; " + rule.author + ", round " +
            std::to_string(rule.round) + ")\n";
  }
  return text;
}

std::string YamlQuote(const std::string& text) {
  YAML::Emitter out;
  out << YAML::DoubleQuoted << SanitizeLine(text, 1024);
  return out.c_str();
}

std::string RenderSearchSpace(const Skill& skill, const ParameterSpace& root) {
  const ParameterSpace box = skill.Apply(root);
  Json json;
  json["format"] = kFormat;
  json["parameters"] = Json::array();
  for (std::size_t p = 0; p < root.size(); ++p) {
    Json entry;
    entry["name"] = root.parameters()[p].name;
    entry["root"] = root.DescribeAllowed(p);
    entry["now"] = box.DescribeAllowed(p);
    json["parameters"].push_back(std::move(entry));
  }
  json["tightenings"] = Json::array();
  for (const Tightening& t : skill.tightenings) json["tightenings"].push_back(ToJson(t));
  return DumpPretty(json);
}

std::string RenderMarkdown(const Skill& skill) {
  std::string markdown =
      "---\nname: " + skill.name + "\ndescription: " + YamlQuote(skill.description) +
      "\nmetadata:\n  rectune-format: \"" + kFormat + "\"\n---\n\n# " + skill.name + "\n";
  for (const Slot& slot : Slots()) {
    markdown += std::string("\n## ") + slot.heading + "\n\n";
    const std::string text = QuoteHeadings(Trim(skill.*slot.text));
    if (!text.empty()) markdown += text + "\n";
    if (slot.text == &Skill::domain_knowledge) {
      markdown += (text.empty() ? "" : "\n") + RenderLearnedRules(skill);
    }
  }
  return markdown;
}

std::string RenderRules(const Skill& skill) {
  Json json;
  json["format"] = kFormat;
  json["rules"] = Json::array();
  for (const SkillRule& rule : skill.rules) json["rules"].push_back(ToJson(rule));
  return DumpPretty(json);
}

void ReadFrontMatter(const std::string& yaml, Skill* skill) {
  YAML::Node root;
  try {
    root = YAML::Load(yaml);
  } catch (const YAML::Exception& error) {
    throw ConfigError("", SanitizeLine(error.what(), 200), "YAML front matter");
  }
  if (!root.IsMap()) throw ConfigError("", "front matter that is no mapping", "a YAML mapping");
  const auto scalar = [&](const char* key) {
    const YAML::Node node = root[key];
    if (!node || !node.IsScalar()) {
      throw ConfigError(std::string("/") + key, node ? "not a string" : "missing", "a string");
    }
    return node.Scalar();
  };
  skill->name = scalar("name");
  if (!IsSkillName(skill->name)) {
    throw ConfigError("/name", '"' + SanitizeLine(skill->name, 100) + '"',
                      "1 to 64 lower-case letters, digits and single inner hyphens");
  }
  skill->description = SanitizeLine(scalar("description"), 4096);
  if (skill->description.empty() || skill->description.size() > 1024) {
    throw ConfigError("/description", std::to_string(skill->description.size()) + " characters",
                      "1 to 1024 characters");
  }
}

/// Calls `visit(heading, text)` for each "## " section; text before the first has heading "".
void ForEachSection(const std::string& body,
                    const std::function<void(const std::string&, const std::string&)>& visit) {
  std::string heading;
  std::string text;
  std::size_t start = 0;
  while (start < body.size()) {
    const std::size_t end = std::min(body.find('\n', start), body.size());
    const std::string line = body.substr(start, end - start);
    if (line.rfind("## ", 0) == 0) {
      visit(heading, text);
      heading = Trim(line.substr(3));
      text.clear();
    } else if (!(heading.empty() && line.rfind("# ", 0) == 0)) {
      text += line + "\n";
    }
    start = end + 1;
  }
  visit(heading, text);
}

void ReadBody(const std::string& body, bool has_rules_file, Skill* skill) {
  std::string elsewhere;
  ForEachSection(body, [&](const std::string& heading, const std::string& text) {
    for (const Slot& slot : Slots()) {
      if (heading != slot.heading) continue;
      std::string content = text;
      if (has_rules_file && slot.text == &Skill::domain_knowledge) {
        content = content.substr(0, content.find(std::string(kLearnedHeading) + "\n"));
      }
      skill->*slot.text = UnquoteHeadings(Trim(content));
      return;
    }
    const std::string content = Trim(text);
    if (!content.empty()) elsewhere += (heading.empty() ? "" : heading + "\n") + content + "\n";
  });
  if (!elsewhere.empty()) {
    skill->domain_knowledge = Trim(skill->domain_knowledge + "\n" + UnquoteHeadings(elsewhere));
  }
}

Skill ParseLocated(const SkillFiles& files) {
  for (const std::string* text : {&files.markdown, &files.rules, &files.search_space}) {
    if (text->size() > kMaxFileBytes) {
      throw ConfigError("", std::to_string(text->size()) + " bytes", "at most 262144 bytes");
    }
  }
  const std::string markdown = SanitizeText(files.markdown, kMaxFileBytes);
  if (markdown.rfind("---\n", 0) != 0) {
    throw ConfigError("", "no front matter", "a first line of three hyphens, then YAML");
  }
  const std::size_t end = markdown.find("\n---", 3);
  if (end > kMaxFrontMatterBytes) {  // also when there is none
    throw ConfigError("", "front matter without an end", "a line of three hyphens within 16 KiB");
  }
  Skill skill;
  ReadFrontMatter(markdown.substr(4, end - 3), &skill);
  const std::size_t body = std::min(markdown.find('\n', end + 1), markdown.size());
  ReadBody(markdown.substr(body), !files.rules.empty(), &skill);
  if (!files.rules.empty()) {
    const Json json = ParseJson(files.rules);
    ObjectReader reader(json, "/rules.json");
    reader.OneOf("format", {kFormat});
    reader.ForEach("rules", [&](const Json& rule, const std::string& path) {
      SkillRule parsed = SkillRuleFromJson(rule, path);
      parsed.id = SanitizeLine(parsed.id, 64);
      parsed.author = SanitizeLine(parsed.author, 64);
      parsed.pattern.statement = SanitizeLine(parsed.pattern.statement, 500);
      skill.rules.push_back(std::move(parsed));
    });
    reader.Finish();
  }
  if (!files.search_space.empty()) {
    const Json json = ParseJson(files.search_space);
    ObjectReader reader(json, "/search_space.json");
    reader.OneOf("format", {kFormat});
    reader.Value("parameters");  // for people; the task's own space is the authority
    reader.ForEach("tightenings", [&](const Json& tightening, const std::string& path) {
      skill.tightenings.push_back(TighteningFromJson(tightening, path));
    });
    reader.Finish();
  }
  return skill;
}

}  // namespace

std::string RenderLearnedRules(const Skill& skill) {
  return std::string(kLearnedHeading) + "\n\nGenerated from references/rules.json.\n\n" +
         LearnedRules(skill);
}

SkillFiles RenderWithoutSpace(const Skill& skill) {
  RECTUNE_CHECK(skill.tightenings.empty(), "a tightening belongs to a search space");
  return {RenderMarkdown(skill), RenderRules(skill), ""};
}

SkillFiles RenderSkill(const Skill& skill, const ParameterSpace& root) {
  return {RenderMarkdown(skill), RenderRules(skill), RenderSearchSpace(skill, root)};
}

Skill ParseSkill(const SkillFiles& files, const std::string& source) {
  try {
    return ParseLocated(files);
  } catch (const ConfigError& error) {
    throw error.In(source);
  }
}

int SkillTokens(const Skill& skill) { return EstimateTokens(RenderMarkdown(skill)); }

std::string SkillVersionId(const SkillFiles& files) {
  const std::string content = files.markdown + '\0' + files.rules + '\0' + files.search_space;
  return Sha256Hex(content).substr(0, 16);
}

SkillFiles ReadSkillFiles(const std::filesystem::path& folder) {
  const auto optional_file = [&](const char* name) {
    const std::filesystem::path file = folder / "references" / name;
    return std::filesystem::exists(file) ? ReadFile(file) : std::string();
  };
  return {ReadFile(folder / "SKILL.md"), optional_file("rules.json"),
          optional_file("search_space.json")};
}

Skill ReadSkillFolder(const std::filesystem::path& folder) {
  const std::filesystem::path markdown = folder / "SKILL.md";
  Skill skill = ParseSkill(ReadSkillFiles(folder), markdown.string());
  const std::string folder_name = std::filesystem::absolute(folder).lexically_normal().filename();
  if (folder_name != skill.name && !folder_name.empty()) {
    throw ConfigError("/name", '"' + skill.name + '"', "the folder's own name, " + folder_name)
        .In(markdown.string());
  }
  return skill;
}

}  // namespace rectune::agents
