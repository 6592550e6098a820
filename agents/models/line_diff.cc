// SPDX-License-Identifier: Apache-2.0
#include "agents/models/line_diff.h"

#include <algorithm>

namespace rectune::agents {
namespace {

constexpr std::size_t kContext = 3;
// Beyond this many cells the table would cost more than the reader could use.
constexpr std::size_t kMaxTable = 4000000;

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

struct Edit {
  char mark = ' ';
  std::string_view line;
};

/// The middle, where the texts differ.
void DiffMiddle(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b,
                std::vector<Edit>* edits) {
  const std::size_t n = a.size();
  const std::size_t m = b.size();
  if ((n + 1) * (m + 1) > kMaxTable) {
    for (std::string_view line : a) edits->push_back({'-', line});
    for (std::string_view line : b) edits->push_back({'+', line});
    return;
  }
  // common[i][j]: lines that a from i and b from j have in common.
  std::vector<std::size_t> common((n + 1) * (m + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& {
    return common[i * (m + 1) + j];
  };
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t j = m; j-- > 0;) {
      at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < n || j < m) {
    if (i < n && j < m && a[i] == b[j]) {
      edits->push_back({' ', a[i]});
      ++i;
      ++j;
    } else if (i < n && (j == m || at(i + 1, j) >= at(i, j + 1))) {
      edits->push_back({'-', a[i++]});
    } else {
      edits->push_back({'+', b[j++]});
    }
  }
}

}  // namespace

std::vector<std::string> LineDiff(std::string_view before, std::string_view after,
                                  std::size_t max_lines) {
  const std::vector<std::string_view> a = Lines(before);
  const std::vector<std::string_view> b = Lines(after);
  std::size_t head = 0;
  while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < a.size() - head && tail < b.size() - head &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({' ', a[i]});
  const auto middle = [&](const std::vector<std::string_view>& lines) {
    return std::vector<std::string_view>(lines.begin() + static_cast<std::ptrdiff_t>(head),
                                         lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  DiffMiddle(middle(a), middle(b), &edits);
  for (std::size_t i = tail; i-- > 0;) edits.push_back({' ', a[a.size() - 1 - i]});

  std::vector<bool> shown(edits.size(), false);
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (edits[i].mark == ' ') continue;
    const std::size_t from = i < kContext ? 0 : i - kContext;
    for (std::size_t k = from; k < std::min(edits.size(), i + kContext + 1); ++k) shown[k] = true;
  }
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if (!shown[i]) continue;
    if (i > 0 && !shown[i - 1]) lines.push_back("  ...");
    lines.push_back(std::string{edits[i].mark, ' '} + std::string(edits[i].line));
  }
  if (lines.size() > max_lines && max_lines > 0) {
    const std::size_t left_out = lines.size() - (max_lines - 1);
    lines.resize(max_lines - 1);
    lines.push_back("  ... " + std::to_string(left_out) + " lines more");
  }
  return lines;
}

}  // namespace rectune::agents
