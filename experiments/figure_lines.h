// SPDX-License-Identifier: Apache-2.0
//
// LineChart: lines with bands over rounds, as an SVG that takes its colours from the page's style
// sheet (class "k<style>" sets them), names itself to screen readers and needs no script. Colour is
// never the only sign: styles also differ in marker and dash. Not a plotting library.
//
//   LineChart chart{.id = "regret", .title = "Regret by round", ...};
//   Markup svg = DrawLines(chart);
#pragma once

#include <string>
#include <vector>

#include "experiments/html.h"
#include "experiments/statistics.h"

namespace rectune::experiments {

struct ChartSeries {
  std::string name = {};
  std::string end_label = {};  // drawn at the right end; empty for none
  int style = 0;
  bool emphasised = false;  // a thicker line: the agent
  bool background = false;  // a thin grey line without band or marker
  std::vector<double> x = {};
  std::vector<Interval> y = {};
  std::vector<std::vector<double>> seeds = {};  // thin lines beneath, [seed][point]
};

/// A horizontal line with a meaning: production, the optimum.
struct ReferenceLine {
  double y = 0.0;
  std::string label = {};
};

/// A vertical line where something happened between two points.
struct Boundary {
  double x = 0.0;
  std::string label = {};  // beside its top; empty for none
};

struct LineChart {
  std::string id = {};  // unique in the page
  std::string title = {};
  std::string description = {};
  std::string x_title = {};
  std::string y_title = {};
  std::vector<ChartSeries> series = {};
  std::vector<ReferenceLine> lines = {};
  std::vector<Boundary> boundaries = {};
  double y_low = 0.0;
  double y_high = 1.0;
  bool logarithmic = false;
  double width = 960.0;
  double height = 440.0;
  double font = 13.0;
  bool legend_markers = true;
  std::string css_class = {};
};

Markup DrawLines(const LineChart& chart);

/// The line and marker of a style, for a legend.
Markup LegendSwatch(int style, bool emphasised);

/// Classes that colour an element: "k3 m3".
std::string StyleClass(int style);
inline constexpr int kSeriesColours = 9;

}  // namespace rectune::experiments
