// SPDX-License-Identifier: Apache-2.0
#include "agents/models/cassette_model.h"

#include <algorithm>
#include <utility>

#include "agents/ledger.h"
#include "agents/models/line_diff.h"
#include "agents/text.h"
#include "core/check.h"
#include "core/config_error.h"

namespace rectune::agents {
namespace {

std::string Describe(AgentRole role, int round, int sample, int attempt) {
  std::string text = std::string(ToString(role)) + ", round " + std::to_string(round);
  if (sample > 0) text += ", sample " + std::to_string(sample);
  if (attempt > 0) text += ", repair " + std::to_string(attempt);
  return text;
}

}  // namespace

CassetteModel::CassetteModel(std::unique_ptr<ChatModel> inner, CassetteMode mode,
                             std::filesystem::path file, ModelIdentity identity, Json options,
                             Redactor redactor)
    : inner_(std::move(inner)),
      mode_(mode),
      file_(std::move(file)),
      identity_(std::move(identity)),
      options_(std::move(options)),
      redactor_(std::move(redactor)) {
  RECTUNE_CHECK((inner_ == nullptr) == (mode_ == CassetteMode::kStrict),
                "a strict replay has no model behind it, every other mode has one");
}

void CassetteModel::Open(const ChatRequest& request) {
  opened_ = true;
  const bool writes = mode_ == CassetteMode::kRecord || mode_ == CassetteMode::kAuto;
  // Without a file, a strict replay ends in Read's own error, which names it.
  if (mode_ == CassetteMode::kStrict || std::filesystem::exists(file_)) {
    cassette_ = Cassette::Read(file_, writes);
    if (cassette_.asked != identity_.asked || cassette_.provider != identity_.provider) {
      throw ConfigError("/asked", "\"" + cassette_.asked + "\" of " + cassette_.provider,
                        "a recording of the model that the spec names, \"" + identity_.asked +
                            "\" of " + identity_.provider)
          .In(file_.string() + ":1");
    }
    if (writes && cassette_.options != options_) {
      throw ConfigError("/options", cassette_.options.dump(),
                        "the options of the tuner that records here now; move the old recording "
                        "away, or give the new one another path")
          .In(file_.string() + ":1");
    }
  }
  cassette_.asked = identity_.asked;
  cassette_.provider = identity_.provider;
  if (writes) cassette_.options = options_;
  if (mode_ == CassetteMode::kRecord) {
    // What stands there of this round and later ones is from an attempt that was cut short.
    std::erase_if(cassette_.calls,
                  [&](const RecordedCall& call) { return call.round >= request.round; });
  }
  served_.assign(cassette_.calls.size(), false);
  if (writes) writer_ = std::make_unique<CassetteWriter>(file_, cassette_, redactor_);
}

const RecordedCall* CassetteModel::Find(const ChatRequest& request, const std::string& key) {
  std::size_t found = cassette_.calls.size();
  for (std::size_t i = 0; i < cassette_.calls.size(); ++i) {
    const RecordedCall& call = cassette_.calls[i];
    if (served_[i] || call.key != key || call.sample != request.sample) continue;
    // A resumed study starts in the middle of the recording, hence the look at the round.
    if (call.round == request.round) {
      found = i;
      break;
    }
    found = std::min(found, i);
  }
  if (found == cassette_.calls.size()) return nullptr;
  served_[found] = true;
  return &cassette_.calls[found];
}

ChatReply CassetteModel::Complete(const ChatRequest& request) {
  if (!opened_) Open(request);
  const std::string key = RequestHash(request);
  if (mode_ != CassetteMode::kRecord) {
    if (const RecordedCall* call = Find(request, key)) {
      ChatReply reply = call->reply;
      reply.model_asked = cassette_.asked;
      reply.replayed = true;
      return reply;
    }
  }
  if (mode_ == CassetteMode::kStrict) throw CassetteMiss(ExplainMiss(request, key));
  ChatReply reply = inner_->Complete(request);
  if (reply.model_asked.empty()) reply.model_asked = identity_.asked;
  if (writer_ == nullptr) return reply;
  RecordedCall call;
  call.key = key;
  call.sample = request.sample;
  call.role = request.role;
  call.round = request.round;
  call.attempt = request.attempt;
  call.schema_name = request.schema_name;
  call.schema = request.schema.dump();
  call.max_output_tokens = request.max_output_tokens;
  call.messages = request.messages;
  call.reply = reply;
  writer_->Append(call);
  return reply;
}

std::string CassetteModel::ExplainMiss(const ChatRequest& request, const std::string& key) const {
  std::string text = file_.string() + ": no recorded reply for " +
                     Describe(request.role, request.round, request.sample, request.attempt) +
                     " (request " + key + ").";
  const RecordedCall* nearest = nullptr;
  int best = -1;
  for (const RecordedCall& call : cassette_.calls) {
    if (call.key == key && call.sample == request.sample) {
      return text + " It was recorded, but fewer times than it is asked.";
    }
    if (call.role != request.role) continue;
    const int score = 4 * (call.round == request.round) + 2 * (call.attempt == request.attempt) +
                      (call.sample == request.sample);
    if (score > best) {
      best = score;
      nearest = &call;
    }
  }
  if (nearest == nullptr) {
    return text + " The cassette holds " + std::to_string(cassette_.calls.size()) +
           " calls, none of this agent.";
  }
  text += "\nCompared with the recorded " +
          Describe(nearest->role, nearest->round, nearest->sample, nearest->attempt) +
          " (- recorded, + asked now):\n";
  const auto section = [&](const std::string& title, const std::string& before,
                           const std::string& after) {
    if (before == after) return;
    text += "@@ " + title + " @@\n";
    for (const std::string& line : LineDiff(before, after)) {
      text += SanitizeLine(line, 200) + "\n";
    }
  };
  section("sample", std::to_string(nearest->sample), std::to_string(request.sample));
  section("max_output_tokens", std::to_string(nearest->max_output_tokens),
          std::to_string(request.max_output_tokens));
  section("schema", nearest->schema_name + "\n" + nearest->schema,
          request.schema_name + "\n" + request.schema.dump());
  const std::size_t count = std::max(nearest->messages.size(), request.messages.size());
  for (std::size_t i = 0; i < count; ++i) {
    const ChatMessage none{"no", ""};
    const ChatMessage& before = i < nearest->messages.size() ? nearest->messages[i] : none;
    const ChatMessage& after = i < request.messages.size() ? request.messages[i] : none;
    section("message " + std::to_string(i + 1) + ", " + (before.role == "no" ? after : before).role,
            before.text, redactor_.Redact(after.text));
  }
  return text + "Record again with mode \"record\", or \"auto\" to add only what is missing.";
}

}  // namespace rectune::agents
