// SPDX-License-Identifier: Apache-2.0
//
// AgentOptions: everything a spec may set of the agent tuner. Ablations are these switches, nothing
// else: the same program with one agent taken out.
#pragma once

#include <filesystem>
#include <string>

#include "agents/chat_model.h"
#include "agents/models/model_options.h"
#include "agents/review.h"
#include "core/json.h"

namespace rectune::agents {

struct AgentOptions {
  bool critic = true;     // a second model call judges proposals
  bool validator = true;  // the deterministic checks; off, a bad proposal costs its arm
  bool insight = true;  // patterns, failure directions, Pareto elites; off, elites are the best few
  bool skillhub = true;       // domain knowledge and search space that evolve
  bool evolve = true;         // the skill learns; off, it is shown as it was given
  bool gate = true;           // skill edits must be borne out by later arms
  bool spare = false;         // ask for spare proposals though no Critic chooses: first come, first
  bool history_only = false;  // the whole prompt is a score history (agents/prompts/opro.mustache)
  bool proxy = false;         // an offline proxy ranks the proposals; needs TunerHome::proxy
  double proxy_alignment = 0.7;  // of the proxy with the truth. [0, 0.95]
  int proposals_per_arm = 2;     // asked of the Actor when somebody chooses among them. [1, 8]
  int top_ups = 1;               // further Actor calls when too few proposals survive. [0, 5]
  ReplyFormat reply_format = ReplyFormat::kJson;
  int max_repairs = 2;            // further calls when a reply cannot be used. [0, 5]
  int max_output_tokens = 16384;  // [256, 131072]
  int history_shown = 40;         // most recent trials in a prompt. [0, 1000]
  int elites = 5;                 // [1, 50]
  int max_patterns = 12;          // [1, 60]
  int skill_tokens = 5000;        // size budget of the skill's SKILL.md. [500, 100000]
  int max_edits = 3;              // of the skill, a round. [0, 20]
  std::filesystem::path prompts;  // folder that overrides embedded prompts; empty: none
  std::filesystem::path skill;    // Agent Skills folder to start from; empty: from the task
  ReviewOptions review;
  ModelOptions model;
};

/// All keys optional; unknown keys, wrong types and values out of range are ConfigErrors below
/// `path`. `base` gives the defaults (an ablation's).
AgentOptions AgentOptionsFromJson(const Json& json, const std::string& path,
                                  const AgentOptions& base);

}  // namespace rectune::agents
