// SPDX-License-Identifier: Apache-2.0
#include "sim/multiple_testing.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "core/check.h"

namespace rectune::sim {

std::vector<double> BenjaminiHochberg(std::span<const double> p_values) {
  const std::size_t count = p_values.size();
  for (double p : p_values) {
    RECTUNE_CHECK(p >= 0.0 && p <= 1.0, "p-values lie in [0, 1]");
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> q_values(count);
  double running = 1.0;
  for (std::size_t rank = count; rank > 0; --rank) {
    const std::size_t index = order[rank - 1];
    running =
        std::min(running, p_values[index] * static_cast<double>(count) / static_cast<double>(rank));
    q_values[index] = running;
  }
  return q_values;
}

}  // namespace rectune::sim
