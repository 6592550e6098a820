// SPDX-License-Identifier: Apache-2.0
#include "agents/synthetic/synthetic_model.h"

#include "agents/reply_xml.h"
#include "agents/synthetic/synthetic_roles.h"
#include "agents/text.h"
#include "core/check.h"

namespace rectune::agents {
namespace {

// The stream item that decides about a reply's form; proposals and claims use small numbers.
constexpr std::uint64_t kFormItem = 1U << 20;
constexpr std::uint64_t kSamplesPerRole = 4096;
constexpr std::uint64_t kAttemptsPerSample = 16;

Json Play(const ChatRequest& request, const SyntheticCall& call) {
  switch (request.role) {
    case AgentRole::kActor:
      return PlayActor(*std::get<const ActorContext*>(request.context), call);
    case AgentRole::kCritic:
      return PlayCritic(*std::get<const CriticContext*>(request.context), call);
    case AgentRole::kInsight:
      return PlayInsight(*std::get<const InsightContext*>(request.context), call);
    case AgentRole::kSkill:
      return PlaySkill(*std::get<const SkillContext*>(request.context), call);
  }
  RECTUNE_CHECK(false, "an unknown role");
  return Json();
}

/// What models send instead of JSON, now and then.
std::string Spoil(const std::string& text, RandomStream* stream) {
  switch (stream->UniformInteger(3)) {
    case 0:
      return text.substr(0, text.size() * 2 / 3);
    case 1:
      return "Here is what I would try: change the most sensitive weights step by step.";
    default: {
      std::string spoiled = text;
      const bool is_xml = text.rfind('<', 0) == 0;
      const std::size_t last = spoiled.find_last_of(is_xml ? '/' : ']');
      if (last != std::string::npos) spoiled.insert(last, ",");
      return spoiled;
    }
  }
}

/// Models like to wrap.
std::string Wrap(const std::string& reply, bool is_xml, RandomStream* stream) {
  const double style = stream->Uniform();
  if (style < 0.5) return reply;
  const std::string fenced = (is_xml ? "```xml\n" : "```json\n") + reply + "\n```";
  return style < 0.8 ? fenced : "Here is my answer.\n\n" + fenced;
}

}  // namespace

SyntheticModel::SyntheticModel(const SyntheticOptions& options, std::uint64_t seed)
    : options_(options), seed_(seed) {}

ChatReply SyntheticModel::Complete(const ChatRequest& request) {
  const auto role = static_cast<std::uint64_t>(request.role) + 1;
  const std::uint64_t address =
      (role * kSamplesPerRole + static_cast<std::uint64_t>(request.sample)) * kAttemptsPerSample +
      static_cast<std::uint64_t>(request.attempt);
  const SyntheticCall call{options_, seed_, static_cast<std::uint64_t>(request.round), address};
  RandomStream form = call.Stream(kFormItem);
  const bool is_xml = request.format == ReplyFormat::kXml;
  const Json played = Play(request, call);
  const std::string text = is_xml ? ToXml(played) : DumpLine(played);
  ChatReply reply;
  const bool spoil = form.Uniform() < options_.malformed_rate;
  reply.text = spoil ? Spoil(text, &form) : Wrap(text, is_xml, &form);
  reply.finish_reason = "stop";
  const std::size_t limit = static_cast<std::size_t>(request.max_output_tokens) * 4;
  if (reply.text.size() > limit) {
    reply.text.resize(limit);
    reply.finish_reason = "length";
  }
  reply.model_served = name();
  for (const ChatMessage& message : request.messages) {
    reply.input_tokens += EstimateTokens(message.text);
  }
  reply.output_tokens = EstimateTokens(reply.text);
  reply.tokens_are_estimated = true;
  return reply;
}

}  // namespace rectune::agents
