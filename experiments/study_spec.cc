// SPDX-License-Identifier: Apache-2.0
#include "experiments/study_spec.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/check.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "core/random_stream.h"
#include "experiments/checksum.h"
#include "experiments/known_names.h"
#include "experiments/task_access.h"

namespace rectune::experiments {
namespace {

constexpr std::int64_t kMaxRounds = 10'000;
// Beyond this an arm gets less than one in 64 of the users, and no team runs such a test.
constexpr std::int64_t kMaxArmsPerRound = 64;
constexpr std::int64_t kMaxArmsPerCell = 100'000;
constexpr std::int64_t kMaxSeed = (std::int64_t{1} << 53) - 1;  // exact in every JSON reader
// A readout is drawn by the central limit theorem; thinner traffic would make that a fiction.
constexpr double kMinUsersPerArm = 1'000.0;
constexpr double kMaxUsersPerRound = 1e10;  // more users than there are people
constexpr std::size_t kMaxTuners = 100;
constexpr std::size_t kMaxSeeds = 1'000;
constexpr std::size_t kMaxLabel = 64;

std::string Quoted(const std::string& text) { return Json(text).dump(); }

bool IsScenarioPath(const std::string& text) {
  return text.find('/') != std::string::npos || text.ends_with(".json");
}

/// A label becomes a folder name, on file systems that may ignore case.
bool IsLabel(const std::string& text) {
  if (text.empty() || text.size() > kMaxLabel) return false;
  const auto is_alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (!is_alphanumeric(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || c == '_' || c == '-' || c == '.' || c == '+';
  });
}

std::string NonEmpty(ObjectReader& reader, const std::string& key) {
  std::string text = reader.String(key);
  if (text.empty()) throw ConfigError(reader.PathOf(key), "\"\"", "a text that is not empty");
  return text;
}

std::vector<TunerSpec> ReadTuners(ObjectReader& reader, const std::vector<TunerEntry>& table) {
  std::vector<std::string> names;
  for (const TunerEntry& entry : table) names.push_back(entry.name);
  std::vector<TunerSpec> tuners;
  std::map<std::string, std::string> paths_by_label;
  reader.ForEach("tuners", [&](const Json& element, const std::string& path) {
    ObjectReader item(element, path);
    TunerSpec tuner;
    tuner.name = item.String("name");
    RequireKnown(item.PathOf("name"), tuner.name, names);
    tuner.label = item.StringOr("label", tuner.name);
    if (!IsLabel(tuner.label)) {
      throw ConfigError(item.PathOf("label"), Quoted(tuner.label),
                        "1 to 64 of a-z, 0-9, '_', '-', '.', '+', opening with a letter or a "
                        "digit (it names a folder)");
    }
    if (item.Has("options")) {
      tuner.options = item.Value("options");
      if (!tuner.options.is_object()) {
        throw ConfigError(item.PathOf("options"), tuner.options.dump(), "an object");
      }
    }
    if (item.Has("contents")) {
      const Json& contents = item.Value("contents");
      const bool are_texts =
          contents.is_object() &&
          std::ranges::all_of(contents, [](const Json& v) { return v.is_string(); });
      if (!are_texts) {
        throw ConfigError(item.PathOf("contents"), contents.dump(), "digests by JSON pointer");
      }
      tuner.contents = contents.get<std::map<std::string, std::string>>();
    }
    item.Finish();
    const auto [other, is_new] = paths_by_label.emplace(tuner.label, path);
    if (!is_new) {
      throw ConfigError(item.PathOf(item.Has("label") ? "label" : "name"), Quoted(tuner.label),
                        "a label that no other tuner has; " + other->second +
                            " has it already (give one of them a \"label\")");
    }
    tuners.push_back(std::move(tuner));
  });
  if (tuners.empty() || tuners.size() > kMaxTuners) {
    throw ConfigError(reader.PathOf("tuners"), std::to_string(tuners.size()) + " tuners",
                      "1 to " + std::to_string(kMaxTuners) + " tuners");
  }
  return tuners;
}

std::vector<std::uint64_t> ReadSeeds(ObjectReader& reader) {
  std::vector<std::uint64_t> seeds;
  std::set<std::uint64_t> seen;
  reader.ForEach("seeds", [&](const Json& element, const std::string& path) {
    // Negative numbers compare as signed, all others fit an unsigned.
    const bool in_range = element.is_number_integer() &&
                          (element.is_number_unsigned() || element.get<std::int64_t>() >= 0) &&
                          element.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxSeed);
    if (!in_range) {
      throw ConfigError(path, element.dump(),
                        "an integer in [0, " + std::to_string(kMaxSeed) + "]");
    }
    const auto seed = element.get<std::uint64_t>();
    if (!seen.insert(seed).second) {
      throw ConfigError(path, element.dump(), "a seed that is not listed already");
    }
    seeds.push_back(seed);
  });
  if (seeds.empty() || seeds.size() > kMaxSeeds) {
    throw ConfigError(reader.PathOf("seeds"), std::to_string(seeds.size()) + " seeds",
                      "1 to " + std::to_string(kMaxSeeds) + " seeds");
  }
  return seeds;
}

Budget ReadBudget(ObjectReader& reader) {
  Budget budget;
  budget.rounds = static_cast<int>(reader.Integer("rounds", {1, kMaxRounds}));
  budget.arms_per_round = static_cast<int>(reader.Integer("arms_per_round", {1, kMaxArmsPerRound}));
  const std::int64_t arms = std::int64_t{budget.rounds} * budget.arms_per_round;
  if (arms > kMaxArmsPerCell) {
    throw ConfigError(reader.PathOf("rounds"),
                      std::to_string(budget.rounds) + " (times " +
                          std::to_string(budget.arms_per_round) + " arms a round makes " +
                          std::to_string(arms) + " arms)",
                      "rounds x arms_per_round in [1, " + std::to_string(kMaxArmsPerCell) + "]");
  }
  // Control takes an equal share.
  const double most = kMaxUsersPerRound / (budget.arms_per_round + 1);
  budget.users_per_arm = reader.NumberOr("users_per_arm", 0.0, {kMinUsersPerArm, most});
  return budget;
}

/// Finds the folders that a tuner's options name, and says what they hold: a study continued after
/// an edit would be neither of the two.
void ResolveFolders(const TunerEntry& entry, const std::filesystem::path& folder,
                    const std::string& path, TunerSpec* tuner) {
  const std::map<std::string, std::string> expected = std::exchange(tuner->contents, {});
  tuner->resolved = tuner->options;
  for (const std::string& option : entry.folders) {
    const Json::json_pointer pointer(option);
    if (!tuner->resolved.contains(pointer)) continue;
    Json& value = tuner->resolved[pointer];
    if (!value.is_string() || value.get_ref<const std::string&>().empty()) continue;
    const std::filesystem::path place =
        (folder / value.get_ref<const std::string&>()).lexically_normal();
    if (!std::filesystem::is_directory(place)) {
      throw ConfigError(path + "/options" + option, value.dump(),
                        "an existing folder; there is no " + place.string());
    }
    tuner->contents[option] = FolderDigest(place);
    if (tuner->contents[option].empty()) {
      throw ConfigError(path + "/options" + option, value.dump(),
                        "a folder of at most " + std::to_string(kMostFiles) + " files and " +
                            std::to_string(kMostBytes >> 20) + " MiB");
    }
    value = place.string();
  }
  if (expected.empty() || expected == tuner->contents) return;
  throw ConfigError(path + "/contents", Json(expected).dump(),
                    "what the folders in /options hold, now " + Json(tuner->contents).dump() +
                        ": a skill or prompt was edited since; put it back, or begin a new run");
}

void CheckTuners(const Study& study, const Workbench& workbench) {
  for (std::size_t i = 0; i < study.spec.tuners.size(); ++i) {
    const TunerSpec& tuner = study.spec.tuners[i];
    const TunerEntry* entry = FindTuner(workbench.tuners, tuner.name);
    RECTUNE_CHECK(entry != nullptr, "names were checked before");
    const std::string path = "/tuners/" + std::to_string(i);
    const TuningTask task =
        study.testbed->make_task(study.spec.budget, TunerSeed(study.spec, tuner.name, 0));
    const std::string reason = entry->why_unsuited ? entry->why_unsuited(task) : "";
    if (!reason.empty()) {
      throw ConfigError(path + "/name", Quoted(tuner.name),
                        "a tuner that suits the task: " + reason);
    }
    entry->make(task, tuner.resolved, path + "/options", TunerHome{});
  }
}

}  // namespace

