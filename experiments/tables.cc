// SPDX-License-Identifier: Apache-2.0
#include "experiments/tables.h"

#include <algorithm>
#include <cstddef>

#include "core/check.h"
#include "experiments/report_format.h"

namespace rectune::experiments {
namespace {

void CheckShape(const Table& table) {
  for (const TableRow& row : table.rows) {
    RECTUNE_CHECK(row.cells.size() == table.columns.size(),
                  "a row of \"" + table.caption + "\" has another width than its header");
  }
}

Attributes ClassAttribute(const std::string& first, const std::string& second = "") {
  const std::string both = first + (first.empty() || second.empty() ? "" : " ") + second;
  return both.empty() ? Attributes{} : Attributes{{"class", both}};
}

void WriteCell(const TableCell& cell, bool numeric, bool is_row_header, HtmlWriter* html) {
  Attributes attributes = ClassAttribute(numeric ? "num" : "", cell.css_class);
  if (is_row_header) attributes.insert(attributes.begin(), {"scope", "row"});
  html->Open(is_row_header ? "th" : "td", attributes);
  html->Text(Typographic(cell.text));
  if (!cell.figure.empty()) html->Add(cell.figure);
  if (!cell.note.empty()) html->Element("small", Typographic(cell.note));
  html->Close();
}

std::string PlainCell(const TableCell& cell) {
  std::string text = CleanText(cell.text + (cell.note.empty() ? "" : " (" + cell.note + ")"));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string MarkdownCell(const TableCell& cell) {
  std::string out;
  for (const char c : PlainCell(cell)) {
    if (c == '|' || c == '\\' || c == '`' || c == '*' || c == '_' || c == '<' || c == '[') {
      out += '\\';
    }
    out += c;
  }
  return out;
}

}  // namespace

Markup ToHtml(const Table& table) {
  CheckShape(table);
  HtmlWriter html;
  html.Open(
      "div",
      {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", table.caption}});
  html.Open("table", ClassAttribute(table.css_class)).Open("caption");
  // A span, so that it can stay in view and wrap while a wide table scrolls under it.
  html.Element("span", table.caption).Close();
  html.Open("thead").Open("tr");
  for (const TableColumn& column : table.columns) {
    Attributes attributes = ClassAttribute(column.numeric ? "num" : "");
    attributes.insert(attributes.begin(), {"scope", "col"});
    html.Element("th", column.header, attributes);
  }
  html.Close().Close().NewLine().Open("tbody");
  std::string group;
  for (const TableRow& row : table.rows) {
    if (row.group != group) {
      group = row.group;
      html.Open("tr", {{"class", "group"}})
          .Element("th", group,
                   {{"scope", "colgroup"}, {"colspan", std::to_string(table.columns.size())}})
          .Close();
    }
    html.Open("tr", ClassAttribute(row.css_class));
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      WriteCell(row.cells[i], table.columns[i].numeric, i == 0, &html);
    }
    html.Close().NewLine();
  }
  html.Close().Close().Close();
  return html.Take();
}

std::string ToMarkdown(const Table& table) {
  CheckShape(table);
  std::string out = "|";
  for (const TableColumn& column : table.columns) out += " " + column.header + " |";
  out += "\n|";
  for (const TableColumn& column : table.columns) out += column.numeric ? " ---: |" : " --- |";
  out += "\n";
  for (const TableRow& row : table.rows) {
    out += "|";
    for (const TableCell& cell : row.cells) out += " " + MarkdownCell(cell) + " |";
    out += "\n";
  }
  return out;
}

std::size_t DisplayWidth(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string ToPlainText(const Table& table) {
  CheckShape(table);
  std::vector<std::vector<std::string>> lines(1);
  for (const TableColumn& column : table.columns) lines[0].push_back(column.header);
  for (const TableRow& row : table.rows) {
    lines.emplace_back();
    for (const TableCell& cell : row.cells) lines.back().push_back(PlainCell(cell));
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const std::vector<std::string>& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(line[i]));
    }
  }
  std::string out;
  for (const std::vector<std::string>& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - DisplayWidth(line[i]), ' ');
      text += (i == 0 ? "" : "  ");
      text += table.columns[i].numeric ? space + line[i] : line[i] + space;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    out += text + "\n";
  }
  return out;
}

CsvWriter::CsvWriter(const std::vector<std::string>& header) : width_(header.size()) {
  Row(header);
}

void CsvWriter::Row(const std::vector<std::string>& fields) {
  RECTUNE_CHECK(fields.size() == width_, "a CSV row has another width than its header");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text_ += ',';
    const std::string field = CleanText(fields[i]);
    if (field.find_first_of(",\"\n") == std::string::npos) {
      text_ += field;
      continue;
    }
    text_ += '"';
    for (const char c : field) {
      if (c == '"') text_ += '"';
      text_ += c;
    }
    text_ += '"';
  }
  text_ += '\n';
}

}  // namespace rectune::experiments
