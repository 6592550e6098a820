// SPDX-License-Identifier: Apache-2.0
#include "experiments/figure_lines.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/check.h"
#include "experiments/figure_axis.h"

namespace rectune::experiments {
namespace {

struct Frame {
  Axis x;
  Axis y;
  double right = 0.0;  // where end labels start
};

std::string Point(double x, double y) { return Px(x) + "," + Px(y); }

std::string PathThrough(const Frame& frame, const std::vector<double>& x,
                        const std::vector<double>& y) {
  std::string path;
  for (std::size_t i = 0; i < x.size(); ++i) {
    path += (i == 0 ? "M" : "L") + Point(frame.x.Place(x[i]), frame.y.Place(y[i]));
  }
  return path;
}

std::vector<double> Estimates(const std::vector<Interval>& intervals) {
  std::vector<double> values;
  for (const Interval& interval : intervals) values.push_back(interval.estimate);
  return values;
}

/// Five shapes of about the same area, centred on (x, y).
std::string MarkerPath(int style, double x, double y, double r) {
  switch (style % 5) {
    case 0:  // disc
      return "M" + Point(x - r, y) + "a" + Px(r) + "," + Px(r) + " 0 1,0 " + Px(2 * r) + ",0a" +
             Px(r) + "," + Px(r) + " 0 1,0 " + Px(-2 * r) + ",0z";
    case 1:  // square
      return "M" + Point(x - r, y - r) + "h" + Px(2 * r) + "v" + Px(2 * r) + "h" + Px(-2 * r) + "z";
    case 2:  // triangle
      return "M" + Point(x, y - 1.3 * r) + "l" + Point(1.25 * r, 2.2 * r) + "h" + Px(-2.5 * r) +
             "z";
    case 3:  // diamond
      return "M" + Point(x, y - 1.4 * r) + "l" + Point(1.4 * r, 1.4 * r) + "l" +
             Point(-1.4 * r, 1.4 * r) + "l" + Point(-1.4 * r, -1.4 * r) + "z";
    default:  // triangle on its head
      return "M" + Point(x, y + 1.3 * r) + "l" + Point(1.25 * r, -2.2 * r) + "h" + Px(-2.5 * r) +
             "z";
  }
}

Frame MakeFrame(const LineChart& chart) {
  double label_width = 0.0;
  for (const ChartSeries& series : chart.series) {
    label_width = std::max(label_width, TextWidth(series.end_label, chart.font));
  }
  const double left = 3.4 * chart.font;
  const double right = chart.width - (label_width > 0.0 ? label_width + 28.0 : 12.0);
  double x_high = 1.0;
  double x_low = 0.0;
  for (const ChartSeries& series : chart.series) {
    for (const double x : series.x) x_high = std::max(x_high, x);
  }
  const double top = chart.y_title.empty() ? 10.0 : 2.4 * chart.font;
  const double bottom = chart.height - (chart.x_title.empty() ? 1.8 : 3.4) * chart.font;
  return {.x = {.low = x_low, .high = x_high, .from = left, .to = right},
          .y = {.low = chart.y_low,
                .high = chart.y_high,
                .from = bottom,
                .to = top,
                .logarithmic = chart.logarithmic},
          .right = right};
}

void DrawAxes(const LineChart& chart, const Frame& frame, HtmlWriter* svg) {
  const std::vector<double> y_ticks = frame.y.Ticks(chart.height > 200.0 ? 6 : 3);
  const std::vector<std::string> y_labels = TickLabels(y_ticks);
  svg->Open("g", {{"class", "grid"}});
  for (std::size_t i = 0; i < y_ticks.size(); ++i) {
    const double y = frame.y.Place(y_ticks[i]);
    svg->Void("path", {{"d", "M" + Point(frame.x.from, y) + "H" + Px(frame.x.to)}});
    svg->Element("text", y_labels[i],
                 {{"x", Px(frame.x.from - 6.0)}, {"y", Px(y)}, {"class", "tick end middle"}});
  }
  const double bottom = frame.y.from;
  const int x_count = static_cast<int>((frame.x.to - frame.x.from) / (3.2 * chart.font));
  for (const double tick : frame.x.Ticks(std::clamp(x_count, 2, 12))) {
    if (tick != static_cast<double>(static_cast<int>(tick))) continue;  // rounds are whole
    svg->Element("text", TickLabels({tick}).front(),
                 {{"x", Px(frame.x.Place(tick))},
                  {"y", Px(bottom + 1.4 * chart.font)},
                  {"class", "tick centre"}});
  }
  svg->Close();
  if (!chart.x_title.empty()) {
    svg->Element("text", chart.x_title,
                 {{"x", Px(0.5 * (frame.x.from + frame.x.to))},
                  {"y", Px(chart.height - 0.4 * chart.font)},
                  {"class", "axis-title centre"}});
  }
  if (!chart.y_title.empty()) {
    svg->Element("text", chart.y_title,
                 {{"x", "0"}, {"y", Px(1.1 * chart.font)}, {"class", "axis-title"}});
  }
}

void DrawReferenceLines(const LineChart& chart, const Frame& frame, HtmlWriter* svg) {
  for (const ReferenceLine& line : chart.lines) {
    if (line.y < chart.y_low || line.y > chart.y_high) continue;
    const double y = frame.y.Place(line.y);
    svg->Void("path",
              {{"class", "reference"}, {"d", "M" + Point(frame.x.from, y) + "H" + Px(frame.x.to)}});
    if (line.label.empty()) continue;
    // Above the line at its right end: curves start at production on the left and leave it.
    svg->Element("text", line.label,
                 {{"x", Px(frame.x.to - 4.0)}, {"y", Px(y - 5.0)}, {"class", "note end halo"}});
  }
}

void DrawBoundaries(const LineChart& chart, const Frame& frame, HtmlWriter* svg) {
  for (const Boundary& boundary : chart.boundaries) {
    const double x = frame.x.Place(boundary.x);
    svg->Void("path", {{"class", "boundary"},
                       {"d", "M" + Point(x, frame.y.from) + "V" + Px(frame.y.to - 4.0)}});
    if (boundary.label.empty()) continue;
    svg->Element("text", boundary.label,
                 {{"x", Px(x + 5.0)}, {"y", Px(frame.y.to + 6.0)}, {"class", "note halo"}});
  }
}

void DrawSeries(const LineChart& chart, const ChartSeries& series, const Frame& frame,
                HtmlWriter* svg) {
  const std::vector<double> middle = Estimates(series.y);
  if (series.background) {
    svg->Void("path", {{"class", "backdrop"}, {"d", PathThrough(frame, series.x, middle)}});
    return;
  }
  svg->Open("g", {{"class", "series " + StyleClass(series.style) +
                                (series.emphasised ? " emphasised" : "")}});
  std::string band;
  const auto lowest = [&](double value) {
    return chart.logarithmic ? std::max(value, chart.y_low) : value;  // log of 0 has no place
  };
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    band += (i == 0 ? "M" : "L") +
            Point(frame.x.Place(series.x[i]), frame.y.Place(lowest(series.y[i].high)));
  }
  for (std::size_t i = series.x.size(); i-- > 0;) {
    band += "L" + Point(frame.x.Place(series.x[i]), frame.y.Place(lowest(series.y[i].low)));
  }
  svg->Void("path", {{"class", "band"}, {"d", band + "z"}});
  for (const std::vector<double>& seed : series.seeds) {
    std::vector<double> clipped;
    for (const double value : seed) clipped.push_back(lowest(value));
    svg->Void("path", {{"class", "seed"}, {"d", PathThrough(frame, series.x, clipped)}});
  }
  svg->Void("path", {{"class", "line"}, {"d", PathThrough(frame, series.x, middle)}});
  if (chart.legend_markers) {
    std::string markers;
    const std::size_t stride = std::max<std::size_t>(1, series.x.size() / 13);
    for (std::size_t i = 0; i < series.x.size(); i += stride) {
      if (series.x[i] == 0.0) continue;  // all start at production
      markers += MarkerPath(series.style, frame.x.Place(series.x[i]), frame.y.Place(middle[i]),
                            series.emphasised ? 4.0 : 3.2);
    }
    if (!markers.empty()) svg->Void("path", {{"class", "marker"}, {"d", markers}});
  }
  svg->Close().NewLine();
}

void DrawEndLabels(const LineChart& chart, const Frame& frame, HtmlWriter* svg) {
  std::vector<const ChartSeries*> labelled;
  std::vector<double> wanted;
  for (const ChartSeries& series : chart.series) {
    if (series.end_label.empty()) continue;
    labelled.push_back(&series);
    wanted.push_back(std::clamp(frame.y.Place(series.y.back().estimate), frame.y.to, frame.y.from));
  }
  const std::vector<double> placed =
      SpreadLabels(wanted, 1.25 * chart.font, frame.y.to, frame.y.from);
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    const ChartSeries& series = *labelled[i];
    svg->Open("g", {{"class", "series label " + StyleClass(series.style) +
                                  (series.emphasised ? " emphasised" : "")}});
    svg->Void("path", {{"class", "leader"},
                       {"d", "M" + Point(frame.right + 5.0, wanted[i]) + "L" +
                                 Point(frame.right + 18.0, placed[i])}});
    svg->Element("text", series.end_label,
                 {{"x", Px(frame.right + 22.0)}, {"y", Px(placed[i])}, {"class", "middle"}});
    svg->Close();
  }
}

}  // namespace

