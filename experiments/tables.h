// SPDX-License-Identifier: Apache-2.0
//
// Table: one table of the report, rendered the same way to a page, to Markdown and to a terminal.
// Cells are text (cleaned and escaped where they are rendered); a page cell may carry a small
// figure beside its text. CsvWriter is separate on purpose: files for machines hold full-precision
// numbers, one value a column, not what people read.
//
//   Table table{.caption = "Final", .columns = {{"Tuner"}, {.header = "Regret", .numeric = true}}};
//   table.rows.push_back({.cells = {{"tpe"}, {"0.31"}}});
//   ToHtml(table); ToMarkdown(table); ToPlainText(table);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "experiments/html.h"

namespace rectune::experiments {

struct TableColumn {
  std::string header = {};
  bool numeric = false;  // right-aligned
};

struct TableCell {
  std::string text = {};
  Markup figure = {};     // pages only; after the text
  std::string note = {};  // a second, smaller line in pages; in brackets elsewhere
  std::string css_class = {};
};

struct TableRow {
  std::vector<TableCell> cells = {};
  std::string css_class = {};
  std::string group = {};  // when it differs from the row above, a heading row spans the table
};

struct Table {
  std::string caption = {};
  std::vector<TableColumn> columns = {};  // the first one names the row
  std::vector<TableRow> rows = {};
  std::string css_class = {};
};

/// In a box that scrolls sideways, with scoped headers, the first column staying in view.
Markup ToHtml(const Table& table);
std::string ToMarkdown(const Table& table);
/// Aligned columns, no line drawing; width is counted in characters, not bytes.
std::string ToPlainText(const Table& table);

/// Characters in UTF-8 text (code points).
std::size_t DisplayWidth(std::string_view text);

/// RFC 4180 with "\n" line ends: fields are quoted when they hold a comma, quote or line break.
class CsvWriter {
 public:
  explicit CsvWriter(const std::vector<std::string>& header);
  void Row(const std::vector<std::string>& fields);
  const std::string& text() const { return text_; }

 private:
  std::size_t width_;
  std::string text_ = {};
};

}  // namespace rectune::experiments
