// SPDX-License-Identifier: Apache-2.0
#include "sim/ab_platform.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "core/check.h"
#include "core/random_stream.h"
#include "sim/ab_estimate.h"
#include "sim/cuped.h"
#include "sim/metrics.h"
#include "sim/multiple_testing.h"
#include "sim/sample_ratio.h"

namespace rectune::sim {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

CupedModel ModelFor(const LinearisedArm& control, const AbOptions& options) {
  return FitCuped(control, options.cuped ? options.pre_period_persistence : 0.0);
}

// Benjamini-Hochberg over the round's arms x metrics. Deterministic and missing readings are no
// tests and would distort the family: they keep q = p.
void AdjustRound(std::vector<Measurement>& readout) {
  std::vector<double> p_values;
  std::vector<MetricReading*> tests;
  for (Measurement& measurement : readout) {
    for (MetricReading& reading : measurement.readings) {
      if (!IsAvailable(reading) || reading.standard_error <= 0.0) continue;
      tests.push_back(&reading);
      p_values.push_back(reading.p_value);
    }
  }
  const std::vector<double> q_values = BenjaminiHochberg(p_values);
  for (std::size_t i = 0; i < tests.size(); ++i) tests[i]->q_value = q_values[i];
}

}  // namespace

std::vector<Measurement> RunAbReadout(const ArmOutcome& control,
                                      std::span<const ArmOutcome* const> arms,
                                      const AbOptions& options, std::uint64_t seed, int round) {
  RECTUNE_CHECK(!arms.empty(), "an experiment needs at least one arm besides control");
  RECTUNE_CHECK(round >= 0, "rounds count from 0");
  RECTUNE_CHECK(options.horizon_days >= 1, "the horizon is at least a day");
  RECTUNE_CHECK(options.design_effect >= 1.0, "a design effect is at least 1");
  RECTUNE_CHECK(!options.readout_day || *options.readout_day >= options.horizon_days,
                "panel mode simulates whole horizons: the readout is at the horizon or later");
  RECTUNE_CHECK(std::isfinite(options.users_per_arm) &&
                    options.users_per_arm >= options.design_effect * MinimumUsersPerArm(control),
                "users_per_arm is below MinimumUsersPerArm");

  const auto step = static_cast<std::uint64_t>(round);
  const std::vector<double> sizes =
      DrawArmSizes(options.users_per_arm, arms.size() + 1, seed, step);
  const std::vector<double> shares(sizes.size(), 1.0 / static_cast<double>(sizes.size()));
  const SampleRatio sample_ratio = SampleRatioTest(sizes, shares);

  const LinearisedArm base = Linearise(control);
  const CupedModel cuped = ModelFor(base, options);
  const ArmEstimate c =
      DrawEstimate(LawOf(cuped, base, base), sizes[0], options.design_effect, seed, step, 0);

  std::vector<Measurement> readout;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    RECTUNE_CHECK(arms[i] != nullptr, "null arm");
    const ArmEstimate t = DrawEstimate(LawOf(cuped, base, Linearise(*arms[i])), sizes[i + 1],
                                       options.design_effect, seed, step, i + 1);
    Measurement measurement;
    measurement.users_per_arm = t.users;
    measurement.sample_ratio_p_value = sample_ratio.p_value;
    const std::vector<MetricInfo>& metrics = SimMetrics().metrics();
    for (std::size_t k = 0; k < metrics.size(); ++k) {
      if (options.readout_day &&
          *options.readout_day < options.horizon_days + metrics[k].delay_days) {
        measurement.readings.push_back({kNaN, kNaN, kNaN, kNaN, kNaN, kNaN});
        continue;
      }
      const auto row = static_cast<Eigen::Index>(k);
      measurement.readings.push_back(ReadLift(c.level(row), t.level(row),
                                              c.variance(row) / c.effective_users,
                                              t.variance(row) / t.effective_users, metrics[k]));
    }
    readout.push_back(std::move(measurement));
  }
  AdjustRound(readout);
  return readout;
}

Measurement TrueLifts(const ArmOutcome& control, const ArmOutcome& arm) {
  const std::vector<double> c = MetricLevels(control);
  const std::vector<double> t = MetricLevels(arm);
  Measurement truth;
  for (std::size_t k = 0; k < c.size(); ++k) {
    truth.readings.push_back(ReadLift(c[k], t[k], 0.0, 0.0, SimMetrics().metrics()[k]));
  }
  return truth;
}

bool IsAvailable(const MetricReading& reading) { return std::isfinite(reading.lift); }

double MinimumUsersPerArm(const ArmOutcome& control) {
  const LinearisedArm arm = Linearise(control);
  double users = 100.0;
  for (std::size_t k = 0; k < arm.metrics(); ++k) {
    RECTUNE_CHECK(arm.levels[k] > 0.0, "\"" + SimMetrics().metrics()[k].name +
                                           "\" is not positive in control: a relative lift is "
                                           "undefined");
    const auto row = static_cast<Eigen::Index>(k);
    const double variance = arm.between(row, row) + arm.within(row, row);
    users = std::max(users, std::ceil(100.0 * variance / (arm.levels[k] * arm.levels[k])));
  }
  return users;
}

double MinimumDetectableLift(double coefficient_of_variation, double users_per_arm, double alpha,
                             double power) {
  RECTUNE_CHECK(coefficient_of_variation >= 0.0, "a coefficient of variation is not negative");
  RECTUNE_CHECK(users_per_arm > 0.0, "an arm has users");
  RECTUNE_CHECK(alpha > 0.0 && alpha < 1.0 && power > 0.0 && power < 1.0,
                "alpha and power lie in (0, 1)");
  return 100.0 * (NormalQuantile(1.0 - 0.5 * alpha) + NormalQuantile(power)) *
         coefficient_of_variation * std::sqrt(2.0 / users_per_arm);
}

std::vector<double> MinimumDetectableLifts(const ArmOutcome& control, const AbOptions& options,
                                           double alpha, double power) {
  const LinearisedArm arm = Linearise(control);
  const CupedModel cuped = ModelFor(arm, options);
  std::vector<double> lifts;
  for (std::size_t k = 0; k < arm.metrics(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    const double variance =
        (arm.between(row, row) + arm.within(row, row)) * (1.0 - cuped.rho_squared(row));
    lifts.push_back(MinimumDetectableLift(std::sqrt(variance) / arm.levels[k],
                                          options.users_per_arm / options.design_effect, alpha,
                                          power));
  }
  return lifts;
}

}  // namespace rectune::sim
