// SPDX-License-Identifier: Apache-2.0
#include "core/trial.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "core/config_error.h"
#include "core/random_stream.h"
#include "tests/support/random_space.h"
#include "tests/support/toy_task.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;

const TuningTask& Task() {
  static const TuningTask kTask = test_support::MakeToyTask(1, 3, 4);
  return kTask;
}

Trial RandomTrial(RandomStream& stream) {
  const std::vector<double> unit = test_support::RandomUnit(stream, Task().space->dimension());
  const Proposal proposal{.configuration = Task().space->Decode(unit),
                          .hypothesis = "More \"fresh\" items\nlift engagement \xC3\xA9",
                          .source = "tpe",
                          .invalid_reason = ""};
  return test_support::RunToyRound(Task(), 2, {proposal}, 0.3, 41)[0];
}

Json Written(const Trial& trial) {
  return ParseJson(DumpLine(ToJson(trial, *Task().space, *Task().metrics)));
}

Trial Read(const Json& json) {
  return TrialFromJson(json, *Task().space, *Task().metrics, "/trial");
}

TEST_CASE("A completed trial survives JSON text whole", "[trial]") {
  RandomStream stream(1, Purpose::kTest);
  for (int i = 0; i < 100; ++i) {
    const Trial trial = RandomTrial(stream);
    const Trial back = Read(Written(trial));
    REQUIRE(back.id == 41);
    REQUIRE(back.round == 2);
    REQUIRE(back.arm == 1);
    REQUIRE(back.status == TrialStatus::kCompleted);
    REQUIRE(back.proposal.configuration == trial.proposal.configuration);
    REQUIRE(back.proposal.hypothesis == trial.proposal.hypothesis);
    REQUIRE(back.proposal.source == "tpe");
    REQUIRE(back.measurement.readings[0].lift == trial.measurement.readings[0].lift);
    REQUIRE(Written(back) == Written(trial));
  }
}

TEST_CASE("Invalid, failed and rejected trials keep their reasons", "[trial]") {
  RandomStream stream(2, Purpose::kTest);
  const Proposal mistake{.configuration = std::nullopt,
                         .hypothesis = "why not",
                         .source = "agent/actor",
                         .invalid_reason = "/ctr_weigth: found an unknown key"};
  const Trial invalid = test_support::RunToyRound(Task(), 1, {mistake}, 0.1, 7)[0];
  const Trial back = Read(Written(invalid));
  CHECK(back.status == TrialStatus::kInvalid);
  CHECK_FALSE(back.proposal.configuration.has_value());
  CHECK(back.proposal.invalid_reason == mistake.invalid_reason);
  CHECK(back.measurement.readings.empty());
  for (const TrialStatus status : {TrialStatus::kFailed, TrialStatus::kRejected}) {
    Trial trial = RandomTrial(stream);
    trial.status = status;
    trial.status_reason = "the click rate is not finite";
    trial.measurement = {};
    CHECK(Read(Written(trial)).status == status);
    CHECK(Read(Written(trial)).status_reason == trial.status_reason);
    CHECK(Written(Read(Written(trial))) == Written(trial));
  }
}

TEST_CASE("Production's own entry lifts nothing, exactly", "[trial]") {
  const Trial production = ProductionTrial(*Task().space, *Task().metrics);
  CHECK(production.id == 0);
  CHECK(production.round == 0);
  CHECK(production.arm == 0);
  CHECK(production.proposal.source == "production");
  CHECK(production.proposal.configuration == Task().space->Production());
  CHECK(production.status == TrialStatus::kCompleted);
  REQUIRE(production.measurement.readings.size() == Task().metrics->size());
  for (const MetricReading& reading : production.measurement.readings) {
    CHECK(reading.lift == 0.0);
    CHECK(reading.standard_error == 0.0);
    CHECK(reading.p_value == 1.0);
    CHECK(reading.q_value == 1.0);
  }
  CHECK(Written(Read(Written(production))) == Written(production));
}

TEST_CASE("A trial is read strictly", "[trial]") {
  RandomStream stream(3, Purpose::kTest);
  const Json good = Written(RandomTrial(stream));
  const auto message = [&](const std::function<void(Json&)>& spoil) -> std::string {
    Json json = good;
    spoil(json);
    try {
      (void)Read(json);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message([](Json&) {}) == "accepted");
  for (const auto& [key, value] : good.items()) {
    CAPTURE(key);
    CHECK_THAT(message([&key = key](Json& j) { j.erase(key); }), Contains("missing"));
  }
  CHECK_THAT(message([](Json& j) { j["status"] = "done"; }),
             Contains("/trial/status: found \"done\""));
  CHECK_THAT(message([](Json& j) { j["id"] = -1; }), Contains("/trial/id: found -1"));
  CHECK_THAT(message([](Json& j) { j["extra"] = 1; }), Contains("/trial/extra"));
  CHECK_THAT(message([](Json& j) { j["configuration"]["topic_window"] = 99; }),
             Contains("/trial/configuration/topic_window: found 99"));
  CHECK_THAT(message([](Json& j) { j["invalid_reason"] = "both"; }), Contains("exactly one of"));
  CHECK_THAT(message([](Json& j) { j["status"] = "invalid"; }), Contains("/trial/status"));
  CHECK_THAT(message([](Json& j) { j["measurement"]["readings"] = Json::object(); }),
             Contains("/trial/measurement/readings"));
  CHECK_THAT(message([](Json& j) {
               j.erase("configuration");
               j["invalid_reason"] = "unknown key";
             }),
             Contains("/trial/invalid_reason"));
}

TEST_CASE("History outside a tightened box can still be read", "[trial]") {
  RandomStream stream(4, Purpose::kTest);
  const Trial trial = RandomTrial(stream);
  ParameterSpace tight = *Task().space;
  for (std::size_t c = 0; c < 2; ++c) {
    tight = tight.TightenUnit(c, 0.0, 1e-6);
  }
  REQUIRE_FALSE(tight.Contains(*trial.proposal.configuration));
  const Trial back = TrialFromJson(Written(trial), tight, *Task().metrics, "");
  CHECK(back.proposal.configuration == trial.proposal.configuration);
}

}  // namespace
}  // namespace rectune
