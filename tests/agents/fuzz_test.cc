// SPDX-License-Identifier: Apache-2.0
//
// The fuzz targets without a fuzzer: the corpus, and thousands of addressed mutations of it, in
// every test run and under the sanitizers. tools/fuzz searches further with libFuzzer.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/json.h"
#include "core/random_stream.h"
#include "tests/fuzz/targets.h"

namespace rectune::fuzz {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> Corpus(const std::string& target) {
  std::vector<fs::path> files;
  for (const auto& entry :
       fs::directory_iterator(fs::path(RECTUNE_SOURCE_DIR) / "tests/fuzz/corpus" / target)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> corpus;
  for (const fs::path& file : files) corpus.push_back(ReadFile(file));
  return corpus;
}

/// A few edits of the kinds that break parsers: bytes flipped, pieces cut, doubled or crossed over.
std::string Mutate(const std::vector<std::string>& corpus, RandomStream* stream) {
  const auto pick = [&](std::size_t count) {
    return static_cast<std::size_t>(stream->UniformInteger(count));
  };
  std::string text = corpus[pick(corpus.size())];
  const std::size_t edits = 1 + pick(6);
  for (std::size_t edit = 0; edit < edits && !text.empty(); ++edit) {
    const std::size_t at = pick(text.size());
    const std::size_t length = std::min(text.size() - at, 1 + pick(20));
    switch (pick(6)) {
      case 0:
        text[at] = static_cast<char>(pick(256));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(at, length));
        break;
      case 3: {
        const std::string& other = corpus[pick(corpus.size())];
        text.insert(at, other.substr(pick(other.size()), length));
        break;
      }
      case 4:
        text.insert(at, 1, "{}[]\"\\:,-e\n`#&*|>"[pick(17)]);
        break;
      default:
        text.resize(at);
        break;
    }
  }
  return text;
}

TEST_CASE("No bytes break a parser's promises") {
  constexpr std::uint64_t kMutations = 4000;
  for (const Target& target : Targets()) {
    const std::vector<std::string> corpus = Corpus(target.name);
    REQUIRE(corpus.size() >= 3);
    for (const std::string& text : corpus) {
      INFO(target.name << ": " << text);
      CHECK_NOTHROW(target.run(text));
    }
    for (std::uint64_t i = 0; i < kMutations; ++i) {
      RandomStream stream(1, Purpose::kTest, i);
      const std::string text = Mutate(corpus, &stream);
      try {
        target.run(text);
      } catch (const std::exception& error) {
        INFO(target.name << ", mutation " << i << ": " << text);
        FAIL(error.what());
      }
    }
  }
}

}  // namespace
}  // namespace rectune::fuzz
