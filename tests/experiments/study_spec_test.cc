// SPDX-License-Identifier: Apache-2.0
#include "experiments/study_spec.h"

#include <catch2/catch.hpp>
#include <functional>

#include "core/config_error.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

Json GoodSpec() {
  return {{"schema", 1},
          {"name", "toy"},
          {"description", "a bowl"},
          {"scenario", "toy"},
          {"task", "joint"},
          {"size", "small"},
          {"tuners", {{{"name", "random"}}, {{"name", "tpe"}, {"label", "tpe-again"}}}},
          {"seeds", {1, 2}},
          {"rounds", 3},
          {"arms_per_round", 4},
          {"users_per_arm", 2e6}};
}

struct BadSpec {
  const char* what;
  std::function<void(Json&)> spoil;
  const char* path;
  const char* value;    // contained in the error's value
  const char* allowed;  // contained in what it says is allowed
};

// Each row is one mistake in an otherwise good spec.
const std::vector<BadSpec>& BadSpecs() {
  static const std::vector<BadSpec> rows{
      {"unknown key", [](Json& s) { s["roundz"] = 3; }, "/roundz", "", "rounds"},
      {"unknown key of a tuner", [](Json& s) { s["tuners"][1]["lable"] = "x"; }, "/tuners/1/lable",
       "", "label"},
      {"missing schema", [](Json& s) { s.erase("schema"); }, "/schema", "missing", ""},
      {"schema of tomorrow", [](Json& s) { s["schema"] = 2; }, "/schema", "2", "1"},
      {"missing name", [](Json& s) { s.erase("name"); }, "/name", "missing", ""},
      {"empty name", [](Json& s) { s["name"] = ""; }, "/name", "\"\"", "not empty"},
      {"name of a wrong type", [](Json& s) { s["name"] = 7; }, "/name", "7", "string"},
      {"rounds as text", [](Json& s) { s["rounds"] = "3"; }, "/rounds", "\"3\"", "integer"},
      {"rounds as a fraction", [](Json& s) { s["rounds"] = 2.5; }, "/rounds", "2.5", "integer"},
      {"rounds as null", [](Json& s) { s["rounds"] = nullptr; }, "/rounds", "null", "integer"},
      {"no rounds", [](Json& s) { s["rounds"] = 0; }, "/rounds", "0", "1"},
      {"negative rounds", [](Json& s) { s["rounds"] = -1; }, "/rounds", "-1", "1"},
      {"too many rounds", [](Json& s) { s["rounds"] = 10001; }, "/rounds", "10001", "10000"},
      {"no arms", [](Json& s) { s["arms_per_round"] = 0; }, "/arms_per_round", "0", "1"},
      {"more arms than traffic splits into", [](Json& s) { s["arms_per_round"] = 65; },
       "/arms_per_round", "65", "64"},
      {"an impossible budget",
       [](Json& s) {
         s["rounds"] = 10000;
         s["arms_per_round"] = 64;
       },
       "/rounds", "640000 arms", "100000"},
      {"too little traffic", [](Json& s) { s["users_per_arm"] = 999; }, "/users_per_arm", "999",
       "1000"},
      {"an arm too small for its metrics", [](Json& s) { s["users_per_arm"] = 1400; },
       "/users_per_arm", "1400", "at least 1500 users an arm"},
      {"more users than there are", [](Json& s) { s["users_per_arm"] = 1e11; }, "/users_per_arm",
       "100000000000", "2000000000"},
      {"no seeds", [](Json& s) { s["seeds"] = Json::array(); }, "/seeds", "0", "1 to"},
      {"seeds as an object",
       [](Json& s) {
         s["seeds"] = {{"first", 1}};
       },
       "/seeds", "first", "array"},
      {"a seed twice",
       [](Json& s) {
         s["seeds"] = {4, 5, 4};
       },
       "/seeds/2", "4", "not listed"},
      {"a negative seed",
       [](Json& s) {
         s["seeds"] = {1, -3};
       },
       "/seeds/1", "-3", "[0,"},
      {"a fractional seed", [](Json& s) { s["seeds"] = {1.5}; }, "/seeds/0", "1.5", "integer"},
      {"a seed beyond a double", [](Json& s) { s["seeds"] = {9007199254740992}; }, "/seeds/0",
       "9007199254740992", "9007199254740991"},
      {"no tuners", [](Json& s) { s["tuners"] = Json::array(); }, "/tuners", "0", "1 to"},
      {"an unknown tuner", [](Json& s) { s["tuners"][1]["name"] = "tpee"; }, "/tuners/1/name",
       "\"tpee\"", "did you mean \"tpe\"?"},
      {"a tuner that is no object", [](Json& s) { s["tuners"][0] = "tpe"; }, "/tuners/0", "\"tpe\"",
       "object"},
      {"the same label twice", [](Json& s) { s["tuners"][1]["label"] = "random"; },
       "/tuners/1/label", "\"random\"", "/tuners/0"},
      {"the same tuner twice without labels",
       [](Json& s) {
         s["tuners"] = {{{"name", "tpe"}}, {{"name", "tpe"}}};
       },
       "/tuners/1/name", "\"tpe\"", "label"},
      {"a label that is no folder name", [](Json& s) { s["tuners"][0]["label"] = "../x"; },
       "/tuners/0/label", "\"../x\"", "a-z"},
      {"a label in capitals", [](Json& s) { s["tuners"][0]["label"] = "TPE"; }, "/tuners/0/label",
       "\"TPE\"", "a-z"},
      {"an endless label", [](Json& s) { s["tuners"][0]["label"] = std::string(65, 'a'); },
       "/tuners/0/label", "aaa", "64"},
      {"options that are no object", [](Json& s) { s["tuners"][0]["options"] = {1}; },
       "/tuners/0/options", "[1]", "object"},
      {"an option the tuner does not have",
       [](Json& s) {
         s["tuners"][0]["options"] = {{"speed", 1}};
       },
       "/tuners/0/options/speed", "", ""},
      {"an option out of its range",
       [](Json& s) {
         s["tuners"][0] = {{"name", "thrower"}, {"options", {{"round", 1001}}}};
       },
       "/tuners/0/options/round", "1001", "1000"},
      {"a tuner that does not suit the task",
       [](Json& s) {
         s["tuners"][1] = {{"name", "single_arm"}};
       },
       "/tuners/1/name", "\"single_arm\"",
       "it compares one arm at a time, and this task runs 4 a round"},
      {"an unknown scenario", [](Json& s) { s["scenario"] = "toi"; }, "/scenario", "\"toi\"",
       "did you mean \"toy\"?"},
      {"a scenario file that is not there", [](Json& s) { s["scenario"] = "worlds/mars.json"; },
       "/scenario", "\"worlds/mars.json\"", "mars.json"},
      {"an unknown task", [](Json& s) { s["task"] = "joynt"; }, "/task", "\"joynt\"",
       "did you mean \"joint\"?"},
      {"an unknown size", [](Json& s) { s["size"] = "huge"; }, "/size", "\"huge\"", "small"},
  };
  return rows;
}

