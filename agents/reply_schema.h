// SPDX-License-Identifier: Apache-2.0
//
// ReplySchema: a JSON Schema that a reply must match, written in the strict subset that providers
// enforce (every property required, no additional ones) and always checked locally as well, because
// their enforcement fails open. Configurations have open keys, so they travel as arrays of
// {"param", "value"} pairs.
//
//   const ReplySchema& schema = ActorSchema();
//   std::string error = schema.Check(reply);          // "" when it matches
#pragma once

#include <memory>
#include <string>

#include "core/json.h"

namespace rectune::agents {

class ReplySchema {
 public:
  ReplySchema(std::string name, Json schema);
  ~ReplySchema();

  const std::string& name() const { return name_; }
  const Json& json() const { return json_; }
  /// The schema on one line, as prompts show it.
  const std::string& text() const { return text_; }
  /// What is wrong, in words and with a path; "" when nothing is.
  std::string Check(const Json& reply) const;

 private:
  struct Compiled;
  std::string name_;
  Json json_;
  std::string text_;
  std::unique_ptr<Compiled> compiled_;
};

/// {"proposals": [{"hypothesis", "config": [{"param", "value"}]}]}
const ReplySchema& ActorSchema();
/// {"verdicts": [{"proposal", "validity": {"pass", "reason"}, ..., "keep", "rank",
/// "justification"}]}
const ReplySchema& CriticSchema();
/// {"patterns": [{"parameter", "level", "metric", "direction", "evidence", "statement"}]}
const ReplySchema& InsightSchema();
/// {"edits": [{"kind", "rule", "parameter", "level", "metric", "direction", "low", "high",
/// "evidence", "statement"}]}
const ReplySchema& SkillSchema();

}  // namespace rectune::agents
