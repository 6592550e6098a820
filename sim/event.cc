// SPDX-License-Identifier: Apache-2.0
#include "sim/event.h"

#include <algorithm>
#include <sstream>
#include <type_traits>
#include <utility>

#include "core/object_reader.h"
#include "sim/metrics.h"

namespace rectune::sim {
namespace {

constexpr std::int64_t kLastRound = 1000;

/// In the order of Event::what.
const std::vector<std::string> kKinds = {"model_push", "objective_shift", "season", "content_shock",
                                         "drift"};

std::string Rounds(int rounds) {
  return std::to_string(rounds) + (rounds == 1 ? " round" : " rounds");
}

ModelPush ReadModelPush(ObjectReader& reader) {
  return {.version = static_cast<std::uint64_t>(reader.Integer("version", {0, 1000}))};
}

std::vector<NorthStar> ReadWeights(ObjectReader& reader, std::vector<NorthStar> stars) {
  if (!reader.Has("weights")) return stars;
  const std::string path = reader.PathOf("weights");
  const Json& weights = reader.Value("weights");
  ObjectReader within(weights, path);
  std::vector<std::string> names;
  for (NorthStar& star : stars) {
    names.push_back(star.metric);
    star.weight = within.NumberOr(star.metric, star.weight, {1e-6, 1e6});
  }
  for (const auto& [key, value] : weights.items()) {
    if (std::find(names.begin(), names.end(), key) != names.end()) continue;
    // Which metrics count is part of the scenario; a shift says how much.
    throw ConfigError(path + "/" + key, value.dump(), "a north star: " + JoinNames(names));
  }
  return stars;
}

std::vector<Guardrail> ReadGuardrails(ObjectReader& reader, const Objective& objective) {
  std::vector<Guardrail> guardrails = objective.guardrails();
  if (!reader.Has("guardrails")) return guardrails;
  Json as_objective = objective.ToJson();
  as_objective["guardrails"] = reader.Value("guardrails");
  const Objective read = Objective::FromJson(as_objective, reader.path(), SimMetrics());
  for (const Guardrail& guardrail : read.guardrails()) {
    const auto same = std::find_if(guardrails.begin(), guardrails.end(), [&](const Guardrail& old) {
      return old.metric == guardrail.metric && old.kind == guardrail.kind;
    });
    if (same == guardrails.end()) {
      guardrails.push_back(guardrail);
    } else {
      *same = guardrail;
    }
  }
  return guardrails;
}

ObjectiveShift ReadObjectiveShift(ObjectReader& reader, const Objective& before) {
  if (!reader.Has("weights") && !reader.Has("guardrails")) {
    throw ConfigError(reader.path(), "neither", "\"weights\", \"guardrails\" or both");
  }
  std::vector<NorthStar> stars = ReadWeights(reader, before.north_stars());
  std::vector<Guardrail> guardrails = ReadGuardrails(reader, before);
  return {Objective(std::move(stars), std::move(guardrails), before.violation_penalty())};
}

void RequireSome(const ObjectReader& reader, std::initializer_list<double> amounts,
                 const std::string& names) {
  if (std::any_of(amounts.begin(), amounts.end(), [](double amount) { return amount != 0.0; })) {
    return;
  }
  throw ConfigError(reader.path(), "nothing that changes", "at least one of: " + names);
}

Season ReadSeason(ObjectReader& reader) {
  const Season season{
      .steps = static_cast<int>(reader.Integer("steps", {2, kMaxSteps})),
      .rounds_a_step = static_cast<int>(reader.IntegerOr("rounds_a_step", 1, {1, 100})),
      .activity = reader.NumberOr("activity", 0.0, {0.0, 3.0}),
      .satiation = reader.NumberOr("satiation", 0.0, {0.0, 2.0}),
      .topics = reader.NumberOr("topics", 0.0, {0.0, 5.0})};
  RequireSome(reader, {season.activity, season.satiation, season.topics},
              "activity, satiation, topics");
  return season;
}

ContentShock ReadContentShock(ObjectReader& reader, std::size_t topics) {
  ContentShock shock{.rounds = static_cast<int>(reader.Integer("rounds", {1, kLastRound})),
                     .content = {}};
  reader.ForEach("topics", [&](const Json& topic, const std::string& path) {
    const bool is_known = topic.is_number_integer() && topic >= 0 && topic < topics;
    const bool is_new =
        is_known && std::find(shock.content.topics.begin(), shock.content.topics.end(),
                              topic.get<std::uint32_t>()) == shock.content.topics.end();
    if (!is_new) {
      throw ConfigError(path, topic.dump(),
                        "a topic, once: an integer in [0, " + std::to_string(topics - 1) + "]");
    }
    shock.content.topics.push_back(topic.get<std::uint32_t>());
  });
  if (shock.content.topics.empty()) {
    throw ConfigError(reader.PathOf("topics"), "[]", "at least one topic");
  }
  shock.content.share = reader.Number("share", {0.001, 1.0});
  shock.content.quality = reader.NumberOr("quality", 0.0, {-3.0, 3.0});
  shock.content.clickbait = reader.NumberOr("clickbait", 0.0, {-1.0, 1.0});
  shock.content.age_days = reader.NumberOr("age_days", 1.0, {0.01, 30.0});
  return shock;
}

Drift ReadDrift(ObjectReader& reader) {
  const Drift drift{
      .steps = static_cast<int>(reader.Integer("steps", {1, kMaxSteps})),
      .rounds_a_step = static_cast<int>(reader.IntegerOr("rounds_a_step", 1, {1, 100})),
      .tastes = reader.NumberOr("tastes", 0.0, {0.0, 0.1}),
      .calibration = reader.NumberOr("calibration", 0.0, {0.0, 0.5})};
  RequireSome(reader, {drift.tastes, drift.calibration}, "tastes, calibration");
  return drift;
}

std::string Describe(const ModelPush& push) {
  return "model push: version " + std::to_string(push.version) + " of the model heads serves";
}
std::string Describe(const Season& season) {
  return "season: a swing with a period of " + Rounds(season.steps * season.rounds_a_step);
}
std::string Describe(const ContentShock& shock) {
  return "content shock: for " + Rounds(shock.rounds) + ", new items of another kind in " +
         std::to_string(shock.content.topics.size()) + " topics";
}
std::string Describe(const Drift& drift) {
  return "drift: over " + Rounds(drift.steps * drift.rounds_a_step) +
         ", tastes or the calibration of model heads move by the day";
}

std::string BoundOf(const Guardrail& guardrail) {
  std::ostringstream text;
  text << guardrail.metric << (guardrail.kind == BoundKind::kFloor ? " at least " : " at most ")
       << guardrail.lift_bound << "% over control";
  return text.str();
}

std::string DescribeShift(const Objective& before, const Objective& after) {
  std::vector<std::string> changes;
  for (std::size_t k = 0; k < after.north_stars().size(); ++k) {
    const NorthStar& star = after.north_stars()[k];
    if (star.weight == before.north_stars()[k].weight) continue;
    std::ostringstream text;
    text << "weight of " << star.metric << " from " << before.north_stars()[k].weight << " to "
         << star.weight;
    changes.push_back(text.str());
  }
  // A shift changes guardrails where they stand and adds new ones behind them.
  for (std::size_t g = 0; g < after.guardrails().size(); ++g) {
    const std::string now = BoundOf(after.guardrails()[g]);
    if (g >= before.guardrails().size()) {
      changes.push_back("new guardrail " + now);
    } else if (now != BoundOf(before.guardrails()[g])) {
      changes.push_back("guardrail " + now);
    }
  }
  return "objective shift: " + (changes.empty() ? "nothing changes" : JoinNames(changes));
}

Event ReadEvent(const Json& json, const std::string& path, const Objective& objective,
                std::size_t topics) {
  ObjectReader reader(json, path);
  const std::string kind = reader.OneOf("kind", kKinds);
  Event event;
  // What holds from round 1 on is not an event but the scenario.
  const bool is_switch = kind == "model_push" || kind == "objective_shift";
  event.round = static_cast<int>(reader.Integer("round", {is_switch ? 2 : 1, kLastRound}));
  if (kind == "objective_shift") {
    event.what = ReadObjectiveShift(reader, objective);
    event.announced = true;
  } else {
    event.announced = reader.BooleanOr("announced", false);
    if (kind == "model_push") event.what = ReadModelPush(reader);
    if (kind == "season") event.what = ReadSeason(reader);
    if (kind == "content_shock") event.what = ReadContentShock(reader, topics);
    if (kind == "drift") event.what = ReadDrift(reader);
  }
  reader.Finish();
  event.description = std::visit(
      [&](const auto& what) {
        if constexpr (std::is_same_v<decltype(what), const ObjectiveShift&>) {
          return DescribeShift(objective, what.objective);
        } else {
          return Describe(what);
        }
      },
      event.what);
  return event;
}

}  // namespace

const char* Event::kind() const { return kKinds[what.index()].c_str(); }

std::vector<Event> ReadEvents(const Json& json, const std::string& path, const Objective& objective,
                              std::size_t topics) {
  if (!json.is_array()) throw ConfigError(path, json.dump(), "an array of events");
  std::vector<Event> events;
  const Objective* current = &objective;
  Objective shifted = objective;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const std::string at = path + "/" + std::to_string(i);
    events.push_back(ReadEvent(json[i], at, *current, topics));
    const Event& event = events.back();
    if (i > 0 && event.round < events[i - 1].round) {
      throw ConfigError(
          at + "/round", std::to_string(event.round),
          "events in the order of their rounds: at least " + std::to_string(events[i - 1].round));
    }
    if (const auto* shift = std::get_if<ObjectiveShift>(&event.what)) {
      shifted = shift->objective;
      current = &shifted;
    }
  }
  return events;
}

}  // namespace rectune::sim
