// SPDX-License-Identifier: Apache-2.0
#include "agents/models/openai_compatible_model.h"

#include <utility>

#include "agents/models/wire_json.h"
#include "agents/text.h"

namespace rectune::agents {

HttpRequest OpenAiCompatibleModel::Encode(const ChatRequest& request) const {
  const NetworkOptions& o = options();
  Json body;
  body["model"] = o.model;
  body["messages"] = Json::array();
  for (const ChatMessage& message : request.messages) {
    body["messages"].push_back({{"role", message.role}, {"content", message.text}});
  }
  body[o.token_limit_key.empty() ? "max_completion_tokens" : o.token_limit_key] =
      request.max_output_tokens;
  // Enforced JSON would contradict messages that ask for XML.
  const StructuredOutput output =
      request.format == ReplyFormat::kJson ? o.structured_output : StructuredOutput::kNone;
  if (output == StructuredOutput::kJsonSchema) {
    Json format;
    format["type"] = "json_schema";
    format["json_schema"]["name"] = request.schema_name;
    format["json_schema"]["strict"] = true;
    format["json_schema"]["schema"] =
        SchemaForProvider(request.schema, o.schema_text_limit, o.schema_list_limit);
    body["response_format"] = std::move(format);
  } else if (output == StructuredOutput::kJsonObject) {
    body["response_format"] = Json{{"type", "json_object"}};
  }
  if (o.temperature) body["temperature"] = *o.temperature;
  if (o.seed) body["seed"] = *o.seed;
  if (!o.reasoning_effort.empty()) body["reasoning_effort"] = o.reasoning_effort;
  for (const auto& [name, value] : o.extra.items()) body[name] = value;
  HttpRequest http{o.base_url + "/chat/completions", {"content-type: application/json"}, ""};
  if (!key().empty()) http.headers.push_back("authorization: Bearer " + key());
  http.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return http;
}

std::optional<ChatReply> OpenAiCompatibleModel::Decode(std::string_view body) const {
  const std::optional<WireJson> json = ParseWire(body);
  if (!json) return std::nullopt;
  const WireJson* choices = At(*json, {"choices"});
  if (choices == nullptr || !choices->is_array()) return std::nullopt;
  ChatReply reply;
  reply.model_served = TextAt(*json, {"model"});
  reply.finish_reason = TextAt(*json, {"choices", 0, "finish_reason"});
  const WireJson* content = At(*json, {"choices", 0, "message", "content"});
  if (content != nullptr && content->is_string()) {
    reply.text = content->get<std::string>();
  } else if (content != nullptr && content->is_array()) {  // some servers answer in parts
    for (const WireJson& part : *content) reply.text += TextAt(part, {"text"});
  }
  const std::string refusal = TextAt(*json, {"choices", 0, "message", "refusal"});
  if (choices->empty()) {
    reply.outcome = CallOutcome::kEmpty;
    reply.note = "no choices";
    reply.finish_reason = "none";
  } else if (!refusal.empty()) {
    reply.outcome = CallOutcome::kRefused;
    reply.note = refusal;
    reply.finish_reason = "refusal";
  } else if (reply.finish_reason == "content_filter") {
    reply.outcome = CallOutcome::kFiltered;
    reply.note = "content_filter";
  } else if (reply.text.empty()) {
    reply.outcome = CallOutcome::kEmpty;
    reply.note = "no text; finish_reason " + reply.finish_reason;
  }
  const std::optional<int> input = CountAt(*json, {"usage", "prompt_tokens"});
  const std::optional<int> output = CountAt(*json, {"usage", "completion_tokens"});
  reply.tokens_are_estimated = !input || !output;
  reply.input_tokens = input.value_or(0);
  reply.output_tokens = output.value_or(EstimateTokens(reply.text));
  reply.cached_tokens =
      CountAt(*json, {"usage", "prompt_tokens_details", "cached_tokens"}).value_or(0);
  reply.reasoning_tokens =
      CountAt(*json, {"usage", "completion_tokens_details", "reasoning_tokens"}).value_or(0);
  return reply;
}

}  // namespace rectune::agents
