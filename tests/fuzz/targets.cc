// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/targets.h"

#include <algorithm>

#include "agents/models/wire_json.h"
#include "agents/reply_parser.h"
#include "agents/reply_schema.h"
#include "agents/reply_xml.h"
#include "agents/skillhub/skill_markdown.h"
#include "agents/text.h"
#include "agents/validator.h"
#include "core/check.h"
#include "core/config_error.h"
#include "tests/support/toy_task.h"

namespace rectune::fuzz {
namespace {

using namespace agents;  // NOLINT(google-build-using-namespace): every target calls into it

int Depth(const Json& json) {
  int deepest = 0;
  if (json.is_structured()) {
    for (const Json& child : json) deepest = std::max(deepest, Depth(child));
    return deepest + 1;
  }
  return 0;
}

bool HasControlCharacters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 32 && c != '\n' && c != '\t') || c == '\x7f';
  });
}

const TuningTask& Task() {
  static const TuningTask task = test_support::MakeToyTask(1, 1, 1);
  return task;
}

}  // namespace

void FuzzReply(std::string_view bytes) {
  const ReplyLimits limits;
  for (const ReplySchema* schema : {&ActorSchema(), &CriticSchema()}) {
    const ParsedReply xml = ParseXmlReply(bytes, schema->json(), limits);
    RECTUNE_CHECK(xml.value.has_value() == xml.error.empty(), "a value or an error, never both");
    RECTUNE_CHECK(!HasControlCharacters(xml.error), "errors are shown on terminals");
    if (xml.value) schema->Check(*xml.value);
  }
  const ParsedReply reply = ParseReply(bytes, limits);
  RECTUNE_CHECK(reply.value.has_value() == reply.error.empty(), "a value or an error, never both");
  RECTUNE_CHECK(!HasControlCharacters(reply.error), "errors are shown on terminals");
  RECTUNE_CHECK(!HasControlCharacters(SanitizeText(bytes, 1000)), "so are replies");
  RECTUNE_CHECK(SanitizeText(bytes, 1000).size() <= 1000 + 5, "cut, with a mark");
  if (!reply.value) return;
  RECTUNE_CHECK(reply.value->is_object(), "a reply is an object");
  RECTUNE_CHECK(Depth(*reply.value) <= limits.max_depth, "depth is bounded");
  for (const ReplySchema* schema :
       {&ActorSchema(), &CriticSchema(), &InsightSchema(), &SkillSchema()}) {
    const std::string error = schema->Check(*reply.value);
    RECTUNE_CHECK(!HasControlCharacters(error), "errors are shown on terminals");
    if (schema != &ActorSchema() || !error.empty()) continue;
    for (const Json& proposal : (*reply.value)["proposals"]) {
      const Validation read = ReadConfiguration(*Task().space, proposal["config"]);
      RECTUNE_CHECK(read.configuration.has_value() == read.reasons.empty(),
                    "deployable, or reasons why not");
      if (!read.configuration) continue;
      RECTUNE_CHECK(Task().space->Contains(*read.configuration),
                    "whatever a reply says, what is deployed is inside the space");
    }
  }
}

void FuzzSkill(std::string_view bytes) {
  constexpr std::string_view kBreak = "\n=====\n";
  const auto next = [&] {
    const std::size_t at = std::min(bytes.find(kBreak), bytes.size());
    std::string part(bytes.substr(0, at));
    bytes.remove_prefix(std::min(bytes.size(), at + kBreak.size()));
    return part;
  };
  SkillFiles files;
  files.markdown = next();
  files.rules = next();
  files.search_space = next();
  try {
    const Skill skill = ParseSkill(files, "fuzz");
    RECTUNE_CHECK(!skill.name.empty() && skill.name.find('/') == std::string::npos &&
                      skill.name.find("..") == std::string::npos,
                  "a skill's name is safe as a folder's");
    const ParameterSpace box = skill.Apply(*Task().space);
    RECTUNE_CHECK(box.size() == Task().space->size(), "a skill tightens, it removes nothing");
    const Skill again = ParseSkill(RenderSkill(skill, *Task().space), "again");
    RECTUNE_CHECK(again.name == skill.name, "what is rendered is read back");
  } catch (const ConfigError&) {
    // Documented: what the specification refuses.
  }
}

void FuzzWire(std::string_view bytes) {
  const std::optional<WireJson> json = ParseWire(bytes);
  if (!json) return;
  RECTUNE_CHECK(json->is_object(), "an answer is an object");
  for (const char* name : {"choices", "candidates", "usage", "model"}) {
    TextAt(*json, {name, 0, "message", "content"});
    TextAt(*json, {name, 0, "content", "parts", 0, "text"});
    const std::optional<int> count = CountAt(*json, {name, "prompt_tokens"});
    RECTUNE_CHECK(!count || *count >= 0, "counts are counts");
  }
}

const std::vector<Target>& Targets() {
  static const std::vector<Target> targets = {
      {"reply", FuzzReply}, {"skill", FuzzSkill}, {"wire", FuzzWire}};
  return targets;
}

}  // namespace rectune::fuzz
