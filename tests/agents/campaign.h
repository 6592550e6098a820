// SPDX-License-Identifier: Apache-2.0
//
// Playing toy campaigns with entries of the agent table.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "agents/table.h"
#include "tests/support/toy_task.h"

namespace rectune::agents::testing {

inline constexpr double kNoise = 0.3;

inline std::unique_ptr<Tuner> Make(const std::string& name, const TuningTask& task,
                                   const std::string& options = "{}", const TunerHome& home = {}) {
  const TunerEntry* entry = FindTuner(AgentTable(), name);
  REQUIRE(entry != nullptr);
  return entry->make(task, ParseJson(options), "", home);
}

inline std::vector<Trial> Production(const TuningTask& task) {
  return {ProductionTrial(*task.space, *task.metrics)};
}

/// Plays rounds [from, to] and returns the proposals as JSON text.
inline std::string Play(Tuner* tuner, int from, int to) {
  const TuningTask& task = tuner->task();
  std::string log;
  for (int round = from; round <= to; ++round) {
    const std::vector<Proposal> proposals = tuner->Propose(task.arms_per_round);
    const std::int64_t first_id = 1 + (round - 1) * task.arms_per_round;
    const std::vector<Trial> trials =
        test_support::RunToyRound(task, round, proposals, kNoise, first_id);
    for (const Trial& trial : trials) {
      log += DumpLine(ToJson(trial, *task.space, *task.metrics)) + "\n";
    }
    tuner->Observe(trials);
  }
  return log;
}

/// History and state as they would come back from disk.
inline std::vector<Trial> Reread(const TuningTask& task, const std::vector<Trial>& history) {
  std::vector<Trial> again;
  for (const Trial& trial : history) {
    const std::string line = DumpLine(ToJson(trial, *task.space, *task.metrics));
    again.push_back(TrialFromJson(ParseJson(line), *task.space, *task.metrics, ""));
  }
  return again;
}

}  // namespace rectune::agents::testing
