// SPDX-License-Identifier: Apache-2.0
#include "tests/experiments/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "core/json.h"

namespace rectune::experiments {

namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::string pattern = (fs::temp_directory_path() / "rectune-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
  path_ = pattern;
}

ScratchFolder::~ScratchFolder() { fs::remove_all(path_); }

ChildProcess::ChildProcess(const std::vector<std::string>& command, std::int64_t file_limit_bytes) {
  std::string pattern = (fs::temp_directory_path() / "rectune-child-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no scratch folder");
  output_ = pattern;
  const std::string out = output_ / "out";
  const std::string err = output_ / "err";
  WriteText(out, "");  // a child killed at once would leave none
  WriteText(err, "");
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ == 0) {
    // Only async-signal-safe calls from here to exec.
    const int null = ::open("/dev/null", O_RDONLY);
    const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(null, STDIN_FILENO);
    ::dup2(out_file, STDOUT_FILENO);
    ::dup2(err_file, STDERR_FILENO);
    if (file_limit_bytes > 0) {
      ::signal(SIGXFSZ, SIG_IGN);  // so that the write fails instead of killing
      rlimit limit{};
      limit.rlim_cur = static_cast<rlim_t>(file_limit_bytes);
      limit.rlim_max = limit.rlim_cur;
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
}

ChildProcess::~ChildProcess() {
  if (!is_reaped_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &raw_status_, 0);
  }
  fs::remove_all(output_);
}

void ChildProcess::Signal(int number) const {
  if (!is_reaped_) ::kill(pid_, number);
}

bool ChildProcess::HasEnded() {
  if (!is_reaped_) is_reaped_ = ::waitpid(pid_, &raw_status_, WNOHANG) == pid_;
  return is_reaped_;
}

ProcessResult ChildProcess::Wait() {
  if (!is_reaped_) {
    ::waitpid(pid_, &raw_status_, 0);
    is_reaped_ = true;
  }
  ProcessResult result;
  result.status = WIFEXITED(raw_status_) ? WEXITSTATUS(raw_status_) : -WTERMSIG(raw_status_);
  result.out = ReadFile(output_ / "out");
  result.err = ReadFile(output_ / "err");
  return result;
}

ProcessResult RunProcess(const std::vector<std::string>& command, std::int64_t file_limit_bytes) {
  return ChildProcess(command, file_limit_bytes).Wait();
}

std::map<std::string, std::string> PromisedBytes(const fs::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root / "cells")) {
    if (!entry.is_regular_file() || entry.path().filename() == "timing.jsonl") continue;
    files[entry.path().lexically_relative(root).string()] = ReadFile(entry.path());
  }
  return files;
}

void WriteText(const fs::path& file, const std::string& text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace rectune::experiments
