// SPDX-License-Identifier: Apache-2.0
//
// A made-up run for the report's suites: eight tuners on a small made-up task, whose numbers come
// from RandomStream and a learning curve, not from any simulator or tuner. It exists to have every
// kind of thing a report shows, at sizes a test can check; nothing outside tests may use it.
//
//   RunData run = FabricateRun({.agent_speed = 0.05});   // the agent loses
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "experiments/run_data.h"

namespace rectune::experiments {

struct Fabrication {
  std::vector<std::uint64_t> seeds{1, 2, 3, 4, 5};
  int rounds = 12;
  int arms = 4;
  double agent_speed = 0.12;  // of its learning curve; the best baseline's is 0.16
  bool with_reference = true;
  bool with_agent = true;
  int unfinished_cells = 0;         // so many of the last cells stop at half
  std::filesystem::path home = {};  // the agent's transcripts go here; empty: none
  bool hostile_transcript = false;  // markup, scripts, control characters in what "a model said"
};

RunData FabricateRun(const Fabrication& fabrication);

/// What a hostile model might write; contains a marker that a page must show as text.
extern const char* const kHostileText;

}  // namespace rectune::experiments
