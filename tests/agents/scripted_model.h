// SPDX-License-Identifier: Apache-2.0
//
// ScriptedModel: says what the test wrote down, in order, and keeps the requests. When the script
// runs out it says the last line again.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "agents/chat_model.h"

namespace rectune::agents::testing {

class ScriptedModel : public ChatModel {
 public:
  using Reply = std::function<std::string(const ChatRequest&)>;

  explicit ScriptedModel(std::vector<std::string> replies) : replies_(std::move(replies)) {}
  /// Answers by a function instead.
  explicit ScriptedModel(Reply reply) : reply_(std::move(reply)) {}

  ChatReply Complete(const ChatRequest& request) override {
    requests.push_back(request);
    ChatReply reply;
    if (reply_) {
      reply.text = reply_(request);
    } else {
      reply.text = replies_[std::min(requests.size(), replies_.size()) - 1];
    }
    reply.finish_reason = finish_reason;
    reply.model_served = "scripted";
    reply.input_tokens = 10;
    reply.output_tokens = 5;
    return reply;
  }
  std::string name() const override { return "scripted"; }
  bool is_stand_in() const override { return true; }

  std::vector<ChatRequest> requests;
  std::string finish_reason = "stop";

 private:
  std::vector<std::string> replies_;
  Reply reply_;
};

}  // namespace rectune::agents::testing
