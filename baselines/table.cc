// SPDX-License-Identifier: Apache-2.0
#include "baselines/table.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "baselines/auto_tuner.h"
#include "baselines/cma_es.h"
#include "baselines/engineer.h"
#include "baselines/gp_rows.h"
#include "baselines/greedy.h"
#include "baselines/library_table.h"
#include "baselines/linear_bandit.h"
#include "baselines/nsga2.h"
#include "baselines/production.h"
#include "baselines/random_search.h"
#include "baselines/smac.h"
#include "baselines/sobol.h"
#include "baselines/spsa.h"
#include "baselines/successive_halving.h"
#include "baselines/tpe.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

std::string AlwaysSuited(const TuningTask& /*task*/) { return ""; }

template <typename T>
std::unique_ptr<Tuner> MakeWithoutOptions(const std::string& name, const TuningTask& task,
                                          const Json& options, const std::string& path) {
  ObjectReader(options, path).Finish();
  return std::make_unique<T>(name, task);
}

/// A tuner that takes (name, task, options).
template <typename T, typename Options>
TunerEntry MakeRow(const std::string& name, const std::string& summary, const std::string& source,
                   const std::function<std::string(const TuningTask&)>& why_unsuited) {
  return {.name = name,
          .summary = summary,
          .source = source,
          .make =
              [name](const TuningTask& task, const Json& options, const std::string& path,
                     const TunerHome&) {
                return std::make_unique<T>(name, task, Options::FromJson(options, path));
              },
          .why_unsuited = why_unsuited};
}

std::string WhySobolUnsuited(const TuningTask& task) {
  const std::size_t dimension = task.space->dimension();
  if (dimension <= SobolSequence::max_dimension()) return "";
  return "the space has " + std::to_string(dimension) +
         " coordinates and direction numbers are known for " +
         std::to_string(SobolSequence::max_dimension());
}

std::string WhyHalvingUnsuited(const TuningTask& task) {
  if (task.arms_per_round >= 2) return "";
  return "a round has one arm, and there is nothing to halve; random is the same without brackets";
}

TunerEntry MakeBandit(const std::string& name, BanditRule rule, const std::string& summary,
                      const std::string& source) {
  return {.name = name,
          .summary = summary,
          .source = source,
          .make =
              [name, rule](const TuningTask& task, const Json& options, const std::string& path,
                           const TunerHome&) {
                return std::make_unique<LinearBandit>(
                    name, task, rule, LinearBanditOptions::FromJson(options, path, rule));
              },
          .why_unsuited = AlwaysSuited};
}

/// What `auto` chooses from: the rows of this table, found when it needs them, so that a gp is
/// taken as soon as there is one.
AutoChoices AutoChoicesHere() {
  const auto with_defaults = [](const char* name) {
    return [name](const TuningTask& task) {
      return FindTuner(BaselineTable(), name)->make(task, Json::object(), "", {});
    };
  };
  AutoChoices choices;
  choices.tpe = with_defaults("tpe");
  if (FindTuner(BaselineTable(), "gp") != nullptr) choices.gp = with_defaults("gp");
  choices.cma_es = [](const TuningTask& task, const WarmStart& start) -> std::unique_ptr<Tuner> {
    if (!WhyCmaEsUnsuited(*task.space).empty()) return nullptr;
    return std::make_unique<CmaEs>("cma_es", task,
                                   CmaEsOptions{.sigma0 = start.sigma, .start = start.mean});
  };
  return choices;
}

