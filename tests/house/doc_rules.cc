// SPDX-License-Identifier: Apache-2.0
#include "tests/house/doc_rules.h"

#include <unistd.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace rectune::house {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadmeLines = 90;
constexpr const char* kProgram = "build/release/rectune";

bool IsMarkdown(const fs::path& file) { return file.extension() == ".md"; }

// The verbs that experiments/ registers with CLI11.
std::set<std::string> Verbs(const fs::path& root) {
  static const std::regex verb(R"re(add_subcommand\(\s*"([\w-]+)")re");
  std::set<std::string> verbs;
  for (const fs::path& file : SourceFiles(root)) {
    if (file.begin()->string() != "experiments") continue;
    const std::string text = ReadText(root / file);
    for (std::sregex_iterator it(text.begin(), text.end(), verb), end; it != end; ++it) {
      verbs.insert((*it)[1]);
    }
  }
  return verbs;
}

std::vector<std::string> Words(const std::string& line) {
  std::istringstream in(line.substr(0, line.find(" #")));
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Does `word` claim to be a file of the repository?
bool NamesOurFile(const fs::path& root, const std::string& word) {
  const std::string first = fs::path(word).begin()->string();
  return word.find('/') != std::string::npos && word.find_first_of("<>*$") == std::string::npos &&
         first != "build" && first != "runs" && fs::is_directory(root / first);
}

void CheckCommandLine(const fs::path& root, const std::string& file, const std::string& line,
                      const std::set<std::string>& verbs, std::vector<Finding>* findings) {
  std::vector<std::string> words = Words(line);
  // VARIABLE=value before a command
  while (!words.empty() && words[0].find('=') != std::string::npos) words.erase(words.begin());
  if (words.empty()) return;
  const std::string& command = words[0];
  if (command == kProgram || command == "rectune") {
    if (words.size() > 1 && words[1][0] != '-' && !verbs.contains(words[1])) {
      findings->push_back({file, "rectune has no verb " + words[1]});
    }
  } else if (NamesOurFile(root, command) && access((root / command).c_str(), X_OK) != 0) {
    findings->push_back({file, "cannot be executed: " + command});
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (NamesOurFile(root, words[i]) && !fs::exists(root / words[i])) {
      findings->push_back({file, "`" + line + "` names a file that is not there: " + words[i]});
    }
  }
}

}  // namespace

std::vector<Finding> CheckReadmeLength(const fs::path& root) {
  const std::size_t lines = Lines(ReadText(root / "README.md")).size();
  if (lines < kReadmeLines) return {};
  return {{"README.md", std::to_string(lines) + " lines, must stay under 90"}};
}

std::vector<Finding> CheckLinks(const fs::path& root) {
  static const std::regex link(R"(\]\(([^)\s#]+)(#[^)]*)?\))");
  std::vector<Finding> findings;
  for (const fs::path& file : AllFiles(root)) {
    if (!IsMarkdown(file)) continue;
    for (const std::string& line : Lines(ReadText(root / file))) {
      for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it) {
        const std::string target = (*it)[1];
        const bool is_remote =
            target.find("://") != std::string::npos || target.starts_with("mailto:");
        if (!is_remote && !fs::exists(root / file.parent_path() / target)) {
          findings.push_back({file.generic_string(), "dead link: " + target});
        }
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckCommands(const fs::path& root) {
  const std::set<std::string> verbs = Verbs(root);
  std::vector<Finding> findings;
  for (const fs::path& file : AllFiles(root)) {
    const std::string name = file.generic_string();
    if (!IsMarkdown(file) || (name != "README.md" && !name.starts_with("docs/"))) continue;
    bool in_shell = false;
    bool continues = false;
    for (const std::string& line : Lines(ReadText(root / file))) {
      if (line.starts_with("```")) {
        in_shell = !in_shell && (line == "```sh" || line == "```bash");
        continue;
      }
      if (in_shell && !continues) CheckCommandLine(root, name, line, verbs, &findings);
      continues = in_shell && line.ends_with("\\");
    }
  }
  return findings;
}

}  // namespace rectune::house
