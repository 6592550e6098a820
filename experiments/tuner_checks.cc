// SPDX-License-Identifier: Apache-2.0
#include "experiments/tuner_checks.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>

#include "baselines/function_task.h"
#include "baselines/test_functions.h"
#include "core/check.h"
#include "experiments/cma_es_check.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

using baselines::FunctionRun;
using baselines::Point;
using baselines::TestProblem;

enum class Start { kRandom, kCentre };

/// What is read off a run.
enum class Readout {
  kBest,                   // least true value of the feasible arms
  kBestObserved,           // true value of the arm that read best
  kRecommended,            // true value of what the tuner would launch
  kHypervolume,            // of the feasible arms' true objectives
  kEvaluationsToFeasible,  // evaluations until the first feasible arm
};

/// Which side of the published figure is a failure.
enum class Band {
  kNoWorse,      // beyond two standard errors on the wrong side
  kSame,         // beyond three on either
  kFraction,     // one published run, so no interval: `tolerance` of it on the wrong side
  kBeatsRandom,  // nothing published: two standard errors better than random search, same seeds
};

struct Setting {
  const char* name;
  TestProblem problem;
  int evaluations;  // production's included
  int arms = 1;     // a round
  std::vector<double> noise = {};
  Point start = {};  // production's place; empty: as the row says
};

struct Row {
  const char* tuner;
  const Setting* setting;
  Readout readout = Readout::kBest;
  Start start = Start::kRandom;
  Band band = Band::kNoWorse;
  Published published = {};  // not read by kBeatsRandom
  const char* source = "";   // who measured it
  int seeds = 20;
  int quick_seeds = 8;     // 0: not in the quick form
  double tolerance = 0.0;  // kFraction
};

struct Settings {
  Setting branin_50{"Branin", AsProblem(baselines::Branin()), 50};
  Setting branin_200{"Branin", AsProblem(baselines::Branin()), 200};
  Setting hartmann_100{"Hartmann-6", AsProblem(baselines::Hartmann6()), 100};
  Setting hartmann_200{"Hartmann-6", AsProblem(baselines::Hartmann6()), 200};
  Setting rosenbrock{"Rosenbrock-10", AsProblem(baselines::Rosenbrock(10)), 200};
  Setting ackley{"Ackley-20", AsProblem(baselines::Ackley(20)), 200};
  Setting noisy{"Hartmann-6 with noise 0.25", AsProblem(baselines::Hartmann6()), 100, 1, {0.25}};
  Setting branin_currin{
      "BraninCurrin with noise (15.19, 0.63)", baselines::BraninCurrin(), 86, 4, {15.19, 0.63}};
  // Our tuners take production for their reference point, BoTorch's are told the problem's: so
  // production stands where that point dominates it, and none of the front is out of sight.
  Setting c2_dtlz2{"C2-DTLZ2", baselines::C2Dtlz2(), 50, 2, {}, {0.5, 0.0, 0.0, 0.0}};
  Setting c2_dtlz2_300{"C2-DTLZ2", baselines::C2Dtlz2(), 301, 10};
  Setting noisy_bowl{
      "sphere in 10 dimensions with noise 10", AsProblem(baselines::Sphere(10)), 101, 10, {10.0}};
  // Twice the spread of random points: which of few is best, not where to look.
  Setting loud{
      "sphere in 10 dimensions with noise 50", AsProblem(baselines::Sphere(10)), 161, 16, {50.0}};
  Setting noisy_rounds{
      "Hartmann-6 with noise 0.25", AsProblem(baselines::Hartmann6()), 101, 10, {0.25}};
  Setting constrained{"constrained Ackley-10", baselines::ConstrainedAckley10(), 318, 4};
};

const Settings& AllSettings() {
  static const Settings settings;
  return settings;
}

bool IsMaximised(Readout readout) { return readout == Readout::kHypervolume; }

double Read(const FunctionRun& run, const Row& row) {
  const TestProblem& problem = row.setting->problem;
  switch (row.readout) {
    case Readout::kBest:
      return run.BestFeasible();
    case Readout::kBestObserved:
      return run.TruthOfBestObserved();
    case Readout::kRecommended:
      return run.recommended.objectives.front();
    case Readout::kHypervolume:
      return run.HypervolumeAbove(problem.reference_point);
    case Readout::kEvaluationsToFeasible: {
      const auto first =
          std::find_if(run.evaluations.begin(), run.evaluations.end(),
                       [](const auto& evaluation) { return evaluation.violation <= 0.0; });
      return static_cast<double>(first - run.evaluations.begin()) + 1.0;
    }
  }
  RECTUNE_CHECK(false, "no such readout");
  return 0.0;
}

