// SPDX-License-Identifier: Apache-2.0
//
// Progress: how far a run is, on stderr. On a terminal one line is redrawn; elsewhere a plain line
// appears at every tenth. Never writes to stdout, and never says more than the rounds counted.
//
//   Progress progress({.is_terminal = isatty(2), .is_quiet = false}, std::cerr, total, done);
//   progress.RoundDone();                 // from any thread
//   progress.Say("cell tpe.seed1: ...");  // a message, clear of the redrawn line
#pragma once

#include <chrono>
#include <mutex>
#include <ostream>
#include <string>

namespace rectune::experiments {

struct ProgressStyle {
  bool is_terminal = false;
  bool is_quiet = false;  // messages still appear
};

class Progress {
 public:
  /// `total` rounds, of which `already` were done before this process (they cost no time now).
  Progress(ProgressStyle style, std::ostream& out, int total, int already);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void RoundDone();
  void Say(const std::string& message);

 private:
  void Draw();
  std::string Line() const;

  ProgressStyle style_;
  std::ostream& out_;
  int total_;
  int already_;
  int done_;
  int last_tenth_;
  bool line_is_open_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_drawn_;
  std::mutex mutex_;
};

/// "42 s", "3 min 05 s", "2 h 07 min".
std::string HumanDuration(double seconds);

}  // namespace rectune::experiments
