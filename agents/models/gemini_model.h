// SPDX-License-Identifier: Apache-2.0
//
// GeminiModel: POST {base_url}/v1beta/models/{model}:generateContent, the key in the header
// x-goog-api-key (never in the address, where logs would keep it). The schema travels as
// responseJsonSchema. Google calls this interface legacy but supported; its successor is not
// spoken here.
//
//   GeminiModel model({.base_url = "https://generativelanguage.googleapis.com", .model = "..."},
//                     key, task.seed, SleepFor);
#pragma once

#include "agents/models/network_model.h"

namespace rectune::agents {

class GeminiModel : public NetworkModel {
 public:
  using NetworkModel::NetworkModel;
  std::string provider() const override { return "gcp.gemini"; }

 private:
  HttpRequest Encode(const ChatRequest& request) const override;
  std::optional<ChatReply> Decode(std::string_view body) const override;
};

}  // namespace rectune::agents
