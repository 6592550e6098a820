// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_events.h"

namespace rectune::experiments {

std::vector<std::string> EventSentences(const RunData& run) {
  std::vector<std::string> sentences;
  for (const EventData& event : run.task.events) {
    sentences.push_back("Round " + std::to_string(event.round) + ": " + event.description +
                        (event.announced ? ". Tuners were told." : ". Tuners were not told."));
  }
  return sentences;
}

}  // namespace rectune::experiments
