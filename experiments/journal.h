// SPDX-License-Identifier: Apache-2.0
//
// Journal: an append-only file of checksummed JSON lines, one writer a file. A line is
//
//   {"checksum":"<8 hex>", ...}      checksum = CRC-32 of the line without that member
//
// and counts only when it is whole: it ends in a newline, its checksum fits and it parses. A crash
// can only tear the last line, so a bad last line is dropped; a bad line with good ones after it is
// damage, and is reported, never repaired. Not a database and not a lock (experiments/run_lock.h).
//
//   JournalContent content = ReadJournal(path);               // {records, valid_bytes, dropped}
//   JournalWriter writer(path, content.valid_bytes);          // cuts the torn tail off
//   writer.Append(record);                                    // one write, then flushed to disk
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"

namespace rectune::experiments {

struct JournalContent {
  std::vector<Json> records;        // without their checksums
  std::vector<std::uint64_t> ends;  // byte offset just past each record's newline
  std::uint64_t valid_bytes = 0;    // length of the whole lines
  std::string dropped;              // why the tail does not count; empty when there is none
};

/// The sealed line of one record, newline included. `record` must be an object without "checksum".
std::string SealLine(const Json& record);

/// A missing file reads as empty. Throws std::runtime_error naming file and line for damage before
/// the last line.
JournalContent ReadJournal(const std::filesystem::path& file);

class JournalWriter {
 public:
  /// Opens (or creates) `file` and cuts it to `valid_bytes`. Throws std::runtime_error with path
  /// and reason.
  JournalWriter(const std::filesystem::path& file, std::uint64_t valid_bytes);
  ~JournalWriter();
  JournalWriter(const JournalWriter&) = delete;
  JournalWriter& operator=(const JournalWriter&) = delete;

  /// On return the line is on disk. On failure (a full disk) the file is cut back to the lines
  /// before it, and std::runtime_error says why.
  void Append(const Json& record);

 private:
  std::filesystem::path file_;
  int descriptor_ = -1;
  std::uint64_t length_ = 0;
};

}  // namespace rectune::experiments
