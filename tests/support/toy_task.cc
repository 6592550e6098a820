// SPDX-License-Identifier: Apache-2.0
#include "tests/support/toy_task.h"

#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::test_support {
namespace {

// Positions in the space; tests may rename the parameters, never reorder them.
enum ToyParameter : std::size_t { kFreshness, kCtrWeight, kWindow, kFusion, kDedupe, kLvrCurve };

// Where the bowl is deepest; unused for the two parameters with levels.
constexpr std::array<double, 8> kTarget{0.7, 0.35, 0.8, 0.0, 0.0, 0.6, 0.3, 0.55};
constexpr std::array<double, 3> kFusionEffect{0.0, 0.8, -0.6};  // percent
constexpr double kDedupeEffect = 0.5;
constexpr double kCostCeiling = 2.0;

constexpr const char* kParameters = R"([
  {"name": "freshness_boost", "stage": "rank", "unit": "weight",
   "meaning": "How much new items are favoured.",
   "kind": "continuous", "range": [0, 2], "production": 0.4},
  {"name": "ctr_weight", "stage": "rank", "unit": "weight",
   "meaning": "Exponent of the click head in the value function.",
   "kind": "continuous", "scale": "log", "range": [0.1, 10], "production": 2},
  {"name": "topic_window", "stage": "re_rank", "unit": "items",
   "meaning": "Length of the window in which a topic may not repeat too often.",
   "kind": "integer", "range": [1, 20], "production": 8},
  {"name": "fusion", "stage": "rank", "unit": "level",
   "meaning": "How head predictions are combined.",
   "kind": "categorical", "levels": ["weighted_sum", "power_product", "rank_ensemble"],
   "production": "weighted_sum"},
  {"name": "dedupe", "stage": "re_rank", "unit": "switch",
   "meaning": "Whether near-duplicates are removed, at some cost.",
   "kind": "boolean", "production": false},
  {"name": "lvr_curve", "stage": "pre_rank", "unit": "share",
   "meaning": "Utility of the long-view head.",
   "kind": "curve", "knots": [0, 0.25, 0.5, 0.75, 1], "production": [0, 0.25, 0.5, 0.75, 1]}
])";

// The root space: truth must not move when a tuner tightens the task's space.
const ParameterSpace& RootSpace() {
  static const ParameterSpace kSpace = ParameterSpace::FromJson(ParseJson(kParameters), "");
  return kSpace;
}

struct Lifts {
  double engagement;
  double cost;
};

// Not relative to production yet.
Lifts Levels(const Configuration& configuration) {
  const ParameterSpace& space = RootSpace();
  const std::vector<double> unit = space.Encode(configuration);
  Lifts lifts{0.0, 0.0};
  for (std::size_t c = 0; c < unit.size(); ++c) {
    const std::size_t parameter = space.coordinates()[c].parameter;
    if (!space.parameters()[parameter].has_levels()) {
      lifts.engagement -= 10.0 * (unit[c] - kTarget[c]) * (unit[c] - kTarget[c]);
    }
  }
  const auto fusion = static_cast<std::size_t>(configuration.value(space.value_offset(kFusion)));
  const double dedupe = configuration.value(space.value_offset(kDedupe));
  lifts.engagement += kFusionEffect[fusion] + kDedupeEffect * dedupe;
  lifts.cost = 6.0 * unit[space.coordinate_offset(kWindow)] + dedupe;
  return lifts;
}

Lifts TrueLifts(const Configuration& configuration) {
  const Lifts own = Levels(configuration);
  const Lifts production = Levels(RootSpace().Production());
  return {own.engagement - production.engagement, own.cost - production.cost};
}

MetricReading Reading(double lift, double standard_error) {
  MetricReading reading;
  reading.control = 100.0;
  reading.treatment = 100.0 + lift;
  reading.lift = lift;
  reading.standard_error = standard_error;
  if (standard_error > 0.0) {
    reading.p_value = 2.0 * NormalCdf(-std::abs(lift / standard_error));
  } else {
    reading.p_value = lift == 0.0 ? 1.0 : 0.0;
  }
  reading.q_value = reading.p_value;
  return reading;
}

}  // namespace

