// SPDX-License-Identifier: Apache-2.0
//
// What the command line needs of experiments looked at before their end (sim/peeking.h), as values.
// NaN where nothing can be read or nothing was called.
#pragma once

#include <cstddef>
#include <vector>

namespace rectune::experiments {

struct PeekReading {
  double lift = 0.0;  // percent
  double standard_error = 0.0;
  double p_value = 1.0;
  double always_valid_p_value = 1.0;
  double always_valid_half_width = 0.0;
};

struct PeekLook {
  int day = 0;
  std::vector<PeekReading> readings;  // in the catalogue's order
};

struct PeekArm {
  double users_per_arm = 0.0;
  std::vector<PeekLook> looks;
};

/// How a way of stopping fares over many experiments.
struct StoppingPort {
  double false_positives = 0.0;
  double power = 0.0;
  double days = 0.0;
  double overstatement = 0.0;  // mean lift when called, over the planted one
  double coverage = 0.0;
};

struct PeekingLine {
  std::size_t metric = 0;    // index in the catalogue
  double planted = 0.0;      // percent
  double width_ratio = 0.0;  // always-valid over fixed-horizon interval at the horizon
  StoppingPort horizon;
  StoppingPort first;
  StoppingPort always_valid;
};

}  // namespace rectune::experiments
