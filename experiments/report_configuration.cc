// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/figure_small.h"
#include "experiments/report_format.h"
#include "experiments/report_sections.h"
#include "experiments/tables.h"

namespace rectune::experiments {
namespace {

/// Three configurations of one space, seen parameter by parameter.
class SideBySide {
 public:
  SideBySide(const RunData& run, const RoundData& last)
      : space_(*run.task.space), production_(space_.Production()), found_(last.recommendation) {
    const std::optional<ReferenceData>& reference = run.task.ReferenceOf(last.phase);
    if (reference) optimum_ = reference->optimum;
  }

  bool has_optimum() const { return optimum_.has_value(); }

  bool IsChanged(std::size_t p) const { return Values(found_, p) != Values(production_, p); }
  std::string Production(std::size_t p) const { return ValueText(production_, p); }
  std::string Found(std::size_t p) const { return ValueText(found_, p); }
  std::string Optimum(std::size_t p) const {
    return optimum_ ? ValueText(*optimum_, p) : std::string(kAbsent);
  }

  Markup Figure(std::size_t p) const {
    const Parameter& parameter = space_.parameters()[p];
    const std::string title = parameter.name + ": production " + Production(p) + ", found " +
                              Found(p) + (optimum_ ? ", optimum " + Optimum(p) : "");
    if (parameter.kind == ParameterKind::kCurve) {
      return CurveGlyph(parameter.knots, Values(production_, p), Values(found_, p),
                        optimum_ ? Values(*optimum_, p) : std::vector<double>{}, title);
    }
    if (parameter.has_levels()) return {};  // levels have no places on a line
    const std::size_t coordinate = space_.coordinate_offset(p);
    std::optional<double> optimum;
    if (optimum_) optimum = space_.Encode(*optimum_)[coordinate];
    return SliderGlyph(space_.Encode(production_)[coordinate], space_.Encode(found_)[coordinate],
                       optimum, title);
  }

 private:
  std::vector<double> Values(const Configuration& configuration, std::size_t p) const {
    const auto first =
        configuration.values().begin() + static_cast<std::ptrdiff_t>(space_.value_offset(p));
    return {first, first + static_cast<std::ptrdiff_t>(space_.parameters()[p].width())};
  }

  std::string ValueText(const Configuration& configuration, std::size_t p) const {
    const Parameter& parameter = space_.parameters()[p];
    const std::vector<double> values = Values(configuration, p);
    if (parameter.has_levels()) {
      return parameter.levels[static_cast<std::size_t>(std::llround(values.front()))];
    }
    std::string text;
    // A curve's ends are 0 and 1 by definition.
    const std::size_t ends = parameter.kind == ParameterKind::kCurve ? 1 : 0;
    for (std::size_t i = ends; i + ends < values.size(); ++i) {
      text += (text.empty() ? "" : ", ") + Significant(values[i], 3);
    }
    return text;
  }

