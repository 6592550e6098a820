// SPDX-License-Identifier: Apache-2.0
#include "experiments/run_data.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "core/check.h"
#include "core/config_error.h"
#include "experiments/final_table.h"
#include "experiments/sqlite_index.h"
#include "tests/experiments/process.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

TEST_CASE("Regret is 0 at the optimum, 1 at production, and 1 or worse past a guardrail") {
  CHECK(NormalisedRegret({.value = 4.0}, 4.0) == 0.0);
  CHECK(NormalisedRegret({.value = 0.0}, 4.0) == 1.0);
  CHECK(NormalisedRegret({.value = 3.0}, 4.0) == 0.25);
  CHECK(NormalisedRegret({.value = -2.0}, 4.0) == 1.5);
  CHECK(NormalisedRegret({.value = 5.0}, 4.0) == -0.25);  // better than the reference: shown as is
  CHECK(NormalisedRegret({.value = 3.0, .violation = 0.1}, 4.0) == 1.0);
  CHECK(NormalisedRegret({.value = 9.0, .violation = 0.1}, 4.0) == 1.0);
  CHECK(NormalisedRegret({.value = -2.0, .violation = 0.1}, 4.0) == 1.5);
  CHECK_THROWS_AS(NormalisedRegret({.value = 1.0}, 0.0), ContractViolation);
}

/// One finished toy run, shared by the tests below.
const ScratchFolder& ToyRun() {
  static const ScratchFolder scratch;
  static const bool is_made = [] {
    WriteText(scratch.path() / "spec.json", R"({
      "schema": 1, "name": "shared", "description": "for reading", "scenario": "toy",
      "task": "joint", "size": "small", "seeds": [5, 3], "rounds": 3, "arms_per_round": 2,
      "tuners": [{"name": "tpe", "label": "b"}, {"name": "scribbler", "label": "a"}]})");
    const ProcessResult result = RunProcess(
        {RECTUNE_TOY_PROGRAM, "run", scratch / "spec.json", "--out", scratch / "run", "--quiet"});
    REQUIRE(result.status == 0);
    return true;
  }();
  REQUIRE(is_made);
  return scratch;
}

TEST_CASE("A run reads back as it was run") {
  const RunData run = LoadRun(ToyRun() / "run");
  CHECK(run.complete);
  CHECK(run.name == "shared");
  CHECK(run.labels == std::vector<std::string>{"b", "a"});
  CHECK(run.seeds == std::vector<std::uint64_t>{5, 3});
  REQUIRE(run.cells.size() == 4);
  CHECK(run.cells[0].id == "b.seed5");
  CHECK(run.cells[3].id == "a.seed3");
  CHECK(run.cells[2].is_stand_in);
  CHECK_FALSE(run.cells[0].is_stand_in);
  CHECK(std::filesystem::exists(run.cells[2].home / "transcript.txt"));

  const TuningTask toy = test_support::MakeToyTask(0, 1, 1);
  CHECK(run.task.space->ToJson() == toy.space->ToJson());
  CHECK(run.task.metrics->ToJson() == toy.metrics->ToJson());
  CHECK(run.task.objective.ToJson() == toy.objective.ToJson());
  CHECK(run.task.production.readings[0].control == 100.0);
  REQUIRE(run.task.reference);
  for (const CellData& cell : run.cells) {
    REQUIRE(cell.rounds.size() == 3);
    std::int64_t id = 0;
    for (const RoundData& round : cell.rounds) {
      CHECK(round.trials.size() == 2);
      CHECK(round.arm_truth.size() == 2);
      for (const Trial& trial : round.trials) CHECK(trial.id == ++id);
      const double penalised = test_support::ToyTruth(toy, round.recommendation);
      CHECK(round.true_score.value - 5.0 * round.true_score.violation == Approx(penalised));
      CHECK(round.truth.readings[0].lift == Approx(round.true_score.value));
      CHECK(*round.regret == NormalisedRegret(round.true_score, run.task.reference->value));
      CHECK(round.suggest_seconds.has_value());
    }
  }
}

TEST_CASE("The final table names every tuner, its seeds and its stand-ins") {
  const std::string table = FinalTable(LoadRun(ToyRun() / "run"));
  CHECK_THAT(table, Contains("a (synthetic stand-in)") && Contains("Regret 0 is the reference") &&
                        Contains("Noise-free") && Contains("toy/joint (small)"));
}

TEST_CASE("Every file of the report is written after a run") {
  for (const char* name :
       {"report.html", "report.md", "final.csv", "regret_by_round.csv", "trials.csv"}) {
    CHECK(std::filesystem::file_size(ToyRun().path() / "run" / name) > 0);
  }
}

TEST_CASE("A folder without a run is refused in words") {
  const ScratchFolder scratch;
  CHECK_THROWS_WITH(LoadRun(scratch.path()), Contains("rectune run SPEC --out DIR"));
  CHECK_THROWS_AS(LoadRun(scratch / "nowhere"), ConfigError);
}

class Query {
 public:
  explicit Query(const std::string& file) { REQUIRE(sqlite3_open(file.c_str(), &handle_) == 0); }
  ~Query() { sqlite3_close(handle_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  double operator()(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    INFO(sql);
    REQUIRE(sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const double value = sqlite3_column_double(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* handle_ = nullptr;
};

TEST_CASE("The SQLite index says what the journals say") {
  const RunData run = LoadRun(ToyRun() / "run");
  Query query(ToyRun() / "run/results.sqlite");
  CHECK(query("SELECT count(*) FROM cells WHERE complete = 1") == 4);
  CHECK(query("SELECT count(*) FROM rounds") == 12);
  CHECK(query("SELECT count(*) FROM trials") == 24);
  double lifts = 0.0;
  double completed = 0.0;
  double regret = 0.0;
  for (const CellData& cell : run.cells) {
    for (const RoundData& round : cell.rounds) {
      regret += *round.regret;
      for (const Trial& trial : round.trials) {
        if (trial.status != TrialStatus::kCompleted) continue;
        ++completed;
        lifts += trial.measurement.readings[0].lift;
      }
    }
  }
  CHECK(query("SELECT count(*) FROM trials WHERE status = 'completed'") == completed);
  CHECK(query("SELECT count(*) FROM readings") == 2 * completed);
  CHECK(query("SELECT sum(lift) FROM readings WHERE metric = 'engagement'") == Approx(lifts));
  CHECK(query("SELECT sum(regret) FROM rounds") == Approx(regret));
  CHECK(query("SELECT count(*) FROM trials WHERE status = 'invalid' AND configuration IS NULL") ==
        24 - completed);
}

TEST_CASE("The index is rebuilt whole, and a failure leaves the old one") {
  const RunData run = LoadRun(ToyRun() / "run");
  const ScratchFolder scratch;
  const std::string file = scratch / "results.sqlite";
  WriteText(file, "not a database");
  WriteSqliteIndex(run, file);
  CHECK(Query(file)("SELECT count(*) FROM cells") == 4);
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.path()), {}) == 1);
  CHECK_THROWS_WITH(WriteSqliteIndex(run, scratch / "no/such/folder.sqlite"),
                    Contains("cannot write the SQLite index"));
}

}  // namespace
}  // namespace rectune::experiments
