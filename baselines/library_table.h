// SPDX-License-Identifier: Apache-2.0
//
// LibraryTuners: the rows of BaselineTable (table.h) whose optimiser is somebody else's, "library,
// continuous relaxation": pagmo2's differential evolution and particle swarm, NLopt's Nelder-Mead,
// SBPLX and BOBYQA, dlib's global search. They say what plain use of a good library gives, not what
// the method could do with integers, noise and guardrails in mind.
//
//   for (TunerEntry& entry : LibraryTuners()) table.push_back(std::move(entry));
#pragma once

#include <vector>

#include "core/tuner_table.h"

namespace rectune::baselines {

std::vector<TunerEntry> LibraryTuners();

}  // namespace rectune::baselines
