// SPDX-License-Identifier: Apache-2.0
#include "experiments/cell.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "experiments/journal.h"
#include "experiments/run_data.h"
#include "experiments/study_runner.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

Json Spec(const std::vector<std::string>& tuners, int rounds = 4) {
  Json list = Json::array();
  for (const std::string& tuner : tuners) list.push_back({{"name", tuner}});
  return {{"schema", 1},     {"name", "toy"},    {"scenario", "toy"},
          {"task", "joint"}, {"size", "small"},  {"tuners", list},
          {"seeds", {1, 2}}, {"rounds", rounds}, {"arms_per_round", 3}};
}

/// Every tuner of the toy workbench that keeps its word.
std::vector<std::string> SoundTuners() {
  std::vector<std::string> names;
  for (const TunerEntry& entry : MakeToyWorkbench().tuners) {
    if (entry.name != "thrower" && entry.name != "single_arm") names.push_back(entry.name);
  }
  return names;
}

StudyOutcome RunIn(const fs::path& directory, const Json& spec, RunSettings settings) {
  const Workbench workbench = MakeToyWorkbench();
  const Study study = CheckStudy(spec, workbench);
  const RunFolder folder = RunFolder::Enter(directory, study, {"test"}, [](const std::string&) {});
  std::ostringstream talk;
  settings.style.is_quiet = true;
  return RunStudy(study, workbench, folder, settings, talk);
}

void RunWhole(const fs::path& directory, const Json& spec, int jobs = 1) {
  const StudyOutcome outcome = RunIn(directory, spec, {.jobs = jobs});
  REQUIRE(outcome.failures.empty());
  REQUIRE_FALSE(outcome.stopped);
}

TEST_CASE("One job, two or eight: the same bytes") {
  const ScratchFolder scratch;
  const Json spec = Spec(SoundTuners());
  RunWhole(scratch.path() / "one", spec, 1);
  const auto expected = PromisedBytes(scratch.path() / "one");
  CHECK(expected.size() > 2 * SoundTuners().size());  // journals, and the scribbler's files
  for (const int jobs : {2, 8}) {
    const fs::path other = scratch.path() / std::to_string(jobs);
    RunWhole(other, spec, jobs);
    CHECK(PromisedBytes(other) == expected);
  }
}

TEST_CASE("The comparison above can fail: another seed writes other bytes") {
  const ScratchFolder scratch;
  Json spec = Spec({"random"});
  spec["seeds"] = {1};
  RunWhole(scratch.path() / "a", spec);
  spec["seeds"] = {3};
  RunWhole(scratch.path() / "b", spec);
  CHECK(ReadFile(scratch.path() / "a/cells/random.seed1/journal.jsonl") !=
        ReadFile(scratch.path() / "b/cells/random.seed3/journal.jsonl"));
}

TEST_CASE("Cut at every line boundary, each tuner resumes to the same bytes") {
  const ScratchFolder scratch;
  Json spec = Spec(SoundTuners());
  spec["seeds"] = {1};
  const fs::path whole = scratch.path() / "whole";
  RunWhole(whole, spec);
  const auto expected = PromisedBytes(whole);
  for (std::size_t lines = 0; lines < 6; ++lines) {  // header, 4 rounds, done
    for (const std::string& tuner : SoundTuners()) {
      if (tuner == "scribbler") continue;  // its home cannot be cut back; see the test after next
      const fs::path journal = whole / "cells" / (tuner + ".seed1") / "journal.jsonl";
      const JournalContent content = ReadJournal(journal);
      REQUIRE(content.records.size() == 6);
      WriteText(journal, ReadFile(journal).substr(0, lines > 0 ? content.ends[lines - 1] : 0));
    }
    RunWhole(whole, spec, /*jobs=*/2);
    INFO("cut after " << lines << " lines");
    CHECK(PromisedBytes(whole) == expected);
  }
}

TEST_CASE("Cut inside any line, a cell resumes from the line before") {
  const ScratchFolder scratch;
  Json spec = Spec({"tpe"});  // what is left is the journal's business, not the tuner's
  spec["seeds"] = {1};
  const fs::path whole = scratch.path() / "whole";
  RunWhole(whole, spec);
  const fs::path journal = whole / "cells/tpe.seed1/journal.jsonl";
  const std::string bytes = ReadFile(journal);
  std::uint64_t start = 0;
  for (const std::uint64_t end : ReadJournal(journal).ends) {
    for (const std::uint64_t cut : {start + 1, (start + end) / 2, end - 1}) {
      WriteText(journal, bytes.substr(0, cut));
      RunWhole(whole, spec);
      INFO("cut to " << cut << " of " << bytes.size());
      REQUIRE(ReadFile(journal) == bytes);
    }
    start = end;
  }
}

