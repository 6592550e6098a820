// SPDX-License-Identifier: Apache-2.0
//
// Where a search for the best next arm starts besides everywhere: near the best arms known, at
// several distances. Not a search.
//
//   std::vector<double> near = Perturb(map, best, kPerturbationSigmas[i % 4], &stream);
#pragma once

#include <array>
#include <vector>

#include "baselines/gp/feature_map.h"
#include "core/random_stream.h"

namespace rectune::baselines {

/// In the unit cube.
inline constexpr std::array<double, 4> kPerturbationSigmas{0.3, 0.1, 0.03, 0.01};

/// Some 20 free coordinates (all, if there are fewer) moved by a normal step of size `sigma`,
/// reflected at the borders; a choice, which has no near and far, is drawn anew as often as sigma
/// says. Not snapped.
std::vector<double> Perturb(const FeatureMap& map, std::vector<double> unit, double sigma,
                            RandomStream* stream);

}  // namespace rectune::baselines
