// SPDX-License-Identifier: Apache-2.0
//
// World: catalogue, truth and model heads of one scenario at one size, bundled. Immutable; a pure
// function of its arguments.
#pragma once

#include <cmath>
#include <cstdint>

#include "sim/catalogue.h"
#include "sim/heads.h"
#include "sim/truth.h"
#include "sim/world_constants.h"
#include "sim/world_shift.h"

namespace rectune::sim {

/// Constants of a world that stands away from what `constants` say.
inline WorldConstants Shifted(WorldConstants constants, const WorldShift& shift) {
  constants.mean_activity_logit += shift.activity;
  constants.dynamics.satiation *= std::exp(shift.log_satiation);
  constants.shift = shift;
  return constants;
}

struct World {
  /// A shifted world's heads keep the scale that they were fitted with when nothing was shifted.
  World(const WorldConstants& world_constants, const WorldSize& world_size,
        std::uint64_t world_seed, std::uint64_t model_version, const WorldShift& shift = {})
      : constants(Shifted(world_constants, shift)),
        size(world_size),
        seed(world_seed),
        catalogue(constants, size, seed),
        truth(constants, seed),
        heads(constants, size, catalogue, truth, seed, model_version) {
    if (shift == WorldShift{}) return;
    const World before(world_constants, world_size, world_seed, model_version);
    heads.KeepScaleOf(before.heads);
  }
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
