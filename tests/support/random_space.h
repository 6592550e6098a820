// SPDX-License-Identifier: Apache-2.0
//
// Random parameter spaces for property tests: every kind, awkward ranges, several scales.
//
//   RandomStream stream(1, Purpose::kTest);
//   ParameterSpace space = RandomSpace(stream);
//   Configuration c = space.Decode(RandomUnit(stream, space.dimension()));
#pragma once

#include <cstddef>
#include <vector>

#include "core/parameter_space.h"
#include "core/random_stream.h"

namespace rectune::test_support {

Parameter RandomParameter(RandomStream& stream, ParameterKind kind, ParameterScale scale,
                          const std::string& name);

/// One parameter of each kind and scale, in random order.
ParameterSpace RandomSpace(RandomStream& stream);

/// A point of the unit cube; one coordinate in eight is exactly 0 or 1, where mistakes live.
std::vector<double> RandomUnit(RandomStream& stream, std::size_t dimension);

/// The space tightened at random, `steps` times, in all the ways there are.
ParameterSpace TightenAtRandom(RandomStream& stream, ParameterSpace space, int steps);

}  // namespace rectune::test_support
