// SPDX-License-Identifier: Apache-2.0
#include "tests/house/include_law.h"

#include <algorithm>
#include <map>
#include <regex>
#include <string>

namespace rectune::house {
namespace {

namespace fs = std::filesystem;

// What each folder may include from; a folder that is not named here may include anything of ours.
const std::map<std::string, std::vector<std::string>>& Arrows() {
  static const std::map<std::string, std::vector<std::string>> arrows{
      {"core", {"core"}},
      {"sim", {"core", "sim"}},
      {"baselines", {"core", "baselines"}},
      {"agents", {"core", "agents"}},
      {"experiments", {"core", "sim", "baselines", "agents", "experiments", "cmake"}},
      {"cmake", {"cmake"}},
  };
  return arrows;
}

bool Holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<Finding> CheckIncludeLaw(const fs::path& root) {
  static const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::vector<Finding> findings;
  for (const fs::path& file : SourceFiles(root)) {
    const std::string folder = file.begin()->string();
    const auto arrow = Arrows().find(folder);
    for (const std::string& line : Lines(ReadText(root / file))) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string name = match[2];
      const std::string target = fs::path(name).begin()->string();
      const bool is_ours = Holds(CodeFolders(), target) && name.find('/') != std::string::npos;
      if (match[1] == "\"" && !is_ours) {
        findings.push_back({file.string(), "include is not spelled from the root: " + name});
      } else if (is_ours && arrow != Arrows().end() && !Holds(arrow->second, target)) {
        findings.push_back({file.string(), folder + " must not include " + name});
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckLinkLaw(const fs::path& root) {
  static const std::regex target(R"(\brectune_(core|sim|baselines|agents|experiments)\b)");
  std::vector<Finding> findings;
  for (const fs::path& file : AllFiles(root)) {
    if (file.filename() != "CMakeLists.txt" || !file.has_parent_path()) continue;
    const std::string folder = file.begin()->string();
    const auto arrow = Arrows().find(folder);
    if (arrow == Arrows().end()) continue;
    for (const std::string& line : Lines(ReadText(root / file))) {
      const std::string code = line.substr(0, line.find('#'));
      for (std::sregex_iterator it(code.begin(), code.end(), target), end; it != end; ++it) {
        if (!Holds(arrow->second, (*it)[1])) {
          findings.push_back({file.string(), folder + " must not link " + it->str()});
        }
      }
    }
  }
  return findings;
}

}  // namespace rectune::house
