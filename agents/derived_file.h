// SPDX-License-Identifier: Apache-2.0
//
// WriteDerivedFile: for files that a saved state can rebuild (skills, memory, A/B tasks). Renamed
// into place, so that a reader never sees half of one, but not flushed to disk: a flush costs
// milliseconds and buys nothing here. What cannot be rebuilt goes through WriteFileAtomically.
#pragma once

#include <filesystem>
#include <string_view>

namespace rectune::agents {

/// Creates the folder if need be and leaves a file that already holds `bytes` alone. Throws
/// std::runtime_error with the path when it cannot write.
void WriteDerivedFile(const std::filesystem::path& file, std::string_view bytes);

}  // namespace rectune::agents
