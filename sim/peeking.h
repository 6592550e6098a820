// SPDX-License-Identifier: Apache-2.0
//
// Peeking: one A/B experiment looked at every day. All users are assigned on the first day; a look
// reads what has accrued since. The last look *is* the read-out of sim/ab_platform.h for the same
// seed and round; earlier looks are drawn given it, from the joint normal law of all looks and
// metrics (sim/peeking_law.h). Retention is read at the horizon only. An estimated variance errs
// alike at every look. Says what an experimenter sees; it stops nothing.
//
//   PeekedExperiment experiment(control, {&arm}, {1, 2, 3, 4, 5, 6, 7}, options);
//   std::vector<PeekedArm> arms = experiment.Run(seed, round);
//   std::vector<PeekingRates> rates = MeasurePeeking(experiment, seed, 2000);
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/ab_platform.h"
#include "sim/peeking_law.h"

namespace rectune::sim {

/// One metric at one look; all NaN while it cannot be read.
struct LookReading {
  double lift = 0.0;                  // percent
  double standard_error = 0.0;        // of the lift
  double p_value = 1.0;               // as if this were the only look
  double always_valid_p_value = 1.0;  // of this look and those before (sim/always_valid.h)
  double always_valid_half_width = 0.0;
};

struct Look {
  int day = 0;  // days since the start
  std::vector<LookReading> readings;
};

struct PeekedArm {
  double users_per_arm = 0.0;
  std::vector<Look> looks;
};

/// Level at which intervals are stated and looks are judged.
inline constexpr double kPeekingAlpha = 0.05;

/// `looks` days spread evenly over a horizon, the last at its end. 2 <= looks <= horizon.
std::vector<int> LookDays(int horizon_days, int looks);

class PeekedExperiment {
 public:
  /// One outcome a day of `days` for control and each arm. The mixture of the always-valid test is
  /// tuned to the horizon's standard error as planned from control.
  PeekedExperiment(const AccruedOutcome& control, std::span<const AccruedOutcome* const> arms,
                   std::vector<int> days, const AbOptions& options);
  ~PeekedExperiment();

  /// `planted`: percent by metric that arms' levels are raised by at every look; empty: none.
  std::vector<PeekedArm> Run(std::uint64_t seed, int round,
                             std::span<const double> planted = {}) const;

  /// The lift that a fixed-horizon test detects with 80% power, by metric; 0 without noise.
  const std::vector<double>& detectable() const;
  std::size_t looks() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// How a way of stopping fares over many experiments.
struct StoppingRates {
  double false_positives = 0.0;  // share of A/A experiments called significant
  double power = 0.0;            // share of experiments with the planted effect
  double days = 0.0;             // mean day of the call, of those called
  double overstatement = 0.0;    // mean lift of those called over the planted one
  double coverage = 0.0;         // share whose interval covers the planted effect at every look
};

/// One metric under three habits.
struct PeekingRates {
  std::size_t metric = 0;
  double planted = 0.0;        // percent
  double width_ratio = 0.0;    // always-valid over fixed-horizon interval, at the horizon
  StoppingRates horizon;       // one look, at the horizon
  StoppingRates first;         // stop at the first p <= alpha
  StoppingRates always_valid;  // stop at the first always-valid p <= alpha
};

/// Rates over `replicates` experiments of the first arm, which must be control itself (A/A), and of
/// as many with detectable() planted, for metrics that carry noise and are read at every look. NaN
/// where nothing was called.
std::vector<PeekingRates> MeasurePeeking(const PeekedExperiment& experiment, std::uint64_t seed,
                                         int replicates);

}  // namespace rectune::sim
