// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/compare_constants.h"

#include <algorithm>
#include <cmath>

namespace rectune::sim {
namespace {

void Compare(const Json& fitted, const Json& expected, double tolerance, const std::string& path,
             std::vector<std::string>& gaps) {
  if (fitted.is_number() && expected.is_number()) {
    const double a = fitted.get<double>();
    const double b = expected.get<double>();
    if (!(std::abs(a - b) <= tolerance * std::max(1e-3, std::abs(b)))) {
      gaps.push_back(path + ": fitted " + fitted.dump() + ", expected " + expected.dump());
    }
  } else if (fitted.is_object() && expected.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      if (fitted.contains(key)) {
        Compare(fitted.at(key), value, tolerance, path + "/" + key, gaps);
      } else {
        gaps.push_back(path + "/" + key + ": not fitted");
      }
    }
    for (const auto& [key, value] : fitted.items()) {
      if (!expected.contains(key)) gaps.push_back(path + "/" + key + ": not expected");
    }
  } else if (fitted.is_array() && expected.is_array() && fitted.size() == expected.size()) {
    for (std::size_t i = 0; i < fitted.size(); ++i) {
      Compare(fitted[i], expected[i], tolerance, path + "/" + std::to_string(i), gaps);
    }
  } else if (fitted != expected) {
    gaps.push_back(path + ": fitted " + fitted.dump() + ", expected " + expected.dump());
  }
}

}  // namespace

std::vector<std::string> CompareConstants(const Json& fitted, const Json& expected,
                                          double tolerance) {
  std::vector<std::string> gaps;
  Compare(fitted, expected, tolerance, "", gaps);
  return gaps;
}

}  // namespace rectune::sim
