// SPDX-License-Identifier: Apache-2.0
//
// The transcript of a short campaign, word for word, so that a change to what people read is seen
// in review. Regenerate on purpose with
//
//   RECTUNE_REGENERATE_GOLDEN=1 build/dev/tests/agents/test_agents "[golden]"
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "agents/table.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
bool IsWord(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A piece of text, or a number with a decimal point.
struct Token {
  std::string text;
  bool is_float = false;
};

/// Content addresses and sizes follow from the text, so they are masked: a float that differs in
/// its last digit must not fail the page three times over.
std::vector<Token> Tokens(const std::string& text) {
  std::vector<Token> tokens;
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i;
    while (end < text.size() && IsWord(text[end])) ++end;
    if (end == i) {
      tokens.push_back({text.substr(i, 1)});
      ++i;
      continue;
    }
    std::string word = text.substr(i, end - i);
    const bool whole_number = std::all_of(word.begin(), word.end(), IsDigit);
    if (whole_number && end + 1 < text.size() && text[end] == '.' && IsDigit(text[end + 1])) {
      char* after = nullptr;
      std::strtod(text.c_str() + i, &after);
      end = static_cast<std::size_t>(after - text.c_str());
      tokens.push_back({text.substr(i, end - i), true});
    } else {
      const bool is_address =
          (word.size() == 12 || word.size() == 16) && std::all_of(word.begin(), word.end(), IsHex);
      const bool is_size = whole_number && (text.compare(end, 6, " bytes") == 0 ||
                                            text.compare(end, 10, " tokens in") == 0 ||
                                            text.compare(end, 4, " out") == 0);
      tokens.push_back({is_address || is_size ? "#" : word});
    }
    i = end;
  }
  return tokens;
}

/// "" if the texts agree: words and integers exactly, floats to a thousandth.
std::string Compare(const std::string& expected, const std::string& actual) {
  const std::vector<Token> a = Tokens(expected);
  const std::vector<Token> b = Tokens(actual);
  std::size_t line = 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].text == "\n") ++line;
    bool same = a[i].text == b[i].text;
    if (!same && a[i].is_float && b[i].is_float) {
      const double x = std::atof(a[i].text.c_str());
      const double y = std::atof(b[i].text.c_str());
      same = std::abs(x - y) <= 1e-3 * std::max({std::abs(x), std::abs(y), 0.1});
    }
    if (!same) {
      return "line " + std::to_string(line) + ": expected \"" + a[i].text + "\", found \"" +
             b[i].text + "\"";
    }
  }
  return a.size() == b.size() ? "" : "one text is longer";
}

TEST_CASE("The golden comparator fails on what matters, and only on that", "[golden]") {
  CHECK(Compare("arm 1: +0.4213 +- 0.3%", "arm 1: +0.4213 +- 0.3%").empty());
  CHECK(Compare("arm 1: +0.4213", "arm 1: +0.4214").empty());
  CHECK_FALSE(Compare("arm 1: +0.4213", "arm 1: -0.4213").empty());
  CHECK_FALSE(Compare("arm 1: +0.4213", "arm 1: +0.43").empty());
  CHECK_FALSE(Compare("arm 1", "arm 2").empty());
  CHECK_FALSE(Compare("kept", "not kept").empty());
  CHECK_FALSE(Compare("kept\n", "kept\nmore").empty());
  CHECK_FALSE(Compare("0.5 of 4", "0.5 of 5").empty());
  CHECK(Compare("(70feb4797b88, 3490 bytes)", "(0123456789ab, 3491 bytes)").empty());
  CHECK_FALSE(Compare("trial 70", "trial 71").empty());
  CHECK_THAT(Compare("a\nb\nc 1", "a\nb\nc 2"), Catch::Contains("line 3"));
}

TEST_CASE("The transcript of a short campaign is what it was", "[golden]") {
  test_support::TemporaryDirectory home;
  const TuningTask task = test_support::MakeToyTask(7, 3, 2);
  const auto tuner =
      FindTuner(AgentTable(), "agent_no_gate")
          ->make(task, ParseJson(R"({"model": {"out_of_range_rate": 0.2, "malformed_rate": 0.2}})"),
                 "", {home.path()});
  test_support::RunToyStudy(*tuner, 0.2);
  const std::filesystem::path golden =
      std::filesystem::path(RECTUNE_SOURCE_DIR) / "tests" / "golden" / "agents";
  const bool regenerate = std::getenv("RECTUNE_REGENERATE_GOLDEN") != nullptr;
  if (regenerate) std::filesystem::create_directories(golden);
  for (const char* name : {"round-01.md", "round-02.md", "round-03.md"}) {
    INFO(name);
    const std::string actual = ReadFile(home.path() / "transcript" / name);
    if (regenerate) WriteFileAtomically(golden / name, actual);
    CHECK(Compare(ReadFile(golden / name), actual).empty());
  }
}

}  // namespace
}  // namespace rectune::agents
