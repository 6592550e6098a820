// SPDX-License-Identifier: Apache-2.0
#include "sim/sample_ratio.h"

#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <cstddef>

#include "core/check.h"

namespace rectune::sim {

SampleRatio SampleRatioTest(std::span<const double> counts,
                            std::span<const double> planned_shares) {
  RECTUNE_CHECK(counts.size() >= 2, "a sample-ratio test needs at least two arms");
  RECTUNE_CHECK(counts.size() == planned_shares.size(), "one planned share an arm");
  double users = 0.0;
  double shares = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    RECTUNE_CHECK(std::isfinite(counts[i]) && counts[i] >= 0.0, "counts are finite, not negative");
    RECTUNE_CHECK(planned_shares[i] > 0.0, "planned shares are positive");
    users += counts[i];
    shares += planned_shares[i];
  }
  RECTUNE_CHECK(std::abs(shares - 1.0) <= 1e-9, "planned shares sum to 1");

  SampleRatio result;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = users * planned_shares[i];
    RECTUNE_CHECK(expected >= 5.0, "at least five users expected in each arm");
    const double gap = counts[i] - expected;
    result.chi_squared += gap * gap / expected;
  }
  result.degrees_of_freedom = static_cast<double>(counts.size() - 1);
  result.p_value = boost::math::gamma_q(0.5 * result.degrees_of_freedom, 0.5 * result.chi_squared);
  return result;
}

}  // namespace rectune::sim
