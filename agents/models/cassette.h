// SPDX-License-Identifier: Apache-2.0
//
// Cassette: recorded model calls as JSON lines that a person can read and a review can diff. A call
// is addressed by the hash of its normalised request and its sample index; long texts stand once,
// under their content address. HTTP headers are never part of it, and what looks like a key is
// redacted before it is written. One writer a file, enforced by a lock.
//
//   {"type": "cassette", "schema": 1, "provider": "openai", "asked": "smollm2", "options": {...}}
//   {"type": "text", "id": "6b86b273ff34", "text": "# Role\n..."}
//   {"type": "call", "key": "70feb4797b880123", "sample": 0, "role": "actor", ..., "reply": {...}}
//
//   Cassette cassette = Cassette::Read(file);
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "agents/chat_model.h"
#include "agents/models/redactor.h"

namespace rectune::agents {

struct RecordedCall {
  std::string key;  // RequestHash
  int sample = 0;
  AgentRole role = AgentRole::kActor;
  int round = 0;
  int attempt = 0;
  std::string schema_name;
  std::string schema;
  int max_output_tokens = 0;
  std::vector<ChatMessage> messages;
  ChatReply reply;
};

struct Cassette {
  std::string provider;
  std::string asked;
  Json options = Json::object();  // of the tuner that recorded it
  std::vector<RecordedCall> calls;

  /// ConfigError with file and line for anything that is no cassette, a torn last line included
  /// unless `drop_torn_end`.
  static Cassette Read(const std::filesystem::path& file, bool drop_torn_end = false);
};

class CassetteWriter {
 public:
  /// Rewrites `file` to hold `kept` and goes on from there. std::runtime_error when it cannot be
  /// written or another process or cell is writing it.
  CassetteWriter(const std::filesystem::path& file, const Cassette& kept, Redactor redactor);
  ~CassetteWriter();
  CassetteWriter(const CassetteWriter&) = delete;
  CassetteWriter& operator=(const CassetteWriter&) = delete;

  /// Written and flushed when this returns.
  void Append(const RecordedCall& call);

 private:
  std::string Text(const std::string& text, std::string* lines);
  std::string CallLines(const RecordedCall& call);

  std::filesystem::path file_;
  Redactor redactor_;
  std::map<std::string, bool> written_;  // ids of texts
  int lock_ = -1;
  std::ofstream out_;
};

}  // namespace rectune::agents
