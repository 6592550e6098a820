// SPDX-License-Identifier: Apache-2.0
#include "agents/models/cassette.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "agents/digest.h"
#include "core/object_reader.h"

namespace rectune::agents {
namespace {

constexpr int kSchema = 1;
constexpr std::array<AgentRole, 4> kRoles = {AgentRole::kActor, AgentRole::kCritic,
                                             AgentRole::kInsight, AgentRole::kSkill};
constexpr std::array<CallOutcome, 4> kRecordedOutcomes = {
    CallOutcome::kAnswered, CallOutcome::kRefused, CallOutcome::kFiltered, CallOutcome::kEmpty};
constexpr IntegerRange kCount{0, 1000000000};

template <typename Enum, std::size_t kSize>
Enum Named(ObjectReader* reader, const char* key, const std::array<Enum, kSize>& values) {
  std::vector<std::string> names;
  for (Enum value : values) names.emplace_back(ToString(value));
  const std::string name = reader->OneOf(key, names);
  for (Enum value : values) {
    if (name == ToString(value)) return value;
  }
  return values.front();
}

ChatReply ReadReply(ObjectReader reader) {
  const auto count = [&](const char* key) { return static_cast<int>(reader.Integer(key, kCount)); };
  ChatReply reply;
  reply.text = reader.String("text");
  reply.outcome = Named(&reader, "outcome", kRecordedOutcomes);
  reply.note = reader.StringOr("note", "");
  reply.finish_reason = reader.String("finish_reason");
  reply.model_served = reader.String("model_served");
  reply.input_tokens = count("input_tokens");
  reply.cached_tokens = count("cached_tokens");
  reply.output_tokens = count("output_tokens");
  reply.reasoning_tokens = count("reasoning_tokens");
  reply.tokens_are_estimated = reader.Boolean("tokens_are_estimated");
  reply.latency_seconds = reader.Number("latency_seconds", {0.0, 1e6});
  reply.transport = reader.Strings("transport");
  reader.Finish();
  return reply;
}

Json ReplyJson(const ChatReply& reply, const Redactor& redactor) {
  Json json;
  json["text"] = redactor.Redact(reply.text);
  json["outcome"] = ToString(reply.outcome);
  if (!reply.note.empty()) json["note"] = redactor.Redact(reply.note);
  json["finish_reason"] = reply.finish_reason;
  json["model_served"] = reply.model_served;
  json["input_tokens"] = reply.input_tokens;
  json["cached_tokens"] = reply.cached_tokens;
  json["output_tokens"] = reply.output_tokens;
  json["reasoning_tokens"] = reply.reasoning_tokens;
  json["tokens_are_estimated"] = reply.tokens_are_estimated;
  json["latency_seconds"] = reply.latency_seconds;
  json["transport"] = reply.transport;
  return json;
}

using Texts = std::map<std::string, std::string>;

std::string TextOf(const Texts& texts, const std::string& id, const std::string& path) {
  const auto found = texts.find(id);
  if (found == texts.end()) throw ConfigError(path, id, "the id of a text on an earlier line");
  return found->second;
}

RecordedCall ReadCall(ObjectReader* reader, const Texts& texts) {
  const auto count = [&](const char* key) {
    return static_cast<int>(reader->Integer(key, kCount));
  };
  RecordedCall call;
  call.key = reader->String("key");
  call.sample = count("sample");
  call.role = Named(reader, "role", kRoles);
  call.round = count("round");
  call.attempt = count("attempt");
  call.schema_name = reader->String("schema_name");
  call.schema = TextOf(texts, reader->String("schema"), reader->PathOf("schema"));
  call.max_output_tokens = count("max_output_tokens");
  reader->ForEach("messages", [&](const Json& element, const std::string& where) {
    ObjectReader message(element, where);
    const std::string role = message.String("role");
    call.messages.push_back({role, TextOf(texts, message.String("text"), message.PathOf("text"))});
    message.Finish();
  });
  call.reply = ReadReply(reader->Object("reply"));
  return call;
}

void ReadLine(const Json& json, bool first, Texts* texts, Cassette* cassette) {
  ObjectReader reader(json, "");
  const std::string type = reader.OneOf("type", first ? std::vector<std::string>{"cassette"}
                                                      : std::vector<std::string>{"text", "call"});
  if (type == "cassette") {
    reader.Integer("schema", {kSchema, kSchema});
    cassette->provider = reader.String("provider");
    cassette->asked = reader.String("asked");
    cassette->options = reader.Value("options");
  } else if (type == "text") {
    const std::string id = reader.String("id");
    (*texts)[id] = reader.String("text");
  } else {
    cassette->calls.push_back(ReadCall(&reader, *texts));
  }
  reader.Finish();
}

}  // namespace

Cassette Cassette::Read(const std::filesystem::path& file, bool drop_torn_end) {
  const std::string bytes = ReadFile(file);
  Cassette cassette;
  Texts texts;
  std::size_t start = 0;
  int number = 1;
  for (; start < bytes.size(); ++number) {
    const std::size_t end = bytes.find('\n', start);
    const std::string where = file.string() + ":" + std::to_string(number);
    if (end == std::string::npos) {
      if (drop_torn_end) break;
      throw ConfigError("", "a line without an end", "a whole cassette").In(where);
    }
    try {
      const std::string_view line(bytes.data() + start, end - start);
      ReadLine(ParseJson(line), number == 1, &texts, &cassette);
    } catch (const ConfigError& error) {
      throw error.In(where);
    }
    start = end + 1;
  }
  if (number == 1) {
    throw ConfigError("", "an empty file", "a cassette").In(file.string());
  }
  return cassette;
}

CassetteWriter::CassetteWriter(const std::filesystem::path& file, const Cassette& kept,
                               Redactor redactor)
    : file_(file), redactor_(std::move(redactor)) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  const std::string lock_name = file.string() + ".lock";
  lock_ = open(lock_name.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (lock_ < 0) throw std::runtime_error("cannot write " + lock_name);
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    close(lock_);
    throw std::runtime_error(file.string() +
                             ": another cell is recording here; give each tuner with its own "
                             "options a cassette path of its own");
  }
  std::string bytes = DumpLine(Json{{"type", "cassette"},
                                    {"schema", kSchema},
                                    {"provider", kept.provider},
                                    {"asked", kept.asked},
                                    {"options", kept.options}}) +
                      "\n";
  for (const RecordedCall& call : kept.calls) bytes += CallLines(call);
  WriteFileAtomically(file, bytes);
  out_.open(file, std::ios::binary | std::ios::app);
}

