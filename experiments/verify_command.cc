// SPDX-License-Identifier: Apache-2.0
//
// The command that holds our tuners against published figures: verify-tuners.
#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/tables.h"
#include "experiments/text_grid.h"
#include "experiments/tuner_checks.h"

namespace rectune::experiments {
namespace {

struct NotRun {
  std::string name;
  std::string reason;
};

std::string BandText(const CheckResult& result) {
  return "[" + Short(result.low) + ", " + Short(result.high) + "]";
}

Json ResultsJson(const std::vector<CheckResult>& results) {
  Json json = Json::array();
  for (const CheckResult& result : results) {
    json.push_back({{"name", result.name},
                    {"value", NumberToJson(result.value)},
                    {"low", NumberToJson(result.low)},
                    {"high", NumberToJson(result.high)},
                    {"pass", result.pass()},
                    {"source", result.source}});
  }
  return json;
}

Table ResultsTable(const std::vector<CheckResult>& results, const std::vector<NotRun>& not_run) {
  Table table{.caption = "Tuners against published figures",
              .columns = {{.header = "Check"},
                          {.header = "Measured", .numeric = true},
                          {.header = "Band", .numeric = true},
                          {.header = "Verdict"},
                          {.header = "Band from"}}};
  for (const CheckResult& result : results) {
    table.rows.push_back({.cells = {{.text = result.name},
                                    {.text = Short(result.value)},
                                    {.text = BandText(result)},
                                    {.text = result.pass() ? "pass" : "FAIL"},
                                    {.text = result.source}}});
  }
  for (const NotRun& check : not_run) {
    table.rows.push_back(
        {.cells = {{.text = check.name}, {}, {}, {.text = "not run"}, {.text = check.reason}}});
  }
  return table;
}

void Tell(const CheckResult& result, Console& console) {
  console.talk << (result.pass() ? "pass  " : "FAIL  ") << result.name << ": "
               << Short(result.value) << " in " << BandText(result) << std::endl;
}

/// The results in the checks' order, whatever the number of threads, each told as soon as those
/// before it are. Fewer than there are checks if the console asked to stop.
std::vector<CheckResult> MeasureAll(const std::vector<const TunerCheck*>& checks,
                                    const VerifyArguments& arguments, const Workbench& workbench,
                                    Console& console) {
  std::mutex mutex;  // guards all that follows, and the console
  std::size_t next = 0;
  std::size_t told = 0;
  std::vector<std::optional<CheckResult>> done(checks.size());
  std::exception_ptr failure;
  const auto work = [&] {
    for (std::unique_lock lock(mutex);;) {
      if (next == checks.size() || failure || console.should_stop()) return;
      const std::size_t mine = next++;
      lock.unlock();
      std::optional<CheckResult> result;
      std::exception_ptr error;
      try {
        result = checks[mine]->measure(workbench.tuners, arguments.quick);
      } catch (...) {
        error = std::current_exception();  // rethrown below
      }
      lock.lock();
      if (error) failure = error;
      done[mine] = std::move(result);
      for (; told < done.size() && done[told]; ++told) Tell(*done[told], console);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < arguments.jobs; ++i) threads.emplace_back(work);
  }
  if (failure) std::rethrow_exception(failure);
  std::vector<CheckResult> results;
  for (std::size_t i = 0; i < told; ++i) results.push_back(std::move(*done[i]));
  return results;
}

}  // namespace

int VerifyTunersCommand(const VerifyArguments& arguments, const std::vector<TunerCheck>& checks,
                        const Workbench& workbench, Console& console) {
  std::vector<const TunerCheck*> chosen;
  for (const TunerCheck& check : checks) {
    if (check.name.find(arguments.only) != std::string::npos) chosen.push_back(&check);
  }
  if (chosen.empty()) {
    throw ConfigError("--only", arguments.only, "part of a check's name, such as \"Hartmann-6\"");
  }
  std::vector<const TunerCheck*> runnable;
  std::vector<NotRun> not_run;
  for (const TunerCheck* check : chosen) {
    if (!IsRunnable(*check, workbench.tuners)) {
      not_run.push_back({check->name, "no such tuner here"});
    } else if (arguments.quick && check->full_only) {
      not_run.push_back({check->name, "only without --quick"});
    } else {
      runnable.push_back(check);
    }
  }
  const std::vector<CheckResult> results = MeasureAll(runnable, arguments, workbench, console);
  if (results.size() < runnable.size()) return kExitStopped;
  const auto failed = static_cast<std::size_t>(std::count_if(
      results.begin(), results.end(), [](const CheckResult& result) { return !result.pass(); }));
  for (const NotRun& check : not_run) {
    console.talk << "not run (" << check.reason << "): " << check.name << '\n';
  }
  if (arguments.as_json) {
    console.out << DumpPretty(ResultsJson(results));
  } else {
    const Table table = ResultsTable(results, not_run);
    console.out << (arguments.as_markdown ? ToMarkdown(table) : ToPlainText(table)) << '\n'
                << results.size() - failed << " of " << results.size() << " checks pass, "
                << not_run.size() << " did not run.\n";
  }
  if (results.empty()) {
    console.talk << "rectune: no check ran, so nothing is verified\n";
    return kExitFailed;
  }
  return failed == 0 ? kExitDone : kExitFailed;
}

}  // namespace rectune::experiments
