// SPDX-License-Identifier: Apache-2.0
#include "agents/reply_schema.h"

#include <utility>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "agents/text.h"

namespace rectune::agents {
namespace {

/// valijson reads nlohmann::json, which sorts its keys; order means nothing to a schema.
nlohmann::json Unordered(const Json& json) { return nlohmann::json::parse(json.dump()); }

Json Type(const char* name) { return Json{{"type", name}}; }

Json Text(int max_length) { return Json{{"type", "string"}, {"maxLength", max_length}}; }

Json Choice(std::initializer_list<const char*> names) {
  Json values = Json::array();
  for (const char* name : names) values.push_back(name);
  return Json{{"type", "string"}, {"enum", std::move(values)}};
}

Json List(Json items, int max_items) {
  return Json{{"type", "array"}, {"items", std::move(items)}, {"maxItems", max_items}};
}

Json Object(std::initializer_list<std::pair<const char*, Json>> fields) {
  Json object;
  object["type"] = "object";
  object["properties"] = Json::object();
  object["required"] = Json::array();
  for (const auto& [name, schema] : fields) {
    object["properties"][name] = schema;
    object["required"].push_back(name);
  }
  object["additionalProperties"] = false;
  return object;
}

constexpr int kMaxProposals = 64;
constexpr int kMaxParameters = 512;
constexpr int kMaxText = 2000;

Json ConfigSchema() {
  Json value;
  value["anyOf"] =
      Json::array({Type("number"), Text(200), Type("boolean"), List(Type("number"), 64)});
  return List(Object({{"param", Text(200)}, {"value", std::move(value)}}), kMaxParameters);
}

Json RuleVerdict() { return Object({{"pass", Type("boolean")}, {"reason", Text(kMaxText)}}); }

}  // namespace

struct ReplySchema::Compiled {
  valijson::Schema schema;
};

ReplySchema::ReplySchema(std::string name, Json schema)
    : name_(std::move(name)),
      json_(std::move(schema)),
      text_(DumpLine(json_)),
      compiled_(std::make_unique<Compiled>()) {
  const nlohmann::json document = Unordered(json_);
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), compiled_->schema);
}

ReplySchema::~ReplySchema() = default;

std::string ReplySchema::Check(const Json& reply) const {
  const nlohmann::json document = Unordered(reply);
  valijson::Validator validator(valijson::Validator::kStrongTypes);
  valijson::ValidationResults results;
  const valijson::adapters::NlohmannJsonAdapter target(document);
  if (validator.validate(compiled_->schema, target, &results)) return "";
  valijson::ValidationResults::Error error;
  if (!results.popError(error)) return "the reply does not match the schema";
  // The first error is the innermost; the outer ones only repeat that a property failed.
  std::string path;
  for (const std::string& step : error.context) path += step == "<root>" ? "" : step;
  return "at " + (path.empty() ? "the root" : SanitizeLine(path, 120)) + ": " +
         SanitizeLine(error.description, 300);
}

const ReplySchema& ActorSchema() {
  static const ReplySchema schema(
      "proposals",
      Object(
          {{"proposals", List(Object({{"hypothesis", Text(kMaxText)}, {"config", ConfigSchema()}}),
                              kMaxProposals)}}));
  return schema;
}

const ReplySchema& CriticSchema() {
  static const ReplySchema schema(
      "verdicts", Object({{"verdicts", List(Object({{"proposal", Type("integer")},
                                                    {"validity", RuleVerdict()},
                                                    {"alignment", RuleVerdict()},
                                                    {"soundness", RuleVerdict()},
                                                    {"diversity", RuleVerdict()},
                                                    {"format", RuleVerdict()},
                                                    {"keep", Type("boolean")},
                                                    {"rank", Type("integer")},
                                                    {"justification", Text(kMaxText)}}),
                                            kMaxProposals)}}));
  return schema;
}

const ReplySchema& InsightSchema() {
  static const ReplySchema schema(
      "patterns", Object({{"patterns", List(Object({{"parameter", Text(200)},
                                                    {"level", Text(200)},
                                                    {"metric", Text(200)},
                                                    {"direction", Choice({"up", "down"})},
                                                    {"evidence", List(Type("integer"), 1000)},
                                                    {"statement", Text(500)}}),
                                            kMaxProposals)}}));
  return schema;
}

const ReplySchema& SkillSchema() {
  static const ReplySchema schema(
      "skill_edits",
      Object(
          {{"edits", List(Object({{"kind", Choice({"add_rule", "remove_rule", "tighten", "widen"})},
                                  {"rule", Text(64)},
                                  {"parameter", Text(200)},
                                  {"level", Text(200)},
                                  {"metric", Text(200)},
                                  {"direction", Choice({"up", "down", ""})},
                                  {"low", Type("number")},
                                  {"high", Type("number")},
                                  {"evidence", List(Type("integer"), 1000)},
                                  {"statement", Text(500)}}),
                          kMaxProposals)}}));
  return schema;
}

}  // namespace rectune::agents
