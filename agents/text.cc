// SPDX-License-Identifier: Apache-2.0
#include "agents/text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace rectune::agents {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: not valid UTF-8 here
};

CodePoint DecodeUtf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((first & 0xE0) == 0xC0) {
    length = 2, value = first & 0x1FU, smallest = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    length = 3, value = first & 0x0FU, smallest = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    length = 4, value = first & 0x07U, smallest = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length};
}

bool IsHarmful(std::uint32_t c) {
  if (c == '\n' || c == '\t') return false;
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
  // Zero-width and bidirectional controls can make a transcript show other text than it holds.
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

std::string Sanitize(std::string_view text, std::size_t max_bytes, bool one_line) {
  std::string clean;
  clean.reserve(std::min(text.size(), max_bytes));
  while (!text.empty()) {
    const CodePoint point = DecodeUtf8(text);
    const std::size_t step = point.bytes == 0 ? 1 : point.bytes;
    if (point.bytes != 0 && !IsHarmful(point.value)) {
      if (clean.size() + step > max_bytes) {
        clean += "[...]";
        break;
      }
      const bool is_break = point.value == '\n' || point.value == '\t';
      if (one_line && is_break) {
        clean.push_back(' ');
      } else {
        clean.append(text.substr(0, step));
      }
    }
    text.remove_prefix(step);
  }
  return clean;
}

}  // namespace

std::string FormatNumber(double value) {
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.4g", value);
  std::string text = buffer.data();
  return text == "-0" ? "0" : text;
}

std::string FormatCount(double value) {
  std::array<char, 340> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.0f", value);
  return buffer.data();
}

std::string FormatSigned(double value) {
  std::string text = FormatNumber(value);
  if (!text.empty() && text[0] != '-' && text != "0") text.insert(0, "+");
  return text;
}

std::string SanitizeText(std::string_view text, std::size_t max_bytes) {
  return Sanitize(text, max_bytes, false);
}

std::string SanitizeLine(std::string_view text, std::size_t max_bytes) {
  return Sanitize(text, max_bytes, true);
}

std::string Slug(std::string_view text) {
  std::string slug;
  for (char c : text) {
    const bool is_upper = c >= 'A' && c <= 'Z';
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_upper || is_plain) {
      slug.push_back(is_upper ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
    if (slug.size() == 64) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "unnamed" : slug;
}

std::string RoundName(int round) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "round-%02d", round);
  return buffer.data();
}

int EstimateTokens(std::string_view text) { return static_cast<int>((text.size() + 3) / 4); }

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  for (char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower >= 'a' && lower <= 'z') {
      if (!in_word) words.emplace_back();
      words.back().push_back(lower);
      in_word = true;
    } else {
      in_word = false;
    }
  }
  return words;
}

}  // namespace rectune::agents
