// SPDX-License-Identifier: Apache-2.0
#include "agents/model_client.h"

#include <utility>

#include "agents/reply_parser.h"
#include "agents/reply_xml.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

// A failed reply is quoted back so that the model sees what it said, but a huge one is not.
constexpr std::size_t kQuotedReplyBytes = 4000;
constexpr std::size_t kKeptReplyBytes = 64 * 1024;

/// Why a reply that is no answer cannot be used; "" for an answer.
std::string WhyNoAnswer(const ChatReply& reply) {
  switch (reply.outcome) {
    case CallOutcome::kRefused:
      return "the model refused: " + SanitizeLine(reply.note, 300);
    case CallOutcome::kFiltered:
      return "the provider withheld the answer: " + SanitizeLine(reply.note, 300);
    case CallOutcome::kEmpty:
      return "the reply is empty: " + SanitizeLine(reply.note, 300);
    default:
      return "";
  }
}

}  // namespace

ModelClient::ModelClient(ChatModel* model, const PromptLibrary* prompts, Ledger* ledger,
                         Limits limits)
    : model_(model), prompts_(prompts), ledger_(ledger), limits_(limits) {}

AskResult ModelClient::Ask(AgentRole role, int round, int sample, Json data,
                           const ReplySchema& schema, ChatContext context) {
  const bool is_xml = limits_.format == ReplyFormat::kXml;
  data["schema"] = schema.text();
  data["xml"] = is_xml;
  data["form"] = is_xml ? XmlForm(schema.json()) : "";
  ChatRequest request;
  request.role = role;
  request.round = round;
  request.sample = sample;
  request.messages = prompts_->Render(ToString(role), data);
  request.schema_name = schema.name();
  request.schema = schema.json();
  request.max_output_tokens = limits_.max_output_tokens;
  request.format = limits_.format;
  request.context = context;
  AskResult result;
  result.prompt = request.messages;
  for (int attempt = 0; attempt <= limits_.max_repairs; ++attempt) {
    request.attempt = attempt;
    const ChatReply reply = model_->Complete(request);
    ParsedReply parsed;
    std::string error = WhyNoAnswer(reply);
    if (error.empty()) {
      parsed = is_xml ? ParseXmlReply(reply.text, schema.json(), ReplyLimits{})
                      : ParseReply(reply.text, ReplyLimits{});
      error = parsed.value ? schema.Check(*parsed.value) : parsed.error;
    }
    if (!error.empty() && reply.finish_reason == "length") {
      error += " (it reached the length limit)";
    }
    const std::string hash = RequestHash(request);
    ledger_->Record(request, reply, hash, error.empty());
    result.exchanges.push_back(
        {SanitizeText(reply.text, kKeptReplyBytes), error, reply.finish_reason, hash});
    if (error.empty()) {
      result.value = std::move(parsed.value);
      break;
    }
    Json repair;
    repair["error"] = error;
    repair["xml"] = is_xml;
    // Some providers refuse a turn without text.
    const std::string said = SanitizeText(reply.text, kQuotedReplyBytes);
    request.messages.push_back({"assistant", said.empty() ? "(no answer)" : said});
    request.messages.push_back(prompts_->Render("repair", repair)[1]);
  }
  return result;
}

}  // namespace rectune::agents
