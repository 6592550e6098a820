// SPDX-License-Identifier: Apache-2.0
#include "baselines/nlopt_searches.h"

#include <nlopt.h>

#include <memory>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

nlopt_algorithm Algorithm(NloptMethod method) {
  switch (method) {
    case NloptMethod::kNelderMead:
      return NLOPT_LN_NELDERMEAD;
    case NloptMethod::kSbplx:
      return NLOPT_LN_SBPLX;
    case NloptMethod::kBobyqa:
      return NLOPT_LN_BOBYQA;
  }
  RECTUNE_CHECK(false, "no such method");
  return NLOPT_NUM_ALGORITHMS;
}

struct Call {
  nlopt_opt optimiser;
  const ReplayObjective* objective;
};

double Evaluate(unsigned dimension, const double* point, double* /*gradient*/, void* data) {
  const Call& call = *static_cast<Call*>(data);
  const std::optional<double> cost = (*call.objective)({point, dimension});
  if (cost) return *cost;
  // Checked by every NLopt algorithm after each evaluation; no exception crosses the C code.
  nlopt_force_stop(call.optimiser);
  return 0.0;
}

}  // namespace

NloptOptions NloptOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  NloptOptions result;
  result.first_step = reader.NumberOr("first_step", result.first_step, {1e-6, 0.5});
  result.tolerance = reader.NumberOr("tolerance", result.tolerance, {1e-12, 0.1});
  reader.Finish();
  return result;
}

ReplayMinimiser MakeNlopt(NloptMethod method, NloptOptions options) {
  return [method, options](const ReplayRun& run, const ReplayObjective& objective) {
    const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> optimiser(
        nlopt_create(Algorithm(method), static_cast<unsigned>(run.start.size())), nlopt_destroy);
    RECTUNE_CHECK(optimiser != nullptr, "NLopt makes an optimiser");
    Call call{optimiser.get(), &objective};
    nlopt_set_lower_bounds1(optimiser.get(), 0.0);
    nlopt_set_upper_bounds1(optimiser.get(), 1.0);
    nlopt_set_initial_step1(optimiser.get(), options.first_step);
    nlopt_set_xtol_abs1(optimiser.get(), options.tolerance);
    nlopt_set_min_objective(optimiser.get(), Evaluate, &call);
    std::vector<double> point = run.start;
    double cost = 0.0;
    // Stopped, converged or given up (flat and noisy costs make BOBYQA do that): the run is over
    // either way, and what it asked for is all that counts.
    const nlopt_result result = nlopt_optimize(optimiser.get(), point.data(), &cost);
    RECTUNE_CHECK(result != NLOPT_INVALID_ARGS && result != NLOPT_OUT_OF_MEMORY,
                  "NLopt accepts its arguments");
  };
}

}  // namespace rectune::baselines
