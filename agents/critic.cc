// SPDX-License-Identifier: Apache-2.0
#include "agents/critic.h"

#include <algorithm>
#include <utility>

#include "agents/actor.h"
#include "agents/reply_schema.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

Verdict ReadVerdict(const Json& json) {
  Verdict verdict;
  verdict.proposal = json["proposal"].get<int>();
  bool all_pass = true;
  for (std::size_t r = 0; r < kCriticRules.size(); ++r) {
    const Json& rule = json[kCriticRules[r]];
    verdict.pass[r] = rule["pass"].get<bool>();
    verdict.reason[r] = SanitizeLine(rule["reason"].get<std::string>(), 300);
    all_pass = all_pass && verdict.pass[r];
  }
  verdict.keep = json["keep"].get<bool>() && all_pass;
  if (json["keep"].get<bool>() && !all_pass) {
    verdict.note = "kept against its own rubric, so not kept";
  }
  verdict.rank = json["rank"].get<int>();
  verdict.justification = SanitizeLine(json["justification"].get<std::string>(), 500);
  return verdict;
}

}  // namespace

Json CriticData(const CriticContext& context) {
  Json data = ActorData(*context.actor);
  data["candidates"] = Json::array();
  for (const DraftProposal& draft : *context.proposals) {
    Json entry;
    entry["number"] = draft.number;
    entry["hypothesis"] = draft.hypothesis;
    entry["config"] = SanitizeLine(draft.config.dump(), 8000);
    data["candidates"].push_back(std::move(entry));
  }
  data["keep"] = context.keep;
  return data;
}

CriticReply AskCritic(ModelClient* client, const CriticContext& context, int sample) {
  CriticReply reply;
  reply.ask = client->Ask(AgentRole::kCritic, context.actor->round, sample, CriticData(context),
                          CriticSchema(), &context);
  if (!reply.ask.value) return reply;
  std::vector<Verdict> given;
  for (const Json& json : (*reply.ask.value)["verdicts"]) given.push_back(ReadVerdict(json));
  for (const DraftProposal& draft : *context.proposals) {
    const auto found = std::find_if(given.begin(), given.end(), [&](const Verdict& verdict) {
      return verdict.proposal == draft.number;
    });
    if (found != given.end()) {
      reply.verdicts.push_back(*found);
    } else {
      Verdict missing;
      missing.proposal = draft.number;
      missing.note = "no verdict was given, so not kept";
      reply.verdicts.push_back(std::move(missing));
    }
  }
  return reply;
}

std::string DescribeVerdict(const Verdict& verdict) {
  std::string text;
  for (std::size_t r = 0; r < kCriticRules.size(); ++r) {
    if (verdict.pass[r] || verdict.note == "no verdict was given, so not kept") continue;
    if (!text.empty()) text += "; ";
    text += std::string("failed ") + kCriticRules[r] + ": " + verdict.reason[r];
  }
  if (!verdict.note.empty()) text += (text.empty() ? "" : "; ") + verdict.note;
  return text.empty() ? "passed all five rules" : text;
}

}  // namespace rectune::agents
