// SPDX-License-Identifier: Apache-2.0
#include "tests/house/source_tree.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace rectune::house {
namespace {

namespace fs = std::filesystem;

bool IsSkippedFolder(const std::string& name) {
  static constexpr std::array<std::string_view, 7> kSkipped{
      ".git", "build", "runs", ".venv", "node_modules", "__pycache__", ".ipynb_checkpoints"};
  return std::find(kSkipped.begin(), kSkipped.end(), name) != kSkipped.end();
}

// Where a raw string that starts at `open` (its R) ends: one past the closing quote.
std::size_t EndOfRawString(std::string_view code, std::size_t open) {
  const std::size_t bracket = code.find('(', open);
  if (bracket == std::string_view::npos) return code.size();
  std::string close = ")";
  close += code.substr(open + 2, bracket - open - 2);
  close += '"';
  const std::size_t end = code.find(close, bracket);
  return end == std::string_view::npos ? code.size() : end + close.size();
}

std::size_t EndOfQuoted(std::string_view code, std::size_t open) {
  std::size_t i = open + 1;
  while (i < code.size() && code[i] != code[open] && code[i] != '\n') i += code[i] == '\\' ? 2 : 1;
  return std::min(i + 1, code.size());
}

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string Describe(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += finding.file + ": " + finding.what + "\n";
  return text;
}

const std::vector<std::string>& CodeFolders() {
  static const std::vector<std::string> folders{"core",        "sim",        "baselines", "agents",
                                                "experiments", "benchmarks", "tests",     "cmake"};
  return folders;
}

std::vector<fs::path> AllFiles(const fs::path& root) {
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(root); it != fs::recursive_directory_iterator();
       ++it) {
    if (it->is_directory() && IsSkippedFolder(it->path().filename().string())) {
      it.disable_recursion_pending();
    } else if (it->is_regular_file()) {
      files.push_back(it->path().lexically_relative(root));
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<fs::path> SourceFiles(const fs::path& root) {
  std::vector<fs::path> sources;
  for (const fs::path& file : AllFiles(root)) {
    const bool is_code = file.extension() == ".h" || file.extension() == ".cc";
    const auto& folders = CodeFolders();
    if (is_code &&
        std::find(folders.begin(), folders.end(), file.begin()->string()) != folders.end()) {
      sources.push_back(file);
    }
  }
  return sources;
}

std::string ReadText(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    lines.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

std::string BlankCommentsAndLiterals(std::string_view code) {
  std::string result(code);
  const auto blank = [&result](std::size_t from, std::size_t to) {
    for (std::size_t k = from; k < to; ++k) {
      if (result[k] != '\n') result[k] = ' ';
    }
  };
  std::size_t i = 0;
  while (i < code.size()) {
    const bool starts_word = i == 0 || !IsWordCharacter(code[i - 1]);
    std::size_t end = i + 1;
    if (code.substr(i, 2) == "//") {
      end = std::min(code.find('\n', i), code.size());
      blank(i, end);
    } else if (code.substr(i, 2) == "/*") {
      const std::size_t close = code.find("*/", i + 2);
      end = close == std::string_view::npos ? code.size() : close + 2;
      blank(i, end);
    } else if (starts_word && code.substr(i, 2) == "R\"") {
      end = EndOfRawString(code, i);
      blank(i + 1, end);
    } else if (code[i] == '"' || (code[i] == '\'' && starts_word)) {  // not a digit separator
      end = EndOfQuoted(code, i);
      blank(i + 1, end - 1);
    }
    i = end;
  }
  return result;
}

bool Allowlist::Allows(const std::string& file) const {
  return std::find(files.begin(), files.end(), file) != files.end();
}

Allowlist ReadAllowlist(const fs::path& root, const std::string& name) {
  Allowlist list;
  const std::string where = "tests/house/" + name;
  if (!fs::exists(root / where)) return list;
  for (const std::string& line : Lines(ReadText(root / where))) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos || line.size() < colon + 20) {
      list.faults.push_back({where, "needs `file: reason` with a reason in words: " + line});
      continue;
    }
    list.files.push_back(line.substr(0, colon));
    if (!fs::exists(root / list.files.back())) {
      list.faults.push_back({where, "names a file that is gone: " + list.files.back()});
    }
  }
  return list;
}

ScratchTree::ScratchTree() {
  static int count = 0;
  root_ = fs::temp_directory_path() /
          ("rectune_house_" + std::to_string(getpid()) + "_" + std::to_string(++count));
  fs::create_directories(root_);
}

ScratchTree::~ScratchTree() {
  std::error_code ignored;  // a destructor must not throw; a leftover temporary folder does no harm
  fs::remove_all(root_, ignored);
}

void ScratchTree::Write(const std::string& file, std::string_view text) const {
  fs::create_directories((root_ / file).parent_path());
  std::ofstream(root_ / file, std::ios::binary) << text;
}

}  // namespace rectune::house
