// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_markdown.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace rectune::experiments {
namespace {

constexpr std::string_view kOpenDetails = "<details><summary>";
constexpr std::string_view kCloseSummary = "</summary>";
constexpr std::string_view kCloseDetails = "</details>";
constexpr int kDeepest = 4;  // details within details

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::size_t Leading(std::string_view line, char c) {
  return std::min(line.find_first_not_of(c), line.size());
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Undoes what a careful writer escaped: "\[" and the entities of < > &.
std::string Unescape(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 4> kEntities{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}}};
  constexpr std::string_view kEscapable = "\\`*_{}[]()#+-.!|<>~";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() &&
        kEscapable.find(text[i + 1]) != std::string_view::npos) {
      out += text[++i];
      continue;
    }
    const auto entity = std::find_if(kEntities.begin(), kEntities.end(), [&](const auto& known) {
      return StartsWith(text.substr(i), known.first);
    });
    if (entity == kEntities.end()) {
      out += text[i];
    } else {
      out += entity->second;
      i += entity->first.size() - 1;
    }
  }
  return out;
}

/// Text with **bold** and `code`; an opener without its closer is text.
void Inline(std::string_view text, HtmlWriter* html) {
  std::size_t plain = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '\\') {
      at += 2;
      continue;
    }
    const bool bold = StartsWith(text.substr(at), "**");
    if (!bold && text[at] != '`') {
      ++at;
      continue;
    }
    const std::string_view mark = bold ? "**" : "`";
    const std::size_t close = text.find(mark, at + mark.size());
    if (close == std::string_view::npos || close == at + mark.size()) {
      at += mark.size();
      continue;
    }
    html->Text(Unescape(text.substr(plain, at - plain)));
    const std::string_view inner = text.substr(at + mark.size(), close - at - mark.size());
    // Inside code nothing is an escape.
    html->Element(bold ? "b" : "code", bold ? Unescape(inner) : std::string(inner));
    at = close + mark.size();
    plain = at;
  }
  html->Text(Unescape(text.substr(std::min(plain, text.size()))));
}

std::vector<std::string_view> TableCells(std::string_view line) {
  line = Trim(line);
  line.remove_prefix(1);  // the leading bar
  std::vector<std::string_view> cells;
  std::size_t start = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '|') {
      cells.push_back(Trim(line.substr(start, i - start)));
      start = i + 1;
    }
  }
  if (!Trim(line.substr(std::min(start, line.size()))).empty()) {
    cells.push_back(Trim(line.substr(start)));
  }
  return cells;
}

bool IsTableRule(std::string_view line) {
  return StartsWith(Trim(line), "|") && line.find('-') != std::string_view::npos &&
         line.find_first_not_of("|-: ") == std::string_view::npos;
}

class Renderer {
 public:
  Renderer(std::string_view text, int heading_level)
      : lines_(Lines(text)), heading_level_(heading_level) {}

  Markup Run() {
    while (at_ < lines_.size()) Block();
    for (; depth_ > 0; --depth_) html_.Close();
    return html_.Take();
  }

 private:
  void Block() {
    const std::string_view line = lines_[at_];
    const std::string_view trimmed = Trim(line);
    if (trimmed.empty()) {
      ++at_;
    } else if (Leading(trimmed, '`') >= 3) {
      Fence(Leading(trimmed, '`'));
    } else if (IsDetails(trimmed)) {
      OpenDetails(trimmed);
    } else if (trimmed == kCloseDetails && depth_ > 0) {
      html_.Close().NewLine();
      --depth_;
      ++at_;
    } else if (IsHeading(trimmed)) {
      Heading(trimmed);
    } else if (StartsWith(trimmed, "|") && at_ + 1 < lines_.size() &&
               IsTableRule(lines_[at_ + 1])) {
      TableBlock();
    } else if (IsItem(line)) {
      List();
    } else {
      Paragraph();
    }
  }

