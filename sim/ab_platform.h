// SPDX-License-Identifier: Apache-2.0
//
// A/B platform, panel mode: what an experimenter would read off one experiment with a stated number
// of users, given the simulated outcomes of control and arms over one panel. Estimates are drawn by
// the central limit theorem from the panel's per-user covariance of all metrics, so virtual traffic
// can be a hundred million users. Not a source of truth: TrueLifts is, and tuners never see it.
//
//   estimate of R_k in an arm of n users = R_k + (Sigma^(1/2) g)_k / sqrt(n),   g ~ N(0, I)
//   lift = 100 (R_t / R_c - 1)
//   se   = 100 sqrt( s_t^2 / (n_t R_c^2) + R_t^2 s_c^2 / (n_c R_c^4) )          (delta method)
//
// with estimated levels and *estimated* variances s^2 in the standard error, as in practice.
// Control is drawn once a round, so its noise is common to all arms of the round; p-values are of
// z = lift / se; q-values are Benjamini-Hochberg over arms x metrics that carry noise. Sizes of
// arms are drawn around the equal split, as hashed assignment yields them.
//
//   AbOptions options{.users_per_arm = 1e6, .horizon_days = 7};
//   std::vector<Measurement> readout = RunAbReadout(control, arms, options, seed, round);
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/measurement.h"
#include "sim/arm_outcome.h"

namespace rectune::sim {

struct AbOptions {
  double users_per_arm = 0.0;  // planned, control included; at least MinimumUsersPerArm
  int horizon_days = 1;
  bool cuped = true;
  /// Correlation of a user's expected behaviour in the pre-period with that in the experiment
  /// (sim/cuped.h). It caps the variance that CUPED removes at its square: 0.75 gives 56%, just
  /// above the "about half" reported at Bing (Deng et al., WSDM 2013).
  double pre_period_persistence = 0.75;
  /// Days after the start at which the readout is taken, horizon_days or later. A metric whose
  /// delay has not passed reads NaN (IsAvailable). Unset: the day on which every metric is in.
  std::optional<int> readout_day{};
  /// Factor on variances for assigning users by cluster (sim/ab_bias.h): n users tell as much as
  /// n / design_effect assigned one by one. At least 1.
  double design_effect = 1.0;
};

/// One experiment. `arms` are over control's panel of users; slot i of the noise is arms[i - 1],
/// slot 0 control. The noise depends on (seed, round, slot) only.
std::vector<Measurement> RunAbReadout(const ArmOutcome& control,
                                      std::span<const ArmOutcome* const> arms,
                                      const AbOptions& options, std::uint64_t seed, int round);

/// Noise-free lifts of the panel: standard errors 0, users_per_arm 0 (no experiment behind it).
Measurement TrueLifts(const ArmOutcome& control, const ArmOutcome& arm);

/// False while a delayed metric is not in yet; all its numbers are NaN then.
bool IsAvailable(const MetricReading& reading);

/// The smallest arm for which the normal law is credible for every metric: each control level
/// stands at least ten of its (unadjusted) standard errors above 0. With a design effect, so many
/// times more.
double MinimumUsersPerArm(const ArmOutcome& control);

/// Smallest true lift, in percent, that a two-sided test at level `alpha` between two arms detects
/// with probability `power`: 100 (z_{1 - alpha/2} + z_power) cv sqrt(2 / n), where cv is the
/// standard deviation of the linearised metric per user over its level.
double MinimumDetectableLift(double coefficient_of_variation, double users_per_arm,
                             double alpha = 0.05, double power = 0.8);

/// The same for each metric of a control outcome under `options` (with or without CUPED);
/// 0 for serving_cost.
std::vector<double> MinimumDetectableLifts(const ArmOutcome& control, const AbOptions& options,
                                           double alpha = 0.05, double power = 0.8);

}  // namespace rectune::sim
