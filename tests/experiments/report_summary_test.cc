// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_summary.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/check.h"
#include "experiments/report_verdict.h"
#include "tests/experiments/report_fabricated.h"

namespace rectune::experiments {
namespace {

const TunerSummary& Find(const ReportSummary& summary, const std::string& label) {
  for (const TunerSummary& tuner : summary.tuners) {
    if (tuner.label == label) return tuner;
  }
  FAIL("no tuner " << label);
  throw std::logic_error("unreachable");
}

std::vector<CellData*> Cells(RunData* run, const std::string& label) {
  std::vector<CellData*> cells;
  for (CellData& cell : run->cells) {
    if (cell.label == label) cells.push_back(&cell);
  }
  return cells;
}

/// Makes the last round of every cell of `label` end at these regrets.
void SetFinals(RunData* run, const std::string& label, const std::vector<double>& regrets) {
  const std::vector<CellData*> cells = Cells(run, label);
  REQUIRE(cells.size() == regrets.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    RoundData& last = cells[i]->rounds.back();
    last.true_score = {.value = run->task.reference->value * (1.0 - regrets[i]), .violation = 0.0};
    last.regret = regrets[i];
  }
}

bool Mentions(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST_CASE("A summary holds the numbers of its cells", "[report]") {
  RunData run = FabricateRun({});
  SetFinals(&run, "tpe", {0.10, 0.20, 0.30, 0.40, 9.00});
  const ReportSummary summary = Summarise(run);
  REQUIRE(summary.tuners.size() == 8);
  CHECK(summary.cells_finished == 40);
  const TunerSummary& tpe = Find(summary, "tpe");
  CHECK(tpe.final_loss.estimate == Approx(0.30));  // mean of the middle three
  CHECK(tpe.final_loss.low >= 0.10);
  CHECK(tpe.curve.size() == 13);
  CHECK(tpe.curve.front().loss.estimate == 1.0);  // round 0 is production
  CHECK(tpe.curve.front().gain.estimate == 0.0);
  CHECK(tpe.arms == 5 * 12 * 4);
  const TunerSummary& production = Find(summary, "production");
  CHECK(production.final_loss.low == 1.0);
  CHECK(production.final_loss.high == 1.0);
  CHECK(production.kept_production == 5);
  CHECK(production.false_launches == 0);
  CHECK_FALSE(production.winners_curse.has_value());
}

TEST_CASE("A row names the language model asked, and only the synthetic one is a stand-in",
          "[report]") {
  RunData run = FabricateRun({});
  CHECK(Find(Summarise(run), "agent").name == "agent (synthetic stand-in)");
  CHECK(Mentions(Judge(run, Summarise(run)).warnings, "no language model took part"));
  CHECK_FALSE(Mentions(Judge(run, Summarise(run)).warnings, "biased by"));
  run.task.biases = {"novelty: new arms shine"};
  CHECK(Mentions(Judge(run, Summarise(run)).warnings, "biased by novelty: new arms shine"));
  for (CellData* cell : Cells(&run, "agent")) {
    cell->is_stand_in = false;
    cell->model_asked = "tiny";
    cell->rounds.back().ledger["network"] = {
        {"served", {"tiny-q4"}}, {"calls", 10}, {"replayed", 4}, {"latency_seconds", 2.5}};
  }
  const ReportSummary summary = Summarise(run);
  const TunerSummary& agent = Find(summary, "agent");
  CHECK(agent.name == "agent (asked tiny)");
  REQUIRE(agent.ledger.has_value());
  CHECK(agent.ledger->served == std::set<std::string>{"tiny-q4"});
  CHECK(agent.ledger->network_calls == 10.0);
  CHECK(agent.ledger->replayed == 4.0);
  CHECK(agent.ledger->latency_seconds == 2.5);
  CHECK_FALSE(Mentions(Judge(run, summary).warnings, "no language model took part"));
}

TEST_CASE("Mean regret is the area under the curve over rounds 1 and on", "[report]") {
  RunData run = FabricateRun({.seeds = {1}, .rounds = 3});
  CellData& cell = *Cells(&run, "tpe").front();
  cell.rounds[0].regret = 0.9;
  cell.rounds[1].regret = 0.5;
  cell.rounds[2].regret = 0.1;
  CHECK(Find(Summarise(run), "tpe").mean_loss.estimate == Approx(0.5));
}

TEST_CASE("Breaches, infeasible ends and false launches are counted from the truth", "[report]") {
  RunData run = FabricateRun({});
  const std::vector<CellData*> cells = Cells(&run, "tpe");
  cells[0]->rounds.back().true_score = {.value = 1.0, .violation = 0.5};   // breaks a guardrail
  cells[1]->rounds.back().true_score = {.value = -0.2, .violation = 0.0};  // worse than production
  const ReportSummary summary = Summarise(run);
  const TunerSummary& tpe = Find(summary, "tpe");
  CHECK(tpe.infeasible_finals == 1);
  CHECK(tpe.false_launches == 2);
  // Recount the arms by hand.
  int measured = 0;
  int truly = 0;
  for (const CellData* cell : cells) {
    for (const RoundData& round : cell->rounds) {
      for (const Trial& trial : round.trials) {
        measured +=
            run.task.objective.Evaluate(trial.measurement, *run.task.metrics).feasible() ? 0 : 1;
      }
      for (const TrueScore& score : round.arm_truth) truly += score.violation > 0.0 ? 1 : 0;
    }
  }
  CHECK(tpe.measured_breaches == measured);
  CHECK(tpe.true_breaches == truly);
  cells[2]->rounds[3].arm_truth.clear();
  CHECK_FALSE(Find(Summarise(run), "tpe").true_breaches.has_value());
}

TEST_CASE("An infeasible recommendation counts as production's gain or worse", "[report]") {
  CHECK(CountedGain({.value = 2.0, .violation = 0.0}) == 2.0);
  CHECK(CountedGain({.value = 2.0, .violation = 0.1}) == 0.0);
  CHECK(CountedGain({.value = -2.0, .violation = 0.1}) == -2.0);
}

TEST_CASE("Winner's curse is measured minus true, over recommendations that were arms",
          "[report]") {
  RunData run = FabricateRun({.seeds = {1, 2}});
  const std::vector<CellData*> cells = Cells(&run, "tpe");
  double expected = 0.0;
  for (const CellData* cell : cells) {
    const RoundData& last = cell->rounds.back();
    const auto measured = MeasuredValue(*cell, last.recommendation, run.task);
    REQUIRE(measured.has_value());
    expected += 0.5 * (measured->value - last.true_score.value);
  }
  const ReportSummary summary = Summarise(run);
  CHECK(Find(summary, "tpe").winners_curse == Approx(expected));
  // The best of many noisy readings overstates itself.
  CHECK(expected > 0.0);
  cells[0]->rounds.back().recommendation = run.task.reference->optimum;  // never an arm
  CHECK(Find(Summarise(run), "tpe").winners_curse_seeds == 1);
}

TEST_CASE("Readings of one configuration pool by inverse variance", "[report]") {
  RunData run = FabricateRun({.seeds = {1}});
  CellData& cell = *Cells(&run, "production").front();  // every arm is production itself
  const auto pooled = MeasuredValue(cell, run.task.space->Production(), run.task);
  REQUIRE(pooled.has_value());
  CHECK(pooled->arms == 48);
  double sum = 0.0;
  double error = 0.0;
  for (const RoundData& round : cell.rounds) {
    for (const Trial& trial : round.trials) {
      const Score score = run.task.objective.Evaluate(trial.measurement, *run.task.metrics);
      sum += score.value;
      error = score.standard_error;
    }
  }
  CHECK(pooled->value == Approx(sum / 48.0));  // equal standard errors
  CHECK(pooled->standard_error == Approx(error / std::sqrt(48.0)));
}

TEST_CASE("The headline is the honest result", "[report]") {
  RunData run = FabricateRun({.seeds = {1, 2, 3, 4, 5}});
  for (const char* label : {"random", "sobol", "engineer", "greedy", "cma_es"}) {
    SetFinals(&run, label, {0.9, 0.9, 0.9, 0.9, 0.9});
  }
  SECTION("the agent loses") {
    SetFinals(&run, "agent", {0.50, 0.52, 0.55, 0.51, 0.53});
    SetFinals(&run, "tpe", {0.30, 0.31, 0.33, 0.29, 0.32});
    const Verdict verdict = Judge(run, Summarise(run));
    CHECK(verdict.headline.rfind("agent (synthetic stand-in) loses to tpe: final regret 0.52", 0) ==
          0);
    CHECK(verdict.headline.find("against 0.31") != std::string::npos);
    CHECK(verdict.headline.find("+0.21 [") != std::string::npos);
    CHECK(verdict.headline.find("5 paired seeds") != std::string::npos);
    REQUIRE(verdict.details.size() == 2);
    CHECK(verdict.details[0].find("What tpe recommends") == 0);  // the best first
  }
  SECTION("the agent wins") {
    SetFinals(&run, "agent", {0.20, 0.22, 0.25, 0.21, 0.23});
    SetFinals(&run, "tpe", {0.30, 0.31, 0.33, 0.29, 0.32});
    const Verdict verdict = Judge(run, Summarise(run));
    CHECK(verdict.headline.rfind("agent (synthetic stand-in) comes first", 0) == 0);
    // Five seeds cannot make it significant, and the page says so.
    CHECK(Mentions(verdict.warnings, "cannot give a p-value below 0.0625"));
    CHECK(Mentions(verdict.warnings, "9 seeds is the least that could"));
  }
  SECTION("behind, but not told apart") {
    SetFinals(&run, "agent", {0.10, 0.50, 0.40, 0.35, 0.60});
    SetFinals(&run, "tpe", {0.40, 0.20, 0.30, 0.45, 0.25});
    const Verdict verdict = Judge(run, Summarise(run));
    CHECK(verdict.headline.rfind("agent (synthetic stand-in) does not win: tpe is ahead", 0) == 0);
    CHECK(verdict.headline.find("cannot be told from zero") != std::string::npos);
  }
  SECTION("ahead, but not told apart") {
    SetFinals(&run, "agent", {0.10, 0.50, 0.20, 0.15, 0.40});
    SetFinals(&run, "tpe", {0.40, 0.20, 0.30, 0.25, 0.45});
    const Verdict verdict = Judge(run, Summarise(run));
    CHECK(verdict.headline.rfind("No clear winner", 0) == 0);
  }
  SECTION("nobody beats production") {
    for (const char* label : {"agent", "tpe", "random", "sobol", "engineer", "greedy", "cma_es"}) {
      SetFinals(&run, label, {1.1, 1.2, 1.1, 1.3, 1.2});
    }
    const Verdict verdict = Judge(run, Summarise(run));
    CHECK(verdict.headline.rfind("Nothing beats production.", 0) == 0);
  }
}

TEST_CASE("Without an agent the best tuner is compared, and said to be picked", "[report]") {
  const RunData run = FabricateRun({.with_agent = false});
  const ReportSummary summary = Summarise(run);
  CHECK(*summary.primary == summary.best);
  const Verdict verdict = Judge(run, summary);
  CHECK(Mentions(verdict.warnings, "picked for being best after the fact"));
  CHECK_FALSE(Mentions(verdict.warnings, "synthetic"));
}

TEST_CASE("With enough seeds a clear difference is significant after Holm", "[report]") {
  RunData run = FabricateRun({.seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}});
  std::vector<double> good;
  std::vector<double> bad;
  for (int i = 0; i < 10; ++i) {
    good.push_back(0.20 + 0.01 * i);
    bad.push_back(0.60 + 0.02 * i);
  }
  SetFinals(&run, "agent", good);
  for (const char* label : {"tpe", "random", "sobol", "engineer", "greedy", "cma_es"}) {
    SetFinals(&run, label, bad);
  }
  const ReportSummary summary = Summarise(run);
  for (const Comparison& comparison : summary.comparisons) {
    CHECK(comparison.wins == 10);
    CHECK(comparison.wilcoxon.p_value == Approx(2.0 / 1024.0));
    CHECK(comparison.holm_p < 0.05);
    CHECK(comparison.improvement.estimate == 1.0);
  }
  CHECK_FALSE(Mentions(Judge(run, summary).warnings, "cannot give a p-value"));
}

TEST_CASE("How many seeds a test needs", "[report]") {
  CHECK(SeedsNeeded(1, 0.05) == 6);  // 2^-5 = 0.03125
  CHECK(SeedsNeeded(7, 0.05) == 9);  // 7 * 2^-8 = 0.027
  CHECK(SeedsNeeded(7, 0.06) == 8);
}

TEST_CASE("Unfinished cells are left out, counted and named", "[report]") {
  const RunData run = FabricateRun({.unfinished_cells = 2});
  const ReportSummary summary = Summarise(run);
  CHECK(summary.cells_finished == 38);
  CHECK(Find(summary, "agent").cells.size() == 3);
  CHECK(Find(summary, "agent").unfinished == 2);
  CHECK(Mentions(Judge(run, summary).warnings, "38 of 40 cells"));
  for (const Comparison& comparison : summary.comparisons) CHECK(comparison.pairs == 3);
  REQUIRE(summary.ranks.has_value());
  CHECK(summary.ranks->friedman.blocks == 3);

  const RunData none = FabricateRun({.seeds = {1}, .unfinished_cells = 8});
  const ReportSummary empty = Summarise(none);
  CHECK(empty.empty());
  CHECK(Judge(none, empty).headline == "No result yet: none of the 8 cells is finished.");
}

TEST_CASE("Without a reference optimum the yardstick is the true gain, higher being better",
          "[report]") {
  const RunData run = FabricateRun({.with_reference = false});
  const ReportSummary summary = Summarise(run);
  CHECK_FALSE(summary.has_reference);
  const TunerSummary& best = summary.tuners[summary.best];
  for (const TunerSummary& tuner : summary.tuners) {
    CHECK(tuner.final_gain.estimate <= best.final_gain.estimate);
    CHECK(tuner.final_loss.estimate == Approx(-tuner.final_gain.estimate));
  }
  const Yardstick yardstick = YardstickOf(summary);
  const Interval shown = yardstick.Show(Interval{-2.0, -3.0, -1.0});
  CHECK(shown.estimate == 2.0);
  CHECK(shown.low == 1.0);
  CHECK(shown.high == 3.0);
  CHECK(Mentions(Judge(run, summary).warnings, "No reference optimum"));
}

TEST_CASE("Summaries do not depend on anything but the run", "[report]") {
  const ReportSummary a = Summarise(FabricateRun({}));
  const ReportSummary b = Summarise(FabricateRun({}));
  for (std::size_t i = 0; i < a.tuners.size(); ++i) {
    CHECK(a.tuners[i].final_loss.low == b.tuners[i].final_loss.low);
    CHECK(a.tuners[i].final_loss.high == b.tuners[i].final_loss.high);
  }
}

}  // namespace
}  // namespace rectune::experiments
