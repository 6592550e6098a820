// SPDX-License-Identifier: Apache-2.0
//
// SkillEdit: one change to a skill that the Skill agent wants, and the checks that need no model:
// does the edit make sense, does its evidence exist, does it shut out production or the best arm.
// Whether it is *true* is the gate's business (agents/gate.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agents/context.h"

namespace rectune::agents {

enum class EditKind { kAddRule, kRemoveRule, kTighten, kWiden };
const char* ToString(EditKind kind);

struct SkillEdit {
  EditKind kind = EditKind::kAddRule;
  std::string rule;  // id, for kRemoveRule
  std::string parameter;
  std::string level;
  std::string metric;
  int direction = 0;  // kAddRule: sign of the slope; kTighten: the direction that failed
  double low = 0.0;   // kTighten: the part to keep, root unit cube
  double high = 1.0;
  double slope = 0.0;  // kAddRule: from the pattern, at the time of the edit
  double standard_error = 0.0;
  std::vector<std::int64_t> evidence;
  std::string statement;
};

/// Reads one edit that matches SkillSchema().
SkillEdit SkillEditFromReply(const Json& json);
Json ToJson(const SkillEdit& edit);
SkillEdit SkillEditFromJson(const Json& json, const std::string& path);

/// Why the edit cannot be made, or "". Fills in what follows from the context, never from model
/// text: a rule's numbers, a tightening's failing direction.
std::string CheckEdit(SkillEdit* edit, const SkillContext& context);

/// The part of CheckEdit that the skill and the best trial of *now* decide; asked again when an
/// edit that waited is about to land.
std::string CheckLanding(const SkillEdit& edit, const SkillContext& context);

/// The skill with the edit made.
Skill ApplyEdit(const Skill& skill, const SkillEdit& edit, const SkillContext& context);

/// "add_rule: raising x lifts y (trials 3 and 5)".
std::string DescribeEdit(const SkillEdit& edit);

}  // namespace rectune::agents
