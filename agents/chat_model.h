// SPDX-License-Identifier: Apache-2.0
//
// ChatModel: anything that answers a conversation with text. A request carries the rendered
// messages and the reply's schema, which is all that a model over the network is sent, and also the
// typed context that the messages were rendered from, which the embedded synthetic model reasons
// over instead of reading prose. Replies are text either way: everything downstream parses,
// validates and repairs them alike. Not a place for retries or parsing (agents/model_client.h).
//
//   ChatReply reply = model->Complete(request);
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "agents/context.h"
#include "core/json.h"

namespace rectune::agents {

/// How a model is asked to write its replies; either way they are read into the same JSON.
enum class ReplyFormat { kJson, kXml };

enum class AgentRole { kActor, kCritic, kInsight, kSkill };
const char* ToString(AgentRole role);

struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string text;
};

using ChatContext = std::variant<const ActorContext*, const CriticContext*, const InsightContext*,
                                 const SkillContext*>;

struct ChatRequest {
  AgentRole role = AgentRole::kActor;
  int round = 0;
  int sample = 0;   // distinguishes repeated calls of one role in one round
  int attempt = 0;  // 0, then 1 for the first repair, ...
  std::vector<ChatMessage> messages;
  std::string schema_name;
  Json schema;
  int max_output_tokens = 0;
  ReplyFormat format = ReplyFormat::kJson;  // what the messages ask for
  ChatContext context;
};

struct ChatReply {
  std::string text;
  std::string finish_reason;  // "stop" or "length"
  std::string model_served;
  int input_tokens = 0;
  int output_tokens = 0;
  bool tokens_are_estimated = false;
  double latency_seconds = 0.0;  // 0 for an embedded model: journals must not depend on a clock
};

class ChatModel {
 public:
  virtual ~ChatModel() = default;
  virtual ChatReply Complete(const ChatRequest& request) = 0;
  virtual std::string name() const = 0;
  /// True when no language model is behind it; every table that shows its results says so.
  virtual bool is_stand_in() const = 0;
};

}  // namespace rectune::agents
