// SPDX-License-Identifier: Apache-2.0
//
// What an AgentTuner remembers beyond the history: saved as JSON, restored exactly.
#include <limits>

#include "agents/agent_tuner.h"
#include "agents/derived_file.h"
#include "agents/otlp.h"
#include "core/config_error.h"
#include "core/object_reader.h"

namespace rectune::agents {

Json AgentTuner::DoSave() const {
  Json state;
  state["ledger"] = ledger_.ToJson();
  state["memory"] = memory_.ToJson(*task().space);
  state["patterns"] = Json::array();
  for (const Pattern& pattern : patterns_) state["patterns"].push_back(ToJson(pattern));
  state["failures"] = Json::array();
  for (const FailureDirection& failure : failures_) state["failures"].push_back(ToJson(failure));
  state["elites"] = EvidenceToJson(elites_);
  state["skill"] = skill_agent_ == nullptr ? Json(nullptr) : skill_agent_->ToJson();
  state["readouts_in_round"] = readouts_in_round_;
  if (options_.proxy) state["proxy_evaluations"] = proxy_evaluations_;
  state["transcript"] = transcript_.ToJson();
  return state;
}

void AgentTuner::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  ledger_ = Ledger::FromJson(reader.Value("ledger"), "/ledger");
  ledger_.SetPrices(options_.model.prices);
  memory_ = AgentMemory::FromJson(reader.Value("memory"), "/memory", *task().space, history());
  patterns_.clear();
  reader.ForEach("patterns", [&](const Json& pattern, const std::string& path) {
    patterns_.push_back(PatternFromJson(pattern, path));
  });
  failures_.clear();
  reader.ForEach("failures", [&](const Json& failure, const std::string& path) {
    failures_.push_back(FailureDirectionFromJson(failure, path));
  });
  elites_ = EvidenceFromJson(reader.Value("elites"), "/elites");
  for (std::int64_t id : elites_) {
    if (FindTrial(history(), id) == nullptr) {
      throw ConfigError("/elites", std::to_string(id), "the id of a trial in the history");
    }
  }
  const Json& skill = reader.Value("skill");
  if (skill.is_null() != (skill_agent_ == nullptr)) {
    throw ConfigError("/skill", skill.is_null() ? "null" : "a skill",
                      skill_agent_ == nullptr ? "null: the Skillhub is off" : "a skill");
  }
  if (skill_agent_ != nullptr) {
    skill_agent_->Restore(skill, "/skill");
  }
  readouts_in_round_ = static_cast<int>(reader.Integer("readouts_in_round", {0, 1000000}));
  if (options_.proxy) {
    proxy_evaluations_ =
        static_cast<int>(reader.Integer("proxy_evaluations", {0, std::numeric_limits<int>::max()}));
  }
  transcript_.Restore(reader.Value("transcript"), "/transcript");
  reader.Finish();
  WriteDerivedFiles();
}

void AgentTuner::WriteDerivedFiles() const {
  if (home_.directory.empty()) return;
  if (skill_agent_ != nullptr) skill_agent_->WriteTo(home_.directory / "skills");
  Json records = Json::array();
  for (const MemoryItem& item : memory_.items()) {
    records.push_back(AgentMemory::RecordJson(item, task(), history()));
  }
  WriteDerivedFile(home_.directory / "memory.json", DumpPretty(records));
  WriteDerivedFile(
      home_.directory / "traces.otlp.jsonl",
      OtlpLines(ledger_, {name(), task().scenario, task().task, task().seed, model_->provider(),
                          options_.max_output_tokens, options_.model.network.temperature}));
}

}  // namespace rectune::agents
