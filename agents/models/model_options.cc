// SPDX-License-Identifier: Apache-2.0
#include "agents/models/model_options.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "agents/models/gemini_model.h"
#include "agents/models/openai_compatible_model.h"
#include "agents/synthetic/synthetic_model.h"
#include "core/check.h"

namespace rectune::agents {
namespace {

constexpr char kOpenAiUrl[] = "https://api.openai.com/v1";
constexpr char kGeminiUrl[] = "https://generativelanguage.googleapis.com";

std::string Quoted(const std::string& text) { return Json(text).dump(); }

bool OnlyHolds(const std::string& text, std::string_view punctuation) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           punctuation.find(c) != std::string_view::npos;
  });
}

std::string ReadBaseUrl(ObjectReader* reader, const std::string& fallback) {
  std::string url = reader->StringOr("base_url", fallback);
  const bool scheme = url.rfind("https://", 0) == 0 || url.rfind("http://", 0) == 0;
  // '@' would carry a password, '?' and '#' a key: neither belongs in a spec.
  if (!scheme || HostOf(url).empty() || !OnlyHolds(url, ":/.-_~[]%")) {
    throw ConfigError(reader->PathOf("base_url"), Quoted(url),
                      "an address such as http://127.0.0.1:8080/v1, without user name, query or "
                      "fragment");
  }
  while (url.back() == '/') url.pop_back();
  return url;
}

std::string ReadModelName(ObjectReader* reader, std::string_view punctuation) {
  std::string name = reader->String("model");
  if (name.empty() || name.size() > 200 || !OnlyHolds(name, punctuation) ||
      name.find("..") != std::string::npos) {
    throw ConfigError(reader->PathOf("model"), Quoted(name),
                      "a model's name of letters, digits and " + std::string(punctuation));
  }
  return name;
}

std::string ReadKey(const ObjectReader& reader, const NetworkOptions& network) {
  const std::string& name = network.api_key_env;
  const std::string path = reader.PathOf("api_key_env");
  const bool starts_with_digit = name[0] >= '0' && name[0] <= '9';
  if (!OnlyHolds(name, "_") || starts_with_digit) {
    // Not quoted: a key pasted in the wrong place must not reach the terminal.
    throw ConfigError(path, "text that names no variable (not shown, it may be a key)",
                      "the name of an environment variable, such as OPENAI_API_KEY");
  }
  if (network.base_url.rfind("https://", 0) != 0 && !IsLoopback(HostOf(network.base_url))) {
    throw ConfigError(reader.PathOf("base_url"), Quoted(network.base_url),
                      "https: " + name + " would travel in the clear");
  }
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    throw ConfigError(path, Quoted(name),
                      "an environment variable that holds the key; " + name + " is not set");
  }
  std::string key = value;
  if (!std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; })) {
    throw ConfigError(
        path, Quoted(name),
        "a key of printable characters without spaces; the value of " + name + " is none");
  }
  return key;
}

CassetteOptions ReadCassette(ObjectReader reader) {
  CassetteOptions cassette;
  cassette.path = reader.String("path");
  const std::string mode = reader.OneOf("mode", {"record", "auto", "replay", "strict"});
  cassette.mode = mode == "record"   ? CassetteMode::kRecord
                  : mode == "auto"   ? CassetteMode::kAuto
                  : mode == "replay" ? CassetteMode::kReplay
                                     : CassetteMode::kStrict;
  if (cassette.mode == CassetteMode::kStrict && !std::filesystem::is_directory(cassette.path)) {
    throw ConfigError(reader.PathOf("path"), Quoted(cassette.path.string()),
                      "a folder of recorded cassettes");
  }
  reader.Finish();
  return cassette;
}

void ReadExtra(ObjectReader* reader, NetworkOptions* network) {
  if (!reader->Has("extra")) return;
  network->extra = reader->Value("extra");
  if (!network->extra.is_object()) {
    throw ConfigError(reader->PathOf("extra"), network->extra.dump(), "an object");
  }
  // What the ledger and the labels report must be what was sent.
  for (const char* taken :
       {"model", "messages", "contents", "systemInstruction", "generationConfig", "response_format",
        "stream", "max_tokens", "max_completion_tokens", "n"}) {
    if (network->extra.contains(taken)) {
      throw ConfigError(reader->PathOf("extra") + "/" + taken, "a member RecTune sets",
                        "members that RecTune does not set itself");
    }
  }
}

