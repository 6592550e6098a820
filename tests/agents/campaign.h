// SPDX-License-Identifier: Apache-2.0
//
// Playing toy campaigns with entries of the agent table.
#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "agents/hybrid_tuner.h"
#include "agents/table.h"
#include "core/random_stream.h"
#include "tests/support/toy_task.h"

namespace rectune::agents::testing {

inline constexpr double kNoise = 0.3;

/// Uniform in the unit cube: half of a hybrid, and a yardstick.
class RandomTuner : public Tuner {
 public:
  explicit RandomTuner(TuningTask task) : Tuner("random", std::move(task)) {}

 private:
  std::vector<Proposal> DoPropose(int arms) override {
    std::vector<Proposal> proposals(static_cast<std::size_t>(arms));
    for (std::size_t i = 0; i < proposals.size(); ++i) {
      RandomStream stream(task().seed, Purpose::kTest,
                          static_cast<std::uint64_t>(proposed_rounds()) + 100, i);
      std::vector<double> unit(task().space->dimension());
      for (double& u : unit) u = stream.Uniform();
      proposals[i].configuration = task().space->Decode(unit);
      proposals[i].source = "random";
    }
    return proposals;
  }
};

/// Every agent tuner there is, the hybrid over random search.
inline const std::vector<TunerEntry>& TestedTable() {
  static const std::vector<TunerEntry> table = [] {
    std::vector<TunerEntry> entries = AgentTable();
    TunerEntry random;
    random.name = "random";
    random.make = [](const TuningTask& task, const Json&, const std::string&, const TunerHome&) {
      return std::make_unique<RandomTuner>(task);
    };
    entries.push_back(HybridEntry({random}));
    return entries;
  }();
  return table;
}

/// An offline proxy that sees only how far a configuration is from production.
inline Measurement NearIsBetter(const TuningTask& task, const Configuration& configuration) {
  const std::vector<double> production = task.space->Encode(task.space->Production());
  const std::vector<double> unit = task.space->Encode(configuration);
  Measurement estimate;
  estimate.readings.resize(task.metrics->size());
  for (std::size_t j = 0; j < unit.size(); ++j) {
    estimate.readings[0].lift -= std::abs(unit[j] - production[j]);
  }
  return estimate;
}

inline std::unique_ptr<Tuner> Make(const std::string& name, const TuningTask& task,
                                   const std::string& options = "{}", TunerHome home = {}) {
  const TunerEntry* entry = FindTuner(TestedTable(), name);
  REQUIRE(entry != nullptr);
  if (!home.proxy) {
    home.proxy = [task](const Configuration& configuration, double) {
      return NearIsBetter(task, configuration);
    };
  }
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
