// SPDX-License-Identifier: Apache-2.0
//
// A skill as an Agent Skills folder (agentskills.io): SKILL.md, YAML front matter then Markdown,
// with the six slots as headings; references/rules.json and references/search_space.json hold the
// machine-readable part. Plain folders written by others are read too: what stands under other
// headings becomes domain knowledge. Never runs scripts, never follows a name into a path.
//
//   SkillFiles files = RenderSkill(skill, *task.space);
//   Skill again = ParseSkill(files, "skills/discover-feed-joint");
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "agents/skillhub/skill.h"

namespace rectune::agents {

struct SkillFiles {
  std::string markdown;      // SKILL.md
  std::string rules;         // references/rules.json; "" if absent
  std::string search_space;  // references/search_space.json; "" if absent
};

SkillFiles RenderSkill(const Skill& skill, const ParameterSpace& root);
/// The same for a skill of no task in particular: no search space. Broken contract if it tightens.
SkillFiles RenderWithoutSpace(const Skill& skill);

/// The "### Learned rules" section of SKILL.md, which is generated from the rules.
std::string RenderLearnedRules(const Skill& skill);

/// ConfigError, located in `source`, for anything the specification refuses: a missing or bad name
/// or description, broken YAML, a file over 256 KiB.
Skill ParseSkill(const SkillFiles& files, const std::string& source);

/// About how many tokens its SKILL.md takes in a prompt.
int SkillTokens(const Skill& skill);

/// The content address of a version: the first 16 digits of the SHA-256 of its files.
std::string SkillVersionId(const SkillFiles& files);

/// The files of a folder as they are, unread; ConfigError when it has no SKILL.md.
SkillFiles ReadSkillFiles(const std::filesystem::path& folder);

/// Reads a folder; its name must be the skill's name.
Skill ReadSkillFolder(const std::filesystem::path& folder);

}  // namespace rectune::agents
