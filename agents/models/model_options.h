// SPDX-License-Identifier: Apache-2.0
//
// ModelOptions: which model an agent asks, as a spec says it, and the factory. Checked before
// anything runs, the key's environment variable included; the key itself is never part of a spec.
//
//   {"kind": "synthetic", "prior_quality": 0.8}                       the default, a stand-in
//   {"kind": "openai", "base_url": "http://127.0.0.1:8080/v1", "model": "smollm2"}
//   {"kind": "openai", "model": "...", "api_key_env": "OPENAI_API_KEY"}
//   {"kind": "gemini", "model": "...", "cassette": {"path": "cassettes/feed", "mode": "record"}}
//
//   ModelOptions options = ModelOptionsFromJson(json, "/options/model");
//   std::unique_ptr<ChatModel> model = MakeModel(options, {"agent", task.seed, json});
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "agents/models/cassette_model.h"
#include "agents/models/network_model.h"
#include "agents/models/price_table.h"
#include "agents/synthetic/synthetic_options.h"

namespace rectune::agents {

enum class ModelKind { kSynthetic, kOpenAi, kGemini };

struct CassetteOptions {
  std::filesystem::path path;  // a folder; one file a tuner and seed
  CassetteMode mode = CassetteMode::kStrict;
};

struct ModelOptions {
  ModelKind kind = ModelKind::kSynthetic;
  SyntheticOptions synthetic;
  NetworkOptions network;
  std::string api_key;  // read from the environment; empty for none
  std::optional<PriceTable> prices;
  std::optional<CassetteOptions> cassette;

  ModelIdentity identity() const;
};

/// ConfigError below `path` for unknown keys, values out of range, an address that would send a key
/// in the clear, or an environment variable that is not set (unless a strict cassette needs none).
ModelOptions ModelOptionsFromJson(const Json& json, const std::string& path);

/// The model asked under a tuner's checked options, without looking at keys: "" when synthetic.
std::string ModelAsked(const Json& tuner_options);

/// Whose model it is: names the cassette's file and addresses the jitter of retries.
struct ModelOwner {
  std::string tuner;
  std::uint64_t seed = 0;
  Json options = Json::object();  // the tuner's, as the spec has them
};

/// `wait` is what a retry waits with.
std::unique_ptr<ChatModel> MakeModel(const ModelOptions& options, const ModelOwner& owner,
                                     NetworkModel::Wait wait = SleepFor);

}  // namespace rectune::agents
