// SPDX-License-Identifier: Apache-2.0
//
// FinalTable: what `rectune run` prints when it is done: one line a tuner, best regret first, from
// noise-free truth of the configuration each tuner itself recommends at the end. For a terminal;
// the report holds the same figures and many more.
#pragma once

#include <string>

#include "experiments/run_data.h"

namespace rectune::experiments {

/// Only finished cells count; labels without any are named below the table.
std::string FinalTable(const RunData& run);

}  // namespace rectune::experiments
