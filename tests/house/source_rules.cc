// SPDX-License-Identifier: Apache-2.0
#include "tests/house/source_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

namespace rectune::house {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostVirtuals = 6;

struct SizeLimits {
  std::size_t soft;
  std::size_t hard;
};

SizeLimits LimitsFor(const fs::path& file) {
  return file.extension() == ".h" ? SizeLimits{250, 400} : SizeLimits{400, 600};
}

// The code between the brace at `open` and its partner, both left out.
std::string_view Block(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (code[i] == '{') ++depth;
    if (code[i] == '}' && --depth == 0) return code.substr(open + 1, i - open - 1);
  }
  return code.substr(open + 1);
}

// Every match of `pattern` in the code (comments and literals apart) of files that `selects`.
template <typename Selects>
std::vector<Finding> FindInCode(const fs::path& root, const std::regex& pattern,
                                const std::string& what, const Selects& selects) {
  std::vector<Finding> findings;
  for (const fs::path& file : SourceFiles(root)) {
    if (!selects(file.generic_string())) continue;
    const std::string code = BlankCommentsAndLiterals(ReadText(root / file));
    std::smatch match;
    if (std::regex_search(code, match, pattern)) {
      findings.push_back({file.generic_string(), what + ": " + match.str()});
    }
  }
  return findings;
}

}  // namespace

std::vector<Finding> CheckLicenceLines(const fs::path& root) {
  std::vector<Finding> findings;
  for (const fs::path& file : SourceFiles(root)) {
    if (!ReadText(root / file).starts_with("// SPDX-License-Identifier: Apache-2.0\n")) {
      findings.push_back({file.generic_string(), "the first line must name the licence"});
    }
  }
  return findings;
}

std::vector<Finding> CheckFileSizes(const fs::path& root) {
  const Allowlist allowed = ReadAllowlist(root, "long_files.txt");
  std::vector<Finding> findings = allowed.faults;
  for (const fs::path& file : SourceFiles(root)) {
    const std::string name = file.generic_string();
    const std::size_t lines = Lines(ReadText(root / file)).size();
    const SizeLimits limits = LimitsFor(file);
    const std::string length = std::to_string(lines) + " lines";
    if (lines > limits.hard) {
      findings.push_back({name, length + ", never more than " + std::to_string(limits.hard)});
    } else if (lines > limits.soft && !allowed.Allows(name)) {
      findings.push_back({name, length + ", more than " + std::to_string(limits.soft) +
                                    " needs a reason in tests/house/long_files.txt"});
    } else if (lines <= limits.soft && allowed.Allows(name)) {
      findings.push_back(
          {name, length + ": needs no entry in tests/house/long_files.txt any more"});
    }
  }
  return findings;
}

