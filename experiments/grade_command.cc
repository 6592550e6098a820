// SPDX-License-Identifier: Apache-2.0
//
// `rectune grade`: an agent's words and decisions against the oracle, as tables and as grade.json.
#include <algorithm>
#include <string>
#include <vector>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/grade.h"
#include "experiments/grade_table.h"
#include "experiments/run_data.h"
#include "experiments/run_folder.h"
#include "experiments/tables.h"

namespace rectune::experiments {

int GradeCommand(const std::filesystem::path& directory, bool as_json, const Workbench& workbench,
                 Console& console) {
  const Json manifest = ReadManifest(directory);
  const Json& spec = manifest.at("spec");
  Grader grader(workbench.open(spec.at("scenario").get<std::string>(),
                               spec.at("task").get<std::string>(),
                               spec.at("size").get<std::string>()));
  if (ReadTask(directory / "task.json").phases() > 1) {
    throw ConfigError("DIR", '"' + directory.string() + '"',
                      "a run in which nothing happened: words spoken before an event and decisions "
                      "taken after it have no one optimum to be graded against");
  }
  std::vector<CellGrade> cells;
  for (const Json& tuner : spec.at("tuners")) {
    for (const Json& seed : spec.at("seeds")) {
      if (console.should_stop()) return kExitStopped;
      const std::string id = tuner.at("label").get<std::string>() + ".seed" + seed.dump();
      std::optional<CellGrade> grade = grader.Grade(directory / "cells" / id);
      if (grade) cells.push_back(std::move(*grade));
    }
  }
  if (cells.empty()) {
    throw ConfigError("DIR", '"' + directory.string() + '"',
                      "a run with at least one finished round of an agent");
  }
  const Json json{{"schema", 1},
                  {"scenario", spec.at("scenario")},
                  {"task", spec.at("task")},
                  {"size", spec.at("size")},
                  {"judged_on", "the oracle panel, noise-free"},
                  {"tuners", GradeJson(cells)}};
  WriteFileAtomically(directory / "grade.json", DumpPretty(json));
  if (as_json) {
    console.out << DumpPretty(json);
    return kExitDone;
  }
  for (const Table& table : GradeTables(json)) {
    console.out << table.caption << "\n\n" << ToPlainText(table) << "\n";
  }
  for (const std::string& note : GradeNotes()) console.out << note << "\n";
  return kExitDone;
}

}  // namespace rectune::experiments