TEST_CASE("Each mistake in a spec is refused with its path, its value and what is allowed") {
  const Workbench workbench = MakeToyWorkbench();
  for (const BadSpec& row : BadSpecs()) {
    Json spec = GoodSpec();
    row.spoil(spec);
    INFO(row.what);
    bool refused = false;
    try {
      CheckStudy(spec, workbench);
    } catch (const ConfigError& error) {
      refused = true;
      CHECK(error.path() == row.path);
      CHECK_THAT(error.value(), Contains(row.value));
      CHECK_THAT(error.allowed(), Contains(row.allowed));
    }
    CHECK(refused);
  }
}

TEST_CASE("The program refuses each of them with status 2 and leaves no folder behind") {
  const ScratchFolder scratch;
  const std::string file = scratch / "spec.json";
  const std::string out = scratch / "out";
  for (const BadSpec& row : BadSpecs()) {
    Json spec = GoodSpec();
    row.spoil(spec);
    WriteText(file, DumpPretty(spec));
    const ProcessResult result = RunProcess({RECTUNE_TOY_PROGRAM, "run", file, "--out", out});
    INFO(row.what << ": " << result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains(file) && Contains(row.path) && Contains(row.value) &&
                               Contains(row.allowed) && Contains("Nothing was run"));
    CHECK_FALSE(std::filesystem::exists(out));
  }
}

TEST_CASE("So it does for files that are missing or no JSON") {
  const ScratchFolder scratch;
  const std::string out = scratch / "out";
  const std::string missing = scratch / "none.json";
  ProcessResult result = RunProcess({RECTUNE_TOY_PROGRAM, "run", missing, "--out", out});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Contains(missing));

  const std::string broken = scratch / "broken.json";
  WriteText(broken, "{\"schema\": 1,\n  \"name\" \"x\"}");
  result = RunProcess({RECTUNE_TOY_PROGRAM, "run", broken, "--out", out});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Contains(broken) && Contains("line 2"));

  WriteText(broken, "{\"schema\": 1, \"schema\": 1}");
  result = RunProcess({RECTUNE_TOY_PROGRAM, "run", broken, "--out", out});
  CHECK(result.status == 2);
  CHECK_THAT(result.err, Contains("/schema"));
  CHECK_FALSE(std::filesystem::exists(out));
}

TEST_CASE("A good spec is resolved, and its resolved form is the same study") {
  const Workbench workbench = MakeToyWorkbench();
  Json spec = GoodSpec();
  spec.erase("users_per_arm");
  spec.erase("description");
  const Study study = CheckStudy(spec, workbench);
  CHECK(study.spec.budget.users_per_arm == study.testbed->default_users_per_arm);
  CHECK(study.spec.tuners[0].label == "random");
  const Json resolved = ToJson(study.spec);
  const Study again = CheckStudy(resolved, workbench);
  CHECK(ToJson(again.spec) == resolved);
  CHECK(SpecHash(again.spec) == SpecHash(study.spec));
  Json other = resolved;
  other["rounds"] = 4;
  CHECK(SpecHash(CheckStudy(other, workbench).spec) != SpecHash(study.spec));
}

