// SPDX-License-Identifier: Apache-2.0
//
// Fidelity card: is this simulator any good? Each line is a figure measured on a scenario, the band
// it must lie in, and where the band comes from: experiment statistics, the signed responses that
// the literature reports, the shape of the landscape, real logs. A line that misses its band fails;
// bands are not moved to make lines pass. Not a study: no tuner runs, nothing is random but by
// seed.
//
//   for (const FidelityLine& line : MeasureFidelity("discover_feed", "small"))
//     std::printf("%s %g %s\n", line.name.c_str(), line.value, line.pass() ? "pass" : "FAIL");
//
// A further line is one row of the table in sim/fidelity/card.cc and one function of a Bench.
#pragma once

#include <string>
#include <vector>

namespace rectune::sim {

struct FidelityLine {
  std::string name;
  std::string how;     // what is measured, in a sentence
  double value = 0.0;  // NaN when it could not be measured, which fails
  double low = 0.0;    // the band, ends included
  double high = 0.0;
  std::string source;  // of the band

  bool pass() const { return value >= low && value <= high; }
};

/// `scenario`: a name or a path (sim/scenario.h); `size`: one of its sizes; `only`: names of lines,
/// in any order, or none for the whole card. ConfigError for unknown ones. Pure: the same arguments
/// give the same bits. Panels are capped (sim/fidelity/bench.h), so that sizes differ by their
/// catalogue and funnel, not by the time a card takes.
std::vector<FidelityLine> MeasureFidelity(const std::string& scenario, const std::string& size,
                                          const std::vector<std::string>& only = {});

}  // namespace rectune::sim