std::string StyleClass(int style) {
  return "k" + std::to_string(style) + " c" + std::to_string(style % kSeriesColours) +
         (style >= kSeriesColours ? " dashed" : "");
}

Markup LegendSwatch(int style, bool emphasised) {
  HtmlWriter svg;
  svg.Open("svg", {{"class", "swatch"}, {"viewBox", "0 0 30 14"}, {"aria-hidden", "true"}});
  svg.Open("g", {{"class", StyleClass(style) + (emphasised ? " emphasised" : "")}});
  svg.Void("path", {{"class", "line"}, {"d", "M1,7H29"}});
  svg.Void("path", {{"class", "marker"}, {"d", MarkerPath(style, 15.0, 7.0, 3.6)}});
  svg.Close().Close();
  return svg.Take();
}

Markup DrawLines(const LineChart& chart) {
  RECTUNE_CHECK(!chart.series.empty(), "a chart needs a series");
  for (const ChartSeries& series : chart.series) {
    RECTUNE_CHECK(!series.x.empty() && series.x.size() == series.y.size(),
                  "a series needs as many values as places");
  }
  const Frame frame = MakeFrame(chart);
  HtmlWriter svg;
  svg.Open("svg", {{"class", "lines " + chart.css_class},
                   {"viewBox", "0 0 " + Px(chart.width) + " " + Px(chart.height)},
                   {"role", "img"},
                   {"aria-labelledby", chart.id + "-title " + chart.id + "-desc"},
                   {"font-size", Px(chart.font)}});
  svg.Element("title", chart.title, {{"id", chart.id + "-title"}});
  svg.Element("desc", chart.description, {{"id", chart.id + "-desc"}});
  svg.Open("clipPath", {{"id", chart.id + "-clip"}})
      .Void("rect", {{"x", Px(frame.x.from)},
                     {"y", Px(frame.y.to - 6.0)},
                     {"width", Px(frame.x.to - frame.x.from + 6.0)},
                     {"height", Px(frame.y.from - frame.y.to + 12.0)}})
      .Close();
  DrawAxes(chart, frame, &svg);
  svg.Open("g", {{"clip-path", "url(#" + chart.id + "-clip)"}}).NewLine();
  for (const ChartSeries& series : chart.series) DrawSeries(chart, series, frame, &svg);
  svg.Close();
  DrawBoundaries(chart, frame, &svg);
  DrawReferenceLines(chart, frame, &svg);
  DrawEndLabels(chart, frame, &svg);
  svg.Close();
  return svg.Take();
}

}  // namespace rectune::experiments
