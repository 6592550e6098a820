// SPDX-License-Identifier: Apache-2.0
//
// Which model an agent asks: every wrong spec is refused before anything runs, and no message or
// error shows a key.
#include "agents/models/model_options.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "tests/agents/campaign.h"
#include "tests/support/temporary_directory.h"

namespace rectune::agents {
namespace {

constexpr char kVariable[] = "RECTUNE_TEST_MODEL_KEY";
constexpr char kKey[] = "sk-secret-0123456789-abcdefghij";

struct WithKey {
  WithKey() { setenv(kVariable, kKey, 1); }
  ~WithKey() { unsetenv(kVariable); }
};

ModelOptions Read(const std::string& text) {
  return ModelOptionsFromJson(ParseJson(text), "/options/model");
}

/// The path of the error; the whole message must hold no key.
std::string Refused(const std::string& text) {
  try {
    Read(text);
  } catch (const ConfigError& error) {
    CHECK_THAT(error.what(), !Catch::Contains("secret"));
    return error.path();
  }
  return "accepted";
}

TEST_CASE("The default is the synthetic stand-in, and says so") {
  const ModelOptions options = Read("{}");
  CHECK(options.kind == ModelKind::kSynthetic);
  CHECK(options.identity().is_stand_in);
  CHECK(Read(R"({"kind": "synthetic", "prior_quality": 0.3})").synthetic.prior_quality == 0.3);
  CHECK(Refused(R"({"kind": "synthetic", "base_url": "http://127.0.0.1"})") ==
        "/options/model/base_url");
}

TEST_CASE("A local server needs no key, a hosted one names its variable") {
  const ModelOptions local =
      Read(R"({"kind": "openai", "base_url": "http://127.0.0.1:8080/v1/", "model": "smollm2"})");
  CHECK(local.network.base_url == "http://127.0.0.1:8080/v1");
  CHECK(local.api_key.empty());
  CHECK_FALSE(local.identity().is_stand_in);
  CHECK(local.identity().asked == "smollm2");
  unsetenv("OPENAI_API_KEY");
  unsetenv("GEMINI_API_KEY");
  CHECK_THROWS_WITH(Read(R"({"kind": "openai", "model": "m"})"),
                    Catch::Contains("OPENAI_API_KEY is not set"));
  CHECK_THROWS_WITH(Read(R"({"kind": "gemini", "model": "m"})"),
                    Catch::Contains("GEMINI_API_KEY is not set"));
}

TEST_CASE("The key comes from the environment and must be one") {
  const std::string spec =
      std::string(R"({"kind": "openai", "model": "m", "api_key_env": ")") + kVariable + "\"}";
  CHECK(Refused(spec) == "/options/model/api_key_env");
  {
    const WithKey key;
    CHECK(Read(spec).api_key == kKey);
    // In the clear to another machine, never.
    CHECK(Refused(std::string(R"({"kind": "openai", "base_url": "http://example.com/v1",
                  "model": "m", "api_key_env": ")") +
                  kVariable + "\"}") == "/options/model/base_url");
    setenv(kVariable, "sk-secret\r\nx-evil: 1", 1);
    CHECK(Refused(spec) == "/options/model/api_key_env");
  }
  for (const char* pasted : {"api_key", "key", "token"}) {
    CHECK(Refused(std::string(R"({"kind": "openai", "model": "m", ")") + pasted + R"(": ")" + kKey +
                  "\"}") == std::string("/options/model/") + pasted);
  }
  CHECK(Refused(std::string(R"({"kind": "openai", "model": "m", "api_key_env": ")") + kKey +
                "\"}") == "/options/model/api_key_env");
}

TEST_CASE("Addresses, names and limits are checked with their path") {
  const auto with = [](const std::string& members) {
    return Refused(R"({"kind": "openai", "base_url": "http://127.0.0.1/v1", "model": "m", )" +
                   members + "}");
  };
  CHECK(with(R"("timeout_seconds": 0)") == "/options/model/timeout_seconds");
  CHECK(with(R"("max_retries": 11)") == "/options/model/max_retries");
  CHECK(with(R"("max_body_bytes": 10)") == "/options/model/max_body_bytes");
  CHECK(with(R"("structured_output": "xml")") == "/options/model/structured_output");
  CHECK(with(R"("temperature": -1)") == "/options/model/temperature");
  CHECK(with(R"("extra": {"model": "another"})") == "/options/model/extra/model");
  CHECK(with(R"("extra": 3)") == "/options/model/extra");
  CHECK(with(R"("prices": {"version": "v"})") == "/options/model/prices/currency");
  CHECK(with(R"("temprature": 1)") == "/options/model/temprature");
  CHECK(with(R"("cassette": {"path": "x", "mode": "rewind"})") == "/options/model/cassette/mode");
  CHECK(with(R"("cassette": {"path": "no/such/folder", "mode": "strict"})") ==
        "/options/model/cassette/path");
  for (const char* url : {"", "127.0.0.1:80", "ftp://h/", "http://", "http://user:pw@h/v1",
                          "http://h/v1?key=1", "http://h/ v1", "http://h/v1#x"}) {
    INFO(url);
    CHECK(Refused(std::string(R"({"kind": "openai", "model": "m", "base_url": ")") + url + "\"}") ==
          "/options/model/base_url");
  }
  for (const char* name : {"", "a b", "a?b", "../x", "a\\u0000b"}) {
    INFO(name);
    CHECK(Refused(std::string(R"({"kind": "gemini", "base_url": "http://127.0.0.1", "model": ")") +
                  name + "\"}") == "/options/model/model");
  }
  CHECK(Refused(R"({"kind": "claude"})") == "/options/model/kind");
}

TEST_CASE("A strict cassette asks nobody and needs no key") {
  const test_support::TemporaryDirectory folder;
  const ModelOptions options = Read(R"({"kind": "gemini", "model": "m", "cassette": {"path": ")" +
                                    folder.path().string() + R"(", "mode": "strict"}})");
  const std::unique_ptr<ChatModel> model = MakeModel(options, {"agent", 1, Json::object()});
  CHECK(model->name() == "m");
  CHECK(model->provider() == "gcp.gemini");
  CHECK_FALSE(model->is_stand_in());
}

TEST_CASE("The agent's own options reach the model, with the path of a mistake") {
  const TuningTask task = test_support::MakeToyTask(1, 2, 2);
  const TunerEntry* entry = FindTuner(AgentTable(), "agent");
  const auto make = [&](const std::string& text) {
    return entry->make(task, ParseJson(text), "/tuners/0/options", {});
  };
  CHECK(
      make(R"({"model": {"kind": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}})"));
  try {
    make(R"({"model": {"kind": "openai", "model": "m", "api_key_env": "RECTUNE_NO_SUCH_KEY"}})");
    FAIL("accepted");
  } catch (const ConfigError& error) {
    CHECK(error.path() == "/tuners/0/options/model/api_key_env");
    CHECK_THAT(error.what(), Catch::Contains("RECTUNE_NO_SUCH_KEY is not set"));
  }
}

}  // namespace
}  // namespace rectune::agents
