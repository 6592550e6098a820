// SPDX-License-Identifier: Apache-2.0
#include "experiments/figure_small.h"

#include <algorithm>
#include <cstddef>

#include "core/check.h"
#include "experiments/figure_axis.h"
#include "experiments/figure_lines.h"
#include "experiments/report_format.h"

namespace rectune::experiments {
namespace {

Attributes GlyphAttributes(const std::string& css_class, double width, double height) {
  return {{"class", "glyph " + css_class},
          {"viewBox", "0 0 " + Px(width) + " " + Px(height)},
          {"width", Px(width)},
          {"height", Px(height)},
          {"role", "img"}};
}

std::string Vertical(double x, double top, double bottom) {
  return "M" + Px(x) + "," + Px(top) + "V" + Px(bottom);
}

}  // namespace

Markup IntervalGlyph(const Interval& interval, double low, double high,
                     const std::vector<double>& marks, const std::string& title, int style) {
  const Axis axis{.low = low, .high = high, .from = 6.0, .to = 134.0};
  const auto place = [&](double value) { return axis.Place(std::clamp(value, low, high)); };
  HtmlWriter svg;
  svg.Open("svg", GlyphAttributes("interval " + StyleClass(style), 140.0, 18.0));
  svg.Element("title", title);
  svg.Void("path", {{"class", "track"}, {"d", "M6,9H134"}});
  for (const double mark : marks) {
    if (mark < low || mark > high) continue;
    svg.Void("path", {{"class", "mark"}, {"d", Vertical(place(mark), 3.0, 15.0)}});
  }
  svg.Void("path", {{"class", "whisker"},
                    {"d", "M" + Px(place(interval.low)) + ",9H" + Px(place(interval.high))}});
  svg.Void("circle",
           {{"class", "dot"}, {"cx", Px(place(interval.estimate))}, {"cy", "9"}, {"r", "4"}});
  svg.Close();
  return svg.Take();
}

Markup SliderGlyph(double production, double found, std::optional<double> optimum,
                   const std::string& title) {
  const Axis axis{.low = 0.0, .high = 1.0, .from = 7.0, .to = 113.0};
  HtmlWriter svg;
  svg.Open("svg", GlyphAttributes("slider", 120.0, 20.0));
  svg.Element("title", title);
  svg.Void("path", {{"class", "track"}, {"d", "M7,10H113"}});
  if (optimum) {
    svg.Void("path", {{"class", "optimum"}, {"d", Vertical(axis.Place(*optimum), 2.0, 18.0)}});
  }
  svg.Void(
      "circle",
      {{"class", "production"}, {"cx", Px(axis.Place(production))}, {"cy", "10"}, {"r", "4.5"}});
  svg.Void("circle",
           {{"class", "found"}, {"cx", Px(axis.Place(found))}, {"cy", "10"}, {"r", "3.5"}});
  svg.Close();
  return svg.Take();
}

Markup CurveGlyph(const std::vector<double>& knots, const std::vector<double>& production,
                  const std::vector<double>& found, const std::vector<double>& optimum,
                  const std::string& title) {
  RECTUNE_CHECK(knots.size() >= 2, "a curve needs two knots");
  const Axis x{.low = knots.front(), .high = knots.back(), .from = 4.0, .to = 120.0};
  const Axis y{.low = 0.0, .high = 1.0, .from = 53.0, .to = 5.0};
  HtmlWriter svg;
  svg.Open("svg", GlyphAttributes("curve", 124.0, 58.0));
  svg.Element("title", title);
  svg.Void("path", {{"class", "track"}, {"d", "M4,53H120M4,5H120"}});
  const auto draw = [&](const char* css_class, const std::vector<double>& values) {
    if (values.empty()) return;
    RECTUNE_CHECK(values.size() == knots.size(), "a curve needs a value at each knot");
    std::string path;
    for (std::size_t i = 0; i < knots.size(); ++i) {
      path += (i == 0 ? "M" : "L") + Px(x.Place(knots[i])) + "," + Px(y.Place(values[i]));
    }
    svg.Void("path", {{"class", css_class}, {"d", path}});
  };
  draw("optimum", optimum);
  draw("production", production);
  draw("found", found);
  svg.Close();
  return svg.Take();
}

Markup DrawRanks(const RankDiagram& diagram) {
  RECTUNE_CHECK(diagram.rows.size() >= 2, "a rank diagram needs two rows");
  const double font = diagram.font;
  const double row_height = 2.0 * font;
  double names = 0.0;
  for (const RankedName& row : diagram.rows) names = std::max(names, TextWidth(row.name, font));
  const double left = names + 1.2 * font;
  const double bars = 10.0 * static_cast<double>(diagram.groups.size()) + 6.0;
  const double top = 4.2 * font;
  const double height = top + row_height * static_cast<double>(diagram.rows.size()) + 0.6 * font;
  const Axis axis{.low = 1.0,
                  .high = static_cast<double>(diagram.rows.size()),
                  .from = left + 8.0,
                  .to = diagram.width - bars - 3.2 * font};
  const auto row_y = [&](std::size_t i) {
    return top + row_height * (static_cast<double>(i) + 0.5);
  };

  HtmlWriter svg;
  svg.Open("svg", {{"class", "ranks " + diagram.css_class},
                   {"viewBox", "0 0 " + Px(diagram.width) + " " + Px(height)},
                   {"role", "img"},
                   {"aria-labelledby", diagram.id + "-title " + diagram.id + "-desc"},
                   {"font-size", Px(font)}});
  svg.Element("title", diagram.title, {{"id", diagram.id + "-title"}});
  svg.Element("desc", diagram.description, {{"id", diagram.id + "-desc"}});
  // The critical difference, drawn to scale where the axis starts.
  const double cd_end =
      axis.from + (axis.to - axis.from) * diagram.critical_difference / (axis.high - axis.low);
  const double cd_stop = std::min(cd_end, axis.to);
  svg.Void("path",
           {{"class", "cd"},
            {"d", "M" + Px(axis.from) + "," + Px(0.9 * font) + "v" + Px(0.6 * font) + "m0," +
                      Px(-0.3 * font) + "H" + Px(cd_stop) +
                      (cd_end > axis.to ? "" : "m0," + Px(-0.3 * font) + "v" + Px(0.6 * font))}});
  svg.Element("text", "critical difference " + Fixed(diagram.critical_difference, 2),
              {{"x", Px(axis.from)}, {"y", Px(0.6 * font)}, {"class", "note"}});
  svg.Open("g", {{"class", "grid"}});
  for (const double tick : axis.Ticks(std::min<int>(8, static_cast<int>(diagram.rows.size())))) {
    const double x = axis.Place(tick);
    svg.Void("path", {{"d", Vertical(x, top, height - 0.4 * font)}});
    svg.Element("text", TickLabels({tick}).front(),
                {{"x", Px(x)}, {"y", Px(top - 0.5 * font)}, {"class", "tick centre"}});
  }
  svg.Close();
  svg.Element("text", "average rank",
              {{"x", Px(left - 8.0)}, {"y", Px(top - 0.5 * font)}, {"class", "axis-title end"}});
  for (std::size_t i = 0; i < diagram.rows.size(); ++i) {
    const RankedName& row = diagram.rows[i];
    const double x = axis.Place(row.average_rank);
    svg.Open("g", {{"class", StyleClass(row.style)}});
    svg.Element("text", row.name,
                {{"x", Px(left - 8.0)}, {"y", Px(row_y(i))}, {"class", "end middle"}});
    svg.Void("circle", {{"class", "dot"}, {"cx", Px(x)}, {"cy", Px(row_y(i))}, {"r", "5"}});
    svg.Element("text", Fixed(row.average_rank, 2),
                {{"x", Px(x + 9.0)}, {"y", Px(row_y(i))}, {"class", "tick middle halo"}});
    svg.Close();
  }
  for (std::size_t g = 0; g < diagram.groups.size(); ++g) {
    const double x = diagram.width - bars + 10.0 * static_cast<double>(g) + 5.0;
    svg.Void("path", {{"class", "cd-group"},
                      {"d", Vertical(x, row_y(diagram.groups[g].front()) - 0.5 * font,
                                     row_y(diagram.groups[g].back()) + 0.5 * font)}});
  }
  svg.Close();
  return svg.Take();
}

}  // namespace rectune::experiments