Study CheckStudy(const Json& json, const Workbench& workbench,
                 const std::filesystem::path& folder) {
  ObjectReader reader(json, "");
  Study study;
  StudySpec& spec = study.spec;
  reader.Integer("schema", {kSpecSchema, kSpecSchema});
  spec.name = NonEmpty(reader, "name");
  spec.description = reader.StringOr("description", "");
  spec.scenario = NonEmpty(reader, "scenario");
  spec.task = reader.String("task");
  spec.size = reader.String("size");
  spec.tuners = ReadTuners(reader, workbench.tuners);
  spec.seeds = ReadSeeds(reader);
  spec.budget = ReadBudget(reader);
  spec.folder = std::filesystem::current_path() / folder;
  reader.Finish();

  std::vector<std::string> scenarios;
  for (const ScenarioInfo& info : workbench.scenarios) scenarios.push_back(info.name);
  const auto named = std::find_if(workbench.scenarios.begin(), workbench.scenarios.end(),
                                  [&](const auto& info) { return info.name == spec.scenario; });
  if (named != workbench.scenarios.end()) {
    RequireKnown("/task", spec.task, named->tasks);
    RequireKnown("/size", spec.size, named->sizes);
  } else if (IsScenarioPath(spec.scenario)) {
    const std::filesystem::path file = std::filesystem::absolute(folder / spec.scenario);
    if (!std::filesystem::is_regular_file(file)) {
      throw ConfigError("/scenario", Quoted(spec.scenario),
                        "a scenario's name or an existing file; there is no " + file.string());
    }
    spec.scenario = file.lexically_normal().string();
  } else {
    RequireKnown("/scenario", spec.scenario, scenarios);
  }
  study.testbed = workbench.open(spec.scenario, spec.task, spec.size);
  if (spec.budget.users_per_arm == 0.0) {
    spec.budget.users_per_arm = study.testbed->default_users_per_arm;
  }
  for (std::size_t i = 0; i < spec.tuners.size(); ++i) {
    ResolveFolders(*FindTuner(workbench.tuners, spec.tuners[i].name), spec.folder,
                   "/tuners/" + std::to_string(i), &spec.tuners[i]);
  }
  CheckTuners(study, workbench);
  RequireCredibleArm(spec.budget.users_per_arm, *study.testbed, "/users_per_arm");
  return study;
}

