// SPDX-License-Identifier: Apache-2.0
//
// What the commands on early looks print, over a workbench whose looks are made up.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <sstream>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "tests/experiments/toy_workbench.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Lift i + 0.5 at look i; the first metric of the catalogue can be read at the last look only.
std::vector<PeekArm> MadeUpLooks(const TestbedPort& port, std::size_t arms, int looks) {
  std::vector<PeekArm> peeked(arms, PeekArm{.users_per_arm = 1234.0, .looks = {}});
  for (PeekArm& arm : peeked) {
    for (int i = 1; i <= looks; ++i) {
      const PeekReading reading{.lift = i + 0.5,
                                .standard_error = 0.5,
                                .p_value = 0.0125,
                                .always_valid_p_value = 0.375,
                                .always_valid_half_width = 2.0};
      PeekLook& look = arm.looks.emplace_back(PeekLook{i, {}});
      look.readings.assign(port.metrics->size(), reading);
      if (i < looks) look.readings[0] = {kNaN, kNaN, kNaN, kNaN, kNaN};
    }
  }
  return peeked;
}

std::vector<PeekingLine> MadeUpRates() {
  return {{.metric = 0,
           .planted = 2.0,
           .width_ratio = 1.5,
           .horizon = {.false_positives = 0.05,
                       .power = 0.8,
                       .days = 7.0,
                       .overstatement = 1.1,
                       .coverage = 0.95},
           .first = {.false_positives = 0.2,
                     .power = 0.9,
                     .days = 3.0,
                     .overstatement = 1.4,
                     .coverage = 0.8},
           .always_valid = {.false_positives = 0.0,
                            .power = 0.0,
                            .days = kNaN,
                            .overstatement = kNaN,
                            .coverage = 1.0}}};
}

struct Desk {
  Workbench workbench = MakeToyWorkbench();
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};

  Desk() {
    const auto open = workbench.open;
    workbench.open = [open](const std::string& scenario, const std::string& task,
                            const std::string& size) {
      TestbedPort port = *open(scenario, task, size);
      const TestbedPort plain = port;
      port.peek = [plain](std::uint64_t, double, std::span<const Configuration> arms, int looks,
                          std::span<const Configuration> /*before*/) {
        return MadeUpLooks(plain, arms.size(), looks);
      };
      port.study_peeking = [](std::uint64_t, double, int, int) { return MadeUpRates(); };
      return std::make_shared<const TestbedPort>(std::move(port));
    };
  }
  Json Parsed() const { return ParseJson(out.str()); }
};

TaskArguments Toy(bool as_json) {
  return {.scenario = "toy", .task = "joint", .size = "small", .as_json = as_json};
}

AbArguments Peeked(bool as_json, int looks) {
  return {.task = Toy(as_json), .configs = {"production"}, .seed = 7, .peek = true, .looks = looks};
}

TEST_CASE("ab --peek shows each look with both intervals") {
  Desk text;
  CHECK(PeekedAbCommand(Peeked(false, 2), text.workbench, text.console) == kExitDone);
  CHECK_THAT(text.out.str(), Contains("looked at 2 times") && Contains("seed 7") &&
                                 Contains("+2.500") && Contains("0.0125") &&
                                 Contains("[+1.52, +3.48]") && Contains("0.3750") &&
                                 Contains("[+0.50, +4.50]"));
  Desk json;
  PeekedAbCommand(Peeked(true, 3), json.workbench, json.console);
  const Json looks = json.Parsed().at("arms").at(0).at("looks");
  REQUIRE(looks.size() == 3);
  // What cannot be read yet is left out rather than shown as a number.
  CHECK(looks[0].at("readings").size() + 1 == looks[2].at("readings").size());
  CHECK(looks[1].at("day") == 2);
}

TEST_CASE("unless told, one looks every day, and never more often") {
  Desk daily;
  PeekedAbCommand(Peeked(true, 0), daily.workbench, daily.console);
  const Json parsed = daily.Parsed();
  CHECK(parsed.at("arms").at(0).at("looks").size() == parsed.at("horizon_days"));
  Desk often;
  try {
    PeekedAbCommand(Peeked(true, 50), often.workbench, often.console);
    FAIL("accepted");
  } catch (const ConfigError& error) {
    CHECK(error.path() == "--looks");
    CHECK_THAT(error.what(), Contains("50") && Contains("[2, "));
  }
  CHECK(often.out.str().empty());
}

TEST_CASE("--after is refused where nothing carries over") {
  Desk desk;
  AbArguments arguments = Peeked(true, 2);
  arguments.before = {"production"};
  for (const auto& command : {AbCommand, PeekedAbCommand}) {
    try {
      command(arguments, desk.workbench, desk.console);
      FAIL("accepted");
    } catch (const ConfigError& error) {
      CHECK(error.path() == "--after");
    }
  }
  CHECK(desk.out.str().empty());
}

TEST_CASE("peeking tells the price of each habit") {
  Desk text;
  CHECK(PeekingCommand({.task = Toy(false), .seed = 3}, text.workbench, text.console) == kExitDone);
  CHECK_THAT(text.out.str(), Contains("stop at the first p <= 0.05") && Contains("0.200") &&
                                 Contains("1.40") && Contains("seed 3"));
  Desk json;
  PeekingCommand({.task = Toy(true)}, json.workbench, json.console);
  const Json line = json.Parsed().at("metrics").at(0);
  CHECK(line.at("first").at("false_positives") == 0.2);
  CHECK(line.at("horizon").at("power") == 0.8);
  CHECK(line.at("always_valid").at("overstatement") == "NaN");
}

}  // namespace
}  // namespace rectune::experiments
