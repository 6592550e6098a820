// SPDX-License-Identifier: Apache-2.0
#include "agents/models/redactor.h"

#include <algorithm>
#include <array>

namespace rectune::agents {
namespace {

constexpr std::size_t kShortestSecret = 8;
constexpr char kRedacted[] = "[redacted]";

/// A prefix, and how many key characters must follow for it to be one.
struct Shape {
  std::string_view prefix;
  std::size_t least;
};
constexpr std::array<Shape, 7> kShapes = {{{"sk-", 20},
                                           {"AIza", 30},
                                           {"hf_", 20},
                                           {"ghp_", 30},
                                           {"github_pat_", 30},
                                           {"xoxb-", 20},
                                           {"Bearer ", 16}}};

bool IsKeyCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

bool IsWordCharacter(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Bytes of the key that starts at text[0], or 0.
std::size_t KeyLength(std::string_view text) {
  for (const Shape& shape : kShapes) {
    if (text.substr(0, shape.prefix.size()) != shape.prefix) continue;
    std::size_t end = shape.prefix.size();
    while (end < text.size() && IsKeyCharacter(text[end])) ++end;
    if (end - shape.prefix.size() >= shape.least) return end;
  }
  return 0;
}

}  // namespace

Redactor::Redactor(std::vector<std::string> secrets) {
  for (std::string& secret : secrets) {
    if (secret.size() >= kShortestSecret) secrets_.push_back(std::move(secret));
  }
  std::sort(secrets_.begin(), secrets_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
}

std::string Redactor::Redact(std::string_view text) const {
  std::string clean;
  clean.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t length = 0;
    for (const std::string& secret : secrets_) {
      if (text.substr(i, secret.size()) == secret) {
        length = secret.size();
        break;
      }
    }
    // "task-..." must not read as a key: a shape starts where a word starts.
    if (length == 0 && (i == 0 || !IsWordCharacter(text[i - 1]))) {
      length = KeyLength(text.substr(i));
    }
    if (length > 0) {
      clean += kRedacted;
      i += length;
    } else {
      clean += text[i++];
    }
  }
  return clean;
}

}  // namespace rectune::agents
