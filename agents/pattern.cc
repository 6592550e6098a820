// SPDX-License-Identifier: Apache-2.0
#include "agents/pattern.h"

#include "core/object_reader.h"

namespace rectune::agents {

Json EvidenceToJson(const std::vector<std::int64_t>& evidence) {
  Json ids = Json::array();
  for (std::int64_t id : evidence) ids.push_back(id);
  return ids;
}

std::vector<std::int64_t> EvidenceFromJson(const Json& json, const std::string& path) {
  if (!json.is_array()) throw ConfigError(path, json.dump(), "an array of trial ids");
  std::vector<std::int64_t> evidence;
  for (const Json& id : json) {
    if (!id.is_number_integer()) throw ConfigError(path, id.dump(), "a trial id (an integer)");
    evidence.push_back(id.get<std::int64_t>());
  }
  return evidence;
}

std::string DescribeEvidence(const std::vector<std::int64_t>& evidence) {
  if (evidence.empty()) return "no trials";
  constexpr std::size_t kShown = 8;
  std::string text = evidence.size() == 1 ? "trial " : "trials ";
  for (std::size_t i = 0; i < evidence.size(); ++i) {
    if (i == kShown) {
      return text + " and " + std::to_string(evidence.size() - kShown) + " more";
    }
    if (i > 0) text += i + 1 == evidence.size() ? " and " : ", ";
    text += std::to_string(evidence[i]);
  }
  return text;
}

Json ToJson(const Pattern& pattern) {
  Json json;
  json["parameter"] = pattern.parameter;
  json["level"] = pattern.level;
  json["metric"] = pattern.metric;
  json["slope"] = NumberToJson(pattern.slope);
  json["standard_error"] = NumberToJson(pattern.standard_error);
  json["evidence"] = EvidenceToJson(pattern.evidence);
  json["statement"] = pattern.statement;
  return json;
}

Pattern PatternFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  Pattern pattern;
  pattern.parameter = reader.String("parameter");
  pattern.level = reader.StringOr("level", "");
  pattern.metric = reader.String("metric");
  pattern.slope = reader.Number("slope", {-1e6, 1e6});
  pattern.standard_error = reader.Number("standard_error", {0.0, 1e6});
  pattern.evidence = EvidenceFromJson(reader.Value("evidence"), reader.PathOf("evidence"));
  pattern.statement = reader.StringOr("statement", "");
  reader.Finish();
  return pattern;
}

Json ToJson(const FailureDirection& failure) {
  Json json;
  json["parameter"] = failure.parameter;
  json["level"] = failure.level;
  json["direction"] = failure.direction;
  json["trials"] = failure.trials;
  json["failures"] = failure.failures;
  json["p_value"] = NumberToJson(failure.p_value);
  json["evidence"] = EvidenceToJson(failure.evidence);
  return json;
}

FailureDirection FailureDirectionFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  FailureDirection failure;
  failure.parameter = reader.String("parameter");
  failure.level = reader.String("level");
  failure.direction = static_cast<int>(reader.Integer("direction", {-1, 1}));
  failure.trials = static_cast<int>(reader.Integer("trials", {0, 1000000}));
  failure.failures = static_cast<int>(reader.Integer("failures", {0, 1000000}));
  failure.p_value = reader.Number("p_value", {0.0, 1.0});
  failure.evidence = EvidenceFromJson(reader.Value("evidence"), reader.PathOf("evidence"));
  reader.Finish();
  return failure;
}

}  // namespace rectune::agents
