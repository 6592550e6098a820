// SPDX-License-Identifier: Apache-2.0
//
// CheckSkillFolder: what is wrong with a skill's folder, by file and line. Checks the Agent Skills
// rules (agentskills.io), RecTune's own files beside them, and, when a task is at hand, that rules
// and tightenings fit it. Reads only; follows no link, runs nothing. It does not judge whether a
// rule is true.
//
//   for (const SkillFinding& finding : CheckSkillFolder("skills/feed-craft", {}))
//     std::cerr << Describe(finding) << '\n';           // references/rules.json:14: error: ...
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/metric.h"
#include "core/parameter_space.h"

namespace rectune::agents {

struct SkillFinding {
  std::string file;  // inside the folder; "" for the folder itself
  int line = 0;      // 1-based; 0 when the file as a whole is meant
  bool is_error = true;
  std::string message;
};

/// "SKILL.md:3: error: ...", with `file` empty: "error: ...".
std::string Describe(const SkillFinding& finding);

/// What a skill is checked against, where a task is known. The pointers may be null.
struct SkillCheckTask {
  const ParameterSpace* space = nullptr;
  const MetricCatalogue* metrics = nullptr;
};

/// In the order of the files; empty when all is well.
std::vector<SkillFinding> CheckSkillFolder(const std::filesystem::path& folder,
                                           const SkillCheckTask& task);

/// True when one of them is an error.
bool HasErrors(const std::vector<SkillFinding>& findings);

}  // namespace rectune::agents
