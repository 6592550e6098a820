// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "experiments/figure_small.h"
#include "experiments/report_format.h"
#include "experiments/report_sections.h"
#include "experiments/report_tables.h"

namespace rectune::experiments {
namespace {

RankDiagram MakeDiagram(const ReportSummary& summary, bool wide) {
  const RankSummary& ranks = *summary.ranks;
  const std::vector<double>& average = ranks.friedman.average_ranks;
  std::vector<std::size_t> order(average.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return average[a] < average[b]; });
  std::vector<std::size_t> row_of(order.size());
  RankDiagram diagram{.id = wide ? "ranks-wide" : "ranks-narrow",
                      .title = "Average rank of each tuner's final regret over seeds",
                      .critical_difference = ranks.critical_difference,
                      .width = wide ? 760.0 : 380.0,
                      .font = wide ? 13.0 : 11.5,
                      .css_class = wide ? "wide" : "narrow"};
  for (std::size_t row = 0; row < order.size(); ++row) {
    const TunerSummary& tuner = summary.tuners[ranks.tuners[order[row]]];
    row_of[order[row]] = row;
    diagram.rows.push_back({tuner.name, average[order[row]], tuner.style});
    diagram.description += tuner.name + " " + Fixed(average[order[row]], 2) + "; ";
  }
  diagram.description +=
      "tuners closer than " + Fixed(ranks.critical_difference, 2) + " are not told apart.";
  for (const std::vector<std::size_t>& group : ranks.groups) {
    diagram.groups.emplace_back();
    for (const std::size_t index : group) diagram.groups.back().push_back(row_of[index]);
    std::sort(diagram.groups.back().begin(), diagram.groups.back().end());
  }
  return diagram;
}

std::string FriedmanSentence(const RankSummary& ranks) {
  const FriedmanResult& friedman = ranks.friedman;
  const std::size_t k = friedman.average_ranks.size();
  std::string text = "Friedman's test over " + std::to_string(friedman.blocks) +
                     " seeds: chi-squared = " + Fixed(friedman.chi_squared, 2) + " (" +
                     std::to_string(k - 1) + " degrees of freedom), " + PEquals(friedman.p_value);
  if (std::isfinite(friedman.iman_davenport_f)) {
    text += "; Iman and Davenport's F = " + Fixed(friedman.iman_davenport_f, 2) + ", " +
            PEquals(friedman.iman_davenport_p);
  }
  text += ". Blocks are seeds of one task, so this speaks of this task only. ";
  if (ranks.critical_difference >= static_cast<double>(k - 1)) {
    text +=
        "With so few seeds the critical difference exceeds the whole range of ranks: no pair "
        "can be told apart.";
  } else {
    text +=
        "A bar joins tuners whose average ranks differ by less than the critical difference "
        "(Nemenyi, 0.05).";
  }
  return text;
}

}  // namespace

Markup EvidenceSection(const ReportContext& context) {
  const ReportSummary& summary = context.summary;
  HtmlWriter html;
  html.Open("section", {{"id", "evidence"}}).Element("h2", "How sure is this?");
  const Table comparison = ComparisonTable(summary);
  if (!comparison.rows.empty()) {
    html.Add(ToHtml(comparison)).NewLine();
    html.Element(
        "p",
        "Wilcoxon: exact paired signed-rank test, two-sided. Holm: adjusted over the rows "
        "of this table. P(improvement): the chance that a seed of the first beats a seed "
        "of the other. Rank-biserial: effect size in [\u22121, 1], positive when the first "
        "is better. Least p possible: what the test would give if every seed agreed.",
        {{"class", "caption"}});
  } else {
    html.Element("p", "There is one tuner only: nothing to compare.");
  }
  if (summary.ranks) {
    html.Element("h3", "Ranks and critical difference");
    html.Open("figure").Add(DrawRanks(MakeDiagram(summary, true))).NewLine();
    html.Add(DrawRanks(MakeDiagram(summary, false))).NewLine();
    html.Element("figcaption", Typographic(FriedmanSentence(*summary.ranks))).Close();
  }
  html.Element("h3", "Every seed");
  html.Add(ToHtml(SeedTable(context.run, summary)));
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
