// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp_rows.h"

#include <memory>
#include <string>

#include "baselines/gp_tuner.h"
#include "baselines/hebo.h"
#include "baselines/multi_objective_gp.h"
#include "baselines/turbo.h"

namespace rectune::baselines {
namespace {

template <typename T>
TunerEntry GpRow(const std::string& name, const std::string& summary, const std::string& source,
                 bool uses_time = false) {
  TunerEntry entry;
  entry.name = name;
  entry.summary = summary;
  entry.source = source;
  entry.make = [name, uses_time](const TuningTask& task, const Json& options,
                                 const std::string& path, const TunerHome&) {
    GpTunerOptions parsed = GpTunerOptions::FromJson(options, path);
    parsed.surrogate.models.uses_time = uses_time;
    return std::make_unique<T>(name, task, parsed);
  };
  entry.why_unsuited = WhyGpUnsuited;
  return entry;
}

// Offline estimates are there before the first arm, so there is no random start to wait for; with
// no simulator at hand it is gp, and its proposals say so.
TunerEntry MultiTaskRow() {
  TunerEntry entry;
  entry.name = "multi_task_gp";
  entry.summary = "gp with an offline simulator as a second, correlated task";
  entry.source = "Bonilla et al., NeurIPS 2007; Letham and Bakshy, JMLR 2019";
  entry.make = [](const TuningTask& task, const Json& options, const std::string& path,
                  const TunerHome& home) {
    ObjectReader reader(options, path);
    GpTunerOptions parsed = GpTunerOptions::Read(&reader);
    TaskModelOptions& models = parsed.surrogate.models;
    const double alignment = reader.NumberOr("alignment", 0.7, {0.0, 0.95});
    models.second_task_points = static_cast<int>(
        reader.IntegerOr("simulated_points", models.second_task_points, {1, 1000}));
    if (home.proxy != nullptr) {
      if (!reader.Has("startup_arms")) parsed.surrogate.startup_arms = 1;
      models.second_task = [proxy = home.proxy, alignment](const Configuration& configuration) {
        return proxy(configuration, alignment);
      };
    } else {
      parsed.surrogate.remark = " (no simulator)";
    }
    reader.Finish();
    return std::make_unique<GpTuner>("multi_task_gp", task, parsed);
  };
  entry.why_unsuited = WhyGpUnsuited;
  return entry;
}

TunerEntry HeboRow() {
  TunerEntry entry;
  entry.name = "hebo";
  entry.summary = "gp with warped outputs and inputs, arms from the front of EI, PI and UCB";
  entry.source = "HEBO: Cowen-Rivers et al., JAIR 74, 2022";
  entry.make = [](const TuningTask& task, const Json& options, const std::string& path,
                  const TunerHome&) {
    return std::make_unique<Hebo>("hebo", task, HeboOptions::FromJson(options, path));
  };
  entry.why_unsuited = WhyGpUnsuited;
  return entry;
}

TunerEntry TurboRow(const std::string& name, const std::string& summary, const std::string& source,
                    const TurboOptions& defaults) {
  TunerEntry entry;
  entry.name = name;
  entry.summary = summary;
  entry.source = source;
  entry.make = [name, defaults](const TuningTask& task, const Json& options,
                                const std::string& path, const TunerHome&) {
    return std::make_unique<Turbo>(name, task, TurboOptions::FromJson(options, path, defaults));
  };
  entry.why_unsuited = WhyGpUnsuited;
  return entry;
}

}  // namespace

void AddGaussianProcesses(std::vector<TunerEntry>* table) {
  table->push_back(
      GpRow<GpTuner>("gp", "Gaussian processes with qLogNEI, recommending by posterior mean",
                     "Ament et al., NeurIPS 2023; Letham et al., Bayesian Analysis 2019"));
  table->push_back(GpRow<GpTuner>("tv_gp", "gp whose evidence fades with the rounds, for drift",
                                  "TV-GP-UCB: Bogunovic et al., AISTATS 2016", true));
  table->push_back(GpRow<QLogNehvi>("qlognehvi", "gp a north star, by hypervolume improvement",
                                    "Daulton et al., NeurIPS 2021"));
  table->push_back(GpRow<QLogNParego>("qlognparego",
                                      "gp a north star, by random Chebyshev scalarisations",
                                      "Knowles, IEEE TEC 2006; Daulton et al., NeurIPS 2021"));
  table->push_back(MultiTaskRow());
  table->push_back(HeboRow());
  TurboOptions one;
  TurboOptions several;
  several.regions = 3;
  TurboOptions guarded;
  guarded.models_guardrails = true;
  // BoTorch's settings for SCBO. Three successes, which the paper takes from TuRBO, double a region
  // about as often as failures halve it, and it never closes in.
  guarded.success_tolerance = 10;
  guarded.jitter = {1e-6, 1e-3};
  const std::string source = "Eriksson et al., NeurIPS 2019";
  table->push_back(TurboRow("turbo", "one trust region, Thompson sampling", source, one));
  table->push_back(TurboRow("turbo_m", "three trust regions, Thompson sampling", source, several));
  table->push_back(TurboRow("scbo", "one trust region with a model of each guardrail",
                            "Eriksson and Poloczek, AISTATS 2021", guarded));
}

}  // namespace rectune::baselines
