// SPDX-License-Identifier: Apache-2.0
//
// RunLock: one process at a time in a run folder. An advisory lock (flock) on DIR/.lock, which the
// system drops when the process dies, so that a killed run leaves nothing to clean up.
//
//   RunLock lock(directory);   // std::runtime_error when another process holds it
#pragma once

#include <filesystem>

namespace rectune::experiments {

class RunLock {
 public:
  explicit RunLock(const std::filesystem::path& directory);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace rectune::experiments
