// SPDX-License-Identifier: Apache-2.0
//
// HtmlWriter and Markup: HTML and SVG that cannot be malformed or injected into. Text and attribute
// values are always cleaned and escaped; elements always close; the only way to embed markup is a
// Markup, and only an HtmlWriter can make one. Not a template engine, and not a sanitiser that lets
// some tags of untrusted text through: all of it becomes text.
//
//   HtmlWriter html;
//   html.Open("p", {{"class", "lead"}}).Text(model_said).Close();
//   Markup paragraph = html.Take();
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rectune::experiments {

/// Well-formed, escaped markup.
class Markup {
 public:
  Markup() = default;
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  friend class HtmlWriter;
  explicit Markup(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using Attributes = std::vector<std::pair<std::string, std::string>>;

class HtmlWriter {
 public:
  HtmlWriter& Open(std::string_view tag, const Attributes& attributes = {});
  HtmlWriter& Close();
  HtmlWriter& Text(std::string_view text);
  /// Open, Text, Close.
  HtmlWriter& Element(std::string_view tag, std::string_view text,
                      const Attributes& attributes = {});
  /// An element without content: <br>, or <path/> in SVG (the slash is harmless in HTML).
  HtmlWriter& Void(std::string_view tag, const Attributes& attributes = {});
  HtmlWriter& Add(const Markup& markup);
  /// A style sheet of ours. Broken contract if it could close its element or load anything.
  HtmlWriter& Style(std::string_view css);
  /// For readers of the source.
  HtmlWriter& NewLine();

  /// What was written; the writer is empty afterwards. Broken contract while an element is open.
  Markup Take();

 private:
  void Tag(std::string_view tag, const Attributes& attributes, std::string_view end);

  std::string out_;
  std::vector<std::string> open_;
};

/// Untrusted text made printable: invalid UTF-8 becomes U+FFFD; control characters other than
/// newline and tab, and the invisible characters that reorder or hide text (bidirectional controls,
/// zero-width characters, byte-order marks), are dropped; \r\n becomes \n.
std::string CleanText(std::string_view text);

/// Cleaned, with & < > " ' replaced by entities.
std::string EscapeHtml(std::string_view text);

}  // namespace rectune::experiments
