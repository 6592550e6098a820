// SPDX-License-Identifier: Apache-2.0
#include "core/metric.h"

#include <set>
#include <utility>

#include "core/check.h"

namespace rectune {

MetricCatalogue::MetricCatalogue(std::vector<MetricInfo> metrics) : metrics_(std::move(metrics)) {
  std::set<std::string> names;
  for (const MetricInfo& metric : metrics_) {
    RECTUNE_CHECK(!metric.name.empty(), "a metric needs a name");
    RECTUNE_CHECK(names.insert(metric.name).second, "two metrics are called " + metric.name);
    RECTUNE_CHECK(metric.delay_days >= 0, metric.name + " is known before it happens");
  }
}

std::optional<std::size_t> MetricCatalogue::Find(std::string_view name) const {
  for (std::size_t i = 0; i < metrics_.size(); ++i) {
    if (metrics_[i].name == name) {
      return i;
    }
  }
  return std::nullopt;
}

std::size_t MetricCatalogue::IndexOf(std::string_view name) const {
  const std::optional<std::size_t> index = Find(name);
  RECTUNE_CHECK(index.has_value(), "no metric is called " + std::string(name));
  return *index;
}

std::vector<std::string> MetricCatalogue::Names() const {
  std::vector<std::string> names;
  names.reserve(metrics_.size());
  for (const MetricInfo& metric : metrics_) {
    names.push_back(metric.name);
  }
  return names;
}

Json MetricCatalogue::ToJson() const {
  Json array = Json::array();
  for (const MetricInfo& metric : metrics_) {
    array.push_back({{"name", metric.name},
                     {"unit", metric.unit},
                     {"direction", ToString(metric.direction)},
                     {"delay_days", metric.delay_days},
                     {"definition", metric.definition}});
  }
  return array;
}

const char* ToString(Direction direction) {
  switch (direction) {
    case Direction::kHigherIsBetter:
      return "higher_is_better";
    case Direction::kLowerIsBetter:
      return "lower_is_better";
    case Direction::kNeutral:
      return "neutral";
  }
  RECTUNE_CHECK(false, "not a direction");
}

}  // namespace rectune
