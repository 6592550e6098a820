// SPDX-License-Identifier: Apache-2.0
#include "baselines/table.h"

#include <memory>
#include <string>

#include "baselines/cma_es.h"
#include "baselines/engineer.h"
#include "baselines/gp_rows.h"
#include "baselines/greedy.h"
#include "baselines/production.h"
#include "baselines/random_search.h"
#include "baselines/sobol.h"
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

std::string WhySobolUnsuited(const TuningTask& task) {
  const std::size_t dimension = task.space->dimension();
  if (dimension <= SobolSequence::max_dimension()) return "";
  return "the space has " + std::to_string(dimension) +
         " coordinates and direction numbers are known for " +
         std::to_string(SobolSequence::max_dimension());
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
  return table;
}

}  // namespace

const std::vector<TunerEntry>& BaselineTable() {
  static const std::vector<TunerEntry> table = MakeTable();
  return table;
}

}  // namespace rectune::baselines
