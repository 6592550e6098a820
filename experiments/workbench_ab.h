// SPDX-License-Identifier: Apache-2.0
//
// The part of the real program's wiring that hands out experiments looked at early.
#pragma once

#include <memory>

#include "experiments/testbed_port.h"
#include "sim/testbed.h"

namespace rectune::experiments {

/// Sets the port's `peek` and `study_peeking`.
void WirePeeking(const std::shared_ptr<const sim::Testbed>& testbed, TestbedPort& port);

}  // namespace rectune::experiments
