// SPDX-License-Identifier: Apache-2.0
//
// NetworkModel: what the models behind HTTP share: one POST a call, bounded retries with an
// injectable wait, named outcomes, token usage, and a key that leaves this object only in a header.
// What is said on the wire is the subclass's (agents/models/openai_compatible_model.h,
// gemini_model.h). A model that answers badly is data and goes to the repair loop; a service that
// does not answer is not the model's mistake: ModelUnavailable ends the round before it is charged,
// and a resumed study asks again.
//
//   std::unique_ptr<ChatModel> model = MakeModel(options, ...);   // agents/models/model_options.h
//   ChatReply reply = model->Complete(request);
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/chat_model.h"
#include "agents/models/http_client.h"
#include "agents/models/redactor.h"
#include "agents/models/retry_policy.h"

namespace rectune::agents {

/// How a schema is asked for. Enforcement fails open everywhere: replies are always checked here.
enum class StructuredOutput { kJsonSchema, kJsonObject, kNone };

struct NetworkOptions {
  std::string base_url;     // no trailing slash
  std::string model;        // as asked for
  std::string api_key_env;  // "" sends no key
  HttpLimits http;
  RetryOptions retry;
  StructuredOutput structured_output = StructuredOutput::kJsonSchema;
  std::optional<double> temperature;
  std::optional<std::int64_t> seed;  // a request, not a promise: no provider guarantees determinism
  std::string reasoning_effort;      // OpenAI-compatible only; "" leaves it to the provider
  std::string token_limit_key;       // OpenAI-compatible only: older servers know only "max_tokens"
  /// Longest string and list in the schema as sent; 0 leaves the limits out, which strict providers
  /// need. The local check keeps its own.
  int schema_text_limit = 0;
  int schema_list_limit = 0;
  Json extra = Json::object();  // further members of the body, e.g. {"cache_prompt": false}
};

class NetworkModel : public ChatModel {
 public:
  using Wait = std::function<void(double seconds)>;

  /// `key` may be empty. `seed` addresses the jitter of retries, nothing else.
  NetworkModel(NetworkOptions options, std::string key, std::uint64_t seed, Wait wait);

  /// Throws ModelUnavailable.
  ChatReply Complete(const ChatRequest& request) final;
  std::string name() const final { return options_.model; }
  bool is_stand_in() const final { return false; }

 protected:
  const NetworkOptions& options() const { return options_; }
  const std::string& key() const { return key_; }

 private:
  virtual HttpRequest Encode(const ChatRequest& request) const = 0;
  /// Reads the body of a 200; nothing when it is not what the protocol says.
  virtual std::optional<ChatReply> Decode(std::string_view body) const = 0;

  NetworkOptions options_;
  std::string key_;
  std::uint64_t seed_;
  std::uint64_t calls_ = 0;
  Wait wait_;
  Redactor redactor_;
  HttpClient client_;
};

/// Sleeps: the wait of a real run.
void SleepFor(double seconds);

/// The schema as a provider is sent it: string and list bounds replaced by the given ones, or left
/// out (strict providers refuse them).
Json SchemaForProvider(const Json& schema, int text_limit, int list_limit);

}  // namespace rectune::agents
