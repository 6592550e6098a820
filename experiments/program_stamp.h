// SPDX-License-Identifier: Apache-2.0
//
// ProgramStamp: which program, libraries and host made a run; goes into manifests and
// `rectune --version`, and never into a journal.
#pragma once

#include <string>

#include "core/json.h"

namespace rectune::experiments {

/// {"program": {version, commit, ...}, "libraries": {...}, "host": {cpu, threads, system}}
Json ProgramStamp();
/// "rectune 0.1.0 (commit ..., GNU 12.2.0, Release)"
std::string VersionLine();

}  // namespace rectune::experiments
