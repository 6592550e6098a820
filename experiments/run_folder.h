// SPDX-License-Identifier: Apache-2.0
//
// RunFolder: the layout of a run on disk, and the rules for entering one. A folder belongs to one
// resolved spec and one world for good: anything else is refused rather than mixed in.
//
//   DIR/manifest.json              spec, hash, program, libraries, host, command lines
//   DIR/task.json                  parameters, metrics, objective, production, reference
//   DIR/cells/<label>.seed<n>/     journal.jsonl, timing.jsonl, home/ (see experiments/cell.h)
//   DIR/results.sqlite, report.*   made from the journals, and remade at will
//
//   RunFolder folder = RunFolder::Enter(directory, study, argv);   // new, or resumed
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "experiments/run_lock.h"
#include "experiments/study_spec.h"

namespace rectune::experiments {

class RunFolder {
 public:
  /// Throws ConfigError, touching nothing, when `directory` may not be entered for `study` (other
  /// files, another spec, another world). Throws std::runtime_error when it is locked or cannot be
  /// written. `on_message` hears of a change of program between two sessions.
  static RunFolder Enter(const std::filesystem::path& directory, const Study& study,
                         const std::vector<std::string>& command,
                         const std::function<void(const std::string&)>& on_message);

  const std::filesystem::path& directory() const { return directory_; }
  bool is_resumed() const { return is_resumed_; }
  std::filesystem::path cell(const CellSpec& cell) const { return directory_ / "cells" / cell.id; }

 private:
  RunFolder(std::filesystem::path directory, std::unique_ptr<RunLock> lock, bool is_resumed);

  std::filesystem::path directory_;
  std::unique_ptr<RunLock> lock_;
  bool is_resumed_;
};

inline constexpr int kManifestSchema = 1;

/// What task.json holds: enough to read a run of `rounds` rounds without a simulator. Events and
/// later phases only where those rounds meet any.
Json TaskJson(const std::shared_ptr<const TestbedPort>& start, int rounds);

/// manifest.json of a folder; ConfigError with a hint when it is no run folder.
Json ReadManifest(const std::filesystem::path& directory);

}  // namespace rectune::experiments
