// SPDX-License-Identifier: Apache-2.0
//
// verify-tuners: what it prints and how it ends on made-up checks, and that its real checks can
// fail.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

#include "baselines/table.h"
#include "core/config_error.h"
#include "experiments/commands.h"
#include "tests/experiments/toy_workbench.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

TunerCheck Constant(const std::string& name, double value, const std::string& tuner = "random") {
  return {.name = name,
          .tuner = tuner,
          .full_only = false,
          .measure = [name, value](const std::vector<TunerEntry>&, bool quick) {
            return CheckResult{.name = name + (quick ? ", quick" : ""),
                               .value = value,
                               .low = 1.0,
                               .high = 2.0,
                               .source = "made up"};
          }};
}

struct Outcome {
  int status = 0;
  std::string out;
  std::string talk;
};

Outcome Verify(const std::vector<TunerCheck>& checks, const VerifyArguments& arguments) {
  const Workbench workbench = MakeToyWorkbench();
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};
  const int status = VerifyTunersCommand(arguments, checks, workbench, console);
  return {status, out.str(), talk.str()};
}

const TunerCheck& Find(const std::string& part) {
  const auto found = std::find_if(
      TunerChecks().begin(), TunerChecks().end(),
      [&](const TunerCheck& check) { return check.name.find(part) != std::string::npos; });
  REQUIRE(found != TunerChecks().end());
  return *found;
}

/// A table in which `name` is another tuner in disguise.
std::vector<TunerEntry> Disguised(const std::string& name, const std::string& as) {
  TunerEntry entry = *FindTuner(baselines::BaselineTable(), as);
  entry.name = name;
  return {entry};
}

TEST_CASE("verify-tuners fails if and only if a check does", "[verify]") {
  CHECK(Verify({Constant("a", 1.0), Constant("b", 2.0)}, {}).status == kExitDone);
  CHECK(Verify({Constant("a", 1.0), Constant("b", 2.0001)}, {}).status == kExitFailed);
  CHECK(Verify({Constant("a", 0.9999)}, {}).status == kExitFailed);
  CHECK(Verify({Constant("a", std::nan(""))}, {}).status == kExitFailed);
  CHECK(Verify({Constant("a", std::numeric_limits<double>::infinity())}, {}).status == kExitFailed);
}

TEST_CASE("verify-tuners never passes what did not run", "[verify]") {
  const Outcome some = Verify({Constant("here", 1.5), Constant("absent", 1.5, "no_such")}, {});
  CHECK(some.status == kExitDone);
  CHECK_THAT(some.out, Contains("not run") && Contains("1 of 1 checks pass, 1 did not run"));
  CHECK_THAT(some.talk, Contains("not run (no such tuner here): absent"));
  const Outcome none = Verify({Constant("absent", 1.5, "no_such")}, {});
  CHECK(none.status == kExitFailed);
  CHECK_THAT(none.talk, Contains("nothing is verified"));
}

TEST_CASE("the quick form names what it leaves out", "[verify]") {
  TunerCheck slow = Constant("slow", 3.0);
  slow.full_only = true;
  const std::vector<TunerCheck> checks{Constant("good", 1.5), slow};
  CHECK(Verify(checks, {}).status == kExitFailed);
  const Outcome quick = Verify(checks, {.quick = true, .only = ""});
  CHECK(quick.status == kExitDone);
  CHECK_THAT(quick.talk, Contains("not run (only without --quick): slow"));
}

TEST_CASE("verify-tuners writes a list of objects as JSON, and nothing else", "[verify]") {
  const Outcome outcome =
      Verify({Constant("a", 1.5), Constant("b", std::nan("")), Constant("c", 1.0, "no_such")},
             {.quick = true, .as_json = true, .only = ""});
  CHECK(outcome.status == kExitFailed);
  const Json json = ParseJson(outcome.out);
  REQUIRE(json.size() == 2);
  CHECK(json.at(0) == Json{{"name", "a, quick"},
                           {"value", 1.5},
                           {"low", 1.0},
                           {"high", 2.0},
                           {"pass", true},
                           {"source", "made up"}});
  CHECK(json.at(1).at("pass") == false);
  CHECK(json.at(1).at("value") == "NaN");
  const Outcome markdown = Verify({Constant("a", 1.5)}, {.as_markdown = true, .only = ""});
  CHECK_THAT(markdown.out, Contains("| a | 1.5 | \\[1, 2] | pass | made up |"));
}

TEST_CASE("verify-tuners says the same with one thread or four, and passes on what a check throws",
          "[verify]") {
  std::vector<TunerCheck> checks;
  for (int i = 0; i < 12; ++i) checks.push_back(Constant("check " + std::to_string(i), 0.3 * i));
  const Outcome one = Verify(checks, {.jobs = 1});
  const Outcome four = Verify(checks, {.jobs = 4});
  CHECK(one.status == kExitFailed);
  CHECK(four.status == one.status);
  CHECK(four.out == one.out);
  CHECK(four.talk == one.talk);
  checks[5].measure = [](const std::vector<TunerEntry>&, bool) -> CheckResult {
    throw std::runtime_error("no such function");
  };
  for (const int jobs : {1, 4}) {
    CHECK_THROWS_WITH(Verify(checks, {.jobs = jobs}), "no such function");
  }
}

TEST_CASE("verify-tuners runs only what is asked for, and refuses what is not there", "[verify]") {
  const std::vector<TunerCheck> checks{Constant("good", 1.5), Constant("bad", 3.0)};
  CHECK(Verify(checks, {.only = "goo"}).status == kExitDone);
  try {
    Verify(checks, {.only = "ugly"});
    FAIL("accepted a name that no check has");
  } catch (const ConfigError& error) {
    CHECK(error.path() == "--only");
  }
}

TEST_CASE("the checks are told apart by name, and every tuner we have is in one", "[verify]") {
  std::set<std::string> names;
  std::set<std::string> tuners;
  for (const TunerCheck& check : TunerChecks()) {
    CHECK(names.insert(check.name).second);
    tuners.insert(check.tuner);
  }
  for (const char* name : {"random", "sobol", "tpe", "cma_es"}) CHECK(tuners.count(name) == 1);
}

TEST_CASE("the error of a difference shrinks with both numbers of seeds", "[verify]") {
  CHECK(DifferenceError({1.0, 0.3, 9}, 9) == Approx(0.3 * std::sqrt(2.0 / 9.0)));
  CHECK(DifferenceError({1.0, 0.0, 9}, 1) == 0.0);
}

TEST_CASE("a real check passes the real tuner and fails an impostor", "[verify]") {
  const auto& real = baselines::BaselineTable();
  const TunerCheck& check = Find("tpe: Hartmann-6 at 100");
  const CheckResult good = check.measure(real, true);
  INFO(good.name << ": " << good.value << " in [" << good.low << ", " << good.high << "]");
  CHECK(good.pass());
  CHECK(good.low < -3.3);
  CHECK_FALSE(check.measure(Disguised("tpe", "random"), true).pass());
  // Two-sided: a random search that were too good would be no random search.
  const TunerCheck& random = Find("random: Hartmann-6 at 100");
  CHECK(random.measure(real, true).pass());
  CHECK_FALSE(random.measure(Disguised("random", "cma_es"), true).pass());
}

}  // namespace
}  // namespace rectune::experiments
