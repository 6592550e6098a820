// SPDX-License-Identifier: Apache-2.0
#include "agents/skillhub/json_line.h"

#include <algorithm>
#include <optional>

#include "core/json.h"

namespace rectune::agents {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { SkipSpace(); }

  int line() const {
    return 1 + static_cast<int>(std::count(text_.begin(), text_.begin() + Offset(), '\n'));
  }

  /// Moves from a container to its child; false, and still at the container, when there is none.
  bool Enter(const std::string& token) {
    const std::size_t start = at_;
    const char open = Peek();
    if (open != '{' && open != '[') return false;
    ++at_;
    SkipSpace();
    for (std::size_t index = 0; at_ < text_.size() && Peek() != '}' && Peek() != ']'; ++index) {
      std::string name = std::to_string(index);
      if (open == '{') {
        name = ReadKey();
        ++at_;  // the colon
        SkipSpace();
      }
      if (name == token) return true;
      SkipValue();
      if (Peek() == ',') ++at_;
      SkipSpace();
    }
    at_ = start;
    return false;
  }

 private:
  std::ptrdiff_t Offset() const { return static_cast<std::ptrdiff_t>(at_); }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void SkipSpace() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos) {
      ++at_;
    }
  }

  void SkipString() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
  }

  std::string ReadKey() {
    const std::size_t start = at_;
    SkipString();
    const Json key = Json::parse(text_.substr(start, at_ - start), nullptr, false);
    SkipSpace();
    return key.is_string() ? key.get<std::string>() : "";
  }

  void SkipValue() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = Peek();
      if (depth == 0 && (c == ',' || c == '}' || c == ']')) return;
      if (c == '"') {
        SkipString();
        continue;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// "a~1b" is the key "a/b".
std::string Unescape(std::string token) {
  for (std::size_t at = 0; (at = token.find('~', at)) != std::string::npos; ++at) {
    if (at + 1 < token.size()) token.replace(at, 2, token[at + 1] == '1' ? "/" : "~");
  }
  return token;
}

}  // namespace

int LineOfPointer(std::string_view text, const std::string& pointer) {
  Scanner scanner(text);
  std::size_t start = 0;
  while (start < pointer.size()) {
    const std::size_t end = std::min(pointer.find('/', start + 1), pointer.size());
    if (!scanner.Enter(Unescape(pointer.substr(start + 1, end - start - 1)))) break;
    start = end;
  }
  return scanner.line();
}

}  // namespace rectune::agents
