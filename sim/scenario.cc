// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario.h"

#include <algorithm>

#include "core/object_reader.h"
#include "sim/metrics.h"
#include "sim/scenarios/embedded.h"
#include "sim/stage_config.h"

namespace rectune::sim {
namespace {

const std::vector<std::string> kStages = {"pre_rank", "rank", "re_rank"};

ScenarioTask ReadTask(const std::string& name, const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  ScenarioTask task{name, reader.String("description"), reader.Strings("stages")};
  reader.Finish();
  if (task.stages.empty()) throw ConfigError(path + "/stages", "[]", "at least one stage");
  for (std::size_t i = 0; i < task.stages.size(); ++i) {
    if (std::find(kStages.begin(), kStages.end(), task.stages[i]) == kStages.end()) {
      throw ConfigError(path + "/stages/" + std::to_string(i), Json(task.stages[i]).dump(),
                        "one of: " + JoinNames(kStages));
    }
  }
  return task;
}

/// The knobs with one size's changes laid over them: {"pre_rank_keep": {"range": [..],
/// "production": ..}}.
Json OverrideParameters(const Json& parameters, const Json& overrides, const std::string& path) {
  Json result = parameters;
  const std::string within = path + "/";
  for (const auto& [name, change] : overrides.items()) {
    const auto found = std::find_if(result.begin(), result.end(), [&](const Json& parameter) {
      return parameter.is_object() && parameter.value("name", "") == name;
    });
    if (found == result.end()) {
      throw ConfigError(within + name, change.dump(), "the name of a parameter");
    }
    ObjectReader reader(change, within + name);
    for (const char* key : {"range", "production"}) {
      if (reader.Has(key)) (*found)[key] = reader.Value(key);
    }
    reader.Finish();
  }
  return result;
}

void CheckKnobs(const ParameterSpace& space, const std::string& path) {
  for (std::size_t p = 0; p < space.size(); ++p) {
    const std::string problem = CheckStageKnob(space.parameters()[p]);
    if (!problem.empty()) {
      throw ConfigError(path + "/" + std::to_string(p), Json(space.parameters()[p].name).dump(),
                        problem);
    }
  }
  for (const std::string& name : StageKnobNames()) {
    if (!space.Find(name)) {
      throw ConfigError(path, "no \"" + name + "\"", "every knob of the funnel");
    }
  }
}

ScenarioSize ReadSize(const std::string& name, const Json& json, const Json& parameters,
                      const std::string& path) {
  ObjectReader reader(json, path);
  const WorldSize world = ReadWorldSize(reader.Value("world"), path + "/world");
  const double users = reader.Number("users_per_arm", {1000.0, 1e9});
  const Json overridden =
      OverrideParameters(parameters, reader.Value("parameters"), path + "/parameters");
  reader.Finish();
  ParameterSpace space = ParameterSpace::FromJson(overridden, "/parameters");
  CheckKnobs(space, "/parameters");
  return {name, world, users, std::move(space)};
}

template <typename Named>
const Named& FindNamed(const std::vector<Named>& all, const std::string& name,
                       const std::string& path) {
  std::vector<std::string> names;
  for (const Named& one : all) {
    if (one.name == name) return one;
    names.push_back(one.name);
  }
  throw ConfigError(path, Json(name).dump(), "one of: " + JoinNames(names));
}

/// {"extends": "discover_feed", ...}: a shipped scenario with some of its top-level members
/// replaced.
Json OverWhatItExtends(const Json& file) {
  if (!file.is_object() || !file.contains("extends")) return file;
  std::vector<std::string> names;
  for (const EmbeddedFile& shipped : EmbeddedScenarios()) {
    const Json base = ParseJson(shipped.text);
    if (base.contains("extends")) continue;
    names.push_back(base.at("name").get<std::string>());
    if (file.at("extends") != names.back()) continue;
    Json merged = base;
    for (const auto& [key, value] : file.items()) {
      if (key != "extends") merged[key] = value;
    }
    return merged;
  }
  throw ConfigError("/extends", file.at("extends").dump(), "one of: " + JoinNames(names));
}

std::string StartsAs(const Json& file) {
  if (!file.is_object() || !file.contains("extends")) return "";
  for (const auto& [key, value] : file.items()) {
    const bool changes_nothing = key == "extends" || key == "schema" || key == "name" ||
                                 key == "summary" || key == "description" || key == "events";
    if (!changes_nothing) return "";
  }
  return file.at("extends").get<std::string>();
}

bool LooksLikePath(const std::string& text) {
  return text.find('/') != std::string::npos || (text.size() > 5 && text.ends_with(".json"));
}

}  // namespace

const ScenarioTask& Scenario::TaskNamed(const std::string& task, const std::string& path) const {
  return FindNamed(tasks, task, path);
}

const ScenarioSize& Scenario::SizeNamed(const std::string& size, const std::string& path) const {
  return FindNamed(sizes, size, path);
}

Scenario ParseScenario(const Json& file) {
  const Json json = OverWhatItExtends(file);
  ObjectReader reader(json, "");
  reader.Integer("schema", {1, 1});
  const std::string name = reader.String("name");
  const std::string summary = reader.String("summary");
  const std::string description = reader.String("description");
  const auto seed = static_cast<std::uint64_t>(reader.Integer("seed", IntegerRange{.low = 0}));
  const auto version = static_cast<std::uint64_t>(reader.Integer("model_version", {0, 1000}));
  const WorldConstants world = ReadWorldConstants(reader.Value("world"), "/world");
  const Json& parameters = reader.Value("parameters");
  std::vector<ScenarioTask> tasks;
  const Json& task_objects = reader.Value("tasks");
  if (!task_objects.is_object() || task_objects.empty()) {
    throw ConfigError("/tasks", task_objects.dump(), "an object with at least one task");
  }
  for (const auto& [key, value] : task_objects.items()) {
    tasks.push_back(ReadTask(key, value, "/tasks/" + key));
  }
  std::vector<ScenarioSize> sizes;
  const Json& size_objects = reader.Value("sizes");
  if (!size_objects.is_object() || size_objects.empty()) {
    throw ConfigError("/sizes", size_objects.dump(), "an object with at least one size");
  }
  for (const auto& [key, value] : size_objects.items()) {
    sizes.push_back(ReadSize(key, value, parameters, "/sizes/" + key));
  }
  Objective objective = Objective::FromJson(reader.Value("objective"), "/objective", SimMetrics());
  std::vector<Event> events;
  if (reader.Has("events")) {
    std::size_t topics = sizes.front().world.topics;
    for (const ScenarioSize& size : sizes) topics = std::min(topics, size.world.topics);
    events = ReadEvents(reader.Value("events"), "/events", objective, topics);
  }
  AbBias ab;
  if (reader.Has("ab")) ab = ReadAbBias(reader.Value("ab"), "/ab");
  reader.Finish();
  return {name,
          summary,
          description,
          seed,
          version,
          world,
          std::move(tasks),
          std::move(sizes),
          std::move(objective),
          std::move(events),
          ab,
          json,
          StartsAs(file)};
}

Scenario LoadScenario(const std::string& name_or_path) {
  if (LooksLikePath(name_or_path)) {
    try {
      return ParseScenario(ReadJsonFile(name_or_path));
    } catch (const ConfigError& error) {
      throw error.In(name_or_path);
    }
  }
  std::vector<std::string> names;
  for (const EmbeddedFile& file : EmbeddedScenarios()) {
    const std::string name = file.name.substr(0, file.name.size() - 5);  // ".json"
    if (name == name_or_path) return ParseScenario(ParseJson(file.text));
    names.push_back(name);
  }
  const std::string near = NearestName(name_or_path, names);
  throw ConfigError("/scenario", Json(name_or_path).dump(),
                    "one of: " + JoinNames(names) + ", or a path to a scenario file" +
                        (near.empty() ? "" : " (did you mean " + near + "?)"));
}

}  // namespace rectune::sim
