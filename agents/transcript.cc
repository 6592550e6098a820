// SPDX-License-Identifier: Apache-2.0
#include "agents/transcript.h"

#include <algorithm>

#include "agents/digest.h"
#include "agents/text.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

/// Longer than any run of backticks inside, so that the text cannot close its own block.
std::string FenceFor(const std::string& text) {
  std::size_t longest = 2;
  std::size_t run = 0;
  for (char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return std::string(longest + 1, '`');
}

}  // namespace

std::string EscapeMarkdown(const std::string& text) {
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<') {
      escaped += "&lt;";
      continue;
    }
    // A bracket alone is plain text (a curve's values); only "](" makes a link of it.
    const bool opens_link = c == '(' && i > 0 && text[i - 1] == ']';
    if (c == '|' || c == '`' || c == '*' || opens_link) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

void Transcript::Heading(int level, const std::string& title) {
  if (!text_.empty()) text_ += "\n";
  text_ += std::string(static_cast<std::size_t>(level), '#') + " " + title + "\n\n";
}

void Transcript::Clear() {
  text_.clear();
  opening_end_ = 0;
}

void Transcript::Line(const std::string& text) { text_ += text + "\n"; }

void Transcript::Bullets(const std::vector<std::string>& lines, const std::string& if_none) {
  for (const std::string& line : lines) text_ += "- " + line + "\n";
  if (lines.empty()) text_ += if_none + "\n";
}

void Transcript::Block(const std::string& language, const std::string& text) {
  const std::string fence = FenceFor(text);
  text_ += fence + language + "\n" + text + (text.empty() || text.back() != '\n' ? "\n" : "") +
           fence + "\n";
}

void Transcript::Folded(const std::string& summary, const std::string& language,
                        const std::string& text) {
  text_ += "<details><summary>" + summary + "</summary>\n\n";
  Block(language, text);
  text_ += "\n</details>\n\n";
}

void Transcript::Ask(const std::string& role, const AskResult& ask, int round) {
  for (const ChatMessage& message : ask.prompt) {
    std::string size = std::to_string(message.text.size());
    size += " bytes)";
    if (message.role == "system") {
      const std::string hash = Sha256Hex(message.text).substr(0, 12);
      Shown& shown = system_shown_[role];
      if (shown.hash == hash) {
        Line("System message as in " + RoundName(shown.round) + " (" + hash + ", " + size + ".\n");
        continue;
      }
      shown = {hash, round};
      Folded("System message (" + hash + ", " + size, "text", message.text);
    } else {
      Folded("User message (" + size, "text", message.text);
    }
  }
  for (std::size_t i = 0; i < ask.exchanges.size(); ++i) {
    const Exchange& exchange = ask.exchanges[i];
    Folded((i == 0 ? "Reply" : "Repaired reply " + std::to_string(i)) + " (" +
               std::to_string(exchange.reply.size()) + " bytes, finished by " +
               EscapeMarkdown(SanitizeLine(exchange.finish_reason, 40)) + ", request " +
               exchange.request_hash + ")",
           "text", exchange.reply);
    if (!exchange.error.empty()) {
      Line("Parser: not usable: " + EscapeMarkdown(exchange.error) + "\n");
    }
  }
}

Json Transcript::ToJson() const {
  Json json;
  json["text"] = text_;
  json["opening_end"] = opening_end_;
  json["system_shown"] = Json::object();
  for (const auto& [role, shown] : system_shown_) {
    json["system_shown"][role] = Json{{"hash", shown.hash}, {"round", shown.round}};
  }
  return json;
}

void Transcript::Restore(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  text_ = reader.String("text");
  opening_end_ = static_cast<std::size_t>(
      reader.Integer("opening_end", {0, static_cast<std::int64_t>(text_.size())}));
  system_shown_.clear();
  ObjectReader roles = reader.Object("system_shown");
  for (const char* role : {"actor", "critic", "insight", "skill"}) {
    if (!roles.Has(role)) continue;
    ObjectReader shown = roles.Object(role);
    system_shown_[role] = {shown.String("hash"),
                           static_cast<int>(shown.Integer("round", {0, 1000000}))};
    shown.Finish();
  }
  roles.Finish();
  reader.Finish();
}

}  // namespace rectune::agents
