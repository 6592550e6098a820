// SPDX-License-Identifier: Apache-2.0
//
// Says where two documents of constants differ, so that a refit can be held to the checked-in file.
// Structure and text must agree exactly, numbers to a tolerance.
//
//   std::vector<std::string> gaps = CompareConstants(fitted, checked_in, 1e-5);
#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace rectune::sim {

/// Every place where two documents differ: a missing or extra key, another text, or a number off by
/// more than `tolerance`, relative (to 0.001 where smaller). Empty when they agree.
std::vector<std::string> CompareConstants(const Json& fitted, const Json& expected,
                                          double tolerance);

}  // namespace rectune::sim
