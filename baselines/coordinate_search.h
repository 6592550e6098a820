// SPDX-License-Identifier: Apache-2.0
//
// CoordinateSearch: maximises a cheap function over the unit cube of a mixed space, one coordinate
// after the other: every level of what has levels (a grid of them where there are many), a grid and
// two finer steps of what is continuous, until a sweep gains nothing. For acquisition functions of
// models without gradients. Finds a local optimum; start it from several points.
//
//   std::vector<double> best = CoordinateSearch(views, start, value, {.sweeps = 5});
#pragma once

#include <functional>
#include <vector>

#include "baselines/coordinates.h"

namespace rectune::baselines {

struct CoordinateSearchOptions {
  int sweeps = 5;
  int grid = 11;            // values tried along a coordinate with a scale
  double fine_step = 0.03;  // also tried, to either side; halved after each sweep
};

/// `start` must be a point of the cube; never worse than it.
std::vector<double> CoordinateSearch(const std::vector<CoordinateView>& views,
                                     std::vector<double> start,
                                     const std::function<double(const std::vector<double>&)>& value,
                                     const CoordinateSearchOptions& options);

}  // namespace rectune::baselines
