// SPDX-License-Identifier: Apache-2.0
//
// `rectune skills test`: does a skill help? Campaigns of the agent with the skill, frozen, against
// campaigns with another skill or none, paired by held-out seeds, each judged by the noise-free
// value of what it finally recommends. An A/A comparison of campaigns without the skill, at other
// seeds, says how large an effect this many seeds could have shown: a verdict of "no difference" is
// worth no more. The gate inside a campaign is agents/gate.h; this one is for skills that come from
// elsewhere.
//
//   SkillTrial trial = TrySkill({.skill = folder, ...}, workbench, console);
//   if (trial.verdict == SkillVerdict::kHarms) ...
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiments/commands.h"

namespace rectune::experiments {

struct SkillTrialArguments {
  std::filesystem::path skill;    // its folder
  std::filesystem::path against;  // another skill's folder; empty: none
  TaskArguments task;
  int seeds = 8;
  int rounds = 8;
  int arms = 4;
};

enum class SkillVerdict { kHelps, kHarms, kNoDifference };

struct SkillTrial {
  std::vector<double> with;     // true penalised value of the recommendation, percent, one a seed
  std::vector<double> without;  // likewise, the same seeds
  double mean_difference = 0.0;
  double helps_p_value = 1.0;  // one-sided sign-flip tests of the paired differences
  double harms_p_value = 1.0;
  double detectable = 0.0;  // the mean difference that would show in 80 of 100 such tests, by A/A
  SkillVerdict verdict = SkillVerdict::kNoDifference;
};

/// Throws ConfigError for what does not fit, std::runtime_error when a signal stopped it.
SkillTrial TrySkill(const SkillTrialArguments& arguments, const Workbench& workbench,
                    Console& console);

/// From the values alone: `again` are campaigns without the skill at other seeds, as many.
SkillTrial JudgeSkill(std::vector<double> with, std::vector<double> without,
                      const std::vector<double>& again);

/// Prints the trial; status 1 when the skill harms.
int SkillsTestCommand(const SkillTrialArguments& arguments, const Workbench& workbench,
                      Console& console);

}  // namespace rectune::experiments
