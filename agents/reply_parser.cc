// SPDX-License-Identifier: Apache-2.0
#include "agents/reply_parser.h"

#include <algorithm>
#include <vector>

#include "agents/text.h"
#include "core/config_error.h"

namespace rectune::agents {
namespace {

// Prose may contain braces too; a handful of starting points is tolerance enough, and it keeps
// hostile text ("{{{{{{...") from costing quadratic time.
constexpr int kMaxStarts = 4;

struct Span {
  std::size_t length = 0;  // 0: never closed
  int depth = 0;
};

/// The balanced object that starts at text[0] == '{', strings respected.
Span MeasureObject(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return {i + 1, deepest};
    }
  }
  return {0, deepest};
}

/// The text inside the first Markdown fence that opens on a line of its own, or all of it.
std::string_view InsideFence(std::string_view text) {
  const std::size_t open = text.find("```");
  if (open == std::string_view::npos) return text;
  const std::size_t line_end = text.find('\n', open);
  if (line_end == std::string_view::npos) return text;
  const std::string_view inside = text.substr(line_end + 1);
  if (inside.find('{') == std::string_view::npos) return text;
  // A reply may quote a fence inside a JSON string, so the fence's end is not looked for: the
  // object's own closing brace ends it.
  return inside;
}

}  // namespace

ParsedReply ParseReply(std::string_view text, const ReplyLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return {std::nullopt, "the reply has " + std::to_string(text.size()) + " bytes; at most " +
                              std::to_string(limits.max_bytes) + " are read"};
  }
  const std::string clean = SanitizeText(text, limits.max_bytes);
  std::string_view rest = InsideFence(clean);
  std::string error = "the reply holds no JSON object";
  for (int start = 0; start < kMaxStarts; ++start) {
    const std::size_t open = rest.find('{');
    if (open == std::string_view::npos) break;
    rest.remove_prefix(open);
    const Span span = MeasureObject(rest);
    if (span.depth > limits.max_depth) {
      return {std::nullopt, "the JSON is nested " + std::to_string(span.depth) +
                                " levels deep; at most " + std::to_string(limits.max_depth) +
                                " are read"};
    }
    if (span.length == 0) {
      // Not retried from the next brace: that would pass a fragment off as the answer.
      return {std::nullopt, "the JSON object is never closed; was the reply cut off?"};
    }
    try {
      return {ParseJson(rest.substr(0, span.length)), ""};
    } catch (const ConfigError& failure) {
      error = "the JSON does not parse: " + SanitizeLine(failure.what(), 300);
      rest.remove_prefix(span.length);
    }
  }
  return {std::nullopt, error};
}

}  // namespace rectune::agents
