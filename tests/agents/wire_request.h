// SPDX-License-Identifier: Apache-2.0
//
// What the tests of the models behind HTTP ask with: a request, a key that must show nowhere, and
// options that point at a fault server.
#pragma once

#include "agents/models/network_model.h"
#include "agents/reply_schema.h"
#include "tests/agents/fault_server.h"

namespace rectune::agents::testing {

inline constexpr char kKey[] = "sk-secret-0123456789-abcdefghij";

inline ChatRequest Request() {
  ChatRequest request;
  request.messages = {{"system", "You are the Actor."}, {"user", "Propose."}};
  request.schema_name = ActorSchema().name();
  request.schema = ActorSchema().json();
  request.max_output_tokens = 512;
  return request;
}

inline NetworkOptions Options(const FaultServer& server) {
  NetworkOptions options;
  options.base_url = server.url() + "/v1";
  options.model = "tiny";
  return options;
}

}  // namespace rectune::agents::testing
