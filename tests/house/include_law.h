// SPDX-License-Identifier: Apache-2.0
//
// The include law of docs/design.md: core <- sim, core <- baselines, core <- agents, and
// experiments wires them. It is what makes "no tuner can reach the simulator's truth" true at
// compile time, so it covers includes (inline code would slip past the linker) and link lines.
#pragma once

#include <filesystem>
#include <vector>

#include "tests/house/source_tree.h"

namespace rectune::house {

std::vector<Finding> CheckIncludeLaw(const std::filesystem::path& root);

/// The same arrows for `rectune_...` targets named in each folder's CMakeLists.txt.
std::vector<Finding> CheckLinkLaw(const std::filesystem::path& root);

}  // namespace rectune::house
