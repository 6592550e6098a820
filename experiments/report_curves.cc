// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "experiments/figure_lines.h"
#include "experiments/report_format.h"
#include "experiments/report_sections.h"

namespace rectune::experiments {
namespace {

/// Below this regret a linear axis would squash what is left to see.
constexpr double kLogBelow = 0.05;

struct Scale {
  double low = 0.0;
  double high = 1.0;
  bool logarithmic = false;
  bool clips = false;  // some band or seed leaves the picture
};

/// Lines always fit; bands may take a quarter more before they are cut off.
Scale ChooseScale(const ReportContext& context, bool with_seeds) {
  double low = 0.0;
  double high = context.summary.has_reference ? 1.0 : 0.0;
  double smallest = high;
  double wide_low = low;
  double wide_high = high;
  for (const TunerSummary& tuner : context.summary.tuners) {
    for (const CurvePoint& point : tuner.curve) {
      const Interval shown = context.yardstick.Show(point.loss);
      low = std::min(low, shown.estimate);
      high = std::max(high, shown.estimate);
      smallest = std::min(smallest, shown.estimate);
      wide_low = std::min(wide_low, shown.low);
      wide_high = std::max(wide_high, shown.high);
    }
    if (!with_seeds) continue;
    for (const std::vector<double>& losses : tuner.loss_by_round) {
      for (const double loss : losses) {
        wide_low = std::min(wide_low, context.yardstick.Show(loss));
        wide_high = std::max(wide_high, context.yardstick.Show(loss));
      }
    }
  }
  Scale scale;
  if (context.summary.has_reference && smallest > 0.0 && smallest < kLogBelow) {
    scale.logarithmic = true;
    const double decade = std::pow(10.0, std::floor(std::log10(smallest)));
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor * decade <= smallest) scale.low = 0.8 * factor * decade;
    }
    scale.high = 1.15 * std::max(1.0, std::min(wide_high, 2.0 * high));
    scale.clips = wide_high > scale.high || wide_low < scale.low;
    return scale;
  }
  const double room = 0.25 * std::max(high - low, 1e-6);
  scale.low = std::max(wide_low, low - room);
  scale.high = std::min(wide_high, high + room);
  const double margin = 0.04 * std::max(scale.high - scale.low, 1e-6);
  scale.high += margin;
  if (scale.low < 0.0) scale.low -= margin;
  scale.clips = scale.low > wide_low || scale.high < wide_high;
  return scale;
}

std::vector<ReferenceLine> References(const ReportContext& context, bool labelled) {
  if (!context.summary.has_reference) {
    return {{0.0, labelled ? "production" : ""}};
  }
  return {{1.0, labelled ? "production = 1" : ""}, {0.0, labelled ? "reference optimum = 0" : ""}};
}

/// Between the last round of one stretch and the first of the next. More labels than a handful
/// would cover each other; the caption has them all.
std::vector<Boundary> Boundaries(const ReportContext& context, bool labelled) {
  constexpr std::size_t kMostLabelled = 8;
  labelled = labelled && context.summary.stretches.size() <= kMostLabelled;
  std::vector<Boundary> boundaries;
  for (std::size_t i = 1; i < context.summary.stretches.size(); ++i) {
    const Stretch& stretch = context.summary.stretches[i];
    boundaries.push_back(
        {.x = stretch.first - 0.5,
         .label = labelled ? "phase " + std::to_string(stretch.phase) : std::string()});
  }
  return boundaries;
}

ChartSeries MakeSeries(const ReportContext& context, const TunerSummary& tuner) {
  ChartSeries series;
  series.name = tuner.name;
  series.style = tuner.style;
  series.emphasised = tuner.is_agent;
  for (const CurvePoint& point : tuner.curve) {
    series.x.push_back(point.round);
    series.y.push_back(context.yardstick.Show(point.loss));
  }
  return series;
}

std::string CapitalisedYardstick(const ReportContext& context) {
  return context.summary.has_reference ? "Regret" : "True gain over production, %";
}

std::string Describe(const ReportContext& context) {
  std::string text = CapitalisedYardstick(context) +
                     " of each tuner's recommendation after round " +
                     std::to_string(context.run.rounds) + ": ";
  for (const TunerSummary& tuner : context.summary.tuners) {
    text += tuner.name + " " + IntervalText(context.yardstick.Show(tuner.final_loss), 2) + "; ";
  }
  return text + "the final table holds the same numbers.";
}

LineChart MainChart(const ReportContext& context, const Scale& scale, bool wide) {
  LineChart chart{.id = wide ? "regret-wide" : "regret-narrow",
                  .title = context.yardstick.name +
                           " by round, interquartile mean over seeds with "
                           "95% interval",
                  .description = Describe(context),
                  .x_title = "A/B round (" + std::to_string(context.run.arms_per_round) +
                             " arms each; 0 is production)",
                  .y_title = CapitalisedYardstick(context) + ", noise-free" +
                             (scale.logarithmic ? " (log scale)" : ""),
                  .lines = References(context, true),
                  .boundaries = Boundaries(context, true),
                  .y_low = scale.low,
                  .y_high = scale.high,
                  .logarithmic = scale.logarithmic,
                  .width = wide ? 1040.0 : 380.0,
                  .height = wide ? 480.0 : 340.0,
                  .font = wide ? 13.0 : 12.0,
                  .css_class = wide ? "wide" : "narrow"};
  // Agents last: drawn on top of the others.
  for (const bool agents : {false, true}) {
    for (const TunerSummary& tuner : context.summary.tuners) {
      // Production's curve is the reference line itself.
      if (tuner.is_agent != agents || tuner.is_production) continue;
      ChartSeries series = MakeSeries(context, tuner);
      if (wide) {
        series.end_label = tuner.name + "  " +
                           Typographic(Fixed(context.yardstick.Show(tuner.final_loss.estimate), 2));
      }
      chart.series.push_back(std::move(series));
    }
  }
  return chart;
}

