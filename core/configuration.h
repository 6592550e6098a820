// SPDX-License-Identifier: Apache-2.0
//
// Configuration: one validated point of a ParameterSpace, in native values. Only a space can make
// one, so whoever holds one need not check it again.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace rectune {

class Configuration {
 public:
  /// All native values, parameter by parameter (ParameterSpace::value_offset): a number, a level's
  /// index, or a curve's y at each knot.
  const std::vector<double>& values() const { return values_; }
  double value(std::size_t offset) const { return values_[offset]; }

  friend bool operator==(const Configuration&, const Configuration&) = default;

 private:
  friend class ParameterSpace;
  explicit Configuration(std::vector<double> values) : values_(std::move(values)) {}

  std::vector<double> values_;
};

}  // namespace rectune