TEST_CASE("Stopped after any number of rounds, a tuner with a home resumes to the same bytes") {
  const ScratchFolder scratch;
  Json spec = Spec({"scribbler"}, 5);
  RunWhole(scratch.path() / "whole", spec);
  const auto expected = PromisedBytes(scratch.path() / "whole");
  for (int rounds = 0; rounds <= 5; ++rounds) {
    const fs::path directory = scratch.path() / ("stop" + std::to_string(rounds));
    int asked = 0;
    const StudyOutcome outcome =
        RunIn(directory, spec, {.jobs = 1, .should_stop = [&] { return asked++ > rounds; }});
    REQUIRE(outcome.stopped);
    // What a dying process might leave in the home is undone.
    const fs::path home = directory / "cells/scribbler.seed1/home";
    if (fs::exists(home) && rounds < 5) {  // at 5 the first cell is done and its home its own
      WriteText(home / "transcript.txt", "torn");
      WriteText(home / "stray.tmp", "left over");
      fs::remove(home / "skills/rule.txt");
    }
    RunWhole(directory, spec);
    INFO("stopped after " << rounds << " rounds");
    CHECK(PromisedBytes(directory) == expected);
  }
}

TEST_CASE("A round is told what users lived under in the round before, resumed or not") {
  const ScratchFolder scratch;
  Workbench workbench = MakeToyWorkbench();
  std::vector<std::vector<Configuration>> arms_of;
  std::vector<std::vector<Configuration>> told;
  const auto open = workbench.open;
  workbench.open = [&](const std::string& scenario, const std::string& task,
                       const std::string& size) {
    TestbedPort port = *open(scenario, task, size);
    port.run_round = [&, run = port.run_round](std::uint64_t seed, int round, double users,
                                               std::span<const Configuration> arms,
                                               std::span<const Configuration> before, int threads) {
      arms_of.emplace_back(arms.begin(), arms.end());
      told.emplace_back(before.begin(), before.end());
      return run(seed, round, users, arms, before, threads);
    };
    return std::make_shared<const TestbedPort>(std::move(port));
  };
  Json spec = Spec({"scribbler"}, 4);  // some of its arms are invalid, and run production
  spec["seeds"] = {1};
  for (const std::size_t rounds : {2U, 4U}) {
    const Study study = CheckStudy(spec, workbench);
    const RunFolder folder =
        RunFolder::Enter(scratch.path() / "run", study, {"test"}, [](const std::string&) {});
    RunSettings settings{.should_stop = [&] { return arms_of.size() == rounds; }};
    settings.style.is_quiet = true;
    std::ostringstream talk;
    RunStudy(study, workbench, folder, settings, talk);
  }
  REQUIRE(arms_of.size() == 4);
  CHECK(told.front().empty());
  for (std::size_t round = 1; round < 4; ++round) {
    REQUIRE(told[round].size() == arms_of[round - 1].size());
    for (std::size_t i = 0; i < told[round].size(); ++i) {
      CHECK(told[round][i] == arms_of[round - 1][i]);
    }
  }
}

TEST_CASE("A finished cell is left alone") {
  const ScratchFolder scratch;
  const fs::path directory = scratch.path() / "run";
  RunWhole(directory, Spec({"scribbler"}));
  const fs::path journal = directory / "cells/scribbler.seed1/journal.jsonl";
  const auto written = fs::last_write_time(journal);
  RunWhole(directory, Spec({"scribbler"}));
  CHECK(fs::last_write_time(journal) == written);
}

TEST_CASE("A damaged journal stops its own cell only, and nothing is destroyed") {
  const ScratchFolder scratch;
  const fs::path directory = scratch.path() / "run";
  RunWhole(directory, Spec({"random"}));
  const fs::path journal = directory / "cells/random.seed1/journal.jsonl";
  std::string bytes = ReadFile(journal);
  bytes[bytes.find("\"round\":2")] ^= 4;
  WriteText(journal, bytes);
  fs::remove_all(directory / "cells/random.seed2");
  const Workbench workbench = MakeToyWorkbench();
  const Study study = CheckStudy(Spec({"random"}), workbench);
  const RunFolder folder = RunFolder::Enter(directory, study, {}, [](const std::string&) {});
  std::ostringstream talk;
  // Counting what is done reads every journal, so the damage is met before any work.
  CHECK_THROWS_WITH(RunStudy(study, workbench, folder, {}, talk),
                    Contains(journal.string() + ":3:"));
  CHECK(ReadFile(journal) == bytes);
}

TEST_CASE("A cell's journal does not serve another cell") {
  const ScratchFolder scratch;
  const fs::path directory = scratch.path() / "run";
  RunWhole(directory, Spec({"random"}));
  const fs::path cells = directory / "cells";
  fs::copy_file(cells / "random.seed2/journal.jsonl", cells / "random.seed1/journal.jsonl",
                fs::copy_options::overwrite_existing);
  const StudyOutcome outcome = RunIn(directory, Spec({"random"}), {});
  REQUIRE(outcome.failures.size() == 1);
  CHECK(outcome.failures[0].cell == "random.seed1");
  CHECK_THAT(outcome.failures[0].message, Contains("another cell"));
}

