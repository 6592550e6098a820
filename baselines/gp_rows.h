// SPDX-License-Identifier: Apache-2.0
//
// The rows of the baseline table that are Gaussian processes: a part of table.cc in a file of its
// own.
//
//   AddGaussianProcesses(&table);
#pragma once

#include <vector>

#include "core/tuner_table.h"

namespace rectune::baselines {

void AddGaussianProcesses(std::vector<TunerEntry>* table);

}  // namespace rectune::baselines
