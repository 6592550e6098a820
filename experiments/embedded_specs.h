// SPDX-License-Identifier: Apache-2.0
//
// The specs of experiments/specs, compiled in, so that the program alone can run them by name.
#pragma once

#include <vector>

#include "core/embedded_file.h"

namespace rectune::experiments {

const std::vector<EmbeddedFile>& EmbeddedSpecs();

}  // namespace rectune::experiments
