// SPDX-License-Identifier: Apache-2.0
//
// A workbench for the suites of experiments/: the toy task of tests/support in place of the
// simulator, the real baselines, and tuners that misbehave on purpose. `rectune_toy` is the real
// command line over it, for tests that kill processes.
//
// Scenarios: "toy"; "toy_nan", where the second arm of round 2 reads NaN; "toy_biased", which
// says that its experiments are (they are toy's); "toy_shift", where from
// round 3 on cost eats into engagement, which nobody is told, and from round 5 on cost counts as
// much as engagement, which must not fall, and which everybody is told.
// Tuners: the baselines, "scribbler" (keeps private state; appends to, rewrites and deletes files
// in its home, what it is told among them; some arms invalid; option pause_milliseconds), "thrower"
// (throws in round `options.round`), "single_arm" (suits tasks of one arm a round only).
#pragma once

#include "experiments/testbed_port.h"

namespace rectune::experiments {

Workbench MakeToyWorkbench();

}  // namespace rectune::experiments
