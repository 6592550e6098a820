// SPDX-License-Identifier: Apache-2.0
//
// ParseReply: finds the one JSON object in a model's reply. Tolerant of what models do around it (a
// sentence first, a Markdown fence), strict about what is in it (agents/reply_schema.h), and
// bounded in size and depth before anything is built. A bad reply is data: an error in words, to be
// returned to the model.
//
//   ParsedReply reply = ParseReply(text, {});
//   if (!reply.value) ask again with reply.error;
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/json.h"

namespace rectune::agents {

struct ReplyLimits {
  std::size_t max_bytes = 64 * 1024;
  int max_depth = 12;
};

struct ParsedReply {
  std::optional<Json> value;  // an object
  std::string error;          // set when there is no value
};

ParsedReply ParseReply(std::string_view text, const ReplyLimits& limits);

}  // namespace rectune::agents
