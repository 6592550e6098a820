// SPDX-License-Identifier: Apache-2.0
#include "experiments/testbed_port.h"

#include "core/check.h"

namespace rectune::experiments {

std::shared_ptr<const TestbedPort> AtPhase(const std::shared_ptr<const TestbedPort>& testbed,
                                           std::size_t phase) {
  if (phase == testbed->phase) return testbed;
  RECTUNE_CHECK(phase < testbed->schedule.phases.size(), "the schedule has no such phase");
  return testbed->at_phase(phase);
}

}  // namespace rectune::experiments
