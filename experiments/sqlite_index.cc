// SPDX-License-Identifier: Apache-2.0
#include "experiments/sqlite_index.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = R"sql(
CREATE TABLE studies (
  name TEXT NOT NULL, spec_hash TEXT NOT NULL, scenario TEXT NOT NULL, task TEXT NOT NULL,
  size TEXT NOT NULL, rounds INTEGER NOT NULL, arms_per_round INTEGER NOT NULL,
  users_per_arm REAL NOT NULL, reference_value REAL, complete INTEGER NOT NULL,
  manifest TEXT NOT NULL) STRICT;
CREATE TABLE cells (
  cell TEXT PRIMARY KEY, label TEXT NOT NULL, tuner TEXT NOT NULL, options TEXT NOT NULL,
  seed INTEGER NOT NULL, is_agent INTEGER NOT NULL, is_stand_in INTEGER NOT NULL,
  complete INTEGER NOT NULL) STRICT;
CREATE TABLE rounds (
  cell TEXT NOT NULL REFERENCES cells, round INTEGER NOT NULL, true_value REAL,
  true_violation REAL, regret REAL, suggest_seconds REAL, recommendation TEXT NOT NULL,
  ledger TEXT, phase INTEGER NOT NULL, PRIMARY KEY (cell, round)) STRICT;
CREATE TABLE trials (
  cell TEXT NOT NULL REFERENCES cells, trial INTEGER NOT NULL, round INTEGER NOT NULL,
  arm INTEGER NOT NULL, status TEXT NOT NULL, status_reason TEXT NOT NULL, source TEXT NOT NULL,
  hypothesis TEXT NOT NULL, value REAL, standard_error REAL, violation REAL, true_value REAL,
  true_violation REAL, configuration TEXT, PRIMARY KEY (cell, trial)) STRICT;
CREATE TABLE readings (
  cell TEXT NOT NULL REFERENCES cells, trial INTEGER NOT NULL, metric TEXT NOT NULL,
  control REAL, treatment REAL, lift REAL, standard_error REAL, p_value REAL, q_value REAL,
  PRIMARY KEY (cell, trial, metric)) STRICT;
)sql";

class Database {
 public:
  explicit Database(const fs::path& file) {
    if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) Fail();
    // The file appears under its name only when it is whole, so it needs no journal of its own.
    Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  }
  ~Database() { sqlite3_close(handle_); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void Execute(const char* sql) {
    if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) Fail();
  }
  sqlite3* handle() const { return handle_; }
  [[noreturn]] void Fail() const {
    throw std::runtime_error(std::string("cannot write the SQLite index: ") +
                             sqlite3_errmsg(handle_));
  }

 private:
  sqlite3* handle_ = nullptr;
};

/// One prepared INSERT; a row is a chain of Bind calls ended by Insert.
class Inserter {
 public:
  Inserter(Database& database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK) {
      database.Fail();
    }
  }
  ~Inserter() { sqlite3_finalize(statement_); }
  Inserter(const Inserter&) = delete;
  Inserter& operator=(const Inserter&) = delete;

  Inserter& Text(const std::string& value) {
    return Check(sqlite3_bind_text(statement_, ++column_, value.data(),
                                   static_cast<int>(value.size()), SQLITE_TRANSIENT));
  }
  Inserter& Integer(std::int64_t value) {
    return Check(sqlite3_bind_int64(statement_, ++column_, value));
  }
  Inserter& Real(std::optional<double> value) {
    ++column_;
    if (!value || !std::isfinite(*value)) return Check(sqlite3_bind_null(statement_, column_));
    return Check(sqlite3_bind_double(statement_, column_, *value));
  }
  Inserter& Null() { return Check(sqlite3_bind_null(statement_, ++column_)); }
  void Insert() {
    if (sqlite3_step(statement_) != SQLITE_DONE) database_.Fail();
    sqlite3_reset(statement_);
    column_ = 0;
  }

 private:
  Inserter& Check(int status) {
    if (status != SQLITE_OK) database_.Fail();
    return *this;
  }

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int column_ = 0;
};

