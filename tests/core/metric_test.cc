// SPDX-License-Identifier: Apache-2.0
#include "core/metric.h"

#include <catch2/catch.hpp>

#include "core/check.h"

namespace rectune {
namespace {

MetricCatalogue TwoMetrics() {
  return MetricCatalogue({{"time_spent", "minutes", Direction::kHigherIsBetter, 0, "Time."},
                          {"retention_7d", "share", Direction::kNeutral, 7, "Return."}});
}

TEST_CASE("A catalogue finds its metrics in order", "[metric]") {
  const MetricCatalogue metrics = TwoMetrics();
  CHECK(metrics.size() == 2);
  CHECK(metrics.IndexOf("retention_7d") == 1);
  CHECK(metrics.Find("time_spent") == 0U);
  CHECK_FALSE(metrics.Find("time").has_value());
  CHECK_THROWS_AS(metrics.IndexOf("time"), ContractViolation);
  CHECK(metrics.Names() == std::vector<std::string>{"time_spent", "retention_7d"});
}

TEST_CASE("A catalogue says all it knows in JSON", "[metric]") {
  CHECK(DumpLine(TwoMetrics().ToJson()) ==
        R"([{"name":"time_spent","unit":"minutes","direction":"higher_is_better","delay_days":0,)"
        R"("definition":"Time."},{"name":"retention_7d","unit":"share","direction":"neutral",)"
        R"("delay_days":7,"definition":"Return."}])");
}

TEST_CASE("Catalogues that contradict themselves are broken contracts", "[metric]") {
  const MetricInfo metric{"ctr", "share", Direction::kHigherIsBetter, 0, ""};
  CHECK_THROWS_AS(MetricCatalogue({metric, metric}), ContractViolation);
  MetricInfo nameless = metric;
  nameless.name = "";
  CHECK_THROWS_AS(MetricCatalogue({nameless}), ContractViolation);
  MetricInfo prophetic = metric;
  prophetic.delay_days = -1;
  CHECK_THROWS_AS(MetricCatalogue({prophetic}), ContractViolation);
}

}  // namespace
}  // namespace rectune
