// SPDX-License-Identifier: Apache-2.0
#include "core/objective.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune {
namespace {

double Sign(Direction direction) { return direction == Direction::kLowerIsBetter ? -1.0 : 1.0; }

const MetricReading& ReadingOf(const std::string& metric, const Measurement& measurement,
                               const MetricCatalogue& metrics) {
  RECTUNE_CHECK(measurement.readings.size() == metrics.size(),
                "a measurement needs one reading a metric of the catalogue");
  const MetricReading& reading = measurement.readings[metrics.IndexOf(metric)];
  RECTUNE_CHECK(std::isfinite(reading.lift) && reading.standard_error >= 0.0,
                "the reading of " + metric + " is no number; such a trial has failed");
  return reading;
}

NorthStar NorthStarFromJson(const Json& json, const std::string& path,
                            const MetricCatalogue& metrics) {
  ObjectReader reader(json, path);
  NorthStar star;
  star.metric = reader.OneOf("metric", metrics.Names());
  star.weight = reader.NumberOr("weight", 1.0);
  if (!(star.weight > 0.0)) {
    throw ConfigError(reader.PathOf("weight"), Json(star.weight).dump(), "a number above 0");
  }
  const Direction natural = metrics.metrics()[metrics.IndexOf(star.metric)].direction;
  // A metric without a better side needs the objective to pick one.
  const std::string direction =
      reader.Has("direction") || natural == Direction::kNeutral
          ? reader.OneOf("direction", {ToString(Direction::kHigherIsBetter),
                                       ToString(Direction::kLowerIsBetter)})
          : ToString(natural);
  star.direction = direction == ToString(Direction::kHigherIsBetter) ? Direction::kHigherIsBetter
                                                                     : Direction::kLowerIsBetter;
  reader.Finish();
  return star;
}

Guardrail GuardrailFromJson(const Json& json, const std::string& path,
                            const MetricCatalogue& metrics) {
  ObjectReader reader(json, path);
  Guardrail guardrail;
  guardrail.metric = reader.OneOf("metric", metrics.Names());
  if (reader.Has("floor") == reader.Has("ceiling")) {
    throw ConfigError(path, reader.Has("floor") ? json.dump() : "missing",
                      "exactly one of \"floor\" and \"ceiling\" (percent over control)");
  }
  guardrail.kind = reader.Has("floor") ? BoundKind::kFloor : BoundKind::kCeiling;
  guardrail.lift_bound = reader.Number(guardrail.kind == BoundKind::kFloor ? "floor" : "ceiling");
  reader.Finish();
  return guardrail;
}

}  // namespace

Objective::Objective(std::vector<NorthStar> north_stars, std::vector<Guardrail> guardrails,
                     double violation_penalty)
    : north_stars_(std::move(north_stars)),
      guardrails_(std::move(guardrails)),
      violation_penalty_(violation_penalty) {
  RECTUNE_CHECK(!north_stars_.empty(), "an objective needs a north-star metric");
  std::set<std::string> names;
  for (const NorthStar& star : north_stars_) {
    RECTUNE_CHECK(star.weight > 0.0 && std::isfinite(star.weight),
                  "the weight of " + star.metric + " must be positive");
    RECTUNE_CHECK(star.direction != Direction::kNeutral, star.metric + " needs a direction");
    RECTUNE_CHECK(names.insert(star.metric).second, star.metric + " is a north star twice");
  }
  for (const Guardrail& guardrail : guardrails_) {
    RECTUNE_CHECK(std::isfinite(guardrail.lift_bound), guardrail.metric + " needs a bound");
  }
  RECTUNE_CHECK(violation_penalty_ >= 0.0 && std::isfinite(violation_penalty_),
                "a violation cannot be rewarded");
}

Objective Objective::FromJson(const Json& json, const std::string& path,
                              const MetricCatalogue& metrics) {
  ObjectReader reader(json, path);
  std::vector<NorthStar> stars;
  reader.ForEach("north_stars", [&](const Json& element, const std::string& where) {
    stars.push_back(NorthStarFromJson(element, where, metrics));
    for (std::size_t i = 0; i + 1 < stars.size(); ++i) {
      if (stars[i].metric == stars.back().metric) {
        throw ConfigError(where + "/metric", Json(stars[i].metric).dump(),
                          "each north-star metric once");
      }
    }
  });
  if (stars.empty()) {
    throw ConfigError(reader.PathOf("north_stars"), "[]", "at least one metric");
  }
  std::vector<Guardrail> guardrails;
  reader.ForEach("guardrails", [&](const Json& element, const std::string& where) {
    guardrails.push_back(GuardrailFromJson(element, where, metrics));
  });
  const double penalty =
      reader.Number("violation_penalty", {0.0, std::numeric_limits<double>::infinity()});
  reader.Finish();
  return {std::move(stars), std::move(guardrails), penalty};
}

Json Objective::ToJson() const {
  Json stars = Json::array();
  for (const NorthStar& star : north_stars_) {
    stars.push_back({{"metric", star.metric},
                     {"weight", NumberToJson(star.weight)},
                     {"direction", ToString(star.direction)}});
  }
  Json guardrails = Json::array();
  for (const Guardrail& guardrail : guardrails_) {
    guardrails.push_back({{"metric", guardrail.metric},
                          {guardrail.kind == BoundKind::kFloor ? "floor" : "ceiling",
                           NumberToJson(guardrail.lift_bound)}});
  }
  return {{"north_stars", stars},
          {"guardrails", guardrails},
          {"violation_penalty", NumberToJson(violation_penalty_)}};
}

Score Objective::Evaluate(const Measurement& measurement, const MetricCatalogue& metrics) const {
  Score score;
  double total_weight = 0.0;
  double variance = 0.0;
  for (const NorthStar& star : north_stars_) {
    const MetricReading& reading = ReadingOf(star.metric, measurement, metrics);
    score.value += star.weight * Sign(star.direction) * reading.lift;
    variance += star.weight * star.weight * reading.standard_error * reading.standard_error;
    total_weight += star.weight;
  }
  score.value /= total_weight;
  score.standard_error = std::sqrt(variance) / total_weight;
  for (const double violation : Violations(measurement, metrics)) {
    score.violation += violation;
  }
  score.penalised = score.value - violation_penalty_ * score.violation;
  return score;
}

std::vector<double> Objective::Violations(const Measurement& measurement,
                                          const MetricCatalogue& metrics) const {
  std::vector<double> violations;
  violations.reserve(guardrails_.size());
  for (const Guardrail& guardrail : guardrails_) {
    const double lift = ReadingOf(guardrail.metric, measurement, metrics).lift;
    const double past = guardrail.kind == BoundKind::kFloor ? guardrail.lift_bound - lift
                                                            : lift - guardrail.lift_bound;
    violations.push_back(std::max(0.0, past));
  }
  return violations;
}

}  // namespace rectune
