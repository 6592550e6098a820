// SPDX-License-Identifier: Apache-2.0
//
// World: catalogue, truth and model heads of one scenario at one size, bundled. Immutable; a pure
// function of its arguments.
#pragma once

#include <cstdint>

#include "sim/catalogue.h"
#include "sim/heads.h"
#include "sim/truth.h"
#include "sim/world_constants.h"

namespace rectune::sim {

struct World {
  World(const WorldConstants& world_constants, const WorldSize& world_size,
        std::uint64_t world_seed, std::uint64_t model_version)
      : constants(world_constants),
        size(world_size),
        seed(world_seed),
        catalogue(constants, size, seed),
        truth(constants),
        heads(constants, size, catalogue, truth, seed, model_version) {}
  World(const World&) = delete;  // heads refer to catalogue and truth
  World& operator=(const World&) = delete;

  WorldConstants constants;
  WorldSize size;
  std::uint64_t seed;
  Catalogue catalogue;
  Truth truth;
  HeadModel heads;
};

}  // namespace rectune::sim
