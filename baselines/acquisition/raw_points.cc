// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/raw_points.h"

#include <algorithm>

#include "baselines/coordinates.h"

namespace rectune::baselines {
namespace {

constexpr double kPerturbedCoordinates = 20.0;

}  // namespace

std::vector<double> Perturb(const FeatureMap& map, std::vector<double> unit, double sigma,
                            RandomStream* stream) {
  const std::vector<std::size_t>& free = map.free_coordinates();
  const double chance = std::min(
      1.0, kPerturbedCoordinates / static_cast<double>(std::max<std::size_t>(1, free.size())));
  const std::size_t certain = free.empty() ? 0 : free[stream->UniformInteger(free.size())];
  for (const std::size_t j : free) {
    if (j != certain && stream->Uniform() >= chance) continue;
    if (map.views()[j].is_choice()) {
      if (stream->Uniform() < sigma) unit[j] = stream->Uniform();
    } else {
      unit[j] = Reflected(unit[j] + sigma * stream->Normal());
    }
  }
  return unit;
}

}  // namespace rectune::baselines
