// SPDX-License-Identifier: Apache-2.0
//
// How the synthetic model plays each role: from a typed context to the reply's JSON. Internal to
// SyntheticModel, which wraps the JSON into text and spoils some of it.
#pragma once

#include <cstdint>

#include "agents/chat_model.h"
#include "agents/synthetic/synthetic_options.h"
#include "core/random_stream.h"

namespace rectune::agents {

/// Where one call's random numbers come from.
struct SyntheticCall {
  const SyntheticOptions& options;
  std::uint64_t seed = 0;
  std::uint64_t round = 0;
  std::uint64_t address = 0;  // role, sample and attempt
  RandomStream Stream(std::uint64_t item) const {
    return RandomStream(seed, Purpose::kSyntheticModel, round, address, item);
  }
};

Json PlayActor(const ActorContext& context, const SyntheticCall& call);
Json PlayCritic(const CriticContext& context, const SyntheticCall& call);
Json PlayInsight(const InsightContext& context, const SyntheticCall& call);
Json PlaySkill(const SkillContext& context, const SyntheticCall& call);

}  // namespace rectune::agents
