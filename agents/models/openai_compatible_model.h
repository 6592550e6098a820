// SPDX-License-Identifier: Apache-2.0
//
// OpenAiCompatibleModel: POST {base_url}/chat/completions, as the hosted service, vLLM, Ollama and
// llama.cpp's server take it. The schema is nested as OpenAI nests it
// (response_format.json_schema), because that is the one spelling which all of them read; some
// ignore it and still answer 200, so the reply is checked like any other text. No streaming, no
// tools.
//
//   OpenAiCompatibleModel model({.base_url = "http://127.0.0.1:8080/v1", .model = "smollm2"}, "",
//                               task.seed, SleepFor);
#pragma once

#include "agents/models/network_model.h"

namespace rectune::agents {

class OpenAiCompatibleModel : public NetworkModel {
 public:
  using NetworkModel::NetworkModel;
  std::string provider() const override { return "openai"; }

 private:
  HttpRequest Encode(const ChatRequest& request) const override;
  std::optional<ChatReply> Decode(std::string_view body) const override;
};

}  // namespace rectune::agents
