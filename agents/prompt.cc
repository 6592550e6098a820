// SPDX-License-Identifier: Apache-2.0
#include "agents/prompt.h"

#include <kainjow/mustache.hpp>

#include "agents/prompts/embedded.h"
#include "agents/text.h"
#include "core/check.h"
#include "core/config_error.h"

namespace rectune::agents {
namespace {

using kainjow::mustache::data;
using kainjow::mustache::mustache;

constexpr char kUserLine[] = "===== user =====\n";

data ToMustache(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object: {
      data object = data::type::object;
      for (const auto& [key, value] : json.items()) object.set(key, ToMustache(value));
      return object;
    }
    case Json::value_t::array: {
      data list = data::type::list;
      for (const Json& value : json) list.push_back(ToMustache(value));
      return list;
    }
    case Json::value_t::boolean:
      return json.get<bool>() ? data::type::bool_true : data::type::bool_false;
    case Json::value_t::string:
      return json.get<std::string>();
    default:
      return json.dump();
  }
}

mustache Compile(const std::string& text, const std::string& source) {
  mustache compiled(text);
  if (!compiled.is_valid()) {
    throw ConfigError("", SanitizeLine(compiled.error_message(), 200), "a mustache template")
        .In(source);
  }
  compiled.set_custom_escape([](const std::string& value) { return value; });
  return compiled;
}

/// Sections that are empty leave their blank lines behind.
std::string WithoutBlankRuns(const std::string& text) {
  std::string tidy;
  tidy.reserve(text.size());
  for (char c : text) {
    const std::size_t n = tidy.size();
    if (c == '\n' && n >= 2 && tidy[n - 1] == '\n' && tidy[n - 2] == '\n') continue;
    tidy.push_back(c);
  }
  return tidy;
}

}  // namespace

struct PromptLibrary::Parsed {
  Parsed(std::string prompt_name, std::string text, const std::string& source_name)
      : name(std::move(prompt_name)),
        source(std::move(text)),
        system(Compile(SystemPart(source, source_name), source_name)),
        user(Compile(source.substr(source.find(kUserLine) + sizeof(kUserLine) - 1), source_name)) {}

  static std::string SystemPart(const std::string& text, const std::string& source_name) {
    const std::size_t at = text.find(kUserLine);
    if (at == std::string::npos) {
      throw ConfigError("", "no user message", "a line ===== user ===== before it").In(source_name);
    }
    return text.substr(0, at);
  }

  std::string name;
  std::string source;
  mustache system;  // rendering keeps its error message in the template, so it is not const
  mustache user;
};

PromptLibrary::PromptLibrary(const std::filesystem::path& override_directory) {
  if (!override_directory.empty() && !std::filesystem::is_directory(override_directory)) {
    throw ConfigError("/prompts", '"' + override_directory.string() + '"',
                      "a folder of .mustache files");
  }
  for (const auto& [file_name, text] : EmbeddedPrompts()) {
    const std::filesystem::path file = override_directory / file_name;
    const bool overridden = !override_directory.empty() && std::filesystem::exists(file);
    const std::string name = std::filesystem::path(file_name).stem().string();
    prompts_.push_back(std::make_unique<Parsed>(name, overridden ? ReadFile(file) : text,
                                                overridden ? file.string() : file_name));
  }
}

PromptLibrary::~PromptLibrary() = default;

PromptLibrary::Parsed& PromptLibrary::Find(const std::string& name) const {
  const auto replaced = replaced_.find(name);
  const std::string& wanted = replaced == replaced_.end() ? name : replaced->second;
  for (const std::unique_ptr<Parsed>& prompt : prompts_) {
    if (prompt->name == wanted) return *prompt;
  }
  RECTUNE_CHECK(false, "no prompt named " + name);
  return *prompts_.front();
}

std::vector<ChatMessage> PromptLibrary::Render(const std::string& name, const Json& json) const {
  Parsed& prompt = Find(name);
  const data values = ToMustache(json);
  return {{"system", WithoutBlankRuns(prompt.system.render(values))},
          {"user", WithoutBlankRuns(prompt.user.render(values))}};
}

void PromptLibrary::Replace(const std::string& name, const std::string& other) {
  Find(other);  // exists
  replaced_[name] = other;
}

const std::string& PromptLibrary::Source(const std::string& name) const {
  return Find(name).source;
}

std::vector<std::string> PromptLibrary::Names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : EmbeddedPrompts()) {
    names.push_back(std::filesystem::path(file.name).stem().string());
  }
  return names;
}

}  // namespace rectune::agents