std::vector<Finding> CheckInterfaceSizes(const fs::path& root) {
  static const std::regex head(R"(\b(?:class|struct)\s+(\w+)[^;{}()=]*\{)");
  static const std::regex virtual_function(R"(\bvirtual\b\s*(~?))");
  std::vector<Finding> findings;
  for (const fs::path& file : SourceFiles(root)) {
    const std::string code = BlankCommentsAndLiterals(ReadText(root / file));
    for (std::sregex_iterator it(code.begin(), code.end(), head), end; it != end; ++it) {
      const auto open = static_cast<std::size_t>(it->position() + it->length() - 1);
      const std::string body(Block(code, open));
      std::size_t count = 0;
      for (std::sregex_iterator v(body.begin(), body.end(), virtual_function); v != end; ++v) {
        if ((*v)[1].length() == 0) ++count;
      }
      if (count > kMostVirtuals) {
        findings.push_back(
            {file.generic_string(),
             (*it)[1].str() + " has " + std::to_string(count) + " virtual functions, at most six"});
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckClocksInTests(const fs::path& root) {
  static const std::regex clock(
      R"(\bchrono\b|\bsleep_(for|until)\b|\bu?sleep\s*\(|\bgettimeofday\b|\bclock_gettime\b)");
  const Allowlist allowed = ReadAllowlist(root, "clock_users.txt");
  std::vector<Finding> findings = FindInCode(
      root, clock, "a test must not depend on the clock", [&allowed](const std::string& file) {
        return file.starts_with("tests/") && !allowed.Allows(file);
      });
  findings.insert(findings.end(), allowed.faults.begin(), allowed.faults.end());
  return findings;
}

std::vector<Finding> CheckRandomness(const fs::path& root) {
  static const std::regex foreign(
      R"(\brandom_device\b|\bmt19937|\bstd::\w+_distribution\b|\bdefault_random_engine\b|\bs?rand\s*\(|\bstd::shuffle\b|#\s*include\s*<random>)");
  return FindInCode(root, foreign, "random numbers come from core/random_stream.h",
                    [](const std::string&) { return true; });
}

std::vector<Finding> CheckCatchAll(const fs::path& root) {
  static const std::regex handler(R"(\bcatch\s*\(\s*\.\.\.\s*\)\s*\{)");
  static const std::regex hands_on(R"(\bthrow\s*;|\bcurrent_exception\b)");
  std::vector<Finding> findings;
  for (const fs::path& file : SourceFiles(root)) {
    const std::string code = BlankCommentsAndLiterals(ReadText(root / file));
    for (std::sregex_iterator it(code.begin(), code.end(), handler), end; it != end; ++it) {
      const std::string body(
          Block(code, static_cast<std::size_t>(it->position() + it->length() - 1)));
      if (!std::regex_search(body, hands_on)) {
        findings.push_back({file.generic_string(), "swallows every exception"});
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckBuildFlags(const fs::path& root) {
  static const std::regex loose(
      R"((^|[^-\w])-(ffast-math|Ofast|funsafe-math-optimizations|march=native))");
  std::vector<Finding> findings;
  const auto check = [&findings](const std::string& name, const std::string& text) {
    std::smatch match;
    if (std::regex_search(text, match, loose)) {
      findings.push_back({name, "results would depend on the machine: -" + match[2].str()});
    }
  };
  for (const fs::path& file : AllFiles(root)) {
    const std::string name = file.generic_string();
    if (name == "CMakePresets.json") {
      const auto presets = nlohmann::json::parse(ReadText(root / file));
      for (const auto& preset : presets.at("configurePresets")) {
        if (preset.at("name") != "bench") check(name, preset.dump());
      }
    } else if (file.filename() == "CMakeLists.txt" || file.extension() == ".cmake") {
      for (const std::string& line : Lines(ReadText(root / file))) {
        check(name, line.substr(0, line.find('#')));
      }
    }
  }
  return findings;
}

std::vector<Finding> CheckNoLocalNames(const fs::path& root) {
  // Spelled in pieces, so that this file passes its own rule.
  static const std::array<std::string, 8> names{
      "/tmp/"
      "build",
      "/home/"
      "user",
      "py"
      "pi.org",
      "pythonhosted"
      ".org",
      "deb.debian"
      ".org",
      "registry.npm"
      "js",
      "crates"
      ".io",
      "proxy.golang"
      ".org"};
  // A folder at the root of a machine; "network/" is no such thing.
  const std::string folder =
      "/work"
      "/";
  std::vector<Finding> findings;
  for (const fs::path& file : AllFiles(root)) {
    const std::string text = ReadText(root / file);
    if (text.find('\0') != std::string::npos) continue;  // not text
    const auto report = [&](std::size_t at) {
      findings.push_back(
          {file.generic_string(), "names a machine or host: " + text.substr(at, 60)});
    };
    for (const std::string& name : names) {
      const std::size_t at = text.find(name);
      if (at != std::string::npos) report(at);
    }
    for (std::size_t at = text.find(folder); at != std::string::npos;
         at = text.find(folder, at + 1)) {
      const char before = at == 0 ? ' ' : text[at - 1];
      if (std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '.' && before != '_' &&
          before != '-' && before != '*') {
        report(at);
      }
    }
  }
  return findings;
}

}  // namespace rectune::house
