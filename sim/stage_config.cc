// SPDX-License-Identifier: Apache-2.0
#include "sim/stage_config.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::sim {
namespace {

/// One knob: its name, the kind of parameter that drives it, and how its native values are set.
struct Knob {
  const char* name;
  ParameterKind kind;
  std::vector<std::string> levels;  // categorical only: names that the stages know, in order
  std::function<void(StageConfig&, const Parameter&, const double*)> set;
};

template <typename Member>
Knob Real(const char* name, Member member) {
  return {name,
          ParameterKind::kContinuous,
          {},
          [member](StageConfig& config, const Parameter&, const double* value) {
            member(config) = *value;
          }};
}

template <typename Member>
Knob Count(const char* name, Member member) {
  return {name,
          ParameterKind::kInteger,
          {},
          [member](StageConfig& config, const Parameter&, const double* value) {
            member(config) = static_cast<std::size_t>(std::lround(*value));
          }};
}

template <typename Member>
Knob Curve(const char* name, Member member) {
  return {name,
          ParameterKind::kCurve,
          {},
          [member](StageConfig& config, const Parameter& parameter, const double* values) {
            UtilityCurve& curve = member(config);
            curve.knots = parameter.knots.size();
            std::copy(parameter.knots.begin(), parameter.knots.end(), curve.x.begin());
            std::copy_n(values, curve.knots, curve.y.begin());
          }};
}

// A field of a stage as an accessor, so that the table below reads as a table.
#define FIELD(stage, field) ([](StageConfig& config) -> auto& { return config.stage.field; })

const std::vector<Knob>& Knobs() {
  static const std::vector<Knob> knobs = {
      Curve("lvr_curve", FIELD(pre_rank, lvr_curve)),
      Curve("ctr_curve", FIELD(pre_rank, ctr_curve)),
      Curve("cg_curve", FIELD(pre_rank, cg_curve)),
      Real("pre_lvr_weight", FIELD(pre_rank, lvr_weight)),
      Real("pre_ctr_weight", FIELD(pre_rank, ctr_weight)),
      Real("pre_cg_weight", FIELD(pre_rank, cg_weight)),
      Real("pre_dismiss_weight", FIELD(pre_rank, dismiss_weight)),
      Real("pre_quality_weight", FIELD(pre_rank, quality_weight)),
      Real("pre_freshness_weight", FIELD(pre_rank, freshness_weight)),
      Real("pre_affinity_weight", FIELD(pre_rank, affinity_weight)),
      Count("pre_rank_keep", FIELD(pre_rank, keep)),
      Count("exploration_slots", FIELD(pre_rank, exploration)),
      {"fusion_form",
       ParameterKind::kCategorical,
       {"weighted_sum", "click_conditional", "power_product", "rank_sort"},
       [](StageConfig& config, const Parameter&, const double* value) {
         config.rank.form = static_cast<FusionForm>(std::lround(*value));
       }},
      Real("ctr_weight", FIELD(rank, ctr)),
      Real("lvr_weight", FIELD(rank, lvr)),
      Real("like_weight", FIELD(rank, like)),
      Real("share_weight", FIELD(rank, share)),
      Real("follow_weight", FIELD(rank, follow)),
      Real("dwell_weight", FIELD(rank, dwell)),
      Real("dismiss_weight", FIELD(rank, dismiss)),
      Real("ltv_weight", FIELD(rank, ltv)),
      Real("fusion_exponent", FIELD(rank, exponent)),
      Real("duration_debias", FIELD(rank, duration_debias)),
      Real("low_activity_ctr_boost", FIELD(rank, low_activity_ctr_boost)),
      Real("freshness_boost", FIELD(rank, freshness_boost)),
      Count("rank_keep", FIELD(rank, keep)),
      {"diversifier",
       ParameterKind::kCategorical,
       {"mmr", "dpp"},
       [](StageConfig& config, const Parameter&, const double* value) {
         config.re_rank.diversifier = static_cast<Diversifier>(std::lround(*value));
       }},
      Real("diversity_strength", FIELD(re_rank, diversity_strength)),
      Count("topic_window", FIELD(re_rank, topic_window)),
      Count("topic_cap", FIELD(re_rank, topic_cap)),
      Count("creator_gap", FIELD(re_rank, creator_gap)),
      Real("clickbait_threshold", FIELD(re_rank, clickbait_threshold)),
      Real("clickbait_demotion", FIELD(re_rank, clickbait_demotion)),
      Real("fatigue_threshold", FIELD(re_rank, fatigue_threshold)),
      Real("fatigue_demotion", FIELD(re_rank, fatigue_demotion)),
      Count("fresh_slots", FIELD(re_rank, fresh_slots)),
      {"pin_best",
       ParameterKind::kBoolean,
       {},
       [](StageConfig& config, const Parameter&, const double* value) {
         config.re_rank.pin_best = *value > 0.5;
       }},
  };
  return knobs;
}

#undef FIELD

const Knob* FindKnob(const std::string& name) {
  for (const Knob& knob : Knobs()) {
    if (name == knob.name) return &knob;
  }
  return nullptr;
}

}  // namespace

double UtilityCurve::At(double position) const {
  if (position <= x[0]) return y[0];
  for (std::size_t k = 1; k < knots; ++k) {
    if (position <= x[k]) {
      const double share = (position - x[k - 1]) / (x[k] - x[k - 1]);
      return y[k - 1] + share * (y[k] - y[k - 1]);
    }
  }
  return y[knots - 1];
}

const std::vector<std::string>& StageKnobNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result;
    for (const Knob& knob : Knobs()) result.emplace_back(knob.name);
    return result;
  }();
  return names;
}

void BindStageConfig(const ParameterSpace& space, const Configuration& configuration,
                     StageConfig& config) {
  for (std::size_t p = 0; p < space.size(); ++p) {
    const Parameter& parameter = space.parameters()[p];
    const Knob* knob = FindKnob(parameter.name);
    RECTUNE_CHECK(knob != nullptr, "no stage reads a knob named " + parameter.name);
    knob->set(config, parameter, &configuration.values()[space.value_offset(p)]);
  }
}

std::string CheckStageKnob(const Parameter& parameter) {
  const Knob* knob = FindKnob(parameter.name);
  if (knob == nullptr) {
    const std::string near = NearestName(parameter.name, StageKnobNames());
    return "a knob that some stage reads" + (near.empty() ? "" : " (did you mean " + near + "?)");
  }
  if (knob->kind != parameter.kind) {
    return std::string("kind ") + ToString(knob->kind) + " for this knob";
  }
  if (knob->kind == ParameterKind::kCategorical && knob->levels != parameter.levels) {
    return "exactly the levels " + JoinNames(knob->levels);
  }
  if (knob->kind == ParameterKind::kCurve && parameter.knots.size() > kMaxKnots) {
    return "at most " + std::to_string(kMaxKnots) + " knots";
  }
  if (knob->kind == ParameterKind::kInteger && parameter.low < 0.0) return "a range from 0 up";
  return "";
}

}  // namespace rectune::sim
