// SPDX-License-Identifier: Apache-2.0
#include "agents/memory.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr std::array<MemoryStatus, 6> kStatuses = {
    MemoryStatus::kKept,    MemoryStatus::kLaunched, MemoryStatus::kCompleted,
    MemoryStatus::kInvalid, MemoryStatus::kFailed,   MemoryStatus::kRejected};

MemoryStatus StatusOf(TrialStatus status) {
  switch (status) {
    case TrialStatus::kCompleted:
      return MemoryStatus::kCompleted;
    case TrialStatus::kInvalid:
      return MemoryStatus::kInvalid;
    case TrialStatus::kFailed:
      return MemoryStatus::kFailed;
    case TrialStatus::kRejected:
      return MemoryStatus::kRejected;
  }
  return MemoryStatus::kFailed;
}

}  // namespace

const char* ToString(MemoryStatus status) {
  switch (status) {
    case MemoryStatus::kKept:
      return "kept";
    case MemoryStatus::kLaunched:
      return "launched";
    case MemoryStatus::kCompleted:
      return "completed";
    case MemoryStatus::kInvalid:
      return "invalid";
    case MemoryStatus::kFailed:
      return "failed";
    case MemoryStatus::kRejected:
      return "rejected";
  }
  return "unknown";
}

Json ChangesJson(const ParameterSpace& space, const std::optional<Configuration>& configuration) {
  if (!configuration) return nullptr;
  Json changes = space.ToJson(*configuration);
  const Json production = space.ToJson(space.Production());
  for (const auto& [name, value] : production.items()) {
    if (changes[name] == value) changes.erase(name);
  }
  return changes;
}

const Trial* FindTrial(std::span<const Trial> history, std::int64_t id) {
  // Ids ascend in a study.
  const auto at =
      std::lower_bound(history.begin(), history.end(), id,
                       [](const Trial& trial, std::int64_t key) { return trial.id < key; });
  return at != history.end() && at->id == id ? &*at : nullptr;
}

MemoryItem& AgentMemory::Add(MemoryItem item) {
  items_.push_back(std::move(item));
  return items_.back();
}

std::size_t AgentMemory::Complete(const Trial& trial) {
  for (std::size_t i = 0; i < items_.size(); ++i) {
    MemoryItem& item = items_[i];
    const bool waits = item.status == MemoryStatus::kLaunched && item.trial < 0;
    if (waits && item.configuration == trial.proposal.configuration &&
        (item.arm == trial.arm || item.configuration)) {
      item.trial = trial.id;
      item.status = StatusOf(trial.status);
      return i;
    }
  }
  MemoryItem foreign;
  foreign.id = "t" + std::to_string(trial.id);
  foreign.trial = trial.id;
  foreign.arm = trial.arm;
  foreign.configuration = trial.proposal.configuration;
  foreign.explanation = trial.proposal.hypothesis;
  foreign.proposed_round = trial.round;
  foreign.status = StatusOf(trial.status);
  foreign.evaluation_check = "observed, not proposed here (" + trial.proposal.source + ")";
  items_.push_back(std::move(foreign));
  return items_.size() - 1;
}

Json AgentMemory::RecordJson(const MemoryItem& item, const TuningTask& task,
                             std::span<const Trial> history) {
  Json json;
  json["id"] = item.id;
  json["configuration"] =
      item.configuration ? task.space->ToJson(*item.configuration) : Json(nullptr);
  json["explanation"] = item.explanation;
  json["proposed_time"] = "round " + std::to_string(item.proposed_round);
  json["status"] = ToString(item.status);
  const Trial* trial = item.trial < 0 ? nullptr : FindTrial(history, item.trial);
  json["results"] = trial != nullptr && trial->status == TrialStatus::kCompleted
                        ? rectune::ToJson(trial->measurement, *task.metrics)
                        : Json::object();
  json["evaluation_check"] = item.evaluation_check;
  json["archived"] = item.archived;
  return json;
}

Json AgentMemory::ToJson(const ParameterSpace& space) const {
  Json list = Json::array();
  for (const MemoryItem& item : items_) {
    Json json;
    json["id"] = item.id;
    json["trial"] = item.trial;
    json["arm"] = item.arm;
    json["proposed_round"] = item.proposed_round;
    json["status"] = ToString(item.status);
    json["evaluation_check"] = item.evaluation_check;
    json["archived"] = item.archived;
    json["explanation"] = item.explanation;
    if (item.trial < 0) json["changes"] = ChangesJson(space, item.configuration);
    list.push_back(std::move(json));
  }
  return list;
}

AgentMemory AgentMemory::FromJson(const Json& json, const std::string& path,
                                  const ParameterSpace& space, std::span<const Trial> history) {
  if (!json.is_array()) throw ConfigError(path, json.dump(), "an array of memory items");
  AgentMemory memory;
  for (std::size_t i = 0; i < json.size(); ++i) {
    ObjectReader reader(json[i], path + "/" + std::to_string(i));
    MemoryItem item;
    item.id = reader.String("id");
    item.trial = reader.Integer("trial");
    item.arm = static_cast<int>(reader.Integer("arm", {0, 1000000}));
    item.proposed_round = static_cast<int>(reader.Integer("proposed_round", {0, 1000000}));
    const std::string status = reader.String("status");
    const auto known = std::find_if(kStatuses.begin(), kStatuses.end(),
                                    [&](MemoryStatus s) { return status == ToString(s); });
    if (known == kStatuses.end()) {
      throw ConfigError(reader.PathOf("status"), '"' + status + '"', "a memory status");
    }
    item.status = *known;
    item.evaluation_check = reader.String("evaluation_check");
    item.archived = reader.Boolean("archived");
    item.explanation = reader.String("explanation");
    if (item.trial >= 0) {
      const Trial* trial = FindTrial(history, item.trial);
      if (trial == nullptr) {
        throw ConfigError(reader.PathOf("trial"), std::to_string(item.trial),
                          "a trial of the history");
      }
      item.configuration = trial->proposal.configuration;
    } else if (const Json& changes = reader.Value("changes"); !changes.is_null()) {
      const Configuration production = space.Production();
      item.configuration = space.Parse(changes, reader.PathOf("changes"), &production);
    }
    reader.Finish();
    memory.items_.push_back(std::move(item));
  }
  return memory;
}

}  // namespace rectune::agents