std::vector<TunerEntry> MakeTable() {
  std::vector<TunerEntry> table;
  table.push_back({.name = "production",
                   .summary = "never changes anything: the A/A row",
                   .source = "control",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         return MakeWithoutOptions<ProductionTuner>("production", task, options,
                                                                    path);
                       },
                   .why_unsuited = AlwaysSuited});
  table.push_back({.name = "random",
                   .summary = "uniform in the unit cube",
                   .source = "Bergstra and Bengio, JMLR 2012",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         return MakeWithoutOptions<RandomSearch>("random", task, options, path);
                       },
                   .why_unsuited = AlwaysSuited});
  table.push_back({.name = "sobol",
                   .summary = "Owen-scrambled Sobol sequence",
                   .source = "Joe and Kuo, SISC 2008; Owen, 1995",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         return MakeWithoutOptions<SobolSearch>("sobol", task, options, path);
                       },
                   .why_unsuited = WhySobolUnsuited});
  table.push_back({.name = "engineer",
                   .summary = "one factor at a time, adopting significant wins",
                   .source = "practice",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         return std::make_unique<Engineer>(
                             "engineer", task,
                             EngineerOptions::FromJson(options, path, *task.space));
                       },
                   .why_unsuited = AlwaysSuited});
  table.push_back({.name = "greedy",
                   .summary = "hill climb: best seen plus a Gaussian step",
                   .source = "control for the proposer",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         return std::make_unique<GreedyHillClimb>(
                             "greedy", task, GreedyOptions::FromJson(options, path));
                       },
                   .why_unsuited = AlwaysSuited});
  table.push_back({.name = "tpe",
                   .summary = "multivariate tree-structured Parzen estimator",
                   .source = "Bergstra et al., NeurIPS 2011; Optuna's TPESampler",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         return std::make_unique<Tpe>("tpe", task,
                                                      TpeOptions::FromJson(options, path));
                       },
                   .why_unsuited = AlwaysSuited});
  table.push_back(
      {.name = "cma_es",
       .summary = "CMA-ES with margin, from production",
       .source = "Hansen, arXiv 1604.00772; Hamano et al., GECCO 2022 and 2024",
       .make =
           [](const TuningTask& task, const Json& options, const std::string& path,
              const TunerHome&) {
             return std::make_unique<CmaEs>("cma_es", task, CmaEsOptions::FromJson(options, path));
           },
       .why_unsuited = [](const TuningTask& task) { return WhyCmaEsUnsuited(*task.space); }});
  AddGaussianProcesses(&table);
  table.push_back(
      MakeRow<Nsga2, Nsga2Options>("nsga2", "NSGA-II over the north stars, constraint domination",
                                   "Deb et al., IEEE TEC 2002", AlwaysSuited));
  table.push_back(MakeBandit("linear_thompson", BanditRule::kThompson,
                             "Thompson sampling, Bayesian regression on quadratic features",
                             "Agrawal and Goyal, ICML 2013"));
  table.push_back(MakeBandit("linucb", BanditRule::kUpperBound,
                             "upper confidence bound, the same regression", "Li et al., WWW 2010"));
  table.push_back(MakeRow<Smac, SmacOptions>(
      "smac", "random forest, expected improvement, local search",
      "Hutter et al., LION 2011; Lindauer et al., JMLR 2022", AlwaysSuited));
  table.push_back(MakeRow<SuccessiveHalving, SuccessiveHalvingOptions>(
      "successive_halving", "random arms, the better half at twice the traffic",
      "Karnin et al., ICML 2013; Jamieson and Talwalkar, AISTATS 2016", WhyHalvingUnsuited));
  table.push_back(MakeRow<Spsa, SpsaOptions>(
      "spsa", "simultaneous perturbation gradient, from production",
      "Spall, IEEE TAC 1992 and TAES 1998",
      [](const TuningTask& task) { return WhySpsaUnsuited(*task.space); }));
  table.push_back({.name = "auto",
                   .summary = "tpe, gp or cma_es, by kind of space and budget",
                   .source = "the rules of Optuna's AutoSampler",
                   .make =
                       [](const TuningTask& task, const Json& options, const std::string& path,
                          const TunerHome&) {
                         ObjectReader(options, path).Finish();
                         return std::make_unique<AutoTuner>("auto", task, AutoChoicesHere());
                       },
                   .why_unsuited = AlwaysSuited});
  for (TunerEntry& entry : LibraryTuners()) table.push_back(std::move(entry));
  return table;
}

}  // namespace

const std::vector<TunerEntry>& BaselineTable() {
  static const std::vector<TunerEntry> table = MakeTable();
  return table;
}

}  // namespace rectune::baselines
