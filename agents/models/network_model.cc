// SPDX-License-Identifier: Apache-2.0
#include "agents/models/network_model.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>
#include <utility>

#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr std::size_t kShownBodyBytes = 300;

/// What a call that never gave a reply is called.
CallOutcome OutcomeOf(const HttpResult& result) {
  switch (result.failure) {
    case HttpFailure::kConnectionLost:
      return CallOutcome::kConnectionLost;
    case HttpFailure::kTimedOut:
      return CallOutcome::kTimedOut;
    case HttpFailure::kTooLarge:
      return CallOutcome::kTooLarge;
    case HttpFailure::kTlsFailed:
      return CallOutcome::kTlsFailed;
    case HttpFailure::kNone:
      break;
  }
  if (result.status == 429) return CallOutcome::kRateLimited;
  if (result.status == 408) return CallOutcome::kTimedOut;
  if (result.status >= 500) return CallOutcome::kServerError;
  return CallOutcome::kRejected;
}

/// Untrusted words, short and without keys. The key goes before the cut, which could halve it.
std::string Shown(const Redactor& redactor, std::string_view text) {
  return SanitizeLine(redactor.Redact(SanitizeLine(text, 16 * kShownBodyBytes)), kShownBodyBytes);
}

std::string Describe(const Redactor& redactor, const HttpResult& result) {
  if (result.failure != HttpFailure::kNone) return Shown(redactor, result.detail);
  std::string words = "HTTP " + std::to_string(result.status);
  if (result.status >= 300 && result.status < 400) words += " (redirects are not followed)";
  const std::string body = Shown(redactor, result.body);
  return body.empty() ? words : words + ": " + body;
}

double RoundedToMilliseconds(double seconds) { return std::round(seconds * 1000.0) / 1000.0; }

}  // namespace

NetworkModel::NetworkModel(NetworkOptions options, std::string key, std::uint64_t seed, Wait wait)
    : options_(std::move(options)),
      key_(std::move(key)),
      seed_(seed),
      wait_(std::move(wait)),
      redactor_({key_}),
      client_(options_.http) {}

ChatReply NetworkModel::Complete(const ChatRequest& request) {
  using Clock = std::chrono::steady_clock;
  const HttpRequest http = Encode(request);
  RandomStream jitter(seed_, Purpose::kAgent, calls_++);
  const auto start = Clock::now();
  std::vector<std::string> transport;
  for (int retry = 0;; ++retry) {
    const HttpResult result = client_.Post(http);
    CallOutcome outcome = CallOutcome::kMalformedBody;
    std::string words;
    if (result.failure == HttpFailure::kNone && result.status == 200) {
      if (std::optional<ChatReply> reply = Decode(result.body)) {
        // A server may echo what it was sent; nothing past this line has seen the key.
        reply->text = redactor_.Redact(reply->text);
        reply->note = Shown(redactor_, reply->note);
        reply->model_served = Shown(redactor_, reply->model_served);
        if (reply->model_served.empty()) reply->model_served = options_.model + " (not stated)";
        reply->model_asked = options_.model;
        if (reply->tokens_are_estimated && reply->input_tokens == 0) {
          for (const ChatMessage& message : request.messages) {
            reply->input_tokens += EstimateTokens(message.text);
          }
        }
        reply->transport = std::move(transport);
        reply->latency_seconds =
            RoundedToMilliseconds(std::chrono::duration<double>(Clock::now() - start).count());
        return *std::move(reply);
      }
      const std::string body = Shown(redactor_, result.body);
      words = "the answer is no chat completion: " +
              (body.empty() ? std::to_string(result.body.size()) + " bytes without readable text"
                            : body);
    } else {
      outcome = OutcomeOf(result);
      words = Describe(redactor_, result);
    }
    const bool again = outcome != CallOutcome::kMalformedBody && IsWorthRetrying(result) &&
                       retry < options_.retry.max_retries;
    if (!again) {
      throw ModelUnavailable(outcome, options_.model + " at " + options_.base_url, retry + 1,
                             words);
    }
    transport.push_back(ToString(outcome));
    wait_(WaitSeconds(options_.retry, result, retry, &jitter));
  }
}

void SleepFor(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

Json SchemaForProvider(const Json& schema, int text_limit, int list_limit) {
  if (schema.is_array()) {
    Json list = Json::array();
    for (const Json& item : schema) {
      list.push_back(SchemaForProvider(item, text_limit, list_limit));
    }
    return list;
  }
  if (!schema.is_object()) return schema;
  Json sent = Json::object();
  for (const auto& [key, value] : schema.items()) {
    // Under "properties" these are names of ours, whose values are schemas, never numbers.
    const int limit = key == "maxLength" ? text_limit : key == "maxItems" ? list_limit : -1;
    if (limit < 0 || !value.is_number()) {
      sent[key] = SchemaForProvider(value, text_limit, list_limit);
    } else if (limit > 0) {
      sent[key] = std::min<std::int64_t>(limit, value.get<std::int64_t>());
    }
  }
  return sent;
}

}  // namespace rectune::agents
