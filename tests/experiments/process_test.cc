// SPDX-License-Identifier: Apache-2.0
//
// Real processes: killed, stopped, locked out, out of disk.
#include "tests/experiments/process.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "core/json.h"
#include "core/random_stream.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

const std::string kToy = RECTUNE_TOY_PROGRAM;

Json Spec(int pause_milliseconds) {
  return {{"schema", 1},
          {"name", "toy"},
          {"scenario", "toy"},
          {"task", "joint"},
          {"size", "small"},
          {"tuners",
           {{{"name", "scribbler"}, {"options", {{"pause_milliseconds", pause_milliseconds}}}},
            {{"name", "cma_es"}},
            {{"name", "tpe"}}}},
          {"seeds", {1, 2}},
          {"rounds", 6},
          {"arms_per_round", 3}};
}

std::string WriteSpec(const ScratchFolder& scratch, int pause_milliseconds = 0) {
  std::string file = scratch / "spec.json";
  WriteText(file, DumpPretty(Spec(pause_milliseconds)));
  return file;
}

std::size_t JournalBytes(const fs::path& directory) {
  std::size_t bytes = 0;
  if (!fs::exists(directory / "cells")) return 0;
  for (const auto& entry : fs::recursive_directory_iterator(directory / "cells")) {
    std::error_code gone;
    if (entry.path().filename() == "journal.jsonl") bytes += entry.file_size(gone);
  }
  return bytes;
}

TEST_CASE("Killed again and again, the same command ends in the bytes of an uninterrupted run",
          "[slow]") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch, /*pause_milliseconds=*/5);
  const std::string whole = scratch / "whole";
  REQUIRE(RunProcess({kToy, "run", spec, "--out", whole, "--jobs", "2"}).status == 0);
  const auto expected = PromisedBytes(whole);

  int killed = 0;
  for (std::uint64_t trial = 0; trial < 6; ++trial) {
    const std::string out = scratch / ("killed" + std::to_string(trial));
    const std::vector<std::string> command{kToy, "run", spec, "--out", out, "--jobs", "2"};
    for (std::uint64_t attempt = 0; attempt < 8; ++attempt) {
      ChildProcess child(command);
      RandomStream stream(20261, Purpose::kTest, trial, attempt);
      std::this_thread::sleep_for(
          std::chrono::microseconds(static_cast<int>(stream.Uniform(0.0, 45'000.0))));
      child.Signal(SIGKILL);
      killed += child.Wait().status == -SIGKILL ? 1 : 0;
    }
    const ProcessResult last = RunProcess(command);
    INFO(last.err);
    REQUIRE(last.status == 0);
    CHECK(PromisedBytes(out) == expected);
  }
  CHECK(killed > 20);  // else the kills came too late to mean anything
}

TEST_CASE("SIGINT and SIGTERM end a run after the rounds under way, with status 130") {
  for (const int number : {SIGINT, SIGTERM}) {
    const ScratchFolder scratch;
    const std::string spec = WriteSpec(scratch, /*pause_milliseconds=*/20);
    const std::string whole = scratch / "whole";
    const std::string out = scratch / "stopped";
    ChildProcess child({kToy, "run", spec, "--out", out, "--jobs", "1"});
    while (JournalBytes(out) < 2000 && !child.HasEnded()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    child.Signal(number);
    const ProcessResult stopped = child.Wait();
    INFO(stopped.err);
    REQUIRE(stopped.status == 130);
    CHECK(stopped.out.empty());
    CHECK_THAT(stopped.err, Contains("rectune resume " + out));

    const ProcessResult resumed = RunProcess({kToy, "resume", out});
    CHECK(resumed.status == 0);
    REQUIRE(RunProcess({kToy, "run", spec, "--out", whole}).status == 0);
    CHECK(PromisedBytes(out) == PromisedBytes(whole));
  }
}

TEST_CASE("One signal ends a command that has nothing to finish") {
  ChildProcess child({kToy, "oracle", "toy", "--task", "joint", "--evaluations", "1000000"});
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  REQUIRE_FALSE(child.HasEnded());
  child.Signal(SIGTERM);
  const ProcessResult ended = child.Wait();
  CHECK(ended.status == -SIGTERM);
  CHECK(ended.out.empty());
}

TEST_CASE("A second process is kept out of a folder, and the first is not disturbed") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch, /*pause_milliseconds=*/50);
  const std::string out = scratch / "run";
  ChildProcess first({kToy, "run", spec, "--out", out, "--jobs", "1"});
  while (JournalBytes(out) == 0 && !first.HasEnded()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  REQUIRE_FALSE(first.HasEnded());
  const ProcessResult second = RunProcess({kToy, "run", spec, "--out", out});
  CHECK(second.status == 1);
  CHECK_THAT(second.err, Contains("another rectune (process ") && Contains(out));
  CHECK(first.Wait().status == 0);
}

TEST_CASE("A run again on a finished folder prints the same table") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string out = scratch / "run";
  const ProcessResult first = RunProcess({kToy, "run", spec, "--out", out});
  REQUIRE(first.status == 0);
  const ProcessResult again = RunProcess({kToy, "run", spec, "--out", out});
  CHECK(again.status == 0);
  CHECK(again.out == first.out);
  CHECK_THAT(first.out, Contains("scribbler (synthetic stand-in)"));
}

TEST_CASE("A folder of another spec or with other files is refused and left as it is") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string out = scratch / "run";
  REQUIRE(RunProcess({kToy, "run", spec, "--out", out}).status == 0);
  const auto before = PromisedBytes(out);
  Json other = Spec(0);
  other["rounds"] = 7;
  WriteText(scratch.path() / "other.json", DumpPretty(other));
  const ProcessResult result = RunProcess({kToy, "run", scratch / "other.json", "--out", out});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Contains("/rounds") && Contains("7") && Contains("6") &&
                             Contains("another --out folder"));
  CHECK(PromisedBytes(out) == before);

  fs::create_directory(scratch.path() / "mine");
  WriteText(scratch.path() / "mine" / "thesis.txt", "precious");
  const ProcessResult mine = RunProcess({kToy, "run", spec, "--out", scratch / "mine"});
  CHECK(mine.status == 2);
  CHECK(std::distance(fs::directory_iterator(scratch.path() / "mine"), {}) == 1);
}