void InsertCell(const RunData& run, const CellData& cell, Inserter& rounds, Inserter& trials,
                Inserter& readings) {
  const MetricCatalogue& metrics = *run.task.metrics;
  for (const RoundData& round : cell.rounds) {
    rounds.Text(cell.id)
        .Integer(round.round)
        .Real(round.true_score.value)
        .Real(round.true_score.violation)
        .Real(round.regret)
        .Real(round.suggest_seconds)
        .Text(DumpLine(run.task.space->ToJson(round.recommendation)));
    if (round.ledger.is_null()) {
      rounds.Null();
    } else {
      rounds.Text(DumpLine(round.ledger));
    }
    rounds.Integer(static_cast<std::int64_t>(round.phase)).Insert();
    for (std::size_t i = 0; i < round.trials.size(); ++i) {
      const Trial& trial = round.trials[i];
      std::optional<Score> score;
      if (trial.status == TrialStatus::kCompleted) {
        score = run.task.ObjectiveOf(round.phase).Evaluate(trial.measurement, metrics);
      }
      std::optional<TrueScore> truth;
      if (i < round.arm_truth.size()) truth = round.arm_truth[i];
      trials.Text(cell.id)
          .Integer(trial.id)
          .Integer(trial.round)
          .Integer(trial.arm)
          .Text(ToString(trial.status))
          .Text(trial.status_reason)
          .Text(trial.proposal.source)
          .Text(trial.proposal.hypothesis)
          .Real(score ? std::optional(score->value) : std::nullopt)
          .Real(score ? std::optional(score->standard_error) : std::nullopt)
          .Real(score ? std::optional(score->violation) : std::nullopt)
          .Real(truth ? std::optional(truth->value) : std::nullopt)
          .Real(truth ? std::optional(truth->violation) : std::nullopt);
      if (trial.proposal.configuration) {
        trials.Text(DumpLine(run.task.space->ToJson(*trial.proposal.configuration)));
      } else {
        trials.Null();
      }
      trials.Insert();
      for (std::size_t k = 0; k < trial.measurement.readings.size(); ++k) {
        const MetricReading& reading = trial.measurement.readings[k];
        readings.Text(cell.id)
            .Integer(trial.id)
            .Text(metrics.metrics()[k].name)
            .Real(reading.control)
            .Real(reading.treatment)
            .Real(reading.lift)
            .Real(reading.standard_error)
            .Real(reading.p_value)
            .Real(reading.q_value)
            .Insert();
      }
    }
  }
}

void Fill(Database& database, const RunData& run) {
  database.Execute(kSchema);
  database.Execute("BEGIN");
  Inserter studies(database, "INSERT INTO studies VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  studies.Text(run.name)
      .Text(run.manifest.at("spec_hash").get<std::string>())
      .Text(run.task.scenario)
      .Text(run.task.task)
      .Text(run.task.size)
      .Integer(run.rounds)
      .Integer(run.arms_per_round)
      .Real(run.users_per_arm)
      .Real(run.task.reference ? std::optional(run.task.reference->value) : std::nullopt)
      .Integer(run.complete ? 1 : 0)
      .Text(DumpLine(run.manifest))
      .Insert();
  Inserter cells(database, "INSERT INTO cells VALUES (?,?,?,?,?,?,?,?)");
  Inserter rounds(database, "INSERT INTO rounds VALUES (?,?,?,?,?,?,?,?,?)");
  Inserter trials(database, "INSERT INTO trials VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  Inserter readings(database, "INSERT INTO readings VALUES (?,?,?,?,?,?,?,?,?)");
  for (const CellData& cell : run.cells) {
    cells.Text(cell.id)
        .Text(cell.label)
        .Text(cell.tuner)
        .Text(DumpLine(cell.options))
        .Integer(static_cast<std::int64_t>(cell.seed))
        .Integer(cell.is_agent ? 1 : 0)
        .Integer(cell.is_stand_in ? 1 : 0)
        .Integer(cell.complete ? 1 : 0)
        .Insert();
    InsertCell(run, cell, rounds, trials, readings);
  }
  database.Execute("COMMIT");
}

}  // namespace

void WriteSqliteIndex(const RunData& run, const fs::path& file) {
  fs::path temporary = file;
  temporary += ".tmp-" + std::to_string(::getpid());
  fs::remove(temporary);
  try {
    Database database(temporary);
    Fill(database, run);
  } catch (...) {
    fs::remove(temporary);
    throw;
  }
  fs::rename(temporary, file);
}

}  // namespace rectune::experiments
