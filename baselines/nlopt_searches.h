// SPDX-License-Identifier: Apache-2.0
//
// NLopt's local derivative-free optimisers for ReplayTuner (library_replay.h): Nelder-Mead with
// bounds (Box, 1965), SBPLX (Rowan's Subplex, 1990, as rewritten for NLopt) and BOBYQA (Powell,
// 2009). Deterministic: a run is decided by its start. NLopt itself appears in the .cc only.
//
//   ReplayTuner tuner("nlopt_bobyqa", task, MakeNlopt(NloptMethod::kBobyqa, {}), options);
#pragma once

#include <string>

#include "baselines/library_replay.h"

namespace rectune::baselines {

enum class NloptMethod { kNelderMead, kSbplx, kBobyqa };

struct NloptOptions {
  double first_step = 0.2;  // share of the range, in (0, 0.5]
  double tolerance = 1e-4;  // of every coordinate, share of the range; a run ends below it
  static NloptOptions FromJson(const Json& options, const std::string& path);
};

ReplayMinimiser MakeNlopt(NloptMethod method, NloptOptions options);

}  // namespace rectune::baselines
