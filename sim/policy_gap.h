// SPDX-License-Identifier: Apache-2.0
//
// PolicyGap: behaviour rates per impression under the production configuration and under uniformly
// random items, on one panel. Their ratios are what real logs with randomised exposure publish
// (KuaiRand: click 2.6, long view 3.7, interaction 3.8, hate 0.69), so they are what the truth
// model is calibrated to and judged by.
#pragma once

#include "sim/panel.h"
#include "sim/stage_config.h"

namespace rectune::sim {

/// Shares of impressions.
struct PolicyRates {
  double click = 0.0;
  double long_view = 0.0;
  double interaction = 0.0;  // likes, shares and follows
  double dismissal = 0.0;
};

struct PolicyGap {
  PolicyRates production;
  PolicyRates uniform;
};

PolicyGap MeasurePolicyGap(const World& world, const Panel& panel, const StageConfig& production);

}  // namespace rectune::sim