  static bool IsHeading(std::string_view line) {
    const std::size_t level = Leading(line, '#');
    return level >= 1 && level <= 6 && level < line.size() && line[level] == ' ';
  }
  static bool IsItem(std::string_view line) {
    const std::string_view trimmed = Trim(line);
    return StartsWith(trimmed, "- ") || StartsWith(trimmed, "* ");
  }
  bool IsDetails(std::string_view line) const {
    return depth_ < kDeepest && StartsWith(line, kOpenDetails) &&
           line.size() >= kOpenDetails.size() + kCloseSummary.size() &&
           line.substr(line.size() - kCloseSummary.size()) == kCloseSummary;
  }

  void Fence(std::size_t ticks) {
    std::string block;
    for (++at_; at_ < lines_.size(); ++at_) {
      const std::string_view trimmed = Trim(lines_[at_]);
      if (Leading(trimmed, '`') >= ticks && Leading(trimmed, '`') == trimmed.size()) {
        ++at_;
        break;
      }
      block += std::string(lines_[at_]) + "\n";
    }
    html_.Element("pre", block, {{"tabindex", "0"}}).NewLine();
  }

  void OpenDetails(std::string_view line) {
    const std::string_view summary =
        line.substr(kOpenDetails.size(), line.size() - kOpenDetails.size() - kCloseSummary.size());
    html_.Open("details").Element("summary", Unescape(summary)).NewLine();
    ++depth_;
    ++at_;
  }

  void Heading(std::string_view line) {
    const std::size_t level = Leading(line, '#');
    const int shown = std::min(6, heading_level_ + static_cast<int>(level) - 1);
    html_.Open("h" + std::to_string(shown));
    Inline(Trim(line.substr(level)), &html_);
    html_.Close().NewLine();
    ++at_;
  }

  void TableBlock() {
    html_.Open(
        "div",
        {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", "Table"}});
    html_.Open("table").Open("thead").Open("tr");
    for (const std::string_view cell : TableCells(lines_[at_])) {
      html_.Open("th", {{"scope", "col"}});
      Inline(cell, &html_);
      html_.Close();
    }
    html_.Close().Close().Open("tbody");
    for (at_ += 2; at_ < lines_.size() && StartsWith(Trim(lines_[at_]), "|"); ++at_) {
      html_.Open("tr");
      for (const std::string_view cell : TableCells(lines_[at_])) {
        html_.Open("td");
        Inline(cell, &html_);
        html_.Close();
      }
      html_.Close();
    }
    html_.Close().Close().Close().NewLine();
  }

  void List() {
    html_.Open("ul");
    for (; at_ < lines_.size() && IsItem(lines_[at_]); ++at_) {
      html_.Open("li");
      Inline(Trim(Trim(lines_[at_]).substr(2)), &html_);
      html_.Close();
    }
    html_.Close().NewLine();
  }

  void Paragraph() {
    std::string text;
    do {
      text += (text.empty() ? "" : "\n") + std::string(Trim(lines_[at_]));
      ++at_;
    } while (at_ < lines_.size() && !EndsParagraph(lines_[at_]));
    html_.Open("p");
    Inline(text, &html_);
    html_.Close().NewLine();
  }

  bool EndsParagraph(std::string_view line) const {
    const std::string_view trimmed = Trim(line);
    return trimmed.empty() || Leading(trimmed, '`') >= 3 || IsDetails(trimmed) ||
           (trimmed == kCloseDetails && depth_ > 0) || IsHeading(trimmed) || IsItem(line);
  }

  std::vector<std::string_view> lines_;
  int heading_level_;
  std::size_t at_ = 0;
  int depth_ = 0;
  HtmlWriter html_;
};

}  // namespace

Markup RenderMarkdown(std::string_view text, int heading_level) {
  return Renderer(text, heading_level).Run();
}

}  // namespace rectune::experiments
