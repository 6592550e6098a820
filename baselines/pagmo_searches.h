// SPDX-License-Identifier: Apache-2.0
//
// pagmo2's population optimisers for ReplayTuner (library_replay.h): differential evolution (Storn
// and Price, 1997; rand/1/exp) and generational particle swarm optimisation (Poli, Kennedy and
// Blackwell, 2007). Our own random streams make the first population, pagmo's Mersenne twister the
// rest, from the run's seed. pagmo itself appears in the .cc only: its headers are heavy.
//
//   ReplayTuner tuner("pagmo_de", task, MakePagmo(PagmoMethod::kDe, population), {.batched =
//   true});
#pragma once

#include <cstddef>

#include "baselines/library_replay.h"

namespace rectune::baselines {

enum class PagmoMethod { kDe, kPso };

struct PagmoOptions {
  int population = 0;  // 0: 10, rounded up to whole rounds; else in [7, 10000]
  static PagmoOptions FromJson(const Json& options, const std::string& path);
};

/// The population that the options mean for rounds of `arms`: whole rounds, so that none straddles
/// two generations.
std::size_t PagmoPopulation(const PagmoOptions& options, int arms);

/// `size` of the population at least 7, which DE's variant needs.
ReplayMinimiser MakePagmo(PagmoMethod method, std::size_t size);

}  // namespace rectune::baselines
