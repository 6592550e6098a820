// SPDX-License-Identifier: Apache-2.0
#include "agents/agent_options.h"

#include "core/object_reader.h"

namespace rectune::agents {

AgentOptions AgentOptionsFromJson(const Json& json, const std::string& path,
                                  const AgentOptions& base) {
  ObjectReader reader(json, path);
  AgentOptions options = base;
  const auto integer = [&](const char* key, int fallback, IntegerRange range) {
    return static_cast<int>(reader.IntegerOr(key, fallback, range));
  };
  options.critic = reader.BooleanOr("critic", base.critic);
  options.validator = reader.BooleanOr("validator", base.validator);
  options.insight = reader.BooleanOr("insight", base.insight);
  options.skillhub = reader.BooleanOr("skillhub", base.skillhub);
  options.evolve = reader.BooleanOr("evolve", base.evolve);
  options.gate = reader.BooleanOr("gate", base.gate);
  options.spare = reader.BooleanOr("spare", base.spare);
  options.history_only = reader.BooleanOr("history_only", base.history_only);
  options.proxy = reader.BooleanOr("proxy", base.proxy);
  options.proxy_alignment = reader.NumberOr("proxy_alignment", base.proxy_alignment, {0.0, 0.95});
  options.proposals_per_arm = integer("proposals_per_arm", base.proposals_per_arm, {1, 8});
  options.top_ups = integer("top_ups", base.top_ups, {0, 5});
  if (reader.Has("reply_format")) {
    options.reply_format = reader.OneOf("reply_format", {"json", "xml"}) == "xml"
                               ? ReplyFormat::kXml
                               : ReplyFormat::kJson;
  }
  options.max_repairs = integer("max_repairs", base.max_repairs, {0, 5});
  options.max_output_tokens = integer("max_output_tokens", base.max_output_tokens, {256, 131072});
  options.history_shown = integer("history_shown", base.history_shown, {0, 1000});
  options.elites = integer("elites", base.elites, {1, 50});
  options.max_patterns = integer("max_patterns", base.max_patterns, {1, 60});
  options.max_edits = integer("max_edits", base.max_edits, {0, 20});
  options.skill_tokens = integer("skill_tokens", base.skill_tokens, {500, 100000});
  options.prompts = reader.StringOr("prompts", base.prompts.string());
  options.skill = reader.StringOr("skill", base.skill.string());
  if (reader.Has("review")) {
    options.review = ReviewOptionsFromJson(reader.Value("review"), reader.PathOf("review"));
  }
  if (reader.Has("model")) {
    options.model = ModelOptionsFromJson(reader.Value("model"), reader.PathOf("model"));
  }
  reader.Finish();
  return options;
}

}  // namespace rectune::agents
