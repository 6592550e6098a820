// SPDX-License-Identifier: Apache-2.0
#include "experiments/run_folder.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/config_error.h"
#include "experiments/program_stamp.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

/// Where two JSON values first differ, as a pointer; empty when they do not.
std::string FirstDifference(const Json& a, const Json& b, const std::string& path) {
  if (a == b) return "";
  const std::string within = path + "/";
  if (a.is_object() && b.is_object()) {
    for (const auto& [key, value] : a.items()) {
      if (!b.contains(key)) return within + key;
      std::string inner = FirstDifference(value, b.at(key), within + key);
      if (!inner.empty()) return inner;
    }
    for (const auto& [key, value] : b.items()) {
      if (!a.contains(key)) return within + key;
    }
  }
  if (a.is_array() && b.is_array() && a.size() == b.size()) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::string inner = FirstDifference(a[i], b[i], within + std::to_string(i));
      if (!inner.empty()) return inner;
    }
  }
  return path.empty() ? "/" : path;
}

std::string Excerpt(const Json& root, const std::string& pointer) {
  const Json::json_pointer where(pointer == "/" ? "" : pointer);
  if (!root.contains(where)) return "missing";
  std::string text = root.at(where).dump();
  constexpr std::size_t kMost = 120;
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
  return text;
}

void RequireSame(const Json& found, const Json& expected, const fs::path& file,
                 const std::string& what) {
  const std::string where = FirstDifference(found, expected, "");
  if (where.empty()) return;
  throw ConfigError(where, Excerpt(expected, where),
                    Excerpt(found, where) + ", as in this folder, which holds another " + what +
                        "; give this run another --out folder")
      .In(file.string());
}

/// True when the folder holds nothing but what an interrupted start leaves behind.
bool IsUnused(const fs::path& directory) {
  bool has_lock = false;
  bool has_others = false;
  for (const auto& entry : fs::directory_iterator(directory)) {
    (entry.path().filename() == ".lock" ? has_lock : has_others) = true;
  }
  return has_lock || !has_others;
}

/// Whether `directory` is a run folder of `spec` already; ConfigError when it may not become one.
bool CheckEntry(const fs::path& directory, const Json& spec) {
  const fs::path manifest_file = directory / "manifest.json";
  if (fs::exists(directory) && !fs::is_directory(directory)) {
    throw ConfigError("--out", Json(directory.string()).dump(), "a folder; this is a file");
  }
  if (fs::is_regular_file(manifest_file)) {
    RequireSame(ReadJsonFile(manifest_file).at("spec"), spec, manifest_file, "spec");
    return true;
  }
  if (fs::exists(directory) && !IsUnused(directory)) {
    throw ConfigError("--out", Json(directory.string()).dump(),
                      "a new or empty folder, or a run folder of the same spec; this one holds "
                      "other files");
  }
  return false;
}

bool HasFolders(const StudySpec& spec) {
  return std::ranges::any_of(spec.tuners,
                             [](const TunerSpec& tuner) { return !tuner.contents.empty(); });
}

/// Regret is judged on the evaluation panel, so the optimum is valued there as well.
Json ReferenceJson(const TestbedPort& testbed) {
  const ReferencePort& reference = *testbed.reference;
  const Score score =
      testbed.objective.Evaluate(testbed.truth(reference.optimum), *testbed.metrics);
  return {{"value", NumberToJson(score.value)},
          {"violation", NumberToJson(score.violation)},
          {"oracle_value", NumberToJson(reference.oracle_value)},
          {"configuration", testbed.space->ToJson(reference.optimum)},
          {"provenance", reference.provenance}};
}

}  // namespace