std::vector<double> Measure(const std::string& tuner, const Row& row,
                            const std::vector<TunerEntry>& tuners, int seeds) {
  const Setting& setting = *row.setting;
  const TunerEntry* entry = FindTuner(tuners, tuner);
  RECTUNE_CHECK(entry != nullptr, "no tuner " + tuner);
  const int rounds = (setting.evaluations - 1 + setting.arms - 1) / setting.arms;
  std::vector<double> values;
  for (int seed = 1; seed <= seeds; ++seed) {
    const auto key = static_cast<std::uint64_t>(seed);
    const Point drawn =
        row.start == Start::kCentre
            ? baselines::CentreStart(setting.problem.low, setting.problem.high)
            : baselines::RandomStart(setting.problem.low, setting.problem.high, key);
    const Point& start = setting.start.empty() ? drawn : setting.start;
    const TuningTask task =
        baselines::MakeProblemTask(setting.problem, start, key, setting.arms, rounds);
    const std::unique_ptr<Tuner> made = entry->make(task, Json::object(), "", {});
    values.push_back(
        Read(RunFunction(*made, setting.problem, setting.evaluations, setting.noise), row));
  }
  return values;
}

std::string ReadoutText(Readout readout) {
  switch (readout) {
    case Readout::kBest:
      return "mean best";
    case Readout::kBestObserved:
      return "mean truth of the best observed";
    case Readout::kRecommended:
      return "mean truth of the recommendation";
    case Readout::kHypervolume:
      return "mean hypervolume";
    case Readout::kEvaluationsToFeasible:
      return "mean evaluations to the first feasible";
  }
  return "";
}

std::string RowName(const Row& row) {
  return std::string(row.tuner) + ": " + row.setting->name + " at " +
         std::to_string(row.setting->evaluations) + ", " + ReadoutText(row.readout);
}

/// The best that can be true, beyond which a figure is a mistake of ours.
double Limit(const Row& row) {
  const TestProblem& problem = row.setting->problem;
  if (row.readout == Readout::kEvaluationsToFeasible) return 1.0;
  // Greatest hypervolumes are published from long runs, not proven.
  if (row.readout == Readout::kHypervolume) return 1.01 * problem.optimum;
  return problem.optimum - 1e-9;
}

/// Random search in the row's place.
Published MeasureRandom(const Row& row, const std::vector<TunerEntry>& tuners, int seeds) {
  const baselines::Summary random = baselines::Summarise(Measure("random", row, tuners, seeds));
  return {random.mean, random.standard_deviation, seeds};
}

std::string SourceText(const Row& row, const Published& reference) {
  std::string text = row.band == Band::kBeatsRandom ? "random search, measured here" : row.source;
  text += ": " + Short(reference.mean);
  if (reference.seeds > 1) {
    return text + " +- " + Short(reference.deviation) + " over " + std::to_string(reference.seeds) +
           " seeds";
  }
  return text + " in one run, " + Short(100.0 * row.tolerance) + "% allowed";
}

CheckResult MeasureRow(const Row& row, const std::vector<TunerEntry>& tuners, bool quick) {
  const int seeds = quick ? row.quick_seeds : row.seeds;
  const baselines::Summary own = baselines::Summarise(Measure(row.tuner, row, tuners, seeds));
  const bool beats_random = row.band == Band::kBeatsRandom;
  const Published reference = beats_random ? MeasureRandom(row, tuners, seeds) : row.published;
  const double error = DifferenceError(reference, seeds);
  const double sign = IsMaximised(row.readout) ? -1.0 : 1.0;
  double best = Limit(row);
  double worst = 0.0;
  switch (row.band) {
    case Band::kNoWorse:
      worst = reference.mean + sign * 2.0 * error;
      break;
    case Band::kSame:
      worst = reference.mean + sign * 3.0 * error;
      best = reference.mean - sign * 3.0 * error;
      break;
    case Band::kFraction:
      worst = reference.mean + sign * row.tolerance * std::abs(reference.mean);
      break;
    case Band::kBeatsRandom:
      worst = reference.mean - sign * 2.0 * error;
      break;
  }
  return {.name = RowName(row) + " of " + std::to_string(seeds),
          .value = own.mean,
          .low = std::min(best, worst),
          .high = std::max(best, worst),
          .source = SourceText(row, reference)};
}