/// The toy tuners, and one that reads a folder.
Workbench WorkbenchWithReader() {
  Workbench workbench = MakeToyWorkbench();
  TunerEntry reader = *FindTuner(workbench.tuners, "random");
  reader.name = "reader";
  reader.folders = {"/deep/skill"};
  reader.make = [make = reader.make](const TuningTask& task, const Json& options,
                                     const std::string& path, const TunerHome& home) {
    CHECK(std::filesystem::path(options.at("deep").at("skill").get<std::string>()).is_absolute());
    return make(task, Json::object(), path, home);
  };
  workbench.tuners.push_back(std::move(reader));
  return workbench;
}

TEST_CASE("A folder in a tuner's options starts at the spec, and its contents are the study's") {
  const ScratchFolder scratch;
  const std::filesystem::path folder = scratch / "here";
  std::filesystem::create_directories(folder / "skill" / "references");
  WriteText(folder / "skill" / "SKILL.md", "one");
  WriteText(folder / "skill" / "references" / "rules.json", "{}");
  const Workbench workbench = WorkbenchWithReader();
  Json spec = GoodSpec();
  spec["tuners"][0] = {{"name", "reader"}, {"options", {{"deep", {{"skill", "skill"}}}}}};
  const StudySpec first = CheckStudy(spec, workbench, folder).spec;
  REQUIRE(first.tuners[0].contents.size() == 1);
  CHECK(first.tuners[0].resolved.at("deep").at("skill") == (folder / "skill").string());
  // A study is the same wherever its folders are.
  CHECK(first.tuners[0].options.at("deep").at("skill") == "skill");
  CHECK(ToJson(CheckStudy(ToJson(first), workbench, folder).spec) == ToJson(first));

  const auto digest = [&] {
    return CheckStudy(spec, workbench, folder).spec.tuners[0].contents.at("/deep/skill");
  };
  const std::string before = digest();
  std::filesystem::copy(folder, scratch / "there", std::filesystem::copy_options::recursive);
  CHECK(SpecHash(CheckStudy(spec, workbench, scratch / "there").spec) == SpecHash(first));
  std::filesystem::rename(folder / "skill" / "SKILL.md", folder / "skill" / "skill.md");
  CHECK(digest() != before);
  std::filesystem::rename(folder / "skill" / "skill.md", folder / "skill" / "SKILL.md");
  CHECK(digest() == before);
  WriteText(folder / "skill" / "SKILL.md", "two");
  CHECK(digest() != before);
  try {
    CheckStudy(ToJson(first), workbench, folder);
    FAIL("a study went on with another skill");
  } catch (const ConfigError& error) {
    CHECK(error.path() == "/tuners/0/contents");
    CHECK_THAT(error.value(), Contains(before));
    CHECK_THAT(error.allowed(), Contains(digest()) && Contains("edited since"));
  }

  spec["tuners"][0]["options"]["deep"]["skill"] = "none";
  try {
    CheckStudy(spec, workbench, folder);
    FAIL("a folder that is not there was taken");
  } catch (const ConfigError& error) {
    CHECK(error.path() == "/tuners/0/options/deep/skill");
    CHECK_THAT(error.allowed(), Contains((folder / "none").string()));
  }
}

TEST_CASE("Cells are tuner by tuner, seed by seed, each with an id of its own") {
  const Study study = CheckStudy(GoodSpec(), MakeToyWorkbench());
  std::vector<std::string> ids;
  for (const CellSpec& cell : ExpandCells(study.spec)) ids.push_back(cell.id);
  CHECK(ids == std::vector<std::string>{"random.seed1", "random.seed2", "tpe-again.seed1",
                                        "tpe-again.seed2"});
}

TEST_CASE("Tuners share the noise of a seed and nothing else") {
  const StudySpec spec = CheckStudy(GoodSpec(), MakeToyWorkbench()).spec;
  CHECK(NoiseSeed(spec, 1) != NoiseSeed(spec, 2));
  CHECK(TunerSeed(spec, "tpe", 1) != TunerSeed(spec, "tpe", 2));
  CHECK(TunerSeed(spec, "tpe", 1) != TunerSeed(spec, "random", 1));
  // No tuner holds the seed of the noise it will meet.
  for (const char* tuner : {"tpe", "random", "agent"}) {
    CHECK(TunerSeed(spec, tuner, 1) != NoiseSeed(spec, 1));
    CHECK(TunerSeed(spec, tuner, 1) != 1);
  }
}

}  // namespace
}  // namespace rectune::experiments
