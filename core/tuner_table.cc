// SPDX-License-Identifier: Apache-2.0
#include "core/tuner_table.h"

namespace rectune {

const TunerEntry* FindTuner(const std::vector<TunerEntry>& table, const std::string& name) {
  for (const TunerEntry& entry : table) {
    if (entry.name == name) {
      return &entry;
    }
  }
  return nullptr;
}

}  // namespace rectune
