// SPDX-License-Identifier: Apache-2.0
//
// StageConfig: the funnel's knobs as the stages read them, bound by name from a Configuration of
// any space that holds a subset of them (a single-stage task leaves the others at production).
// The names and their order stand in one table, StageKnobs(); what a knob means to a person stands
// in the scenario file.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "core/parameter_space.h"

namespace rectune::sim {

inline constexpr std::size_t kMaxKnots = 16;

/// A monotone utility curve on [0, 1]: piecewise linear through (x_k, y_k).
struct UtilityCurve {
  std::array<double, kMaxKnots> x{};
  std::array<double, kMaxKnots> y{};
  std::size_t knots = 0;

  double At(double position) const;
};

enum class FusionForm { kWeightedSum, kClickConditional, kPowerProduct, kRankSort };
enum class Diversifier { kMmr, kDpp };

struct PreRankConfig {
  UtilityCurve lvr_curve, ctr_curve, cg_curve;
  double lvr_weight = 1.0, ctr_weight = 1.0, cg_weight = 0.3;
  double dismiss_weight = 0.3, quality_weight = 0.3, freshness_weight = 0.05;
  double affinity_weight = 0.3;
  std::size_t keep = 60;        // K1
  std::size_t exploration = 0;  // of which kept at random
};

struct RankConfig {
  FusionForm form = FusionForm::kWeightedSum;
  double ctr = 1.0, lvr = 1.0, like = 1.0, share = 1.0, follow = 1.0;
  double dwell = 1.0, dismiss = 1.0, ltv = 1.0;
  double exponent = 1.0;         // of power products and rank sorts
  double duration_debias = 0.0;  // 0: raw dwell; 1: dwell over duration
  double low_activity_ctr_boost = 1.0;
  double freshness_boost = 0.0;
  std::size_t keep = 24;  // K2
};

struct ReRankConfig {
  Diversifier diversifier = Diversifier::kMmr;
  double diversity_strength = 0.2;
  std::size_t topic_window = 4;
  std::size_t topic_cap = 3;
  std::size_t creator_gap = 1;
  double clickbait_threshold = 0.7, clickbait_demotion = 0.2;
  double fatigue_threshold = 0.5, fatigue_demotion = 0.2;
  std::size_t fresh_slots = 0;
  bool pin_best = true;
};

struct StageConfig {
  PreRankConfig pre_rank;
  RankConfig rank;
  ReRankConfig re_rank;
};

/// Every knob's name, in order.
const std::vector<std::string>& StageKnobNames();

/// Overwrites in `config` the knobs that `space` holds. Broken contract for a name that is no
/// knob or a parameter of the wrong kind; scenario loading checks that with CheckStageKnob first.
void BindStageConfig(const ParameterSpace& space, const Configuration& configuration,
                     StageConfig& config);

/// "" when the parameter can drive the knob of its name, else a sentence saying why not.
std::string CheckStageKnob(const Parameter& parameter);

}  // namespace rectune::sim
