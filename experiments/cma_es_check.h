// SPDX-License-Identifier: Apache-2.0
//
// CmaEsChecks: how many evaluations the CMA-ES engine needs to 1e-8, against the `cmaes` library's.
// The engine alone, on unbounded space as there; the tuner around it has rows of its own.
//
//   std::vector<TunerCheck> checks = CmaEsChecks();
#pragma once

#include <vector>

#include "experiments/tuner_checks.h"

namespace rectune::experiments {

std::vector<TunerCheck> CmaEsChecks();

}  // namespace rectune::experiments
