// SPDX-License-Identifier: Apache-2.0
//
// The scenario and reference files of this folder, compiled in.
#pragma once

#include <vector>

#include "core/embedded_file.h"

namespace rectune::sim {

const std::vector<EmbeddedFile>& EmbeddedScenarios();
const std::vector<EmbeddedFile>& EmbeddedReferences();

}  // namespace rectune::sim
