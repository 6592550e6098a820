// SPDX-License-Identifier: Apache-2.0
//
// House rules on single source files. Each function returns every breach below `root`.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/house/source_tree.h"

namespace rectune::house {

/// The first line of every source names the licence.
std::vector<Finding> CheckLicenceLines(const std::filesystem::path& root);

/// A header over 250 or a source over 400 lines needs an entry with a reason in
/// tests/house/long_files.txt; over 400 and 600 nothing helps. Entries no longer needed are
/// breaches too, so the list only shrinks by itself.
std::vector<Finding> CheckFileSizes(const std::filesystem::path& root);

/// At most six virtual functions a class, the destructor aside.
std::vector<Finding> CheckInterfaceSizes(const std::filesystem::path& root);

/// Tests never look at a clock or sleep, except the files in tests/house/clock_users.txt.
std::vector<Finding> CheckClocksInTests(const std::filesystem::path& root);

/// Random numbers come from core/random_stream.h alone: no std:: engine, device or distribution.
std::vector<Finding> CheckRandomness(const std::filesystem::path& root);

/// A handler for everything hands the exception on: `throw;` or std::current_exception().
std::vector<Finding> CheckCatchAll(const std::filesystem::path& root);

/// No option that lets floating-point results differ between machines, outside the bench preset.
std::vector<Finding> CheckBuildFlags(const std::filesystem::path& root);

/// No path of somebody's machine and no package host in any file.
std::vector<Finding> CheckNoLocalNames(const std::filesystem::path& root);

}  // namespace rectune::house
