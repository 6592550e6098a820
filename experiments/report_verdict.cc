// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_verdict.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/check.h"
#include "experiments/report_format.h"

namespace rectune::experiments {
namespace {

constexpr double kAlpha = 0.05;

/// The strongest tuner that `primary` is up against: an agent is held against tuners that are not
/// agents where there are any.
std::optional<std::size_t> Challenger(const ReportSummary& summary) {
  const bool against_others = summary.tuners[*summary.primary].is_agent &&
                              std::any_of(summary.tuners.begin(), summary.tuners.end(),
                                          [](const TunerSummary& t) { return !t.is_agent; });
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < summary.tuners.size(); ++i) {
    if (i == *summary.primary || (against_others && summary.tuners[i].is_agent)) continue;
    if (!best ||
        summary.tuners[i].final_loss.estimate < summary.tuners[*best].final_loss.estimate) {
      best = i;
    }
  }
  return best;
}

std::string Shown(const Yardstick& yardstick, const Interval& loss) {
  return IntervalText(yardstick.Show(loss), yardstick.decimals) + yardstick.unit;
}

std::string SeedsText(int pairs) {
  return std::to_string(pairs) + (pairs == 1 ? " paired seed" : " paired seeds");
}

std::string PairHeadline(const ReportSummary& summary, std::size_t challenger,
                         const Comparison& comparison) {
  const Yardstick yardstick = YardstickOf(summary);
  const TunerSummary& a = summary.tuners[*summary.primary];
  const TunerSummary& b = summary.tuners[challenger];
  const Interval shown = yardstick.Show(comparison.difference);
  const std::string margin = SignedIntervalText(shown, yardstick.decimals) + yardstick.unit;
  const std::string seeds = SeedsText(comparison.pairs);
  const std::string levels = "final " + yardstick.name + " " + Shown(yardstick, a.final_loss) +
                             " against " + Shown(yardstick, b.final_loss);
  const Interval& d = comparison.difference;
  if (d.low > 0.0) {
    return a.name + " loses to " + b.name + ": " + levels + ", a difference of " + margin +
           " over " + seeds + ".";
  }
  if (d.high < 0.0) {
    return a.name + " comes first: " + levels + " for the runner-up, " + b.name +
           ", a difference of " + margin + " over " + seeds + ".";
  }
  if (d.estimate > 0.0) {
    return a.name + " does not win: " + b.name + " is ahead of it (" + levels +
           "), though the difference, " + margin + ", cannot be told from zero with " + seeds + ".";
  }
  if (d.estimate < 0.0) {
    return "No clear winner: " + a.name + " ends ahead of " + b.name + " (" + levels +
           "), but the difference, " + margin + ", cannot be told from zero with " + seeds + ".";
  }
  return "No winner: " + a.name + " and " + b.name + " end level (" + levels + ").";
}

const Comparison* FindComparison(const ReportSummary& summary, std::size_t other) {
  for (const Comparison& comparison : summary.comparisons) {
    if (comparison.other == other) return &comparison;
  }
  return nullptr;
}

std::string GainSentence(const ReportSummary& summary, const TunerSummary& tuner) {
  std::string text = "What " + tuner.name + " recommends at the end is truly worth " +
                     SignedIntervalText(tuner.final_gain, 2) + "% over production on the objective";
  if (summary.has_reference) {
    text += ", " + PercentText(tuner.final_gain.estimate / summary.reference_value) + " of the " +
            Signed(summary.reference_value, 2) + "% that the reference optimum would give";
  }
  return text + ".";
}

void WarnOfFewSeeds(const ReportSummary& summary, Verdict* verdict) {
  int pairs = 0;
  for (const Comparison& comparison : summary.comparisons) {
    pairs = std::max(pairs, comparison.pairs);
  }
  const int comparisons = static_cast<int>(summary.comparisons.size());
  if (comparisons == 0) return;
  const int needed = SeedsNeeded(comparisons, kAlpha);
  if (pairs >= needed) return;
  const double smallest = std::ldexp(1.0, 1 - pairs);
  std::string text = "With " + SeedsText(pairs) +
                     " an exact two-sided signed-rank test cannot give a p-value "
                     "below " +
                     Significant(std::min(1.0, smallest), 3);
  if (comparisons > 1) {
    text += ", and Holm's adjustment over " + std::to_string(comparisons) +
            " comparisons raises that to " + Significant(std::min(1.0, smallest * comparisons), 3);
  }
  text += ". So no comparison here can be significant at 0.05 however large its effect; " +
          std::to_string(needed) +
          " seeds is the least that could. Read the intervals, which tend to be too narrow with "
          "few seeds, and do not claim a win from this run alone.";
  verdict->warnings.push_back(text);
}

void WarnOfTheRest(const RunData& run, const ReportSummary& summary, Verdict* verdict) {
  for (const std::string& bias : run.task.biases) {
    verdict->warnings.push_back("This scenario's experiments are biased by " + bias +
                                ". Tuners saw what they said; regret is by what a launch brings.");
  }
  std::string stand_ins;
  for (const TunerSummary& tuner : summary.tuners) {
    if (tuner.is_stand_in) stand_ins += (stand_ins.empty() ? "" : ", ") + tuner.name;
  }
  if (!stand_ins.empty()) {
    verdict->warnings.push_back(
        stand_ins +
        ": no language model took part. The embedded synthetic model answers in its "
        "place, by rule, so this run says nothing about how good an agent driven by "
        "a language model is.");
  }
  if (summary.primary && summary.primary_was_chosen && summary.tuners.size() > 1) {
    const TunerSummary& primary = summary.tuners[*summary.primary];
    verdict->warnings.push_back(primary.name +
                                (primary.is_agent
                                     ? " was picked as the best of several agents after the fact"
                                     : " was picked for being best after the fact") +
                                ", which flatters it in every comparison below.");
  }
  if (summary.cells_finished < summary.cells_planned) {
    verdict->warnings.push_back(
        "Unfinished run: " + OfText(summary.cells_finished, summary.cells_planned) +
        " cells are done and only those are counted. The same command continues it.");
  }
  if (!summary.has_reference) {
    verdict->warnings.push_back("No reference optimum is on file for " + run.task.scenario + "/" +
                                run.task.task + " (" + run.task.size +
                                "), so there is no regret: tuners are compared by true gain over "
                                "production.");
  }
}

}  // namespace