Study OpenStudy(const std::filesystem::path& file, const Workbench& workbench) {
  const auto shipped = std::ranges::find(workbench.specs, file.string() + ".json",
                                         [](const EmbeddedFile& spec) { return spec.name; });
  const bool by_name = !std::filesystem::exists(file) && shipped != workbench.specs.end();
  try {
    return by_name ? CheckStudy(ParseJson(shipped->text), workbench)
                   : CheckStudy(ReadJsonFile(file), workbench, file.parent_path());
  } catch (const ConfigError& error) {
    throw error.In(file.string());
  }
}

Json ToJson(const StudySpec& spec) {
  Json tuners = Json::array();
  for (const TunerSpec& tuner : spec.tuners) {
    tuners.push_back({{"name", tuner.name}, {"label", tuner.label}, {"options", tuner.options}});
    if (!tuner.contents.empty()) tuners.back()["contents"] = tuner.contents;
  }
  return {{"schema", kSpecSchema},
          {"name", spec.name},
          {"description", spec.description},
          {"scenario", spec.scenario},
          {"task", spec.task},
          {"size", spec.size},
          {"tuners", std::move(tuners)},
          {"seeds", spec.seeds},
          {"rounds", spec.budget.rounds},
          {"arms_per_round", spec.budget.arms_per_round},
          {"users_per_arm", spec.budget.users_per_arm}};
}

std::string SpecHash(const StudySpec& spec) { return Hex64(Fnv1a64(DumpLine(ToJson(spec)))); }

std::vector<CellSpec> ExpandCells(const StudySpec& spec) {
  std::vector<CellSpec> cells;
  for (std::size_t i = 0; i < spec.tuners.size(); ++i) {
    for (const std::uint64_t seed : spec.seeds) {
      cells.push_back({.id = spec.tuners[i].label + ".seed" + std::to_string(seed),
                       .tuner_index = i,
                       .tuner = spec.tuners[i],
                       .seed = seed});
    }
  }
  return cells;
}

std::uint64_t NoiseSeed(const StudySpec& spec, std::uint64_t seed) {
  return DeriveSeed(seed, "ab_noise/" + spec.task);
}

std::uint64_t TunerSeed(const StudySpec& spec, const std::string& tuner, std::uint64_t seed) {
  return DeriveSeed(seed, "tuner/" + tuner + "/" + spec.task);
}

}  // namespace rectune::experiments
