// SPDX-License-Identifier: Apache-2.0
//
// The real program on the real simulator, at the size of specs/smoke.json: what the toy suites show
// of the runner must hold for the tuners and the agent that ship.
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "core/json.h"
#include "tests/experiments/process.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

const std::string kRectune = RECTUNE_PROGRAM;
const std::string kSmoke = std::string(RECTUNE_SOURCE_DIR) + "/experiments/specs/smoke.json";

std::uintmax_t JournalBytes(const fs::path& directory) {
  std::uintmax_t bytes = 0;
  if (!fs::exists(directory / "cells")) return 0;
  for (const auto& cell : fs::directory_iterator(directory / "cells")) {
    std::error_code missing;
    const std::uintmax_t size = fs::file_size(cell.path() / "journal.jsonl", missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

TEST_CASE("Real tuners: two jobs and three kills end in the bytes of one undisturbed job",
          "[slow]") {
  const ScratchFolder scratch;
  const std::string whole = scratch / "whole";
  const ProcessResult first = RunProcess({kRectune, "run", kSmoke, "--out", whole, "--jobs", "1"});
  INFO(first.err);
  REQUIRE(first.status == 0);
  CHECK_THAT(first.out, Contains("agent (synthetic stand-in)") && Contains("report: "));
  const auto expected = PromisedBytes(whole);
  CHECK(expected.contains("cells/agent.seed1/home/transcript/round-01.md"));

  const std::string killed = scratch / "killed";
  const std::vector<std::string> command{kRectune, "run", kSmoke, "--out", killed, "--jobs", "2"};
  int kills = 0;
  for (int kill = 0; kill < 3; ++kill) {
    ChildProcess child(command);
    const std::uintmax_t before = JournalBytes(killed);
    // Dies somewhere in the round after the next committed one.
    while (JournalBytes(killed) < before + 4000 && !child.HasEnded()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    child.Signal(SIGKILL);
    kills += child.Wait().status == -SIGKILL ? 1 : 0;
  }
  CHECK(kills == 3);
  const ProcessResult last = RunProcess(command);
  INFO(last.err);
  REQUIRE(last.status == 0);
  CHECK(PromisedBytes(killed) == expected);
}

TEST_CASE("The real program refuses a bad spec with status 2 and makes no folder") {
  const ScratchFolder scratch;
  const std::string file = scratch / "spec.json";
  const std::string out = scratch / "out";
  const Json good = ReadJsonFile(kSmoke);
  const std::vector<std::pair<Json, std::string>> rows{
      {Json::parse(R"({"scenario": "discover_fed"})"), "did you mean \"discover_feed\"?"},
      {Json::parse(R"({"task": "rerank"})"), "did you mean \"re_rank\"?"},
      {Json::parse(R"({"tuners": [{"name": "agent", "options": {"critik": false}}]})"),
       "/tuners/0/options/critik"},
      {Json::parse(R"({"rounds": 0})"), "/rounds"}};
  for (const auto& [change, message] : rows) {
    Json spec = good;
    spec.update(change);
    WriteText(file, DumpPretty(spec));
    const ProcessResult result = RunProcess({kRectune, "run", file, "--out", out});
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK_THAT(result.err, Contains(message));
    CHECK_FALSE(fs::exists(out));
  }
}

/// One-factor sweep of discover_feed's joint task: lifts by point.
std::vector<Json> LiftsAlong(const std::string& parameter) {
  const ProcessResult result = RunProcess({kRectune, "sweep", "discover_feed", "--task", "joint",
                                           "--parameter", parameter, "--points", "3", "--json"});
  INFO(result.err);
  REQUIRE(result.status == 0);
  std::vector<Json> lifts;
  const Json swept = ParseJson(result.out);
  for (const Json& point : swept.at("points")) lifts.push_back(point.at("lifts"));
  REQUIRE(lifts.size() == 3);
  return lifts;
}

TEST_CASE("one-factor sweeps have the paper's signs, and show Goodhart's trap") {
  const auto at = [](const Json& lifts, const char* metric) {
    return lifts.at(metric).get<double>();
  };
  const auto dau_range = [&](const std::vector<Json>& lifts) {
    const auto [low, high] =
        std::minmax({at(lifts[0], "dau"), at(lifts[1], "dau"), at(lifts[2], "dau")});
    return high - low;
  };
  const std::vector<Json> guard = LiftsAlong("pre_cg_weight");
  CHECK(at(guard[2], "clickbait_share") < at(guard[1], "clickbait_share"));
  CHECK(at(guard[1], "clickbait_share") < at(guard[0], "clickbait_share"));
  CHECK(at(guard[2], "dau") < -0.3);  // strict
  // The long-view curve is the strongest of the three on DAU.
  const double long_view = dau_range(LiftsAlong("lvr_curve"));
  CHECK(long_view > dau_range(LiftsAlong("ctr_curve")));
  CHECK(long_view > dau_range(LiftsAlong("cg_curve")));
  // Clicks can be had for weight, and are paid for in visits: the later, the more.
  const std::vector<Json> clicks = LiftsAlong("ctr_weight");
  CHECK(at(clicks[2], "ctr") > at(clicks[0], "ctr"));
  CHECK(at(clicks[2], "ctr") > 0.5);
  CHECK(at(clicks[2], "dau") < -0.1);
  CHECK(at(clicks[2], "retention_7d") < at(clicks[2], "dau"));
}

TEST_CASE("A study that starts from a skill beside its spec is the same wherever both are") {
  const ScratchFolder scratch;
  const fs::path skills = fs::path(kSmoke).parent_path() / "skills" / "curated";
  Json spec = ParseJson(ReadFile(kSmoke));
  spec["tuners"] = {{{"name", "agent"}, {"options", {{"skill", "curated"}}}}};
  spec["seeds"] = {1};
  spec["rounds"] = 1;
  for (const char* place : {"here", "there"}) {
    fs::create_directories(scratch / place);
    fs::copy(skills, fs::path(scratch / place) / "curated", fs::copy_options::recursive);
    WriteText(fs::path(scratch / place) / "study.json", DumpPretty(spec));
    const ProcessResult run = RunProcess({kRectune, "run", fs::path(scratch / place) / "study.json",
                                          "--out", fs::path(scratch / place) / "run", "--quiet"});
    INFO(run.err);
    REQUIRE(run.status == 0);
  }
  const fs::path run = fs::path(scratch / "here") / "run";
  CHECK(PromisedBytes(run) == PromisedBytes(fs::path(scratch / "there") / "run"));
  CHECK(ParseJson(ReadFile(run / "manifest.json")).at("spec_hash") ==
        ParseJson(ReadFile(fs::path(scratch / "there") / "run" / "manifest.json")).at("spec_hash"));
  CHECK(RunProcess({kRectune, "resume", run, "--quiet"}).status == 0);

  WriteText(fs::path(scratch / "here") / "curated" / "SKILL.md",
            ReadFile(skills / "SKILL.md") + "\nAnother thought.\n");
  const auto before = PromisedBytes(run);
  const ProcessResult edited = RunProcess({kRectune, "resume", run, "--quiet"});
  CHECK(edited.status == 2);
  CHECK_THAT(edited.err, Contains("/tuners/0/contents") && Contains("edited since"));
  CHECK(PromisedBytes(run) == before);
}

TEST_CASE("Every shipped spec is listed, and names only what ships") {
  const ProcessResult listed = RunProcess({kRectune, "list", "--json"});
  REQUIRE(listed.status == 0);
  std::vector<std::string> names;
  const Json parsed = ParseJson(listed.out);
  for (const Json& spec : parsed.at("specs")) {
    names.push_back(spec.at("name").get<std::string>());
  }
  for (const auto& entry : fs::directory_iterator(fs::path(kSmoke).parent_path())) {
    if (entry.path().extension() != ".json") continue;
    // The first needs a model server and leaves recordings beside it, the other reads skills beside
    // it: run as files, not by name.
    if (entry.path().filename() == "local_model.json") continue;
    if (entry.path().filename() == "skills.json") continue;
    INFO(entry.path());
    CHECK(std::find(names.begin(), names.end(), entry.path().stem().string()) != names.end());
  }
  CHECK(names == std::vector<std::string>{"ablation", "quickstart", "ranking", "shift", "smoke"});
}

}  // namespace
}  // namespace rectune::experiments
