// SPDX-License-Identifier: Apache-2.0
//
// Reading the repository as text, for tests of the house rules. Not a C++ parser: it knows
// comments, literals and braces, which is what the rules need.
//
//   for (const auto& file : SourceFiles(root)) {
//     std::string code = BlankCommentsAndLiterals(ReadText(root / file));
//   }
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace rectune::house {

/// One breach of one rule.
struct Finding {
  std::string file;  // relative to the root
  std::string what;
};

/// One finding a line; "" when there is none, so that a test compares with "".
std::string Describe(const std::vector<Finding>& findings);

/// The folders that hold our C++ code.
const std::vector<std::string>& CodeFolders();

/// Every .h and .cc below the code folders, relative to `root`, sorted.
std::vector<std::filesystem::path> SourceFiles(const std::filesystem::path& root);

/// Every file below `root` except version control, builds, run folders and environments; sorted.
std::vector<std::filesystem::path> AllFiles(const std::filesystem::path& root);

std::string ReadText(const std::filesystem::path& file);
std::vector<std::string> Lines(std::string_view text);

/// `code` with every comment and the contents of every string and character literal turned into
/// spaces; line breaks stay. Raw strings are understood.
std::string BlankCommentsAndLiterals(std::string_view code);

/// `file: reason` lines; '#' starts a comment. A line without a reason is a finding in itself.
struct Allowlist {
  std::vector<std::string> files;
  std::vector<Finding> faults;
  bool Allows(const std::string& file) const;
};
Allowlist ReadAllowlist(const std::filesystem::path& root, const std::string& name);

/// A folder of made-up files, gone at the end of its scope: every rule is shown to fail on one.
class ScratchTree {
 public:
  ScratchTree();
  ~ScratchTree();
  ScratchTree(const ScratchTree&) = delete;
  ScratchTree& operator=(const ScratchTree&) = delete;

  void Write(const std::string& file, std::string_view text) const;
  const std::filesystem::path& root() const { return root_; }

 private:
  std::filesystem::path root_;
};

}  // namespace rectune::house
