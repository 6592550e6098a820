// SPDX-License-Identifier: Apache-2.0
#include "experiments/text_grid.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>
#include <utility>

#include "core/check.h"

namespace rectune::experiments {
namespace {

/// Columns on a terminal: bytes that do not continue a UTF-8 character.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string Print(const char* format, int places, double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0.0 ? "Infinity" : "-Infinity";
  std::array<char, 400> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, places, value);
  return buffer.data();
}

}  // namespace

TextGrid::TextGrid(std::vector<std::string> header, std::vector<Align> aligns)
    : aligns_(std::move(aligns)) {
  RECTUNE_CHECK(header.size() == aligns_.size(), "one alignment a column");
  rows_.push_back(std::move(header));
}

void TextGrid::AddRow(std::vector<std::string> cells) {
  RECTUNE_CHECK(cells.size() == aligns_.size(), "one cell a column");
  rows_.push_back(std::move(cells));
}

std::string TextGrid::ToString() const {
  std::vector<std::size_t> widths(aligns_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], Width(row[c]));
  }
  const auto line = [&](const std::vector<std::string>& row) {
    std::string text;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - Width(row[c]), ' ');
      text += aligns_[c] == Align::kLeft ? row[c] + padding : padding + row[c];
      text += "  ";
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  std::string text = line(rows_.front()) + line(rule);
  for (std::size_t r = 1; r < rows_.size(); ++r) text += line(rows_[r]);
  return text;
}

std::string Fixed(double value, int places) {
  std::string text = Print("%.*f", places, value);
  if (text.find_first_not_of("-0.") == std::string::npos && text.front() == '-') text.erase(0, 1);
  return text;
}

std::string Signed(double value, int places) {
  const std::string text = Fixed(value, places);
  return text.front() == '-' || !std::isfinite(value) ? text : "+" + text;
}

std::string Short(double value) { return Print("%.*g", 4, value); }

std::string Wrap(const std::string& paragraph, std::size_t width, std::size_t indent) {
  std::istringstream words(paragraph);
  std::string text;
  std::string line;
  const std::string margin(indent, ' ');
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + Width(line) + 1 + Width(word) > width) {
      text += margin + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return line.empty() ? text : text + margin + line + "\n";
}

}  // namespace rectune::experiments
