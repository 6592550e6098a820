// SPDX-License-Identifier: Apache-2.0
//
// LineDiff: two texts compared line by line for a person to read (longest common subsequence,
// Hunt and McIlroy, 1976). Bounded: long stretches are cut with a note. Not a patch format.
//
//   LineDiff("a\nb\n", "a\nc\n");   // {"  a", "- b", "+ c"}
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rectune::agents {

/// "- " only in `before`, "+ " only in `after`, "  " in both, with up to three lines of context
/// around a change; at most `max_lines`, the last of which says what was left out.
std::vector<std::string> LineDiff(std::string_view before, std::string_view after,
                                  std::size_t max_lines = 40);

}  // namespace rectune::agents
