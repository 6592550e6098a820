// SPDX-License-Identifier: Apache-2.0
//
// The Critic: a separate model call that judges each proposal by five rules. Its verdicts are
// checked against its own rubric: a proposal it keeps although a rule failed is not kept, and one
// it forgot is not kept either.
//
//   CriticReply reply = AskCritic(&client, context, sample);
//   if (!reply.verdicts.empty()) ...
#pragma once

#include <array>
#include <string>
#include <vector>

#include "agents/context.h"
#include "agents/model_client.h"

namespace rectune::agents {

inline constexpr std::array<const char*, 5> kCriticRules = {"validity", "alignment", "soundness",
                                                            "diversity", "format"};

struct Verdict {
  int proposal = 0;  // DraftProposal::number
  std::array<bool, 5> pass{};
  std::array<std::string, 5> reason;
  bool keep = false;  // after the check against the rubric
  int rank = 0;       // 1 is best
  std::string justification;
  std::string note;  // what the check found
};

struct CriticReply {
  /// One for each proposal, in their order; empty when no usable reply came.
  std::vector<Verdict> verdicts;
  AskResult ask;
};

CriticReply AskCritic(ModelClient* client, const CriticContext& context, int sample);

Json CriticData(const CriticContext& context);

/// "failed alignment: ...; failed soundness: ..." or "passed all five rules".
std::string DescribeVerdict(const Verdict& verdict);

}  // namespace rectune::agents
