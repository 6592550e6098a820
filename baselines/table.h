// SPDX-License-Identifier: Apache-2.0
//
// BaselineTable: the classical tuners, one row each. To add one: a pair of files, a row in
// table.cc, a line in CMakeLists.txt; the conformance suite (tests/baselines) walks this table.
//
//   const TunerEntry* entry = FindTuner(BaselineTable(), "tpe");
//   std::unique_ptr<Tuner> tuner = entry->make(task, Json::object(), "/tuners/0", {});
#pragma once

#include <vector>

#include "core/tuner_table.h"

namespace rectune::baselines {

const std::vector<TunerEntry>& BaselineTable();

}  // namespace rectune::baselines
