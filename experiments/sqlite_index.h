// SPDX-License-Identifier: Apache-2.0
//
// WriteSqliteIndex: results.sqlite, a copy of the journals that SQL and notebooks can query. It is
// an index and nothing more: rebuilt whole, beside its place, then renamed; deleting it loses
// nothing. Tables (all STRICT): studies, cells, rounds, trials, readings; a number that is not
// finite is NULL there (the journals spell it out).
//
//   WriteSqliteIndex(LoadRun(directory), directory / "results.sqlite");
#pragma once

#include <filesystem>

#include "experiments/run_data.h"

namespace rectune::experiments {

/// Throws std::runtime_error with SQLite's own message when it cannot be written.
void WriteSqliteIndex(const RunData& run, const std::filesystem::path& file);

}  // namespace rectune::experiments
