// SPDX-License-Identifier: Apache-2.0
#include "baselines/library_table.h"

#include <memory>
#include <string>

#include "baselines/dlib_global.h"
#include "baselines/library_replay.h"
#include "baselines/nlopt_searches.h"
#include "baselines/pagmo_searches.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

const std::string kLabel = " (library, continuous relaxation)";

TunerEntry Nlopt(const std::string& name, NloptMethod method, const std::string& summary,
                 const std::string& source) {
  // Powell's quadratic models need two variables.
  const std::size_t least = method == NloptMethod::kBobyqa ? 2 : 1;
  return {.name = name,
          .summary = summary + kLabel,
          .source = source + "; NLopt 2.7",
          .make =
              [name, method, least](const TuningTask& task, const Json& options,
                                    const std::string& path, const TunerHome&) {
                return std::make_unique<ReplayTuner>(
                    name, task, MakeNlopt(method, NloptOptions::FromJson(options, path)),
                    ReplayOptions{.batched = false, .least_dimension = least});
              },
          .why_unsuited =
              [least](const TuningTask& task) { return WhyReplayUnsuited(*task.space, least); }};
}

TunerEntry Pagmo(const std::string& name, PagmoMethod method, const std::string& summary,
                 const std::string& source) {
  return {.name = name,
          .summary = summary + kLabel,
          .source = source + "; pagmo 2.18",
          .make =
              [name, method](const TuningTask& task, const Json& options, const std::string& path,
                             const TunerHome&) {
                const std::size_t population =
                    PagmoPopulation(PagmoOptions::FromJson(options, path), task.arms_per_round);
                return std::make_unique<ReplayTuner>(name, task, MakePagmo(method, population),
                                                     ReplayOptions{.batched = true});
              },
          .why_unsuited = [](const TuningTask& task) { return WhyReplayUnsuited(*task.space, 1); }};
}

}  // namespace

std::vector<TunerEntry> LibraryTuners() {
  std::vector<TunerEntry> table;
  table.push_back(Pagmo("pagmo_de", PagmoMethod::kDe, "differential evolution, rand/1/exp",
                        "Storn and Price, 1997"));
  table.push_back(Pagmo("pagmo_pso", PagmoMethod::kPso, "particle swarm, generational",
                        "Poli, Kennedy and Blackwell, 2007"));
  table.push_back(Nlopt("nlopt_nelder_mead", NloptMethod::kNelderMead,
                        "simplex, a search each slot", "Nelder and Mead, 1965"));
  table.push_back(Nlopt("nlopt_sbplx", NloptMethod::kSbplx,
                        "simplex on subspaces, a search each slot", "Rowan, 1990"));
  table.push_back(Nlopt("nlopt_bobyqa", NloptMethod::kBobyqa,
                        "quadratic trust region, a search each slot", "Powell, 2009"));
  table.push_back(
      {.name = "dlib_global",
       .summary = "LIPO bounds and a trust region" + kLabel,
       .source = "Malherbe and Vayatis, ICML 2017; dlib 19.24",
       .make =
           [](const TuningTask& task, const Json& options, const std::string& path,
              const TunerHome&) {
             ObjectReader(options, path).Finish();
             return std::make_unique<DlibGlobal>("dlib_global", task);
           },
       .why_unsuited = [](const TuningTask& task) { return WhyDlibUnsuited(*task.space); }});
  return table;
}

}  // namespace rectune::baselines
