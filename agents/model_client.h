// SPDX-License-Identifier: Apache-2.0
//
// ModelClient: one question to a model, until there is a usable answer or the repairs run out. The
// reply is extracted, checked against its schema, and if it fails, sent back with the error at most
// `max_repairs` times. Every call lands in the ledger and in the transcript. Transport retries are
// the model's own business.
//
//   AskResult result = client.Ask(AgentRole::kActor, round, sample, data, &context);
//   if (result.value) ...
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agents/chat_model.h"
#include "agents/ledger.h"
#include "agents/prompt.h"
#include "agents/reply_schema.h"

namespace rectune::agents {

/// One call and what became of it, for the transcript.
struct Exchange {
  std::string reply;  // sanitised
  std::string error;  // "" when usable
  std::string finish_reason;
  std::string request_hash;
};

struct AskResult {
  std::optional<Json> value;
  std::vector<ChatMessage> prompt;
  std::vector<Exchange> exchanges;
};

class ModelClient {
 public:
  struct Limits {
    int max_repairs = 2;
    int max_output_tokens = 16384;
    ReplyFormat format = ReplyFormat::kJson;
  };
  /// The references outlive the client.
  ModelClient(ChatModel* model, const PromptLibrary* prompts, Ledger* ledger, Limits limits);

  /// Renders the role's prompt from `data` (the schema is added) and asks.
  AskResult Ask(AgentRole role, int round, int sample, Json data, const ReplySchema& schema,
                ChatContext context);

 private:
  ChatModel* model_;
  const PromptLibrary* prompts_;
  Ledger* ledger_;
  Limits limits_;
};

}  // namespace rectune::agents