Markup Legend(const ReportContext& context) {
  HtmlWriter html;
  html.Open("fieldset", {{"class", "legend"}}).Element("legend", "Single out");
  html.Open("label").Void(
      "input", {{"type", "radio"}, {"name", "single-out"}, {"id", "show-all"}, {"checked", ""}});
  html.Text("all").Close();
  for (const TunerSummary& tuner : context.summary.tuners) {
    if (tuner.is_production) continue;
    html.Open("label").Void(
        "input",
        {{"type", "radio"}, {"name", "single-out"}, {"id", "show-" + std::to_string(tuner.style)}});
    html.Add(LegendSwatch(tuner.style, tuner.is_agent)).Text(tuner.name).Close();
  }
  html.Close();
  return html.Take();
}

Markup Panel(const ReportContext& context, const TunerSummary& tuner, const Scale& scale) {
  LineChart chart{
      .id = "panel-" + std::to_string(tuner.style),
      .title = tuner.name + ": every seed's " + context.yardstick.name + " by round",
      .description = "Final: " + IntervalText(context.yardstick.Show(tuner.final_loss), 2) +
                     " over " + std::to_string(tuner.cells.size()) + " seeds.",
      .lines = References(context, false),
      .boundaries = Boundaries(context, false),
      .y_low = scale.low,
      .y_high = scale.high,
      .logarithmic = scale.logarithmic,
      .width = 320.0,
      .height = 190.0,
      .font = 11.5,
      .legend_markers = false,
      .css_class = "panel"};
  for (const TunerSummary& other : context.summary.tuners) {
    if (&other == &tuner) continue;
    chart.series.push_back(MakeSeries(context, other));
    chart.series.back().background = true;
  }
  chart.series.push_back(MakeSeries(context, tuner));
  for (const std::vector<double>& losses : tuner.loss_by_round) {
    std::vector<double> shown;
    for (const double loss : losses) shown.push_back(context.yardstick.Show(loss));
    chart.series.back().seeds.push_back(std::move(shown));
  }
  return DrawLines(chart);
}

}  // namespace

std::string HighlightRules(const ReportSummary& summary) {
  std::string css;
  for (const TunerSummary& tuner : summary.tuners) {
    const std::string k = std::to_string(tuner.style);
    css += ".chart:has(#show-" + k + ":checked) .series:not(.k" + k + "){opacity:.12}";
    css += ".chart:has(#show-" + k + ":checked) .k" + k + " .band{opacity:.28}\n";
  }
  return css;
}

Markup CurveSection(const ReportContext& context) {
  const bool any_curve =
      std::any_of(context.summary.tuners.begin(), context.summary.tuners.end(),
                  [](const TunerSummary& tuner) { return !tuner.is_production; });
  if (!any_curve) return {};
  const Scale scale = ChooseScale(context, false);
  const Scale panel_scale = ChooseScale(context, true);
  HtmlWriter html;
  html.Open("section", {{"id", "curves"}});
  html.Element("h2", context.summary.has_reference ? "Regret by round" : "True gain by round");
  html.Open("figure", {{"class", "chart"}});
  html.Add(DrawLines(MainChart(context, scale, true))).NewLine();
  html.Add(DrawLines(MainChart(context, scale, false))).NewLine();
  html.Add(Legend(context));
  std::string caption = "Lines: interquartile mean over seeds. Bands: 95% bootstrap interval. ";
  caption += context.yardstick.lower_is_better ? "Lower is better." : "Higher is better.";
  if (scale.logarithmic && context.summary.has_reference) {
    caption += " The axis is logarithmic, so the optimum at 0 lies below it.";
  }
  if (context.summary.stretches.size() > 1) {
    caption += std::string(" Dashed uprights: something happened") +
               (context.summary.has_reference ? ", and regret is against another optimum" : "");
    for (std::size_t i = 0; i < context.summary.stretches.size(); ++i) {
      const Stretch& stretch = context.summary.stretches[i];
      caption += (i == 0 ? ": " : "; ") + ("phase " + std::to_string(stretch.phase)) +
                 " from round " + std::to_string(stretch.first) + ", " +
                 context.run.task.LabelOf(stretch.phase);
    }
    caption += ".";
  }
  if (scale.clips) caption += " Some bands leave the picture; the files hold all of them.";
  html.Element("figcaption", caption).Close().NewLine();

  html.Element("h3", "One panel a tuner");
  html.Open("div", {{"class", "panels"}}).NewLine();
  for (const TunerSummary& tuner : context.summary.tuners) {
    if (tuner.is_production) continue;
    html.Open("figure").Add(Panel(context, tuner, panel_scale));
    html.Open("figcaption").Element("b", tuner.name);
    html.Text(" ").Element("span",
                           Typographic(IntervalText(context.yardstick.Show(tuner.final_loss), 2)),
                           {{"class", "nowrap"}});
    html.Close().Close().NewLine();
  }
  html.Close();
  html.Element(
      "p",
      "Thin lines: single seeds. Thick line and band: interquartile mean and its interval. "
      "Grey: the other tuners.",
      {{"class", "caption"}});
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
