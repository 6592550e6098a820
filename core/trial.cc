// SPDX-License-Identifier: Apache-2.0
#include "core/trial.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune {
namespace {

constexpr std::array kStatuses{TrialStatus::kCompleted, TrialStatus::kInvalid, TrialStatus::kFailed,
                               TrialStatus::kRejected};

// A history may hold points from outside a tightened box: tightening is the tuner's affair, and
// what was measured stays measured.
ParameterSpace Root(ParameterSpace space) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    space = space.Widen(i);
  }
  return space;
}

TrialStatus StatusFromJson(ObjectReader& reader) {
  std::vector<std::string> names;
  names.reserve(kStatuses.size());
  for (const TrialStatus status : kStatuses) {
    names.emplace_back(ToString(status));
  }
  const std::string name = reader.OneOf("status", names);
  return kStatuses[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) -
                                            names.begin())];
}

}  // namespace

const char* ToString(TrialStatus status) {
  switch (status) {
    case TrialStatus::kCompleted:
      return "completed";
    case TrialStatus::kInvalid:
      return "invalid";
    case TrialStatus::kFailed:
      return "failed";
    case TrialStatus::kRejected:
      return "rejected";
  }
  RECTUNE_CHECK(false, "not a status");
}

Json ToJson(const Trial& trial, const ParameterSpace& space, const MetricCatalogue& metrics) {
  Json json = {{"id", trial.id},
               {"round", trial.round},
               {"arm", trial.arm},
               {"source", trial.proposal.source},
               {"status", ToString(trial.status)},
               {"status_reason", trial.status_reason},
               {"hypothesis", trial.proposal.hypothesis}};
  if (trial.proposal.configuration.has_value()) {
    json["configuration"] = space.ToJson(*trial.proposal.configuration);
  } else {
    json["invalid_reason"] = trial.proposal.invalid_reason;
  }
  json["measurement"] = ToJson(trial.measurement, metrics);
  return json;
}

Trial TrialFromJson(const Json& json, const ParameterSpace& space, const MetricCatalogue& metrics,
                    const std::string& path) {
  constexpr std::int64_t kLargestInt = std::numeric_limits<int>::max();
  ObjectReader reader(json, path);
  Trial trial;
  trial.id = reader.Integer("id", {0, std::numeric_limits<std::int64_t>::max()});
  trial.round = static_cast<int>(reader.Integer("round", {0, kLargestInt}));
  trial.arm = static_cast<int>(reader.Integer("arm", {0, kLargestInt}));
  trial.proposal.source = reader.String("source");
  trial.status = StatusFromJson(reader);
  trial.status_reason = reader.String("status_reason");
  trial.proposal.hypothesis = reader.String("hypothesis");
  if (reader.Has("configuration") == reader.Has("invalid_reason")) {
    throw ConfigError(path, reader.Has("configuration") ? json.dump() : "missing",
                      "exactly one of \"configuration\" and \"invalid_reason\"");
  }
  if (reader.Has("configuration")) {
    const Json& configuration = reader.Value("configuration");
    const std::string where = reader.PathOf("configuration");
    trial.proposal.configuration = space.is_tightened() ? Root(space).Parse(configuration, where)
                                                        : space.Parse(configuration, where);
  } else {
    trial.proposal.invalid_reason = reader.String("invalid_reason");
    if (trial.proposal.invalid_reason.empty() || trial.status != TrialStatus::kInvalid) {
      throw ConfigError(reader.PathOf("invalid_reason"), json.at("invalid_reason").dump(),
                        "a reason, on a trial whose status is \"invalid\"");
    }
  }
  trial.measurement =
      MeasurementFromJson(reader.Value("measurement"), metrics, reader.PathOf("measurement"));
  reader.Finish();
  if (trial.status == TrialStatus::kInvalid && trial.proposal.configuration) {
    throw ConfigError(reader.PathOf("status"), "\"invalid\"",
                      "another status, because the trial has a configuration");
  }
  if (trial.status == TrialStatus::kCompleted && trial.measurement.readings.empty()) {
    throw ConfigError(reader.PathOf("measurement") + "/readings", "{}",
                      "a reading of each metric, because the trial is completed");
  }
  return trial;
}

Trial ProductionTrial(const ParameterSpace& space, const MetricCatalogue& metrics) {
  Trial trial;
  trial.proposal.configuration = space.Production();
  trial.proposal.source = "production";
  trial.proposal.hypothesis = "The configuration in production, the control of every round.";
  trial.measurement.readings.resize(metrics.size());
  return trial;
}

}  // namespace rectune
