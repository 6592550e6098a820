// SPDX-License-Identifier: Apache-2.0
//
// The commands of `rectune`, each a function of plain arguments, so that tests can call them
// without a command line (experiments/program.cc parses one). Data goes to `Console::out`, talk to
// `Console::talk`; the result is the exit status: 0, or 1 when something failed, or 130 when a
// signal stopped it. Bad input throws ConfigError, which the program turns into status 2.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "experiments/progress.h"
#include "experiments/study_runner.h"
#include "experiments/testbed_port.h"
#include "experiments/tuner_checks.h"

namespace rectune::experiments {

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitStopped = 130;

struct Console {
  std::ostream& out;
  std::ostream& talk;
  bool talk_is_terminal = false;
  std::function<bool()> should_stop = [] { return false; };  // a signal arrived
  std::vector<std::string> command;                          // argv, for the manifest
};

struct RunArguments {
  std::filesystem::path spec;
  std::filesystem::path out;
  int jobs = 1;
  Shard shard;
  bool quiet = false;
  bool report = true;
};
int RunCommand(const RunArguments& arguments, const Workbench& workbench, Console& console);

/// As `run`, with the spec that the folder's manifest holds.
struct ResumeArguments {
  std::filesystem::path directory;
  int jobs = 1;
  bool quiet = false;
  bool report = true;
};
int ResumeCommand(const ResumeArguments& arguments, const Workbench& workbench, Console& console);

int ReportCommand(const std::filesystem::path& directory, Console& console);

/// Grades the agents of a run against the oracle, writes DIR/grade.json and prints it.
int GradeCommand(const std::filesystem::path& directory, bool as_json, const Workbench& workbench,
                 Console& console);

int ListCommand(bool as_json, const Workbench& workbench, Console& console);

/// A scenario's task at a size. Empty task: every task is named, the first is described.
struct TaskArguments {
  std::string scenario;
  std::string task;
  std::string size = "small";
  bool as_json = false;
  int phase = 0;  // of its schedule, where things happen
};
int DescribeCommand(const TaskArguments& arguments, const Workbench& workbench, Console& console);

/// `config`: a JSON file, or "production".
int EvaluateCommand(const TaskArguments& arguments, const std::string& config,
                    const Workbench& workbench, Console& console);

struct AbArguments {
  TaskArguments task;
  std::vector<std::string> configs;      // one an arm
  std::vector<std::string> before = {};  // arms of the experiment before; the scenario carries over
  std::uint64_t seed = 0;
  double users_per_arm = 0.0;  // 0: the scenario's
  bool peek = false;           // PeekedAbCommand instead
  int looks = 0;               // of it; 0: one a day
};
int AbCommand(const AbArguments& arguments, const Workbench& workbench, Console& console);
/// The same experiment read at every look, naively and with always-valid intervals.
int PeekedAbCommand(const AbArguments& arguments, const Workbench& workbench, Console& console);

struct PeekingArguments {
  TaskArguments task;
  std::uint64_t seed = 1;
  double users_per_arm = 0.0;  // 0: the scenario's
  int looks = 0;               // 0: one a day
  int experiments = 2000;
};
/// What stopping at the first significant look does to errors, power and stated lifts.
int PeekingCommand(const PeekingArguments& arguments, const Workbench& workbench, Console& console);

/// Full mode: production and `configs` on the same users, life by life.
struct SimulateArguments {
  TaskArguments task;
  std::vector<std::string> configs;
  std::uint64_t first_user = 0;
  std::uint64_t users = 10'000;
  std::uint64_t replicate = 0;
  int jobs = 1;
};
int SimulateCommand(const SimulateArguments& arguments, const Workbench& workbench,
                    Console& console);

struct OracleArguments {
  TaskArguments task;
  int evaluations = 4000;  // of each searcher
  std::uint64_t seed = 1;
  /// Share of every guardrail's room that is kept free on the oracle panel. The guardrails must
  /// hold on the evaluation panel in any case.
  double margin = 0.0;
};
/// Searches a task's optimum on the oracle panel and prints it in the form of sim/references.
int OracleCommand(const OracleArguments& arguments, const Workbench& workbench, Console& console);

/// Holds tuners against published figures. Status 1 when a check fails or none could run; checks of
/// tuners that the workbench does not have are named, and neither pass nor fail.
struct VerifyArguments {
  bool quick = false;  // fewer seeds: under a minute
  bool as_json = false;
  bool as_markdown = false;
  std::string only{};  // checks whose name contains this
  int jobs = 1;        // threads; checks are independent, so they change no figure
};
int VerifyTunersCommand(const VerifyArguments& arguments, const std::vector<TunerCheck>& checks,
                        const Workbench& workbench, Console& console);
struct FidelityArguments {
  std::string scenario;
  std::string size = "small";
  std::vector<std::string> only;  // lines by name; none: the whole card
  bool as_json = false;
};
/// Measures a scenario's fidelity card; kExitFailed when a line misses its band.
int FidelityCommand(const FidelityArguments& arguments, const Workbench& workbench,
                    Console& console);

struct SweepArguments {
  TaskArguments task;
  std::vector<std::string> parameters = {};  // a grid over all combinations of these, or
  int sample = 0;                            // this many uniform configurations
  int points = 9;                            // of a number or a curve on the grid
  std::uint64_t seed = 1;                    // of the sample
  bool as_csv = false;
};
/// Noise-free responses to plot (experiments/sweep.h).
int SweepCommand(const SweepArguments& arguments, const Workbench& workbench, Console& console);

/// Copies the cells of shards that ran the same spec in the same world into one folder.
int MergeCommand(const std::filesystem::path& out, const std::vector<std::filesystem::path>& shards,
                 const Workbench& workbench, Console& console);

/// "2/5" -> {2, 5}; ConfigError otherwise.
Shard ParseShard(const std::string& text);

}  // namespace rectune::experiments
