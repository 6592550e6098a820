// SPDX-License-Identifier: Apache-2.0
//
// Events and phases: what a scenario's file may say, which round falls in which phase, and that
// each kind of event changes what it should and nothing else.
#include "sim/phase.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "core/config_error.h"
#include "sim/panel.h"
#include "sim/scenario.h"
#include "sim/testbed.h"
#include "sim/world.h"
#include "tests/support/temporary_directory.h"

namespace rectune::sim {
namespace {

const Scenario& Feed() {
  static const Scenario scenario = LoadScenario("discover_feed");
  return scenario;
}

std::vector<Event> Read(const Json& events) {
  return ReadEvents(events, "/events", Feed().objective, 16);
}

Timeline TimelineOf(const Json& events) {
  return {Feed().model_version, Feed().objective, Read(events), 7};
}

const Json kPush = {{"kind", "model_push"}, {"round", 7}, {"version", 1}};
const Json kShift = {{"kind", "objective_shift"}, {"round", 9}, {"weights", {{"dau", 1.0}}}};
const Json kSeason = {{"kind", "season"}, {"round", 1}, {"steps", 4}, {"activity", 0.5}};
const Json kShock = {{"kind", "content_shock"}, {"round", 3},   {"rounds", 2},
                     {"topics", {2}},           {"share", 0.5}, {"quality", -1.0},
                     {"clickbait", 0.4}};
const Json kDrift = {
    {"kind", "drift"}, {"round", 5}, {"steps", 2}, {"rounds_a_step", 3}, {"tastes", 0.01}};

Json With(Json event, const char* key, const Json& value) {
  event[key] = value;
  return event;
}

TEST_CASE("wrong events are refused with path and what is allowed", "[events]") {
  struct Case {
    Json events;
    const char* path;
  };
  const std::vector<Case> cases = {
      {Json::object(), "/events"},
      {{With(kPush, "kind", "model_pull")}, "/events/0/kind"},
      {{With(kPush, "colour", 1)}, "/events/0/colour"},
      {{With(kPush, "round", 1)}, "/events/0/round"},
      {{With(kPush, "version", -1)}, "/events/0/version"},
      {Json::array({kShift, kPush}), "/events/1/round"},
      {{With(kShift, "announced", false)}, "/events/0/announced"},
      {{With(kShift, "weights", {{"ctr", 1.0}})}, "/events/0/weights/ctr"},
      {{With(kShift, "weights", {{"dau", 0.0}})}, "/events/0/weights/dau"},
      {{With(kShift, "guardrails", Json::array({{{"metric", "ctr"}}}))}, "/events/0/guardrails/0"},
      {{With(kSeason, "steps", 1)}, "/events/0/steps"},
      {{With(kSeason, "activity", 0.0)}, "/events/0"},
      {{With(kShock, "topics", {16})}, "/events/0/topics/0"},
      {{With(kShock, "topics", {2, 2})}, "/events/0/topics/1"},
      {{With(kShock, "share", 1.5)}, "/events/0/share"},
      {{With(kDrift, "tastes", 0.5)}, "/events/0/tastes"},
  };
  for (const Case& one : cases) {
    INFO(one.events.dump());
    const Json events = one.events.is_array() ? one.events
                        : one.events.empty()  ? one.events
                                              : Json::array({one.events});
    try {
      Read(events);
      FAIL("accepted");
    } catch (const ConfigError& error) {
      CHECK(error.path() == one.path);
      CHECK_FALSE(error.allowed().empty());
    }
  }
}

TEST_CASE("rounds fall in phases", "[events]") {
  const Timeline still = TimelineOf(Json::array());
  CHECK(still.phases().size() == 1);
  CHECK(still.PhaseOf(500) == 0);

  const Timeline shift = TimelineOf({kPush, kShift});
  REQUIRE(shift.phases().size() == 3);
  CHECK(shift.worlds() == 2);  // an objective changes no world
  CHECK(shift.PhaseOf(6) == 0);
  CHECK(shift.PhaseOf(7) == 1);
  CHECK(shift.PhaseOf(9) == 2);
  CHECK(shift.phases()[1].model_version == 1);
  CHECK(shift.phases()[1].objective.ToJson() == Feed().objective.ToJson());
  CHECK(shift.phases()[2].objective.north_stars()[0].weight == 1.0);
  CHECK(shift.phases()[2].objective.north_stars()[1].weight ==
        Feed().objective.north_stars()[1].weight);

  Json goals = kShift;
  goals["guardrails"] = {{{"metric", "ctr"}, {"floor", -1.0}},
                         {{"metric", "like_rate"}, {"floor", 0.0}}};
  CHECK(Read(Json::array({goals}))[0].description ==
        "objective shift: weight of dau from 6 to 1, guardrail ctr at least -1% over control, new "
        "guardrail like_rate at least 0% over control");

  const Timeline season = TimelineOf(Json::array({kSeason}));
  CHECK(season.phases().size() == 3);  // up, down, and the world itself twice a period
  CHECK(season.PhaseOf(1) == 0);
  CHECK(season.PhaseOf(3) == 0);
  CHECK(season.PhaseOf(2) == season.PhaseOf(6));
  CHECK(season.PhaseOf(2) != season.PhaseOf(4));

  const Timeline shock = TimelineOf(Json::array({kShock}));
  CHECK(shock.PhaseOf(2) == 0);
  CHECK(shock.PhaseOf(3) == 1);
  CHECK(shock.PhaseOf(4) == 1);
  CHECK(shock.PhaseOf(5) == 0);

  const Timeline drift = TimelineOf(Json::array({kDrift}));
  CHECK(drift.PhaseOf(7) == 1);
  CHECK(drift.PhaseOf(8) == 2);
  CHECK(drift.PhaseOf(100) == 2);

  CHECK_THROWS_AS(TimelineOf({With(kSeason, "steps", 11), With(kDrift, "steps", 7)}), ConfigError);
}

/// What differs between the world itself and a shifted one.
struct Difference {
  bool topics = false;    // of users
  bool activity = false;  // of users
  bool items = false;
  bool fine = false;  // heads of the same candidates
  bool satiation = false;
  bool operator==(const Difference&) const = default;
};

Difference Compare(const WorldShift& shift) {
  const WorldSize& size = Feed().SizeNamed("small", "").world;
  const World before(Feed().world, size, Feed().seed, 0);
  const World after(Feed().world, size, Feed().seed, 0, shift);
  const Panel a(before, Purpose::kTest, 24);
  const Panel b(after, Purpose::kTest, 24);
  Difference difference;
  for (std::size_t u = 0; u < a.users().size(); ++u) {
    difference.topics = difference.topics || a.users()[u].topics != b.users()[u].topics ||
                        a.users()[u].topic_weights != b.users()[u].topic_weights;
    difference.activity =
        difference.activity || a.users()[u].activity_logit != b.users()[u].activity_logit;
    if (!std::ranges::equal(a.Request(u, 0, 0).items, b.Request(u, 0, 0).items)) continue;
    difference.fine =
        difference.fine || !std::ranges::equal(a.Request(u, 0, 0).fine, b.Request(u, 0, 0).fine);
  }
  difference.items = !std::ranges::equal(
      before.catalogue.items(), after.catalogue.items(), [](const Item& one, const Item& other) {
        return one.quality == other.quality && one.clickbait == other.clickbait &&
               one.first_age_days == other.first_age_days && one.embedding == other.embedding;
      });
  difference.satiation = before.constants.dynamics.satiation != after.constants.dynamics.satiation;
  return difference;
}

WorldShift Only(double WorldShift::*amount, double value) {
  WorldShift shift;
  shift.*amount = value;
  return shift;
}

TEST_CASE("each shift changes what it should and nothing else", "[events]") {
  Difference activity;
  activity.activity = true;
  Difference satiation;
  satiation.satiation = true;
  Difference fine;
  fine.fine = true;
  CHECK(Compare({}) == Difference{});
  CHECK(Compare(Only(&WorldShift::activity, 0.5)) == activity);
  CHECK(Compare(Only(&WorldShift::log_satiation, 0.5)) == satiation);
  CHECK(Compare(Only(&WorldShift::head_levels, 0.5)) == fine);
  for (const auto tastes : {&WorldShift::topic_swing, &WorldShift::new_tastes}) {
    const Difference difference = Compare(Only(tastes, 0.5));
    CHECK(difference.topics);
    CHECK_FALSE(difference.items);
    CHECK_FALSE(difference.activity);
    CHECK_FALSE(difference.satiation);
  }
}

TEST_CASE("a content shock takes slots of its topics only", "[events]") {
  const WorldSize& size = Feed().SizeNamed("small", "").world;
  const World before(Feed().world, size, Feed().seed, 0);
  ShockedContent content;
  content.topics = {2};
  content.share = 0.5;
  content.clickbait = 0.4;
  WorldShift shift;
  shift.shocks = {content};
  const World after(Feed().world, size, Feed().seed, 0, shift);
  int taken = 0;
  int of_topic = 0;
  for (std::size_t i = 0; i < before.catalogue.items().size(); ++i) {
    const Item& old = before.catalogue.items()[i];
    const Item& now = after.catalogue.items()[i];
    CHECK(old.quality == now.quality);  // not asked for
    of_topic += old.topic == 2 ? 1 : 0;
    if (old.first_age_days == now.first_age_days) continue;
    ++taken;
    CHECK(old.topic == 2);
    CHECK(now.first_age_days <= 1.0F);
    CHECK(now.clickbait >= old.clickbait);
  }
  CHECK(taken > of_topic / 3);
  CHECK(taken < 2 * of_topic / 3);
  CHECK_FALSE(Compare(shift).topics);
}

TEST_CASE("until its first event a scenario is the one without events", "[events]") {
  const auto still = Testbed::Open("discover_feed", "joint", "small");
  const test_support::TemporaryDirectory folder;
  const std::string path = (folder.path() / "shifting.json").string();
  std::ofstream(path) << Json{{"extends", "discover_feed"}, {"events", {kPush, kShift}}}.dump();
  const auto shifting = Testbed::Open(path, "joint", "small");
  REQUIRE(shifting->timeline().phases().size() == 3);
  std::vector<double> unit(still->space().dimension(), 0.4);
  const Configuration arm = still->space().Decode(unit);
  const auto lift = [&](const Testbed& testbed, int round) {
    return testbed.RunRound(5, round, 0.0, std::span(&arm, 1)).front().readings.front().lift;
  };
  CHECK(lift(*still, 6) == lift(*shifting, 6));
  CHECK(lift(*still, 7) != lift(*shifting, 7));
  CHECK(still->Truth(arm).readings.front().lift == shifting->Truth(arm).readings.front().lift);
  const auto truth = [&](std::size_t phase) {
    return shifting->Truth(arm, PanelKind::kEvaluation, phase).readings.front().lift;
  };
  CHECK(truth(0) != truth(1));
  CHECK(truth(1) == truth(2));  // the objective changes no lift
}

}  // namespace
}  // namespace rectune::sim
