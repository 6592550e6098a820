// SPDX-License-Identifier: Apache-2.0
//
// The command that holds our tuners against published figures: verify-tuners.
#include <string>
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
  std::vector<CheckResult> results;
  std::vector<NotRun> not_run;
  std::size_t failed = 0;
  for (const TunerCheck* check : chosen) {
    if (console.should_stop()) return kExitStopped;
    if (!IsRunnable(*check, workbench.tuners)) {
      not_run.push_back({check->name, "no such tuner here"});
      continue;
    }
    if (arguments.quick && check->full_only) {
      not_run.push_back({check->name, "only without --quick"});
      continue;
    }
    results.push_back(check->measure(workbench.tuners, arguments.quick));
    const CheckResult& result = results.back();
    if (!result.pass()) ++failed;
    console.talk << (result.pass() ? "pass  " : "FAIL  ") << result.name << ": "
                 << Short(result.value) << " in " << BandText(result) << std::endl;
  }
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
