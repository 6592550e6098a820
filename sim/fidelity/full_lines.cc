// SPDX-License-Identifier: Apache-2.0
//
// Lines on the two modes: panel mode is an expectation and a covariance, full mode lives the same
// users' lives; they must tell the same.
#include <algorithm>
#include <cmath>

#include "sim/fidelity/lines.h"
#include "sim/full_mode.h"
#include "sim/metrics.h"

namespace rectune::sim {
namespace {

constexpr std::uint64_t kLives = 12;  // of each user of the tuning panel

struct ModeGaps {
  double level = 0.0;  // percent
  double error = 0.0;  // percent, of the standard error of a readout
};

const ModeGaps& Gaps(Bench& bench) {
  return bench.Once<ModeGaps>("mode_gaps", [&bench] {
    const BenchPopulation& population = bench.tuning();
    FullTotals totals;
    for (std::uint64_t life = 0; life < kLives; ++life) {
      const FullPlan plan{.population = Purpose::kUsers,
                          .first_user = 0,
                          .users = population.panel.users().size(),
                          .replicate = life};
      const StageConfig& production = bench.production();
      totals.Merge(SimulateFull(bench.world(), production, std::span(&production, 1), plan, 2)[0]);
    }
    const LinearisedArm panel = Linearise(population.control);
    const LinearisedArm full = Linearise(totals.ToOutcome(population.control.serving_cost));
    ModeGaps gaps;
    for (std::size_t k = 0; k < panel.metrics(); ++k) {
      const auto row = static_cast<Eigen::Index>(k);
      const double variance = panel.Covariance()(row, row);
      if (variance <= 0.0) continue;  // serving cost is no average over users
      const double error = std::sqrt(full.Covariance()(row, row) / variance) - 1.0;
      gaps.error = std::max(gaps.error, 100.0 * std::abs(error));
      // The same users live again and again, so only what is within a user is sampled. A rare
      // behaviour's rate scatters by more than the band: what two standard errors explain is no
      // gap.
      const double sampled =
          std::sqrt(panel.within(row, row) / static_cast<double>(totals.users())) / panel.levels[k];
      const double gap = std::abs(full.levels[k] / panel.levels[k] - 1.0) - 2.0 * sampled;
      gaps.level = std::max(gaps.level, 100.0 * gap);
    }
    return gaps;
  });
}

}  // namespace

double PanelFullErrorGap(Bench& bench) { return Gaps(bench).error; }
double PanelFullLevelGap(Bench& bench) { return Gaps(bench).level; }

}  // namespace rectune::sim
