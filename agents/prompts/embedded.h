// SPDX-License-Identifier: Apache-2.0
//
// The prompt files of this folder, compiled in.
#pragma once

#include <vector>

#include "core/embedded_file.h"

namespace rectune::agents {

const std::vector<EmbeddedFile>& EmbeddedPrompts();

}  // namespace rectune::agents