TEST_CASE("A world that changed under a folder is refused") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string out = scratch / "run";
  REQUIRE(RunProcess({kToy, "run", spec, "--out", out}).status == 0);
  Json task = ReadJsonFile(out + "/task.json");
  task["objective"]["violation_penalty"] = 17.0;  // as if an older program had written it
  WriteText(out + "/task.json", DumpPretty(task));
  const ProcessResult result = RunProcess({kToy, "run", spec, "--out", out});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Contains("/objective/violation_penalty") && Contains("17") &&
                             Contains("another world"));
}

TEST_CASE("A full disk is reported, and the run goes on once there is room") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string out = scratch / "run";
  const std::string whole = scratch / "whole";
  const std::vector<std::string> command{kToy, "run", spec, "--out", out, "--jobs", "2"};
  const ProcessResult full = RunProcess(command, /*file_limit_bytes=*/8000);
  INFO(full.err);
  CHECK(full.status == 1);
  CHECK_THAT(full.err, Contains("cannot append to") && Contains("journal.jsonl") &&
                           Contains("rectune resume"));
  REQUIRE(RunProcess(command).status == 0);
  REQUIRE(RunProcess({kToy, "run", spec, "--out", whole}).status == 0);
  CHECK(PromisedBytes(out) == PromisedBytes(whole));
}

TEST_CASE("A folder that cannot be made is a plain message and status 1") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  WriteText(scratch.path() / "file", "");
  const ProcessResult result = RunProcess({kToy, "run", spec, "--out", scratch / "file/below"});
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains(scratch / "file/below"));
}

TEST_CASE("Shards merge, in any order, to the bytes of a run in one piece") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string whole = scratch / "whole";
  REQUIRE(RunProcess({kToy, "run", spec, "--out", whole}).status == 0);
  std::vector<std::string> shards;
  for (const char* shard : {"1/3", "2/3", "3/3"}) {
    shards.push_back(scratch / ("shard" + std::string(shard, 1)));
    REQUIRE(RunProcess({kToy, "run", spec, "--out", shards.back(), "--shard", shard}).status == 0);
  }
  const std::string forth = scratch / "forth";
  const std::string back = scratch / "back";
  REQUIRE(RunProcess({kToy, "merge", "--out", forth, shards[0], shards[1], shards[2]}).status == 0);
  REQUIRE(RunProcess({kToy, "merge", "--out", back, shards[2], shards[1], shards[0]}).status == 0);
  CHECK(PromisedBytes(forth) == PromisedBytes(whole));
  CHECK(PromisedBytes(back) == PromisedBytes(whole));

  // With a part missing it says so, and resume runs what is left.
  const std::string part = scratch / "part";
  const ProcessResult merged = RunProcess({kToy, "merge", "--out", part, shards[0], shards[2]});
  CHECK(merged.status == 0);
  CHECK_THAT(merged.err, Contains("2 cells are missing"));
  REQUIRE(RunProcess({kToy, "resume", part}).status == 0);
  CHECK(PromisedBytes(part) == PromisedBytes(whole));
}

