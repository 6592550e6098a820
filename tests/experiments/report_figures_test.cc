// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/random_stream.h"
#include "experiments/figure_axis.h"
#include "experiments/figure_lines.h"
#include "experiments/figure_small.h"

namespace rectune::experiments {
namespace {

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST_CASE("An axis places values and picks round ticks", "[report]") {
  const Axis axis{.low = 0.0, .high = 1.0, .from = 300.0, .to = 20.0};
  CHECK(axis.Place(0.0) == 300.0);
  CHECK(axis.Place(1.0) == 20.0);
  CHECK(axis.Place(0.5) == Approx(160.0));
  CHECK(TickLabels(axis.Ticks(5)) ==
        std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  const Axis negative{.low = -0.31, .high = 1.07, .from = 0.0, .to = 1.0};
  CHECK(TickLabels(negative.Ticks(4)) == std::vector<std::string>{"0.0", "0.5", "1.0"});
  const Axis log{.low = 0.02, .high = 1.2, .from = 0.0, .to = 100.0, .logarithmic = true};
  CHECK(TickLabels(log.Ticks(5)) ==
        std::vector<std::string>{"0.02", "0.05", "0.10", "0.20", "0.50", "1.00"});
  CHECK(log.Place(std::sqrt(0.02 * 1.2)) == Approx(50.0));
  CHECK_THROWS_AS((Axis{.low = 1.0, .high = 1.0}.Place(1.0)), ContractViolation);
}

TEST_CASE("Ticks stay inside any axis and are never crowded", "[report]") {
  RandomStream stream(1, Purpose::kTest);
  for (int i = 0; i < 2000; ++i) {
    const double low = 10.0 * stream.Normal();
    const double high = low + std::exp(3.0 * stream.Normal());
    const Axis axis{.low = low, .high = high, .from = 0.0, .to = 1.0};
    const std::vector<double> ticks = axis.Ticks(6);
    REQUIRE(!ticks.empty());
    REQUIRE(ticks.size() <= 8);
    REQUIRE(ticks.front() >= low - 1e-6 * (high - low));
    REQUIRE(ticks.back() <= high + 1e-6 * (high - low));
  }
}

TEST_CASE("Labels never overlap and keep their order", "[report]") {
  RandomStream stream(2, Purpose::kTest);
  for (int i = 0; i < 500; ++i) {
    std::vector<double> wanted(9);
    for (double& y : wanted) y = stream.Uniform(20.0, 300.0);
    const std::vector<double> placed = SpreadLabels(wanted, 16.0, 20.0, 300.0);
    for (std::size_t a = 0; a < wanted.size(); ++a) {
      REQUIRE(placed[a] >= 20.0 - 1e-9);
      REQUIRE(placed[a] <= 300.0 + 1e-9);
      for (std::size_t b = 0; b < wanted.size(); ++b) {
        if (wanted[a] < wanted[b]) REQUIRE(placed[b] - placed[a] >= 16.0 - 1e-9);
      }
    }
  }
}

TEST_CASE("A line chart names itself, its lines and its clip", "[report]") {
  LineChart chart{.id = "c1",
                  .title = "Regret",
                  .description = "All of it.",
                  .x_title = "round",
                  .y_title = "regret"};
  chart.series.push_back({.name = "tpe",
                          .end_label = "tpe 0.3",
                          .style = 4,
                          .x = {0, 1, 2},
                          .y = {{1, 1, 1}, {0.6, 0.5, 0.7}, {0.3, 0.2, 0.4}}});
  chart.lines = {{1.0, "production = 1"}, {5.0, "off the picture"}};
  const std::string svg = DrawLines(chart).text();
  CHECK(svg.find("role=\"img\" aria-labelledby=\"c1-title c1-desc\"") != std::string::npos);
  CHECK(svg.find("<title id=\"c1-title\">Regret</title>") != std::string::npos);
  CHECK(svg.find("<desc id=\"c1-desc\">All of it.</desc>") != std::string::npos);
  CHECK(svg.find("production = 1") != std::string::npos);
  CHECK(svg.find("off the picture") == std::string::npos);
  CHECK(Count(svg, "class=\"line\"") == 1);
  CHECK(Count(svg, "class=\"band\"") == 1);
  CHECK(svg.find("tpe 0.3") != std::string::npos);
  CHECK(svg.find("NaN") == std::string::npos);
  chart.series.back().x.pop_back();
  CHECK_THROWS_AS(DrawLines(chart), ContractViolation);
}

TEST_CASE("Styles differ beyond the palette", "[report]") {
  CHECK(StyleClass(0) != StyleClass(kSeriesColours));
  CHECK(StyleClass(kSeriesColours).find("dashed") != std::string::npos);
  // Neighbouring styles draw different markers, so that colour is not the only sign.
  CHECK(LegendSwatch(0, false).text() != LegendSwatch(1, false).text());
}

TEST_CASE("A rank diagram draws a bar for each group, and the critical difference to scale",
          "[report]") {
  RankDiagram diagram{.id = "r", .title = "Ranks", .description = "d"};
  diagram.rows = {{"a", 1.5, 0}, {"b", 2.0, 1}, {"c", 3.5, 2}, {"d", 3.9, 3}};
  diagram.groups = {{0, 1}, {2, 3}};
  diagram.critical_difference = 1.25;
  const std::string svg = DrawRanks(diagram).text();
  CHECK(Count(svg, "class=\"cd-group\"") == 2);
  CHECK(Count(svg, "class=\"dot\"") == 4);
  CHECK(svg.find("critical difference 1.25") != std::string::npos);
}

}  // namespace
}  // namespace rectune::experiments
