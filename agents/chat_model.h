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

#include <stdexcept>
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

/// What became of a call. The first four are the model's doing and go to the repair loop; the
/// others are the service's and end the round (ModelUnavailable).
enum class CallOutcome {
  kAnswered,
  kRefused,   // the model declined, in words
  kFiltered,  // the provider withheld the answer
  kEmpty,     // an answer without text
  kRateLimited,
  kServerError,
  kConnectionLost,
  kTimedOut,
  kTooLarge,
  kTlsFailed,
  kRejected,       // a status that no retry changes: a bad key, an unknown model, a bad request
  kMalformedBody,  // status 200, but no chat completion
};
/// "answered", "rate_limited", ...: as ledgers, cassettes and traces spell it.
const char* ToString(CallOutcome outcome);

struct ChatReply {
  std::string text;
  CallOutcome outcome = CallOutcome::kAnswered;
  std::string note;           // the provider's words when the outcome is not an answer
  std::string finish_reason;  // "stop", "length", "refusal", "content_filter", ...
  std::string model_asked;    // "" for an embedded model, which has no other name
  std::string model_served;
  int input_tokens = 0;      // cached ones included
  int cached_tokens = 0;     // of the input, read from the provider's prefix cache
  int output_tokens = 0;     // reasoning included
  int reasoning_tokens = 0;  // of the output, never shown
  bool tokens_are_estimated = false;
  /// Retries included, to the millisecond. 0 for an embedded model, and as recorded when replayed:
  /// a journal must not depend on a clock beyond what the network brought in.
  double latency_seconds = 0.0;
  std::vector<std::string> transport;  // outcomes of the tries before this one, oldest first
  bool replayed = false;               // from a cassette
};

/// The service gave no reply within the retries. Not an agent's mistake, so not data: the round is
/// not charged, and a resumed study asks again. The message names outcome, model and what to do.
class ModelUnavailable : public std::runtime_error {
 public:
  ModelUnavailable(CallOutcome outcome, const std::string& model, int tries,
                   const std::string& words);
  CallOutcome outcome() const { return outcome_; }

 private:
  CallOutcome outcome_;
};

class ChatModel {
 public:
  virtual ~ChatModel() = default;
  virtual ChatReply Complete(const ChatRequest& request) = 0;
  virtual std::string name() const = 0;
  /// As OpenTelemetry's gen_ai.provider.name spells it: "openai", "gcp.gemini"; "rectune" embedded.
  virtual std::string provider() const { return "rectune"; }
  /// True when no language model is behind it; every table that shows its results says so.
  virtual bool is_stand_in() const = 0;
};

}  // namespace rectune::agents
