// SPDX-License-Identifier: Apache-2.0
#include "agents/models/gemini_model.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agents/models/wire_json.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr std::array<std::string_view, 7> kFilters = {
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "IMAGE_SAFETY"};

/// Gemini's reasons in the words of the other dialect, so that a ledger speaks one language.
std::string FinishReason(const std::string& reason) {
  if (reason == "STOP") return "stop";
  if (reason == "MAX_TOKENS") return "length";
  if (std::find(kFilters.begin(), kFilters.end(), reason) != kFilters.end()) {
    return "content_filter";
  }
  return reason.empty() ? "none" : reason;
}

}  // namespace

HttpRequest GeminiModel::Encode(const ChatRequest& request) const {
  const NetworkOptions& o = options();
  Json system = Json::array();
  Json contents = Json::array();
  for (const ChatMessage& message : request.messages) {
    Json part = {{"text", message.text}};
    if (message.role == "system") {
      system.push_back(std::move(part));
    } else {
      Json content;
      content["role"] = message.role == "assistant" ? "model" : "user";
      content["parts"] = Json::array({std::move(part)});
      contents.push_back(std::move(content));
    }
  }
  Json body;
  if (!system.empty()) body["systemInstruction"]["parts"] = std::move(system);
  body["contents"] = std::move(contents);
  Json& config = body["generationConfig"];
  config["maxOutputTokens"] = request.max_output_tokens;
  if (o.temperature) config["temperature"] = *o.temperature;
  if (o.seed) config["seed"] = *o.seed;
  const StructuredOutput output =
      request.format == ReplyFormat::kJson ? o.structured_output : StructuredOutput::kNone;
  if (output != StructuredOutput::kNone) {
    config["responseMimeType"] = "application/json";
  }
  if (output == StructuredOutput::kJsonSchema) {
    config["responseJsonSchema"] =
        SchemaForProvider(request.schema, o.schema_text_limit, o.schema_list_limit);
  }
  for (const auto& [name, value] : o.extra.items()) body[name] = value;
  HttpRequest http{o.base_url + "/v1beta/models/" + o.model + ":generateContent",
                   {"content-type: application/json"},
                   ""};
  if (!key().empty()) http.headers.push_back("x-goog-api-key: " + key());
  http.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return http;
}

std::optional<ChatReply> GeminiModel::Decode(std::string_view body) const {
  const std::optional<WireJson> json = ParseWire(body);
  if (!json) return std::nullopt;
  const WireJson* candidates = At(*json, {"candidates"});
  const std::string blocked = TextAt(*json, {"promptFeedback", "blockReason"});
  if (candidates != nullptr && !candidates->is_array()) return std::nullopt;
  if (candidates == nullptr && blocked.empty() && At(*json, {"usageMetadata"}) == nullptr) {
    return std::nullopt;
  }
  ChatReply reply;
  reply.model_served = TextAt(*json, {"modelVersion"});
  reply.finish_reason = FinishReason(TextAt(*json, {"candidates", 0, "finishReason"}));
  if (const WireJson* parts = At(*json, {"candidates", 0, "content", "parts"});
      parts != nullptr && parts->is_array()) {
    for (const WireJson& part : *parts) {
      const WireJson* thought = At(part, {"thought"});
      if (thought != nullptr && thought->is_boolean() && thought->get<bool>()) continue;
      reply.text += TextAt(part, {"text"});
    }
  }
  if (!blocked.empty()) {
    reply.outcome = CallOutcome::kFiltered;
    reply.note = "prompt blocked: " + blocked;
    reply.finish_reason = "content_filter";
  } else if (reply.finish_reason == "content_filter") {
    reply.outcome = CallOutcome::kFiltered;
    reply.note = TextAt(*json, {"candidates", 0, "finishReason"});
  } else if (reply.text.empty()) {
    reply.outcome = CallOutcome::kEmpty;
    reply.note = candidates == nullptr || candidates->empty()
                     ? "no candidates"
                     : "no text; finish reason " + reply.finish_reason;
  }
  const std::optional<int> input = CountAt(*json, {"usageMetadata", "promptTokenCount"});
  const std::optional<int> total = CountAt(*json, {"usageMetadata", "totalTokenCount"});
  reply.reasoning_tokens = CountAt(*json, {"usageMetadata", "thoughtsTokenCount"}).value_or(0);
  reply.cached_tokens = CountAt(*json, {"usageMetadata", "cachedContentTokenCount"}).value_or(0);
  // Candidates leave thoughts out, which are paid for all the same; absent, they are nought.
  const int shown = CountAt(*json, {"usageMetadata", "candidatesTokenCount"})
                        .value_or(reply.text.empty() ? 0 : EstimateTokens(reply.text));
  reply.tokens_are_estimated = !input || !total;
  reply.input_tokens = input.value_or(0);
  reply.output_tokens = shown + reply.reasoning_tokens;
  return reply;
}

}  // namespace rectune::agents
