// SPDX-License-Identifier: Apache-2.0
//
// TunerChecks: the claims that `rectune verify-tuners` measures, one row each: a tuner, a textbook
// problem, a budget, and the published figure it must reach. The figures of others are data with
// their source (tuner_checks.cc); ours are measured when the check runs, never stored. Not a
// benchmark: nothing here is about time.
//
//   for (const TunerCheck& check : TunerChecks()) {
//     if (IsRunnable(check, tuners)) report(check.measure(tuners, /*quick=*/true));
//   }
//
// Adding a check is adding a row. A row whose tuner is not in the table of tuners does not run, and
// is reported as such, never as a pass.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/tuner_table.h"

namespace rectune::experiments {

/// One figure against its band; it passes inside, borders included.
struct CheckResult {
  std::string name;
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  std::string source;  // of the band
  bool pass() const { return value >= low && value <= high; }
};

struct TunerCheck {
  std::string name;
  std::string tuner;       // "" when it is about a part that is no tuner by itself
  bool full_only = false;  // too long for the quick form, even with few seeds
  /// Quick: fewer seeds, and a band that is the wider for it.
  std::function<CheckResult(const std::vector<TunerEntry>& tuners, bool quick)> measure;
};

const std::vector<TunerCheck>& TunerChecks();

bool IsRunnable(const TunerCheck& check, const std::vector<TunerEntry>& tuners);

/// A published mean and standard deviation over seeds.
struct Published {
  double mean = 0.0;
  double deviation = 0.0;
  int seeds = 1;
};

/// Standard error of the difference between the published mean and one of ours over `seeds`, if
/// ours spread as theirs did. Their spread, not ours: a tuner that scatters wins no wider band.
double DifferenceError(const Published& published, int seeds);

}  // namespace rectune::experiments
