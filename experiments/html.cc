// SPDX-License-Identifier: Apache-2.0
#include "experiments/html.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>

#include "core/check.h"

namespace rectune::experiments {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  // 0: not valid UTF-8 here
};

/// Decodes one character at `at`, refusing overlong forms, surrogates and values past U+10FFFF.
CodePoint Decode(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  std::uint32_t value = 0;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
    value = first & 0x1FU;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    value = first & 0x0FU;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    value = first & 0x07U;
  } else {
    return {};
  }
  if (at + length > text.size()) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, length};
}

bool IsUnprintable(std::uint32_t c) {
  if (c == '\n' || c == '\t') return false;
  const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  const bool zero_width = (c >= 0x200B && c <= 0x200F) || c == 0x2060 || c == 0xFEFF || c == 0xAD;
  const bool bidirectional =
      (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x061C;
  const bool separator = c == 0x2028 || c == 0x2029;
  const bool tag = c >= 0xE0000 && c <= 0xE007F;  // invisible text that models can read
  const bool noncharacter = (c & 0xFFFEU) == 0xFFFEU || (c >= 0xFDD0 && c <= 0xFDEF);
  return control || zero_width || bidirectional || separator || tag || noncharacter;
}

bool IsName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == ':';
  });
}

}  // namespace

std::string CleanText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const CodePoint c = Decode(text, i);
    if (c.length == 0) {
      out += kReplacement;
      ++i;
      continue;
    }
    if (!IsUnprintable(c.value)) out += text.substr(i, c.length);
    i += c.length;
  }
  return out;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : CleanText(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void HtmlWriter::Tag(std::string_view tag, const Attributes& attributes, std::string_view end) {
  RECTUNE_CHECK(IsName(tag), "not a tag name: " + std::string(tag));
  RECTUNE_CHECK(tag != "script" && tag != "style", "text in <script> or <style> is not escaped");
  out_ += '<';
  out_ += tag;
  for (const auto& [name, value] : attributes) {
    RECTUNE_CHECK(IsName(name), "not an attribute name: " + name);
    RECTUNE_CHECK(name.rfind("on", 0) != 0, "no event handlers in markup: " + name);
    RECTUNE_CHECK(name != "src" && (name != "href" || value.rfind('#', 0) == 0),
                  "a self-contained page refers to nothing outside itself: " + value);
    out_ += ' ';
    out_ += name;
    out_ += "=\"";
    out_ += EscapeHtml(value);
    out_ += '"';
  }
  out_ += end;
}

HtmlWriter& HtmlWriter::Open(std::string_view tag, const Attributes& attributes) {
  Tag(tag, attributes, ">");
  open_.emplace_back(tag);
  return *this;
}

HtmlWriter& HtmlWriter::Close() {
  RECTUNE_CHECK(!open_.empty(), "no element is open");
  out_ += "</" + open_.back() + ">";
  open_.pop_back();
  return *this;
}

HtmlWriter& HtmlWriter::Text(std::string_view text) {
  out_ += EscapeHtml(text);
  return *this;
}

HtmlWriter& HtmlWriter::Element(std::string_view tag, std::string_view text,
                                const Attributes& attributes) {
  return Open(tag, attributes).Text(text).Close();
}

HtmlWriter& HtmlWriter::Void(std::string_view tag, const Attributes& attributes) {
  Tag(tag, attributes, "/>");
  return *this;
}

HtmlWriter& HtmlWriter::Add(const Markup& markup) {
  out_ += markup.text();
  return *this;
}

HtmlWriter& HtmlWriter::Style(std::string_view css) {
  for (const std::string_view bad : {"</", "url(", "@import", "<!--"}) {
    RECTUNE_CHECK(css.find(bad) == std::string_view::npos,
                  "a style sheet may not hold " + std::string(bad));
  }
  out_ += "<style>";
  out_ += css;
  out_ += "</style>";
  return *this;
}

HtmlWriter& HtmlWriter::NewLine() {
  out_ += '\n';
  return *this;
}

Markup HtmlWriter::Take() {
  RECTUNE_CHECK(open_.empty(), "an element is still open: " + open_.back());
  return Markup(std::exchange(out_, {}));
}

}  // namespace rectune::experiments
