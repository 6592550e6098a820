// SPDX-License-Identifier: Apache-2.0
#include "experiments/journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/check.h"
#include "core/config_error.h"
#include "experiments/checksum.h"

namespace rectune::experiments {
namespace {

constexpr std::string_view kPrefix = "{\"checksum\":\"";
constexpr std::size_t kHexDigits = 8;
// {"checksum":"xxxxxxxx",
constexpr std::size_t kBodyOffset = kPrefix.size() + kHexDigits + 2;

[[noreturn]] void Fail(const std::string& what, const std::filesystem::path& file) {
  throw std::runtime_error("cannot " + what + " " + file.string() + ": " +
                           std::generic_category().message(errno));
}

/// Empty when `line` (without newline) is whole; else why it is not. Fills `record`.
std::string Unseal(std::string_view line, Json& record) {
  if (line.size() < kBodyOffset || line.substr(0, kPrefix.size()) != kPrefix ||
      line.substr(kPrefix.size() + kHexDigits, 2) != "\",") {
    return "it does not open with a checksum";
  }
  std::string body = "{";
  body += line.substr(kBodyOffset);
  const std::string_view stated = line.substr(kPrefix.size(), kHexDigits);
  const std::string actual = Crc32Hex(body);
  if (stated != actual) {
    return "its checksum is " + actual + ", not the stated " + std::string(stated);
  }
  try {
    record = ParseJson(body);
  } catch (const ConfigError& error) {
    return std::string("its checksum fits but it does not parse: ") + error.what();
  }
  return "";
}

}  // namespace

std::string SealLine(const Json& record) {
  RECTUNE_CHECK(record.is_object() && !record.empty() && !record.contains("checksum"),
                "a journal record is a non-empty object without a checksum of its own");
  const std::string body = DumpLine(record);
  std::string line(kPrefix);
  line += Crc32Hex(body);
  line += "\",";
  line.append(body, 1, std::string::npos);
  line += '\n';
  return line;
}

JournalContent ReadJournal(const std::filesystem::path& file) {
  JournalContent content;
  if (!std::filesystem::exists(file)) return content;
  const std::string bytes = ReadFile(file);
  std::size_t start = 0;
  for (std::size_t number = 1; start < bytes.size(); ++number) {
    const std::size_t newline = bytes.find('\n', start);
    const bool has_newline = newline != std::string::npos;
    const std::size_t stop = has_newline ? newline : bytes.size();
    Json record;
    std::string trouble = Unseal(std::string_view{bytes}.substr(start, stop - start), record);
    if (trouble.empty() && !has_newline) trouble = "it does not end in a newline";
    const std::size_t next = has_newline ? newline + 1 : bytes.size();
    if (!trouble.empty()) {
      if (next < bytes.size()) {
        throw std::runtime_error(file.string() + ":" + std::to_string(number) +
                                 ": damaged journal line: " + trouble +
                                 ". Whole lines follow it, so this is no torn write; nothing was "
                                 "changed. Restore the file, or remove its cell folder to run the "
                                 "cell again.");
      }
      content.dropped = "line " + std::to_string(number) + ": " + trouble;
      return content;
    }
    content.records.push_back(std::move(record));
    content.ends.push_back(next);
    content.valid_bytes = next;
    start = next;
  }
  return content;
}

JournalWriter::JournalWriter(const std::filesystem::path& file, std::uint64_t valid_bytes)
    : file_(file),
      descriptor_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)),
      length_(valid_bytes) {
  if (descriptor_ < 0) Fail("open", file_);
  if (::ftruncate(descriptor_, static_cast<off_t>(valid_bytes)) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    errno = reason;
    Fail("cut", file_);
  }
}

JournalWriter::~JournalWriter() { ::close(descriptor_); }

void JournalWriter::Append(const Json& record) {
  const std::string line = SealLine(record);
  const ssize_t written = ::write(descriptor_, line.data(), line.size());
  const bool whole = written == static_cast<ssize_t>(line.size());
  if (whole && ::fdatasync(descriptor_) == 0) {
    length_ += line.size();
    return;
  }
  // A short write means that the device is full; errno then belongs to no call.
  const int reason = (written >= 0 && !whole) ? ENOSPC : errno;
  if (::ftruncate(descriptor_, static_cast<off_t>(length_)) != 0) {
    // The torn line stays; the next reader drops it. The first reason is the one worth telling.
  }
  errno = reason;
  Fail("append to", file_);
}

}  // namespace rectune::experiments
