// SPDX-License-Identifier: Apache-2.0
//
// MetricInfo and MetricCatalogue: the names, units, directions and definitions of what an
// experiment reports. Knows nothing of how a metric is computed (sim/metrics.h does).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"

namespace rectune {

enum class Direction { kHigherIsBetter, kLowerIsBetter, kNeutral };

struct MetricInfo {
  std::string name;  // snake_case
  std::string unit;
  Direction direction = Direction::kHigherIsBetter;
  int delay_days = 0;  // how many days after the exposure it is known
  std::string definition;
};

class MetricCatalogue {
 public:
  explicit MetricCatalogue(std::vector<MetricInfo> metrics);
  const std::vector<MetricInfo>& metrics() const { return metrics_; }
  std::size_t size() const { return metrics_.size(); }
  std::optional<std::size_t> Find(std::string_view name) const;
  std::size_t IndexOf(std::string_view name) const;  // unknown name: broken contract
  std::vector<std::string> Names() const;
  Json ToJson() const;

 private:
  std::vector<MetricInfo> metrics_;
};

const char* ToString(Direction direction);

}  // namespace rectune