Json TaskJson(const std::shared_ptr<const TestbedPort>& start, int rounds) {
  const TestbedPort& testbed = *start;
  const TuningTask task = testbed.make_task(
      {.rounds = 1, .arms_per_round = 1, .users_per_arm = testbed.default_users_per_arm}, 0);
  Json json{{"schema", kManifestSchema},
            {"scenario", testbed.scenario},
            {"task", testbed.task},
            {"size", testbed.size},
            {"description", task.description},
            {"horizon_days", testbed.horizon_days},
            {"objective", testbed.objective.ToJson()},
            {"metrics", testbed.metrics->ToJson()},
            {"parameters", testbed.space->ToJson()},
            {"production",
             {{"configuration", testbed.space->ToJson(testbed.space->Production())},
              {"levels", ToJson(testbed.truth(testbed.space->Production()), *testbed.metrics)}}}};
  if (testbed.reference) json["reference"] = ReferenceJson(testbed);
  for (const std::string& bias : testbed.biases) json["biases"].push_back(bias);
  for (const EventPort& event : testbed.schedule.events) {
    if (event.round > rounds) continue;
    json["events"].push_back({{"round", event.round},
                              {"kind", event.kind},
                              {"announced", event.announced},
                              {"description", event.description}});
  }
  for (std::size_t phase = 1; phase < testbed.schedule.phases.size(); ++phase) {
    const PhasePort& description = testbed.schedule.phases[phase];
    if (description.first_round > rounds) break;  // in the order of their first rounds
    const auto then = AtPhase(start, phase);
    Json entry{{"label", description.label},
               {"first_round", description.first_round},
               {"objective", then->objective.ToJson()}};
    if (then->reference) entry["reference"] = ReferenceJson(*then);
    json["later_phases"].push_back(std::move(entry));
  }
  if (json.contains("later_phases")) json["phase"] = testbed.schedule.phases.front().label;
  json["resolved_scenario"] = testbed.resolved;
  return json;
}

Json ReadManifest(const fs::path& directory) {
  const fs::path file = directory / "manifest.json";
  if (!fs::is_regular_file(file)) {
    throw ConfigError(
        "", Json(directory.string()).dump(),
        "a run folder, i.e. one that `rectune run SPEC --out DIR` made; there is no " +
            file.string());
  }
  return ReadJsonFile(file);
}

RunFolder::RunFolder(fs::path directory, std::unique_ptr<RunLock> lock, bool is_resumed)
    : directory_(std::move(directory)), lock_(std::move(lock)), is_resumed_(is_resumed) {}

RunFolder RunFolder::Enter(const fs::path& directory, const Study& study,
                           const std::vector<std::string>& command,
                           const std::function<void(const std::string&)>& on_message) {
  const fs::path manifest_file = directory / "manifest.json";
  const fs::path task_file = directory / "task.json";
  const Json spec = ToJson(study.spec);
  CheckEntry(directory, spec);
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    throw std::runtime_error("cannot make the folder " + directory.string() + ": " +
                             error.message());
  }
  auto lock = std::make_unique<RunLock>(directory);
  // Again, now that nobody else can be changing it.
  const bool is_resumed = CheckEntry(directory, spec);

  // The world is simulated here for the first time, so a busy folder was refused before.
  const Json task = TaskJson(study.testbed, study.spec.budget.rounds);
  Json stamp = ProgramStamp();
  if (is_resumed) {
    RequireSame(ReadJsonFile(task_file), task, task_file, "world");
    Json manifest = ReadJsonFile(manifest_file);
    const Json& last = manifest.at("sessions").back();
    if (last.at("program") != stamp.at("program")) {
      on_message("this folder was begun by another build (commit " +
                 last.at("program").at("commit").get<std::string>() +
                 "); the manifest lists both, but finished rounds stay as they are");
    }
    stamp["command"] = command;
    manifest["sessions"].push_back(std::move(stamp));
    WriteFileAtomically(manifest_file, DumpPretty(manifest));
  } else {
    WriteFileAtomically(task_file, DumpPretty(task));
    stamp["command"] = command;
    Json manifest{{"schema", kManifestSchema},
                  {"spec_hash", SpecHash(study.spec)},
                  {"spec", spec},
                  {"sessions", Json::array({std::move(stamp)})}};
    // For whoever continues it without the spec's file.
    if (HasFolders(study.spec)) manifest["folder"] = study.spec.folder.string();
    WriteFileAtomically(manifest_file, DumpPretty(manifest));
  }
  return {directory, std::move(lock), is_resumed};
}

}  // namespace rectune::experiments