  const ParameterSpace& space_;
  Configuration production_;
  Configuration found_;
  std::optional<Configuration> optimum_;
};

TableCell NameCell(const Parameter& parameter) {
  HtmlWriter html;
  html.Open("details", {{"class", "meaning"}}).Open("summary").Element("code", parameter.name);
  html.Close().Element("p", parameter.meaning);
  if (parameter.kind == ParameterKind::kCurve) {
    std::string knots;
    for (const double knot : parameter.knots) {
      knots += (knots.empty() ? "" : ", ") + Significant(knot, 3);
    }
    html.Element("p", "Knots at " + knots +
                          "; the values listed are those between the ends, "
                          "which are 0 and 1.");
  }
  html.Close();
  return {.text = "", .figure = html.Take()};
}

Table ParameterTable(const RunData& run, const SideBySide& view) {
  const ParameterSpace& space = *run.task.space;
  const bool has_optimum = view.has_optimum();
  Table table{.caption = has_optimum ? "Production, the best configuration found and the "
                                       "reference optimum"
                                     : "Production and the best configuration found",
              .columns = {{"Parameter"}, {"Unit"}, {"Production", true}, {"Found", true}},
              .css_class = "parameters"};
  if (has_optimum) table.columns.push_back({"Optimum", true});
  table.columns.push_back({"In its range"});
  for (std::size_t p = 0; p < space.size(); ++p) {
    const Parameter& parameter = space.parameters()[p];
    const bool changed = view.IsChanged(p);
    TableCell found{view.Found(p)};
    found.note = changed ? "changed" : "";
    TableRow row{.cells = {NameCell(parameter), {parameter.unit}, {view.Production(p)}, found},
                 .css_class = changed ? "changed" : "",
                 .group = parameter.stage};
    if (has_optimum) row.cells.push_back({view.Optimum(p)});
    row.cells.push_back({.text = "", .figure = view.Figure(p)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string BoundText(const Objective& objective, const std::string& metric) {
  for (const Guardrail& guardrail : objective.guardrails()) {
    if (guardrail.metric != metric) continue;
    return (guardrail.kind == BoundKind::kFloor ? "\u2265 " : "\u2264 ") +
           BoundPercent(guardrail.lift_bound);
  }
  return "";
}

bool IsBroken(const RunData& run, const RoundData& last, const std::string& metric) {
  const Objective& objective = run.task.ObjectiveOf(last.phase);
  const std::vector<double> violations = objective.Violations(last.truth, *run.task.metrics);
  for (std::size_t i = 0; i < violations.size(); ++i) {
    if (objective.guardrails()[i].metric == metric && violations[i] > 0.0) return true;
  }
  return false;
}

bool IsNorthStar(const Objective& objective, const std::string& metric) {
  const auto& stars = objective.north_stars();
  return std::any_of(stars.begin(), stars.end(),
                     [&](const NorthStar& star) { return star.metric == metric; });
}

Table EffectTable(const RunData& run, const RoundData& last) {
  Table table{.caption = "What the best configuration truly does, noise-free, against production",
              .columns = {{"Metric"},
                          {"Unit"},
                          {"Wanted"},
                          {"Production", true},
                          {"Lift, %", true},
                          {"Guardrail", true},
                          {"Standing"}},
              .css_class = "effects"};
  const Objective& objective = run.task.ObjectiveOf(last.phase);
  for (std::size_t m = 0; m < run.task.metrics->size(); ++m) {
    const MetricInfo& metric = run.task.metrics->metrics()[m];
    const MetricReading& reading = last.truth.readings[m];
    const std::string bound = BoundText(objective, metric.name);
    const bool broken = IsBroken(run, last, metric.name);
    std::string standing = IsNorthStar(objective, metric.name) ? "north star" : "";
    if (!bound.empty()) {
      standing += standing.empty() ? "" : ", ";
      standing += broken ? "guardrail broken" : "guardrail holds";
    }
    const std::string wanted = metric.direction == Direction::kHigherIsBetter  ? "up"
                               : metric.direction == Direction::kLowerIsBetter ? "down"
                                                                               : "neutral";
    table.rows.push_back(
        {.cells = {{metric.name},
                   {metric.unit},
                   {wanted},
                   {LevelText(reading.control)},
                   {std::isnan(reading.lift) ? std::string(kAbsent) : Signed(reading.lift, 2)},
                   {bound},
                   {standing}},
         .css_class = broken ? "broken" : ""});
  }
  return table;
}

}  // namespace

Markup ConfigurationSection(const ReportContext& context) {
  const CellData* best = BestCell(context.summary);
  if (best == nullptr) return {};
  const RunData& run = context.run;
  const RoundData& last = best->rounds.back();
  const std::string name = DisplayName(best->label, best->is_stand_in, best->model_asked);
  const SideBySide view(run, last);
  int changed = 0;
  for (std::size_t p = 0; p < run.task.space->size(); ++p) changed += view.IsChanged(p) ? 1 : 0;

  HtmlWriter html;
  html.Open("section", {{"id", "configuration"}});
  html.Element("h2", "The best configuration found");
  std::string lead = name + ", seed " + std::to_string(best->seed) +
                     ", recommends it after round " + std::to_string(last.round) + ". True value " +
                     Signed(last.true_score.value, 2) + "% over production";
  const auto measured = MeasuredValue(*best, last.recommendation, run.task);
  if (measured) {
    lead += "; measured " + Signed(measured->value, 2) + " \u00b1 " +
            Fixed(measured->standard_error, 2) + "% (standard error) over " +
            std::to_string(measured->arms) + (measured->arms == 1 ? " arm" : " arms");
  } else {
    lead += "; it was never an arm of an experiment";
  }
  lead += last.true_score.violation > 0.0 ? ". It breaks a guardrail. " : ". All guardrails hold. ";
  lead += OfText(changed, static_cast<int>(run.task.space->size())) +
          " parameters differ from production. It was picked among all tuners and seeds by the "
          "noise-free truth, which no tuner sees, so it shows what could be found, not what to "
          "expect of a tuner.";
  html.Element("p", Typographic(lead), {{"class", "lead"}});
  html.Add(ToHtml(ParameterTable(run, view))).NewLine();
  html.Open("p", {{"class", "caption key"}});
  html.Text(
      std::string("Ring and dashed curve: production. Dot and solid curve: found. ") +
      (view.has_optimum() ? "Bar and dotted curve: reference optimum. " : "") +
      "A slider spans the parameter's range on its own scale. Rows with a bar at the left and "
      "a bold value differ from production. Open a name for its meaning.");
  html.Close();
  html.Add(ToHtml(EffectTable(run, last)));
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
