// SPDX-License-Identifier: Apache-2.0
#include "agents/actor.h"

#include <utility>

#include "agents/reply_schema.h"
#include "agents/text.h"

namespace rectune::agents {

Json ActorData(const ActorContext& context) {
  Json data = BriefData(context.brief);
  data["patterns"] = PatternListData(context.patterns);
  data["failures"] = FailureListData(context.brief, context.failures);
  data["elites"] = TrialListData(context.brief, context.elites);
  data["history"] = TrialListData(context.brief, context.history);
  data["rejections"] = context.rejections;
  data["has_rejections"] = !context.rejections.empty();
  data["refusals"] = Json::array();
  for (const Refusal& refusal : context.refusals) {
    data["refusals"].push_back(
        {{"round", refusal.round},
         {"changes", DescribeChanges(context.brief.features->space(), refusal.configuration)},
         {"reason", refusal.reason}});
  }
  data["has_refusals"] = !context.refusals.empty();
  data["round"] = context.round;
  data["proposals"] = context.proposals;
  return data;
}

ActorReply AskActor(ModelClient* client, const ActorContext& context, int sample) {
  ActorReply reply;
  reply.ask = client->Ask(AgentRole::kActor, context.round, sample, ActorData(context),
                          ActorSchema(), &context);
  if (!reply.ask.value) {
    reply.note = "no usable reply after " + std::to_string(reply.ask.exchanges.size()) + " calls";
    return reply;
  }
  const Json& proposals = (*reply.ask.value)["proposals"];
  for (const Json& proposal : proposals) {
    if (static_cast<int>(reply.drafts.size()) == context.proposals) break;
    DraftProposal draft;
    draft.number = static_cast<int>(reply.drafts.size()) + 1;
    draft.hypothesis = SanitizeLine(proposal["hypothesis"].get<std::string>(), 1000);
    draft.config = proposal["config"];
    reply.drafts.push_back(std::move(draft));
  }
  const auto given = static_cast<int>(proposals.size());
  if (given != context.proposals) {
    reply.note = "asked for " + std::to_string(context.proposals) + " proposals, got " +
                 std::to_string(given) + (given > context.proposals ? "; the rest is dropped" : "");
  }
  return reply;
}

}  // namespace rectune::agents
