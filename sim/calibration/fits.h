// SPDX-License-Identifier: Apache-2.0
//
// The fits behind constants.h: tables in, a JSON document of constants out, each with its method,
// data and residuals. Deterministic: the same tables give the same bytes on one machine, and the
// same numbers to about 1e-6 on another.
//
//   Json document = FitConstants(ReadLogTables(folder));
#pragma once

#include "core/json.h"
#include "sim/calibration/log_tables.h"

namespace rectune::sim {

/// The document that kuairand_constants.json holds.
Json FitConstants(const LogTables& tables);

}  // namespace rectune::sim
