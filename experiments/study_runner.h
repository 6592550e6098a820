// SPDX-License-Identifier: Apache-2.0
//
// RunStudy: runs the cells of a study that are not done yet on a fixed number of threads. Cells
// share nothing but the immutable testbed, so the number of threads and the order decide only when
// a cell finishes, never what is in it. Neither prints results nor writes the report.
//
//   StudyOutcome outcome = RunStudy(study, workbench, folder, {.jobs = 2}, std::cerr);
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "experiments/progress.h"
#include "experiments/run_folder.h"
#include "experiments/study_spec.h"
#include "experiments/testbed_port.h"

namespace rectune::experiments {

/// Part `index` of `count` (1-based): every count-th cell. 1/1 is everything.
struct Shard {
  int index = 1;
  int count = 1;
};

struct RunSettings {
  int jobs = 1;
  Shard shard = {};
  ProgressStyle style = {};
  std::function<bool()> should_stop = [] { return false; };
};

struct CellFailure {
  std::string cell;
  std::string message;
};

struct StudyOutcome {
  bool stopped = false;               // should_stop said so; the folder can be resumed
  std::vector<CellFailure> failures;  // in cell order; the other cells went on
  int cells = 0;                      // in this shard
};

/// The cells of one shard, in spec order.
std::vector<CellSpec> SelectShard(const std::vector<CellSpec>& cells, Shard shard);

StudyOutcome RunStudy(const Study& study, const Workbench& workbench, const RunFolder& folder,
                      const RunSettings& settings, std::ostream& talk);

}  // namespace rectune::experiments
