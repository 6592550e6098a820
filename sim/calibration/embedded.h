// SPDX-License-Identifier: Apache-2.0
//
// The fitted constants file of this folder, compiled in.
#pragma once

#include <vector>

#include "core/embedded_file.h"

namespace rectune::sim {

const std::vector<EmbeddedFile>& EmbeddedCalibration();

}  // namespace rectune::sim
