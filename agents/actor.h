// SPDX-License-Identifier: Apache-2.0
//
// The Actor: asks a model for proposals, each a hypothesis and a configuration, and turns the reply
// into drafts. It does not judge them (agents/validator.h, agents/critic.h).
//
//   ActorReply reply = AskActor(&client, context, sample);
#pragma once

#include <string>
#include <vector>

#include "agents/context.h"
#include "agents/model_client.h"

namespace rectune::agents {

struct ActorReply {
  std::vector<DraftProposal> drafts;  // at most as many as were asked for
  AskResult ask;
  std::string note;  // too many or too few proposals, or no usable reply
};

ActorReply AskActor(ModelClient* client, const ActorContext& context, int sample);

/// What the Actor's prompt is rendered from.
Json ActorData(const ActorContext& context);

}  // namespace rectune::agents
