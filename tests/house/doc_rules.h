// SPDX-License-Identifier: Apache-2.0
//
// House rules on what people read: documents stay short, point at files that exist, and name
// commands that work.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/house/source_tree.h"

namespace rectune::house {

/// README.md has fewer than 90 lines.
std::vector<Finding> CheckReadmeLength(const std::filesystem::path& root);

/// Every relative link or picture in a Markdown file leads to a file that is there.
std::vector<Finding> CheckLinks(const std::filesystem::path& root);

/// In the fenced `sh` blocks of README.md and docs/: a command below the root exists and may be
/// executed, a specification or source that it is given exists, and `rectune VERB` is a verb that
/// the command line defines.
std::vector<Finding> CheckCommands(const std::filesystem::path& root);

}  // namespace rectune::house