TuningTask MakeToyTask(std::uint64_t seed, int rounds, int arms) {
  const MetricCatalogue metrics({{.name = "engagement",
                                  .unit = "minutes per user",
                                  .direction = Direction::kHigherIsBetter,
                                  .definition = "A quadratic bowl with level effects."},
                                 {.name = "serving_cost",
                                  .unit = "share of production",
                                  .direction = Direction::kLowerIsBetter,
                                  .definition = "Linear in the topic window."}});
  return TuningTask{
      .scenario = "toy",
      .task = "joint",
      .description = "A toy problem with every parameter kind: raise engagement, cap cost.",
      .space = std::make_shared<const ParameterSpace>(RootSpace()),
      .metrics = std::make_shared<const MetricCatalogue>(metrics),
      .objective = Objective(
          {{.metric = "engagement"}},
          {{.metric = "serving_cost", .kind = BoundKind::kCeiling, .lift_bound = kCostCeiling}},
          /*violation_penalty=*/5.0),
      .rounds = rounds,
      .arms_per_round = arms,
      .users_per_arm = 1e6,
      .horizon_days = 7,
      .seed = seed};
}

std::vector<Trial> RunToyRound(const TuningTask& task, int round,
                               const std::vector<Proposal>& proposals, double noise,
                               std::int64_t first_id) {
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    Trial trial;
    trial.id = first_id + static_cast<std::int64_t>(i);
    trial.round = round;
    trial.arm = static_cast<int>(i) + 1;
    trial.proposal = proposals[i];
    if (!trial.proposal.configuration) {
      trial.status = TrialStatus::kInvalid;
      trial.status_reason = trial.proposal.invalid_reason;
    } else {
      RandomStream stream(task.seed, Purpose::kTest, static_cast<std::uint64_t>(round),
                          static_cast<std::uint64_t>(trial.arm));
      const Lifts lifts = TrueLifts(*trial.proposal.configuration);
      const double engagement = lifts.engagement + noise * stream.Normal();
      const double cost = lifts.cost + noise * stream.Normal();
      trial.measurement.readings = {Reading(engagement, noise), Reading(cost, noise)};
      trial.measurement.users_per_arm = task.users_per_arm;
    }
    trials.push_back(std::move(trial));
  }
  return trials;
}

double ToyTruth(const TuningTask& task, const Configuration& configuration) {
  const Lifts lifts = TrueLifts(configuration);
  Measurement measurement;
  measurement.readings = {Reading(lifts.engagement, 0.0), Reading(lifts.cost, 0.0)};
  return task.objective.Evaluate(measurement, *task.metrics).penalised;
}

Configuration ToyOptimum(const TuningTask& task) {
  // The continuous coordinates sit at the target whatever the others do; the three discrete ones,
  // which share the cost ceiling, are few enough to enumerate.
  const ParameterSpace& space = RootSpace();
  const Parameter& window = space.parameters()[kWindow];
  std::optional<Configuration> best;
  for (double items = window.low; items <= window.high; ++items) {
    for (std::size_t fusion = 0; fusion < kFusionEffect.size(); ++fusion) {
      for (const double dedupe : {0.0, 1.0}) {
        std::vector<double> values =
            space.Decode(std::vector<double>(kTarget.begin(), kTarget.end())).values();
        values[space.value_offset(kWindow)] = items;
        values[space.value_offset(kFusion)] = static_cast<double>(fusion);
        values[space.value_offset(kDedupe)] = dedupe;
        const Configuration candidate = space.FromValues(values);
        if (!best || ToyTruth(task, candidate) > ToyTruth(task, *best)) {
          best = candidate;
        }
      }
    }
  }
  return *best;
}

Configuration RunToyStudy(Tuner& tuner, double noise) {
  const TuningTask& task = tuner.task();
  RECTUNE_CHECK(tuner.history().empty(), "a study needs a new tuner");
  tuner.Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  std::int64_t next_id = 1;
  for (int round = 1; round <= task.rounds; ++round) {
    const std::vector<Trial> trials =
        RunToyRound(task, round, tuner.Propose(task.arms_per_round), noise, next_id);
    next_id += static_cast<std::int64_t>(trials.size());
    tuner.Observe(trials);
  }
  return tuner.Recommend();
}

}  // namespace rectune::test_support
