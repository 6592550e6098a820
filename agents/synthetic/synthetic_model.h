// SPDX-License-Identifier: Apache-2.0
//
// SyntheticModel: the embedded stand-in for a language model. Deterministic, without a network, it
// answers the same schemas as text, through the same parsing and repair as any other model, and
// makes the same kinds of mistakes at set rates. It reasons over the request's typed context and
// nothing else. It is an instrument, not a language model: every table that shows its results says
// "stand-in".
//
// All randomness is addressed by (round, role, sample, attempt); what it "knows" by the seed alone.
//
//   SyntheticModel model(options, task.seed);
//   ChatReply reply = model.Complete(request);
#pragma once

#include <cstdint>
#include <string>

#include "agents/chat_model.h"
#include "agents/synthetic/synthetic_options.h"

namespace rectune::agents {

class SyntheticModel : public ChatModel {
 public:
  SyntheticModel(const SyntheticOptions& options, std::uint64_t seed);
  ChatReply Complete(const ChatRequest& request) override;
  std::string name() const override { return "synthetic"; }
  bool is_stand_in() const override { return true; }

 private:
  SyntheticOptions options_;
  std::uint64_t seed_;
};

}  // namespace rectune::agents
