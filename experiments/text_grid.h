// SPDX-License-Identifier: Apache-2.0
//
// TextGrid: rows of text in aligned columns for a terminal, and numbers at a fixed number of
// places. Not the report's tables (those are CSV, Markdown and HTML).
//
//   TextGrid grid({"metric", "lift"}, {Align::kLeft, Align::kRight});
//   grid.AddRow({"ctr", Fixed(0.4213, 2)});
//   out << grid.ToString();
#pragma once

#include <string>
#include <vector>

namespace rectune::experiments {

enum class Align { kLeft, kRight };

class TextGrid {
 public:
  /// `aligns` has one entry a column.
  TextGrid(std::vector<std::string> header, std::vector<Align> aligns);
  void AddRow(std::vector<std::string> cells);
  /// Two spaces between columns, a rule below the header, no trailing blanks.
  std::string ToString() const;

 private:
  std::vector<Align> aligns_;
  std::vector<std::vector<std::string>> rows_;  // the header first
};

/// 0.4213 -> "0.42"; never "-0.00"; "NaN" and "Infinity" as such.
std::string Fixed(double value, int places);
/// With an explicit sign: "+0.42".
std::string Signed(double value, int places);
/// Four significant digits: "0.0123", "1.05e+06".
std::string Short(double value);
/// "paragraph" cut at blanks into lines of at most `width`, each after `indent` blanks.
std::string Wrap(const std::string& paragraph, std::size_t width, std::size_t indent);

}  // namespace rectune::experiments