TEST_CASE("A tuner that throws fails its cells, by name, while the others finish") {
  const ScratchFolder scratch;
  Json spec = Spec({"random"});
  spec["tuners"].push_back({{"name", "thrower"}, {"options", {{"round", 3}}}});
  const StudyOutcome outcome = RunIn(scratch.path() / "run", spec, {.jobs = 2});
  REQUIRE(outcome.failures.size() == 2);
  CHECK(outcome.failures[0].cell == "thrower.seed1");
  CHECK(outcome.failures[1].cell == "thrower.seed2");
  CHECK_THAT(outcome.failures[0].message, Contains("the thrower threw"));
  const RunData run = LoadRun(scratch.path() / "run");
  CHECK_FALSE(run.complete);
  for (const CellData& cell : run.cells) {
    CHECK(cell.complete == (cell.label == "random"));
    CHECK(cell.rounds.size() == (cell.label == "random" ? 4U : 2U));
  }
}

TEST_CASE("A reading that is not a number is a failed trial, and no bare null") {
  const ScratchFolder scratch;
  Json spec = Spec({"random"});
  spec["scenario"] = "toy_nan";
  RunWhole(scratch.path() / "run", spec);
  const RunData run = LoadRun(scratch.path() / "run");
  const Trial& trial = run.cells[0].rounds[1].trials[1];
  CHECK(trial.status == TrialStatus::kFailed);
  CHECK_THAT(trial.status_reason, Contains("engagement") && Contains("NaN"));
  CHECK(trial.measurement.readings.empty());
  CHECK(run.cells[0].rounds[1].trials[0].status == TrialStatus::kCompleted);
  // Random search keeps no state, which is the one null a journal may hold.
  std::string bytes = ReadFile(scratch.path() / "run/cells/random.seed1/journal.jsonl");
  const std::string no_state = "\"state\":null";
  for (std::size_t at = 0; (at = bytes.find(no_state, at)) != std::string::npos;) {
    bytes.erase(at, no_state.size());
  }
  CHECK_THAT(bytes, !Contains("null") && Contains("\\\"NaN\\\""));
}

TEST_CASE("Tuners meet the same noise in the same slot, invalid neighbours or not") {
  const ScratchFolder scratch;
  RunWhole(scratch.path() / "run", Spec({"production", "scribbler"}));
  const RunData run = LoadRun(scratch.path() / "run");
  const Workbench workbench = MakeToyWorkbench();
  const Study study = CheckStudy(Spec({"production", "scribbler"}), workbench);
  int invalid = 0;
  int compared = 0;
  for (const CellData& cell : run.cells) {
    if (cell.tuner != "scribbler") continue;
    for (const RoundData& round : cell.rounds) {
      for (std::size_t slot = 0; slot < round.trials.size(); ++slot) {
        const Trial& trial = round.trials[slot];
        if (!trial.proposal.configuration) {
          ++invalid;
          CHECK(round.arm_truth[slot].value == 0.0);  // production was served there
          continue;
        }
        // Noise is what was read minus what is true; production reads its noise alone.
        const auto& baseline = run.cells[cell.seed == 1 ? 0 : 1];
        REQUIRE(baseline.seed == cell.seed);
        const auto& noise =
            baseline.rounds[static_cast<std::size_t>(round.round - 1)].trials[slot].measurement;
        const Measurement truth = study.testbed->truth(*trial.proposal.configuration);
        CHECK(trial.measurement.readings[0].lift - truth.readings[0].lift ==
              Approx(noise.readings[0].lift).margin(1e-12));
        ++compared;
      }
    }
  }
  CHECK(invalid > 0);
  CHECK(compared > 0);
}

TEST_CASE("Journals hold no host, no time, no path") {
  const ScratchFolder scratch;
  RunWhole(scratch.path() / "run", Spec({"tpe"}));
  const std::string bytes = ReadFile(scratch.path() / "run/cells/tpe.seed1/journal.jsonl");
  CHECK_THAT(bytes, !Contains("seconds") && !Contains(scratch.path().string()) && !Contains("cpu"));
}

TEST_CASE("Shards are disjoint, cover every cell, and 1/1 is all") {
  const std::vector<CellSpec> cells =
      ExpandCells(CheckStudy(Spec({"random", "tpe", "sobol"}), MakeToyWorkbench()).spec);
  for (const int count : {1, 2, 4, 7}) {
    std::vector<std::string> ids;
    for (int index = 1; index <= count; ++index) {
      for (const CellSpec& cell : SelectShard(cells, {index, count})) ids.push_back(cell.id);
    }
    std::sort(ids.begin(), ids.end());
    std::vector<std::string> expected;
    for (const CellSpec& cell : cells) expected.push_back(cell.id);
    std::sort(expected.begin(), expected.end());
    CHECK(ids == expected);
  }
}

}  // namespace
}  // namespace rectune::experiments
