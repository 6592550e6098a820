// SPDX-License-Identifier: Apache-2.0
//
// Transcript: one round of the agent loop as Markdown for a person: prompts (folded, and only what
// changed), raw replies (folded), what each layer made of each proposal, what was launched, what
// was read out, what was learned. It is derived text: nothing reads it back.
//
//   Transcript transcript;
//   transcript.Heading(2, "Actor");
//   transcript.Ask("actor", result, round);
//   std::string markdown = transcript.text();
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agents/critic.h"
#include "agents/model_client.h"
#include "agents/skill_agent.h"
#include "core/json.h"

namespace rectune::agents {

class Transcript {
 public:
  void Heading(int level, const std::string& title);
  /// Ends the opening of the page: the summary, known last, goes here.
  void EndOpening() { opening_end_ = text_.size(); }
  void InsertAfterOpening(const std::string& text) { text_.insert(opening_end_, text); }
  void Line(const std::string& text);
  void Bullets(const std::vector<std::string>& lines, const std::string& if_none);
  /// The prompt of a call and its replies. A system message is shown again only when it changed.
  void Ask(const std::string& role, const AskResult& ask, int round);
  void Block(const std::string& language, const std::string& text);
  void Folded(const std::string& summary, const std::string& language, const std::string& text);

  const std::string& text() const { return text_; }
  void Clear();

  Json ToJson() const;
  void Restore(const Json& json, const std::string& path);

 private:
  struct Shown {
    std::string hash;
    int round = 0;
  };
  std::string text_;
  std::size_t opening_end_ = 0;
  std::map<std::string, Shown> system_shown_;  // by role
};

/// Model text inside a table or a list item must not open Markdown or HTML of its own.
std::string EscapeMarkdown(const std::string& text);

}  // namespace rectune::agents
