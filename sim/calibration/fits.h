// SPDX-License-Identifier: Apache-2.0
//
// The fits behind constants.h: tables in, a JSON document of constants out, each with its method,
// data and residuals. Deterministic: the same tables give the same bytes on one machine, and the
// same numbers to about 1e-6 on another.
//
//   Json document = FitConstants(ReadLogTables(folder));
//   std::vector<std::string> gaps = CompareConstants(document, checked_in, 1e-5);
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "sim/calibration/log_tables.h"

namespace rectune::sim {

/// The document that kuairand_constants.json holds.
Json FitConstants(const LogTables& tables);

/// Every place where two documents differ: a missing or extra key, another text, or a number off by
/// more than `tolerance`, relative (to 0.001 where smaller). Empty when they agree.
std::vector<std::string> CompareConstants(const Json& fitted, const Json& expected,
                                          double tolerance);

}  // namespace rectune::sim
