// SPDX-License-Identifier: Apache-2.0
//
// CassetteModel: a model in front of a cassette (agents/models/cassette.h).
//
//   record   asks the model behind it and writes down every call
//   auto     serves what is recorded; asks for and writes down the rest
//   replay   serves what is recorded; asks for the rest and writes nothing
//   strict   serves what is recorded; anything else is a CassetteMiss that shows how the request
//            differs from the nearest recorded one. Needs no model and no network
//
// Repeated requests are served in the order they were recorded. A replayed reply is the recorded
// one in every field, latency included, so that a strictly replayed study writes the bytes of the
// recorded one; only the ledger's `replayed` tells them apart, and it says so.
//
//   CassetteModel model(nullptr, CassetteMode::kStrict, "cassettes/agent.jsonl", identity, {}, {});
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "agents/chat_model.h"
#include "agents/models/cassette.h"

namespace rectune::agents {

enum class CassetteMode { kRecord, kAuto, kReplay, kStrict };

/// A strict replay was asked what it does not hold. The message is for people.
class CassetteMiss : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who answers, as the spec says it; a cassette must be a recording of the same.
struct ModelIdentity {
  std::string provider;
  std::string asked;
  bool is_stand_in = false;
};

class CassetteModel : public ChatModel {
 public:
  /// `inner` is null exactly in strict mode. The file is opened at the first call, so that a spec
  /// can be checked without one. `options` are the recording tuner's: a recording made with others
  /// is not overwritten. `redactor` cleans what is recorded.
  CassetteModel(std::unique_ptr<ChatModel> inner, CassetteMode mode, std::filesystem::path file,
                ModelIdentity identity, Json options, Redactor redactor);

  /// Throws CassetteMiss in strict mode, ConfigError when the file is no cassette of this model,
  /// and what the model behind it throws.
  ChatReply Complete(const ChatRequest& request) override;
  std::string name() const override { return identity_.asked; }
  std::string provider() const override { return identity_.provider; }
  bool is_stand_in() const override { return identity_.is_stand_in; }

 private:
  void Open(const ChatRequest& request);
  /// The recorded call to serve next for this request, or null.
  const RecordedCall* Find(const ChatRequest& request, const std::string& key);
  std::string ExplainMiss(const ChatRequest& request, const std::string& key) const;

  std::unique_ptr<ChatModel> inner_;
  CassetteMode mode_;
  std::filesystem::path file_;
  ModelIdentity identity_;
  Json options_;
  Redactor redactor_;
  Cassette cassette_;
  std::vector<bool> served_;  // by index into cassette_.calls
  std::unique_ptr<CassetteWriter> writer_;
  bool opened_ = false;
};

}  // namespace rectune::agents