void ReadNetwork(ObjectReader* reader, ModelKind kind, ModelOptions* options) {
  NetworkOptions& network = options->network;
  const bool is_openai = kind == ModelKind::kOpenAi;
  const bool is_default = !reader->Has("base_url");
  network.base_url = ReadBaseUrl(reader, is_openai ? kOpenAiUrl : kGeminiUrl);
  network.model = ReadModelName(reader, is_openai ? "._:/-" : "._-");
  const char* default_env = is_openai ? "OPENAI_API_KEY" : "GEMINI_API_KEY";
  network.api_key_env = reader->StringOr("api_key_env", is_default ? default_env : "");
  network.http.total_seconds = reader->NumberOr("timeout_seconds", 600.0, {0.001, 7200.0});
  network.http.connect_seconds = reader->NumberOr("connect_timeout_seconds", 10.0, {0.001, 600.0});
  network.http.max_body_bytes =
      static_cast<std::size_t>(reader->IntegerOr("max_body_bytes", 8 << 20, {1024, 64 << 20}));
  network.retry.max_retries = static_cast<int>(reader->IntegerOr("max_retries", 2, {0, 10}));
  if (reader->Has("structured_output")) {
    const std::string name =
        reader->OneOf("structured_output", {"json_schema", "json_object", "none"});
    network.structured_output = name == "json_schema"   ? StructuredOutput::kJsonSchema
                                : name == "json_object" ? StructuredOutput::kJsonObject
                                                        : StructuredOutput::kNone;
  }
  if (reader->Has("temperature")) network.temperature = reader->Number("temperature", {0.0, 2.0});
  if (reader->Has("seed")) network.seed = reader->Integer("seed", {0, 2147483647});
  network.schema_text_limit =
      static_cast<int>(reader->IntegerOr("schema_text_limit", 0, {0, 2000}));
  network.schema_list_limit =
      static_cast<int>(reader->IntegerOr("schema_list_limit", 0, {0, 1000}));
  if (is_openai) {
    if (reader->Has("reasoning_effort")) {
      network.reasoning_effort = reader->OneOf(
          "reasoning_effort", {"none", "minimal", "low", "medium", "high", "xhigh", "max"});
    }
    network.token_limit_key =
        reader->Has("token_limit_key")
            ? reader->OneOf("token_limit_key", {"max_completion_tokens", "max_tokens"})
            : "max_completion_tokens";
  }
  ReadExtra(reader, &network);
  if (reader->Has("prices")) {
    options->prices = PriceTableFromJson(reader->Value("prices"), reader->PathOf("prices"));
  }
}

}  // namespace

ModelIdentity ModelOptions::identity() const {
  switch (kind) {
    case ModelKind::kSynthetic:
      return {"rectune", "synthetic", true};
    case ModelKind::kOpenAi:
      return {"openai", network.model, false};
    case ModelKind::kGemini:
      return {"gcp.gemini", network.model, false};
  }
  return {};
}

ModelOptions ModelOptionsFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  ModelOptions options;
  const std::string kind =
      reader.Has("kind") ? reader.OneOf("kind", {"synthetic", "openai", "gemini"}) : "synthetic";
  for (const char* name : {"api_key", "key", "token"}) {
    if (!reader.Has(name)) continue;
    throw ConfigError(reader.PathOf(name), "a key (not shown)",
                      "no key in a spec: put it in an environment variable and its name in "
                      "api_key_env");
  }
  if (reader.Has("cassette")) options.cassette = ReadCassette(reader.Object("cassette"));
  if (kind == "synthetic") {
    Json knobs = json;
    knobs.erase("kind");
    knobs.erase("cassette");
    options.synthetic = SyntheticOptionsFromJson(knobs, path);
    return options;
  }
  options.kind = kind == "openai" ? ModelKind::kOpenAi : ModelKind::kGemini;
  ReadNetwork(&reader, options.kind, &options);
  reader.Finish();
  const bool asks_nobody = options.cassette && options.cassette->mode == CassetteMode::kStrict;
  if (!options.network.api_key_env.empty() && !asks_nobody) {
    options.api_key = ReadKey(reader, options.network);
  }
  return options;
}

std::string ModelAsked(const Json& tuner_options) {
  const Json model = tuner_options.value("model", Json::object());
  return model.value("kind", "synthetic") == "synthetic" ? "" : model.value("model", "");
}

std::unique_ptr<ChatModel> MakeModel(const ModelOptions& options, const ModelOwner& owner,
                                     NetworkModel::Wait wait) {
  std::unique_ptr<ChatModel> model;
  if (!options.cassette || options.cassette->mode != CassetteMode::kStrict) {
    switch (options.kind) {
      case ModelKind::kSynthetic:
        model = std::make_unique<SyntheticModel>(options.synthetic, owner.seed);
        break;
      case ModelKind::kOpenAi:
        model = std::make_unique<OpenAiCompatibleModel>(options.network, options.api_key,
                                                        owner.seed, std::move(wait));
        break;
      case ModelKind::kGemini:
        model = std::make_unique<GeminiModel>(options.network, options.api_key, owner.seed,
                                              std::move(wait));
        break;
    }
  }
  if (!options.cassette) return model;
  std::string seed(16, '0');
  constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < 16; ++i) seed[15 - i] = kHex[(owner.seed >> (4 * i)) & 15];
  Json recorded = owner.options;
  // Where folders lie is this machine's business; what they hold is in the recorded messages.
  recorded.erase("skill");
  recorded.erase("prompts");
  if (recorded.contains("model")) recorded["model"].erase("cassette");
  return std::make_unique<CassetteModel>(
      std::move(model), options.cassette->mode,
      options.cassette->path / (owner.tuner + "." + seed + ".jsonl"), options.identity(),
      std::move(recorded), Redactor({options.api_key}));
}

}  // namespace rectune::agents