int SeedsNeeded(int comparisons, double alpha) {
  RECTUNE_CHECK(comparisons >= 1 && alpha > 0.0, "a test needs a comparison and a level");
  int seeds = 1;
  while (comparisons * std::ldexp(1.0, 1 - seeds) > alpha) ++seeds;
  return seeds;
}

Verdict Judge(const RunData& run, const ReportSummary& summary) {
  Verdict verdict;
  if (summary.empty()) {
    verdict.headline = "No result yet: none of the " + std::to_string(summary.cells_planned) +
                       " cells is finished.";
    WarnOfTheRest(run, summary, &verdict);
    return verdict;
  }
  const TunerSummary& primary = summary.tuners[*summary.primary];
  const std::optional<std::size_t> challenger = Challenger(summary);
  const Comparison* comparison = challenger ? FindComparison(summary, *challenger) : nullptr;
  if (comparison != nullptr) {
    verdict.headline = PairHeadline(summary, *challenger, *comparison);
  } else {
    const Yardstick yardstick = YardstickOf(summary);
    verdict.headline = primary.name + " ends at " + yardstick.name + " " +
                       Shown(yardstick, primary.final_loss) + "; nothing to compare it with.";
  }
  const TunerSummary& best = summary.tuners[summary.best];
  if (best.final_gain.estimate <= 0.0) {
    verdict.headline = "Nothing beats production. " + verdict.headline;
  }
  verdict.details.push_back(GainSentence(summary, best));
  if (summary.best != *summary.primary) {
    verdict.details.push_back(GainSentence(summary, primary));
  }
  WarnOfFewSeeds(summary, &verdict);
  WarnOfTheRest(run, summary, &verdict);
  return verdict;
}

}  // namespace rectune::experiments
