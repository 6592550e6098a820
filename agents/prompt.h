// SPDX-License-Identifier: Apache-2.0
//
// PromptLibrary: the agents' prompts, which are mustache files that a person can read and edit
// (agents/prompts), embedded in the program and replaceable by a folder of the same names. A file
// is the system message, a line "===== user =====", and the user message: what never changes within
// a campaign comes first, so that a provider's prefix cache hits. No values are escaped: prompts
// are plain text, not HTML.
//
//   PromptLibrary prompts("");                       // or a folder that overrides
//   std::vector<ChatMessage> messages = prompts.Render("actor", data);
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agents/chat_model.h"
#include "core/json.h"

namespace rectune::agents {

class PromptLibrary {
 public:
  /// `override_directory` may be empty. ConfigError when it does not exist, or when one of its
  /// files is no valid template or lacks the user line.
  explicit PromptLibrary(const std::filesystem::path& override_directory);
  /// From now on `name` renders the template of `other`.
  void Replace(const std::string& name, const std::string& other);
  ~PromptLibrary();

  /// `json`: objects become contexts, arrays sections, other values text.
  std::vector<ChatMessage> Render(const std::string& name, const Json& json) const;
  /// The template's own text.
  const std::string& Source(const std::string& name) const;
  static std::vector<std::string> Names();

 private:
  struct Parsed;
  std::vector<std::unique_ptr<Parsed>> prompts_;
  std::map<std::string, std::string> replaced_;
  Parsed& Find(const std::string& name) const;
};

}  // namespace rectune::agents
