// SPDX-License-Identifier: Apache-2.0
//
// RunData: a finished (or half-finished) run folder as plain structs, for the report, the SQLite
// index and the final table. Read from the journals, which are the truth; never written back. Not
// the runner's own state (experiments/cell.h), and nothing here is ever shown to a tuner.
//
//   RunData run = LoadRun("runs/quickstart");
//   for (const CellData& cell : run.cells)
//     for (const RoundData& round : cell.rounds) Plot(cell.label, round.round, round.regret);
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/configuration.h"
#include "core/json.h"
#include "core/measurement.h"
#include "core/metric.h"
#include "core/objective.h"
#include "core/parameter_space.h"
#include "core/trial.h"

namespace rectune::experiments {

/// Noise-free standing of one configuration on the evaluation panel.
struct TrueScore {
  double value = 0.0;      // objective value, percent over production
  double violation = 0.0;  // percent past the guardrails, 0 when all hold
};

/// One round of one cell. Round 0 does not appear: it is production for every tuner.
struct RoundData {
  int round = 0;                     // from 1
  std::size_t phase = 0;             // what held in it: TaskData
  std::vector<Trial> trials;         // in arm order
  Configuration recommendation;      // what the tuner would launch after this round
  Measurement truth;                 // noise-free lifts of the recommendation
  TrueScore true_score;              // of the recommendation
  std::optional<double> regret;      // NormalisedRegret(true_score, the phase's reference), if
                                     // every phase has one
  std::vector<TrueScore> arm_truth;  // noise-free score of each trial on the panel it was shown to;
                                     // an invalid arm's slot served production: {0, 0}
  Json ledger;                       // tokens, calls, money so far; null for most tuners
  std::optional<double> suggest_seconds;  // wall time of Propose, from timing.jsonl
};

/// One tuner with one seed.
struct CellData {
  std::string id;              // folder name under cells/
  std::filesystem::path home;  // what the tuner left for people: transcripts, skills; may not exist
  std::string label;           // unique per tuner entry of the spec; what tables and legends show
  std::string tuner;           // the table's name, e.g. "tpe"
  Json options;                // as the spec gave them, {} by default
  bool is_agent = false;
  bool is_stand_in = false;  // synthetic model: every table and legend must say so
  std::string model_asked;   // the language model of an agent; "" for a stand-in or none
  std::uint64_t seed = 0;
  std::vector<RoundData> rounds;  // ascending from 1, without gaps
  bool complete = false;          // the journal ends in its "done" line
};

/// The frozen optimum that regret is measured against.
struct ReferenceData {
  Configuration optimum;
  double value = 0.0;         // objective value on the evaluation panel, percent over production
  double violation = 0.0;     // there; an optimum on a guardrail may be past it on another panel
  double oracle_value = 0.0;  // on the oracle panel, where it was searched
  std::string provenance;
};

/// What happened while the study ran.
struct EventData {
  int round = 1;  // the first that it touched
  std::string kind;
  bool announced = false;  // to tuners
  std::string description;
};

/// A phase after the first: what held in its rounds.
struct PhaseData {
  std::string label;
  int first_round = 1;
  Objective objective;
  std::optional<ReferenceData> reference;
};

/// What was tuned. From task.json in the run folder: no simulator is needed to read a run.
struct TaskData {
  std::string scenario;
  std::string task;
  std::string size;
  std::string description;
  std::shared_ptr<const ParameterSpace> space;
  std::shared_ptr<const MetricCatalogue> metrics;
  Objective objective;  // of phase 0
  int horizon_days = 0;
  Measurement production;  // levels of production in phase 0, noise-free; lifts are 0
  std::optional<ReferenceData> reference;    // of phase 0; absent: report raw values and say so
  std::vector<std::string> biases = {};      // of experiments, a sentence each; none: unbiased
  std::vector<EventData> events = {};        // in the order of their rounds
  std::string label = "start";               // of phase 0
  std::vector<PhaseData> later_phases = {};  // 1 and on; none: the world stood still

  std::size_t phases() const { return 1 + later_phases.size(); }
  const std::string& LabelOf(std::size_t phase) const;
  const Objective& ObjectiveOf(std::size_t phase) const;
  const std::optional<ReferenceData>& ReferenceOf(std::size_t phase) const;
  /// Regret needs an optimum in every phase.
  bool has_references() const;
};

struct RunData {
  std::filesystem::path directory;
  Json manifest;  // program, commit, compiler, host, argv: see experiments/README.md
  std::string name;
  std::string description;
  TaskData task;
  int rounds = 0;
  int arms_per_round = 0;
  double users_per_arm = 0.0;
  std::vector<std::uint64_t> seeds;  // in spec order
  std::vector<std::string> labels;   // in spec order; the order of every table and legend
  std::vector<CellData> cells;       // label by label, seeds in order; only cells that were begun
  bool complete = false;             // every cell of the spec is there and complete
};

/// (f* - f(recommendation)) / (f* - f(production)), with f(production) = 0 by definition of a lift.
/// A recommendation that breaks a guardrail counts as production's regret or worse:
/// max(1, regret). Broken contract unless f* > 0.
double NormalisedRegret(const TrueScore& score, double reference_value);

/// task.json of a run folder; a ConfigError located in it when it cannot be read.
TaskData ReadTask(const std::filesystem::path& file);

/// Reads manifest, task and every journal. A torn tail is ignored (and left in place); a damaged
/// line elsewhere throws std::runtime_error with file and line number; a folder that is no run
/// folder is a ConfigError.
RunData LoadRun(const std::filesystem::path& directory);

}  // namespace rectune::experiments
