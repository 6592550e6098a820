// SPDX-License-Identifier: Apache-2.0
//
// The four error lanes: a broken contract throws ContractViolation, bad input throws ConfigError,
// a failed evaluation is a status, an agent's mistake is an invalid proposal (the last two are
// values and travel through the tuner without throwing).
#include <catch2/catch.hpp>
#include <string>

#include "core/check.h"
#include "core/config_error.h"
#include "core/tuner_table.h"
#include "tests/support/toy_task.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;

TEST_CASE("A broken contract says what, which condition and where", "[errors]") {
  const int arms = 0;
  CHECK_NOTHROW([] { RECTUNE_CHECK(true, "never shown"); }());
  try {
    RECTUNE_CHECK(arms > 0, "Propose needs at least one arm");
    FAIL("the check let it pass");
  } catch (const ContractViolation& error) {
    CHECK_THAT(error.what(), Contains("Propose needs at least one arm"));
    CHECK_THAT(error.what(), Contains("arms > 0"));
    CHECK_THAT(error.what(), Contains("errors_test.cc"));
  }
}

TEST_CASE("A check is a single statement and asks its condition once", "[errors]") {
  int asked = 0;
  // NOLINTBEGIN(readability-braces-around-statements): a braceless if is what is under test
  if (asked == 0)
    RECTUNE_CHECK(++asked == 1, "asked twice");
  else
    FAIL("the macro swallowed the else");
  // NOLINTEND(readability-braces-around-statements)
  CHECK(asked == 1);
}

TEST_CASE("Bad input says where, what was found and what is allowed", "[errors]") {
  const ConfigError error("/tuners/3/name", "\"tpee\"", "one of: tpe, cma_es");
  CHECK(std::string(error.what()) ==
        "/tuners/3/name: found \"tpee\"; expected one of: tpe, cma_es");
  CHECK(error.path() == "/tuners/3/name");
  CHECK(error.value() == "\"tpee\"");
  CHECK(error.allowed() == "one of: tpe, cma_es");
  CHECK(std::string(ConfigError("/rounds", "missing", "an integer").what()) ==
        "/rounds: missing; expected an integer");
  CHECK(std::string(ConfigError("", "[]", "an object").what()) == "found []; expected an object");
}

TEST_CASE("The innermost file that located an error keeps it", "[errors]") {
  const ConfigError located = ConfigError("/a", "1", "2").In("world.json");
  CHECK(std::string(located.what()) == "world.json: /a: found 1; expected 2");
  CHECK(located.source() == "world.json");
  const ConfigError again = located.In("spec.json");
  CHECK(again.source() == "world.json");
  CHECK(std::string(again.what()) == located.what());
}

TEST_CASE("A long value is cut in the message, between characters, and kept whole", "[errors]") {
  std::string value(79, 'x');
  value += "\xC3\xA9 and a long tail";  // a two-byte character across the cut
  const ConfigError error("/a", value, "less");
  CHECK(error.value() == value);
  CHECK(std::string(error.what()) == "/a: found " + std::string(79, 'x') + "...; expected less");
}

// Proposes nothing but a mistake.
class MistakenTuner : public Tuner {
 public:
  explicit MistakenTuner(TuningTask task) : Tuner("mistaken", std::move(task)) {}

 private:
  std::vector<Proposal> DoPropose(int arms) override {
    return std::vector<Proposal>(static_cast<std::size_t>(arms),
                                 {.configuration = std::nullopt,
                                  .hypothesis = "a typing error helps",
                                  .source = "agent/actor",
                                  .invalid_reason = "/ctr_weigth: found an unknown key"});
  }
};

TEST_CASE("Mistakes and failures are values: charged, kept, and nothing throws", "[errors]") {
  MistakenTuner tuner(test_support::MakeToyTask(1, 3, 2));
  const Configuration launch = test_support::RunToyStudy(tuner, 0.1);
  CHECK(launch == tuner.task().space->Production());
  REQUIRE(tuner.history().size() == 7);  // production and every invalid arm
  CHECK(tuner.history().back().status == TrialStatus::kInvalid);

  Trial failed;
  failed.id = 100;
  failed.round = 4;
  failed.arm = 1;
  failed.proposal.configuration = launch;
  failed.status = TrialStatus::kFailed;
  failed.status_reason = "the click rate is not finite";
  CHECK_NOTHROW(tuner.Observe(std::vector<Trial>{failed}));
  CHECK(tuner.history().back().status_reason == "the click rate is not finite");
}

TEST_CASE("The tuner table finds by name or says so", "[errors]") {
  std::vector<TunerEntry> table(2);
  table[0].name = "random";
  table[1].name = "tpe";
  CHECK(FindTuner(table, "tpe") == &table[1]);
  CHECK(FindTuner(table, "tpee") == nullptr);
}

}  // namespace
}  // namespace rectune
