// SPDX-License-Identifier: Apache-2.0
//
// Sample-ratio check: did the arms receive the users they were planned to? Pearson's chi-squared
// test of realised counts against planned shares (Fabijan et al., "Diagnosing Sample Ratio Mismatch
// in Online Controlled Experiments", KDD 2019). A tiny p-value means the assignment is broken and
// the readout should not be believed; it says nothing of the treatment.
//
//   SampleRatio check = SampleRatioTest(counts, planned_shares);
//   if (check.p_value < 0.0005) { ... distrust ... }
#pragma once

#include <span>

namespace rectune::sim {

struct SampleRatio {
  double chi_squared = 0.0;
  double degrees_of_freedom = 0.0;
  double p_value = 1.0;
};

/// Two arms or more; shares positive, summing to 1 (to 1e-9); at least five users expected an arm,
/// below which the chi-squared law does not hold.
SampleRatio SampleRatioTest(std::span<const double> counts, std::span<const double> planned_shares);

}  // namespace rectune::sim
