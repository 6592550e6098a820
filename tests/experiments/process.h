// SPDX-License-Identifier: Apache-2.0
//
// Child processes for tests: start a program, wait for it or kill it, read what it printed. And a
// scratch folder that goes away with the test.
//
//   ProcessResult result = RunProcess({kToyProgram, "list"});
//   REQUIRE(result.status == 0);
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace rectune::experiments {

struct ProcessResult {
  int status = 0;  // exit status, or minus the signal that ended it
  std::string out;
  std::string err;
};

class ChildProcess {
 public:
  /// `file_limit_bytes` > 0: no file may grow beyond it, and trying to is an error, as on a full
  /// disk.
  explicit ChildProcess(const std::vector<std::string>& command, std::int64_t file_limit_bytes = 0);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void Signal(int number) const;
  ProcessResult Wait();
  /// True when it has ended already (Wait then returns at once).
  bool HasEnded();

 private:
  pid_t pid_ = -1;
  bool is_reaped_ = false;
  int raw_status_ = 0;
  std::filesystem::path output_;
};

ProcessResult RunProcess(const std::vector<std::string>& command,
                         std::int64_t file_limit_bytes = 0);

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Relative path -> bytes of every file below `root` that a run promises to repeat: journals and
/// homes, but no wall times.
std::map<std::string, std::string> PromisedBytes(const std::filesystem::path& root);

void WriteText(const std::filesystem::path& file, const std::string& text);

}  // namespace rectune::experiments