// The figures of others. Optuna's were measured with 5.0-dev for the reference table of this
// project (TPE multivariate, the GP with its own defaults, CMA-ES from the centre), BoTorch's are
// its tutorials', XBBO's its README's. TPE on Branin and Rosenbrock-10: the 20 seeds of the
// reference (0.536 +- 0.136, 826 +- 479) were lucky ones; Optuna 5.0.0 is at 0.645 +- 0.235 over
// 300 seeds and at 1072 +- 1124 over 60, the first 20 among them. A published deviation of 0.000
// stands for less than its last digit's half.
std::vector<Row> Rows() {
  const Settings& on = AllSettings();
  constexpr auto kCentre = Start::kCentre;
  constexpr auto kBest = Readout::kBest;
  constexpr auto kRandom = Start::kRandom;
  std::vector<Row> rows;
  // In both directions: random search has no business being better either.
  const char* optuna = "Optuna 5.0-dev, the same method";
  const auto same = [&](const char* tuner, const Setting& setting, Published published) {
    rows.push_back({tuner, &setting, kBest, kRandom, Band::kSame, published, optuna, 40, 40});
  };
  same("random", on.branin_50, {1.45, 1.01, 20});
  same("random", on.hartmann_100, {-2.15, 0.33, 20});
  same("random", on.hartmann_200, {-2.21, 0.28, 20});
  same("random", on.ackley, {11.10, 0.53, 20});
  same("sobol", on.branin_50, {1.29, 0.83, 20});
  same("sobol", on.hartmann_100, {-2.17, 0.41, 20});
  same("sobol", on.ackley, {11.08, 0.50, 20});

  const auto no_worse = [&](const char* tuner, const Setting& setting, Published published,
                            Readout readout, Start start, const char* source, int seeds,
                            int quick_seeds) {
    rows.push_back(
        {tuner, &setting, readout, start, Band::kNoWorse, published, source, seeds, quick_seeds});
  };
  no_worse("tpe", on.branin_50, {0.645, 0.235, 300}, kBest, kRandom, "Optuna 5.0.0 TPE", 30, 30);
  no_worse("tpe", on.hartmann_100, {-3.18, 0.10, 20}, kBest, kRandom, optuna, 30, 30);
  no_worse("tpe", on.hartmann_200, {-3.26, 0.08, 20}, kBest, kRandom, optuna, 30, 30);
  no_worse("tpe", on.rosenbrock, {1072, 1124, 60}, kBest, kRandom, "Optuna 5.0.0 TPE", 30, 30);
  no_worse("tpe", on.ackley, {7.81, 0.95, 20}, kBest, kRandom, optuna, 30, 30);
  no_worse("tpe", on.noisy, {-3.01, 0.15, 20}, Readout::kBestObserved, kRandom, optuna, 30, 30);

  no_worse("cma_es", on.branin_50, {1.17, 1.27, 20}, kBest, kCentre, optuna, 30, 30);
  no_worse("cma_es", on.hartmann_100, {-2.98, 0.18, 20}, kBest, kCentre, optuna, 30, 30);
  no_worse("cma_es", on.hartmann_200, {-3.26, 0.06, 20}, kBest, kCentre, optuna, 30, 30);
  no_worse("cma_es", on.rosenbrock, {395, 353, 20}, kBest, kCentre, optuna, 30, 30);
  no_worse("cma_es", on.ackley, {5.69, 0.53, 20}, kBest, kCentre, optuna, 30, 30);
  no_worse("cma_es", on.noisy, {-2.82, 0.22, 20}, Readout::kBestObserved, kCentre, optuna, 30, 30);

  no_worse("gp", on.branin_50, {0.398, 0.0005, 10}, kBest, kRandom, optuna, 20, 4);
  no_worse("gp", on.hartmann_100, {-3.28, 0.11, 20}, kBest, kRandom, optuna, 20, 4);
  no_worse("gp", on.rosenbrock, {1157, 789, 10}, kBest, kRandom, optuna, 30, 1);
  no_worse("gp", on.ackley, {3.69, 0.33, 10}, kBest, kRandom, optuna, 10, 1);
  no_worse("gp", on.noisy, {-3.01, 0.15, 20}, Readout::kRecommended, kRandom,
           "Optuna 5.0-dev TPE, the best column", 30, 4);
  no_worse("hebo", on.branin_50, {0.398, 0.0005, 10}, kBest, kRandom, "Optuna 5.0-dev GP", 10, 1);
  no_worse("turbo", on.branin_200, {0.398, 0.0005, 10}, kBest, kRandom, "XBBO TuRBO-1", 10, 1);
  no_worse("turbo", on.ackley, {3.69, 0.33, 10}, kBest, kRandom,
           "Optuna 5.0-dev GP, the best column", 10, 0);

  const auto one_run = [&](const char* tuner, const Setting& setting, Readout readout,
                           double figure, double tolerance, const char* source,
                           int quick_seeds = 2) {
    rows.push_back({tuner,
                    &setting,
                    readout,
                    kRandom,
                    Band::kFraction,
                    {figure, 0.0, 1},
                    source,
                    10,
                    quick_seeds,
                    tolerance});
  };
  const auto kVolume = Readout::kHypervolume;
  one_run("qlognehvi", on.branin_currin, kVolume, 54.5, 0.05, "BoTorch tutorial, qNEHVI", 1);
  one_run("qlognehvi", on.c2_dtlz2, kVolume, 0.38, 0.05, "BoTorch tutorial, qNEHVI");
  one_run("qlognparego", on.branin_currin, kVolume, 54.7, 0.05, "BoTorch tutorial, qNParEGO", 1);
  one_run("qlognparego", on.c2_dtlz2, kVolume, 0.34, 0.05, "BoTorch tutorial, qNParEGO");
  one_run("scbo", on.constrained, Readout::kEvaluationsToFeasible, 54, 0.0,
          "BoTorch tutorial, SCBO", 0);
  // One lucky seed decides the last digit of such a run: thrice the figure is the claim.
  one_run("scbo", on.constrained, kBest, 0.097, 2.0, "BoTorch tutorial, SCBO", 0);

  no_worse("pagmo_de", on.branin_200, {0.465, 0.065, 10}, kBest, kRandom, "XBBO DE", 20, 20);
  no_worse("pagmo_pso", on.branin_200, {0.732, 0.217, 10}, kBest, kRandom, "XBBO PSO", 20, 20);

  const auto beats_random = [&](const char* tuner, const Setting& setting, Readout readout,
                                int seeds, int quick_seeds) {
    rows.push_back({.tuner = tuner,
                    .setting = &setting,
                    .readout = readout,
                    .band = Band::kBeatsRandom,
                    .seeds = seeds,
                    .quick_seeds = quick_seeds});
  };
  const auto kLaunched = Readout::kRecommended;
  beats_random("nsga2", on.c2_dtlz2_300, kVolume, 20, 10);
  beats_random("linear_thompson", on.noisy_bowl, kLaunched, 20, 10);
  beats_random("linucb", on.noisy_bowl, kLaunched, 20, 5);
  beats_random("spsa", on.noisy_bowl, kLaunched, 20, 20);
  beats_random("smac", on.noisy_rounds, kLaunched, 20, 10);
  beats_random("auto", on.noisy_rounds, kLaunched, 20, 4);
  beats_random("successive_halving", on.loud, kLaunched, 60, 60);
  beats_random("nlopt_nelder_mead", on.hartmann_100, kBest, 60, 60);
  beats_random("nlopt_sbplx", on.hartmann_100, kBest, 20, 20);
  beats_random("nlopt_bobyqa", on.hartmann_100, kBest, 20, 20);
  beats_random("dlib_global", on.hartmann_100, kBest, 20, 10);
  return rows;
}

std::vector<TunerCheck> MakeChecks() {
  std::vector<TunerCheck> checks = CmaEsChecks();
  for (const Row& row : Rows()) {
    checks.push_back({.name = RowName(row),
                      .tuner = row.tuner,
                      .full_only = row.quick_seeds == 0,
                      .measure = [row](const std::vector<TunerEntry>& tuners, bool quick) {
                        return MeasureRow(row, tuners, quick);
                      }});
  }
  return checks;
}

}  // namespace

const std::vector<TunerCheck>& TunerChecks() {
  static const std::vector<TunerCheck> checks = MakeChecks();
  return checks;
}

bool IsRunnable(const TunerCheck& check, const std::vector<TunerEntry>& tuners) {
  return check.tuner.empty() || FindTuner(tuners, check.tuner) != nullptr;
}

double DifferenceError(const Published& published, int seeds) {
  RECTUNE_CHECK(seeds > 0 && published.seeds > 0, "a mean needs seeds");
  return published.deviation * std::sqrt(1.0 / seeds + 1.0 / published.seeds);
}

}  // namespace rectune::experiments
