// SPDX-License-Identifier: Apache-2.0
#include "experiments/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace rectune::experiments {

RunLock::RunLock(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / ".lock";
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor_ < 0) {
    throw std::runtime_error("cannot write in " + directory.string() + ": " +
                             std::generic_category().message(errno));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> holder{};
    const ssize_t count = ::read(descriptor_, holder.data(), holder.size() - 1);
    const std::string process = count > 0 ? std::string(holder.data(), count) : "unknown";
    ::close(descriptor_);
    throw std::runtime_error("another rectune (process " + process + ") is running in " +
                             directory.string() +
                             "; wait for it, or give this run another --out folder");
  }
  const std::string process = std::to_string(::getpid());
  // Only a courtesy to whoever is refused: the lock itself does not depend on it.
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::write(descriptor_, process.data(), process.size()) < 0) {
    ::close(descriptor_);
    throw std::runtime_error("cannot write " + file.string() + ": " +
                             std::generic_category().message(errno));
  }
}

RunLock::~RunLock() { ::close(descriptor_); }

}  // namespace rectune::experiments
