// SPDX-License-Identifier: Apache-2.0
//
// RunProgram: the `rectune` command line over a workbench. Parses arguments, watches signals, turns
// errors into messages and exit statuses; the commands themselves are in experiments/commands.h.
#pragma once

#include "experiments/testbed_port.h"

namespace rectune::experiments {

/// Exit status: 0 done, 1 failed, 2 bad input, 130 stopped by SIGINT or SIGTERM.
int RunProgram(int argc, char** argv, const Workbench& workbench);

}  // namespace rectune::experiments
