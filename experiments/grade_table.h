// SPDX-License-Identifier: Apache-2.0
//
// GradeTables: what `rectune grade` found (grade.json) as tables, for the terminal and the report.
//
//   for (const Table& table : GradeTables(ReadJsonFile(run / "grade.json"))) ToMarkdown(table);
#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "experiments/tables.h"

namespace rectune::experiments {

/// What was claimed, who chose, and what was stopped. ConfigError when the JSON is no grade.
std::vector<Table> GradeTables(const Json& grade);

/// What the columns mean, a sentence each.
std::vector<std::string> GradeNotes();

}  // namespace rectune::experiments
