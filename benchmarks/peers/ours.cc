// SPDX-License-Identifier: Apache-2.0
//
// Our side of the comparison with other libraries (benchmarks/peers/README.md): runs tuners on the
// textbook functions one arm at a time and writes one JSON line a run, with the start, the best
// true value and the processor time of every suggestion.
//
//   rectune_peers --tuners tpe,cma_es --problems branin,hartmann6 --seeds 5 > ours.jsonl
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "baselines/function_task.h"
#include "baselines/table.h"
#include "baselines/test_functions.h"
#include "core/config_error.h"

namespace rectune::baselines {
namespace {

struct Problem {
  std::string name;
  TestFunction function;
  int evaluations;  // the start's included
  double noise;
};

const std::vector<Problem>& Problems() {
  static const std::vector<Problem> problems{{"branin", Branin(), 30, 0.0},
                                             {"hartmann6", Hartmann6(), 60, 0.0},
                                             {"hartmann6_noisy", Hartmann6(), 60, 0.25},
                                             {"ackley20", Ackley(20), 60, 0.0}};
  return problems;
}

/// Passes everything on, and times what a user of the library waits for: the answers of the last
/// round and the next proposals.
class Stopwatch : public Tuner {
 public:
  explicit Stopwatch(std::unique_ptr<Tuner> inner)
      : Tuner(inner->name(), inner->task()), inner_(std::move(inner)) {}

  const std::vector<double>& milliseconds() const { return milliseconds_; }

 private:
  std::vector<Proposal> DoPropose(int arms) override {
    const std::clock_t before = std::clock();
    std::vector<Proposal> proposals = inner_->Propose(arms);
    Stop(before);
    milliseconds_.push_back(waiting_);
    waiting_ = 0.0;
    return proposals;
  }
  void DoObserve(std::span<const Trial> trials) override {
    const std::clock_t before = std::clock();
    inner_->Observe(trials);
    Stop(before);
  }
  Configuration DoRecommend() const override { return inner_->Recommend(); }

  void Stop(std::clock_t before) {
    waiting_ += 1e3 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  }

  std::unique_ptr<Tuner> inner_;
  double waiting_ = 0.0;
  std::vector<double> milliseconds_;
};

Json Run(const TunerEntry& entry, const Problem& problem, int seed) {
  const auto key = static_cast<std::uint64_t>(seed);
  const Point start = RandomStart(problem.function, key);
  const TestProblem wrapped = AsProblem(problem.function);
  const TuningTask task =
      MakeFunctionTask(problem.function, start, key, /*arms=*/1, problem.evaluations - 1);
  Stopwatch tuner(entry.make(task, Json::object(), "", {}));
  const std::vector<double> noise =
      problem.noise > 0.0 ? std::vector<double>{problem.noise} : std::vector<double>{};
  const FunctionRun run = RunFunction(tuner, wrapped, problem.evaluations, noise);
  return {{"library", "rectune"},
          {"method", entry.name},
          {"problem", problem.name},
          {"evaluations", problem.evaluations},
          {"noise", problem.noise},
          {"seed", seed},
          {"start", start},
          {"start_value", problem.function.value(start)},
          {"minimum", problem.function.minimum},
          {"best", run.BestFeasible()},
          {"truth_of_best_observed", run.TruthOfBestObserved()},
          {"truth_of_recommended", run.recommended.objectives.front()},
          {"suggest_ms", tuner.milliseconds()}};
}

int Main(int argc, char** argv) {
  CLI::App app("Our side of benchmarks/peers: one JSON line a run.", "rectune_peers");
  std::vector<std::string> tuners{"random", "tpe", "cma_es", "smac", "auto"};
  std::vector<std::string> problems;
  int seeds = 5;
  app.add_option("--tuners", tuners, "Names from `rectune list`")->delimiter(',');
  app.add_option("--problems", problems, "Default: all")->delimiter(',');
  app.add_option("--seeds", seeds, "Runs seeds 1 to this")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  for (const std::string& name : tuners) {
    const TunerEntry* entry = FindTuner(BaselineTable(), name);
    if (entry == nullptr) throw ConfigError("--tuners", name, "a tuner of the baseline table");
    for (const Problem& problem : Problems()) {
      const bool is_wanted = problems.empty() || std::find(problems.begin(), problems.end(),
                                                           problem.name) != problems.end();
      for (int seed = 1; is_wanted && seed <= seeds; ++seed) {
        std::cout << DumpLine(Run(*entry, problem, seed)) << std::endl;
      }
    }
  }
  return 0;
}

}  // namespace
}  // namespace rectune::baselines

int main(int argc, char** argv) {
  try {
    return rectune::baselines::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "rectune_peers: " << error.what() << '\n';
    return 2;
  }
}
