// SPDX-License-Identifier: Apache-2.0
//
// Counts what the test program allocates: its file replaces operator new. In a file of its own, so
// that no compiler pairs an inlined free with somebody's new.
//
//   const std::int64_t before = Allocations();
//   Work();
//   CHECK(Allocations() == before);
#pragma once

#include <cstdint>

namespace rectune::baselines {

/// Calls of operator new since the program began, by any thread.
std::int64_t Allocations();

}  // namespace rectune::baselines
