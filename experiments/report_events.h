// SPDX-License-Identifier: Apache-2.0
//
// What happened while a study ran, in sentences, for page and Markdown.
//
//   for (const std::string& sentence : EventSentences(run)) ...
#pragma once

#include <string>
#include <vector>

#include "experiments/run_data.h"

namespace rectune::experiments {

/// "Round 7: model push: version 1 of the model heads serves. Tuners were not told."
std::vector<std::string> EventSentences(const RunData& run);

}  // namespace rectune::experiments