TEST_CASE("Copies of a cell that disagree are not merged") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string a = scratch / "a";
  const std::string b = scratch / "b";
  REQUIRE(RunProcess({kToy, "run", spec, "--out", a}).status == 0);
  REQUIRE(RunProcess({kToy, "run", spec, "--out", b}).status == 0);
  const std::string journal = b + "/cells/tpe.seed1/journal.jsonl";
  std::string bytes = ReadFile(journal);
  bytes[100] ^= 1;
  WriteText(journal, bytes);
  const ProcessResult result = RunProcess({kToy, "merge", "--out", scratch / "c", a, b});
  CHECK(result.status == 1);
  CHECK_THAT(result.err, Contains("tpe.seed1"));
}

TEST_CASE("Bad command lines end with status 2, help and version with 0") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const std::string out = scratch / "run";
  const std::string config = scratch / "config.json";
  WriteText(config, "{}");
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {},
           {"rum"},
           {"run"},
           {"run", spec},
           {"run", spec, "--out", out, "--jobs", "0"},
           {"run", spec, "--out", out, "--jobs", "many"},
           {"run", spec, "--out", out, "--shard", "3/2"},
           {"run", spec, "--out", out, "--shard", "1"},
           {"run", spec, "--out", out, "--shard", "1/2x"},
           {"run", spec, "--out", out, "--fast"},
           {"resume", scratch / "nothing"},
           {"report", scratch / "nothing"},
           {"describe", "toi"},
           {"evaluate", "toy", "--task", "joint", "--config", scratch / "none.json"},
           {"ab", "toy", "--task", "joint", "--config", "production"},
           {"ab", "toy", "--task", "joint", "--config", config, "--seed", "1", "--users", "nan"},
           {"ab", "toy", "--task", "joint", "--config", config, "--seed", "-1"},
           {"sweep", "toy", "--task", "joint", "--seed", "9007199254740992"},
           {"oracle", "toy", "--task", "joint", "--evaluations", "1", "--seed", "-1"},
           {"peeking", "toy", "--seed", "1", "--users", "nan"},
           {"oracle", "toy", "--task", "joint", "--evaluations", "1", "--margin", "nan"},
           {"oracle", "toy", "--task", "joint", "--evaluations", "1", "--margin", "1"}}) {
    std::vector<std::string> command{kToy};
    command.insert(command.end(), words.begin(), words.end());
    const ProcessResult result = RunProcess(command);
    INFO(Json(words).dump() << "\n" << result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_FALSE(result.err.empty());
    CHECK_FALSE(fs::exists(out));
  }
  CHECK(RunProcess({kToy, "--help"}).status == 0);
  CHECK(RunProcess({kToy, "run", "--help"}).status == 0);
  const ProcessResult version = RunProcess({kToy, "--version"});
  CHECK(version.status == 0);
  CHECK_THAT(version.out, Contains("rectune ") && Contains("commit "));
}

TEST_CASE("Progress is talk: plain lines on stderr, none when quiet, and no escape codes") {
  const ScratchFolder scratch;
  const std::string spec = WriteSpec(scratch);
  const ProcessResult loud = RunProcess({kToy, "run", spec, "--out", scratch / "loud"});
  CHECK_THAT(loud.err, Contains("round 36 of 36 (100%)"));
  CHECK_THAT(loud.err + loud.out, !Contains("\033"));
  CHECK_THAT(loud.out, !Contains("round 36 of 36"));
  const ProcessResult quiet =
      RunProcess({kToy, "run", spec, "--out", scratch / "quiet", "--quiet"});
  CHECK_THAT(quiet.err, !Contains("round"));
  const auto table = [](const std::string& out) { return out.substr(0, out.find("report: ")); };
  CHECK(table(quiet.out) == table(loud.out));
}

}  // namespace
}  // namespace rectune::experiments
