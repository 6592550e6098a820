// SPDX-License-Identifier: Apache-2.0
//
// Files: read with located errors, written whole or not at all. The full disk is a real one as far
// as the code can tell: the process's file size limit makes write() fail halfway.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "core/config_error.h"
#include "core/json.h"
#include "tests/support/temporary_directory.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;
using test_support::TemporaryDirectory;

std::ptrdiff_t FilesIn(const std::filesystem::path& directory) {
  return std::distance(std::filesystem::directory_iterator(directory),
                       std::filesystem::directory_iterator());
}

// While alive, no file of this process may grow beyond `bytes`.
class FileSizeLimit {
 public:
  // With the signal ignored, write() fails with EFBIG instead.
  explicit FileSizeLimit(rlim_t bytes) : previous_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &previous_) == 0);
    const rlimit limit{bytes, previous_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &previous_);
    (void)::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int);
};

std::string FailureOfWriting(const std::filesystem::path& file, const std::string& bytes) {
  try {
    WriteFileAtomically(file, bytes);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "written";
}

TEST_CASE("An atomic write replaces the file and leaves nothing beside it", "[json]") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "report.json";
  WriteFileAtomically(file, "old");
  const std::string large(1U << 20U, 'x');
  WriteFileAtomically(file, large);
  CHECK(ReadFile(file) == large);
  WriteFileAtomically(file, "");
  CHECK(ReadFile(file).empty());
  CHECK(FilesIn(directory.path()) == 1);
}

TEST_CASE("A full disk leaves the old bytes and names the file and the reason", "[json]") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "report.json";
  WriteFileAtomically(file, "old");
  std::string failure;
  {
    const FileSizeLimit limit(10000);
    failure = FailureOfWriting(file, std::string(50000, 'x'));
  }
  CHECK_THAT(failure, Contains(file.string()));
  CHECK_THAT(failure, Contains("File too large"));
  CHECK(ReadFile(file) == "old");
  CHECK(FilesIn(directory.path()) == 1);  // the half-written temporary is gone
}

TEST_CASE("A target that cannot be is an error, and nothing is left behind", "[json]") {
  const TemporaryDirectory directory;
  CHECK_THAT(FailureOfWriting(directory.path() / "absent" / "a.json", "x"),
             Contains("absent/a.json") && Contains("No such file or directory"));
  const std::filesystem::path occupied = directory.path() / "occupied";
  std::filesystem::create_directory(occupied);
  WriteFileAtomically(occupied / "inside", "kept");
  CHECK_THAT(FailureOfWriting(occupied, "x"), Contains("cannot replace"));
  CHECK(ReadFile(occupied / "inside") == "kept");
  CHECK(FilesIn(directory.path()) == 1);
}

TEST_CASE("Readers see one whole version while writers race", "[json]") {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "shared";
  WriteFileAtomically(file, std::string(5000, 'a'));
  std::vector<std::thread> writers;
  for (const char letter : {'b', 'c'}) {
    writers.emplace_back([&file, letter] {
      for (int i = 0; i < 20; ++i) {
        WriteFileAtomically(file, std::string(5000, letter));
      }
    });
  }
  bool whole = true;
  for (int i = 0; i < 200; ++i) {
    const std::string text = ReadFile(file);
    whole = whole && text == std::string(5000, text.empty() ? '?' : text[0]);
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  CHECK(whole);
  CHECK(FilesIn(directory.path()) == 1);
}

TEST_CASE("A file that cannot be read is an error located in it", "[json]") {
  const TemporaryDirectory directory;
  const auto message = [](const std::filesystem::path& file) -> std::string {
    try {
      (void)ReadJsonFile(file);
    } catch (const ConfigError& error) {
      CHECK(error.source() == file.string());
      return error.what();
    }
    return "read";
  };
  CHECK_THAT(message(directory.path() / "absent.json"), Contains("No such file or directory"));
  CHECK_THAT(message(directory.path()), Contains("Is a directory"));
  const std::filesystem::path torn = directory.path() / "torn.json";
  WriteFileAtomically(torn, "{\n  \"rounds\": ");
  CHECK_THAT(message(torn), Contains("torn.json: found a syntax error at line 2"));
  WriteFileAtomically(torn, "{\"rounds\": 3}");
  CHECK(message(torn) == "read");
  CHECK(ReadJsonFile(torn)["rounds"] == 3);
}

}  // namespace
}  // namespace rectune
