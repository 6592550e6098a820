// SPDX-License-Identifier: Apache-2.0
//
// A task whose knobs and metrics have the names a feed engineer would know, for what depends on
// meaning: the lexicon, the synthetic model, prompts. It has no truth behind it.
#pragma once

#include <memory>
#include <string>

#include "core/tuner.h"

namespace rectune::agents::testing {

/// `renamed`: knobs "k00", "k01", ... without meanings, everything else the same.
inline TuningTask MakeFeedTask(std::uint64_t seed, bool renamed = false) {
  Json parameters = ParseJson(R"([
    {"name": "lvr_weight", "stage": "rank", "unit": "weight", "kind": "continuous",
     "scale": "log", "range": [0.1, 10], "production": 1, "meaning": "Weight of long views."},
    {"name": "ctr_weight", "stage": "rank", "unit": "weight", "kind": "continuous",
     "scale": "log", "range": [0.1, 10], "production": 1, "meaning": "Weight of clicks."},
    {"name": "cg_weight", "stage": "pre_rank", "unit": "weight", "kind": "continuous",
     "range": [0, 4], "production": 1, "meaning": "Strictness of the clickbait guard."},
    {"name": "diversity_strength", "stage": "re_rank", "unit": "share", "kind": "continuous",
     "range": [0, 1], "production": 0.3, "meaning": "Strength of list diversity."},
    {"name": "rank_keep", "stage": "rank", "unit": "items", "kind": "integer",
     "range": [10, 100], "production": 50, "meaning": "K2: candidates kept."},
    {"name": "lvr_curve", "stage": "pre_rank", "unit": "utility", "kind": "curve",
     "knots": [0, 0.25, 0.5, 0.75, 1], "production": [0, 0.25, 0.5, 0.75, 1],
     "meaning": "Utility of long views."},
    {"name": "fusion_form", "stage": "rank", "unit": "form", "kind": "categorical",
     "levels": ["weighted_sum", "power_product"], "production": "weighted_sum",
     "meaning": "How heads are fused."}
  ])");
  if (renamed) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      parameters[i]["name"] = "k0" + std::to_string(i);
      parameters[i]["meaning"] = "A knob.";
    }
  }
  const MetricCatalogue metrics({{.name = "dau",
                                  .unit = "share",
                                  .direction = Direction::kHigherIsBetter,
                                  .definition = "Daily active users."},
                                 {.name = "topic_diversity",
                                  .unit = "index",
                                  .direction = Direction::kHigherIsBetter,
                                  .definition = "Topics in the list."},
                                 {.name = "clickbait_share",
                                  .unit = "share",
                                  .direction = Direction::kLowerIsBetter,
                                  .definition = "Clickbait shown."},
                                 {.name = "serving_cost",
                                  .unit = "ms",
                                  .direction = Direction::kLowerIsBetter,
                                  .definition = "Compute."}});
  return TuningTask{
      .scenario = "feed",
      .task = "joint",
      .description = "A feed that wants people back.",
      .space = std::make_shared<const ParameterSpace>(ParameterSpace::FromJson(parameters, "")),
      .metrics = std::make_shared<const MetricCatalogue>(metrics),
      .objective = Objective(
          {{.metric = "dau", .weight = 2.0}, {.metric = "topic_diversity", .weight = 1.0}},
          {{.metric = "clickbait_share", .kind = BoundKind::kCeiling, .lift_bound = 1.0},
           {.metric = "serving_cost", .kind = BoundKind::kCeiling, .lift_bound = 5.0}},
          /*violation_penalty=*/2.0),
      .rounds = 12,
      .arms_per_round = 4,
      .users_per_arm = 2e6,
      .horizon_days = 7,
      .seed = seed};
}

/// A completed trial with the given lifts and standard error 0.1.
inline Trial MakeFeedTrial(const TuningTask& task, std::int64_t id, Configuration configuration,
                           std::vector<double> lifts) {
  Trial trial;
  trial.id = id;
  trial.round = 1 + static_cast<int>((id - 1) / 4);
  trial.arm = 1 + static_cast<int>((id - 1) % 4);
  trial.proposal.configuration = std::move(configuration);
  trial.measurement.readings.resize(task.metrics->size());
  for (std::size_t m = 0; m < lifts.size(); ++m) {
    trial.measurement.readings[m].lift = lifts[m];
    trial.measurement.readings[m].standard_error = 0.1;
  }
  return trial;
}

}  // namespace rectune::agents::testing
