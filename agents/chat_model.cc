// SPDX-License-Identifier: Apache-2.0
#include "agents/chat_model.h"

namespace rectune::agents {

const char* ToString(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kAnswered:
      return "answered";
    case CallOutcome::kRefused:
      return "refused";
    case CallOutcome::kFiltered:
      return "filtered";
    case CallOutcome::kEmpty:
      return "empty";
    case CallOutcome::kRateLimited:
      return "rate_limited";
    case CallOutcome::kServerError:
      return "server_error";
    case CallOutcome::kConnectionLost:
      return "connection_lost";
    case CallOutcome::kTimedOut:
      return "timed_out";
    case CallOutcome::kTooLarge:
      return "too_large";
    case CallOutcome::kTlsFailed:
      return "tls_failed";
    case CallOutcome::kRejected:
      return "rejected";
    case CallOutcome::kMalformedBody:
      return "malformed_body";
  }
  return "";
}

ModelUnavailable::ModelUnavailable(CallOutcome outcome, const std::string& model, int tries,
                                   const std::string& words)
    : std::runtime_error("model " + model + ": " + ToString(outcome) + " after " +
                         std::to_string(tries) + (tries == 1 ? " try: " : " tries: ") + words +
                         ". The round under way is not charged; `rectune resume` asks again"),
      outcome_(outcome) {}

}  // namespace rectune::agents