CassetteWriter::~CassetteWriter() {
  out_.close();
  // The lock file goes first by name: who opens it anew locks a file of its own.
  std::error_code ignored;
  std::filesystem::remove(file_.string() + ".lock", ignored);
  close(lock_);
}

void CassetteWriter::Append(const RecordedCall& call) {
  out_ << CallLines(call) << std::flush;
  if (!out_) throw std::runtime_error("cannot write " + file_.string());
}

std::string CassetteWriter::Text(const std::string& text, std::string* lines) {
  const std::string clean = redactor_.Redact(text);
  std::string id = Sha256Hex(clean).substr(0, 12);
  if (!written_[id]) {
    *lines += DumpLine(Json{{"type", "text"}, {"id", id}, {"text", clean}}) + "\n";
    written_[id] = true;
  }
  return id;
}

std::string CassetteWriter::CallLines(const RecordedCall& call) {
  std::string lines;
  Json json;
  json["type"] = "call";
  json["key"] = call.key;
  json["sample"] = call.sample;
  json["role"] = ToString(call.role);
  json["round"] = call.round;
  json["attempt"] = call.attempt;
  json["schema_name"] = call.schema_name;
  json["schema"] = Text(call.schema, &lines);
  json["max_output_tokens"] = call.max_output_tokens;
  json["messages"] = Json::array();
  for (const ChatMessage& message : call.messages) {
    json["messages"].push_back({{"role", message.role}, {"text", Text(message.text, &lines)}});
  }
  json["reply"] = ReplyJson(call.reply, redactor_);
  return lines + DumpLine(json) + "\n";
}

}  // namespace rectune::agents
