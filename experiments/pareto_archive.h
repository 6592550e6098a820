// SPDX-License-Identifier: Apache-2.0
//
// ParetoArchive: of the configurations that a search met, those that no other beats in every
// north-star metric, among the feasible. What the oracle freezes beside the optimum of the weighted
// objective: whoever weighs the metrics otherwise starts from here. It is the front of what was met
// by searches for one weighting, so it is dense near that optimum and only an inner bound
// elsewhere.
//
//   ParetoArchive archive;                               // from any thread, in any order
//   archive.Add(configuration, {lift of dau, minus lift of dismiss_rate});
//   for (const ParetoPoint& point : archive.Spread(12)) ...
#pragma once

#include <cstddef>
#include <mutex>
#include <vector>

#include "core/configuration.h"

namespace rectune::experiments {

struct ParetoPoint {
  Configuration configuration;
  std::vector<double> benefits;  // percent, more is better; one a north-star metric
};

class ParetoArchive {
 public:
  void Add(const Configuration& configuration, std::vector<double> benefits);
  /// At most `count`, the ends and the least crowded first kept; in descending order of the first
  /// benefit. The same whatever the order of Add.
  std::vector<ParetoPoint> Spread(std::size_t count) const;

 private:
  mutable std::mutex mutex_;
  std::vector<ParetoPoint> points_;
};

}  // namespace rectune::experiments
