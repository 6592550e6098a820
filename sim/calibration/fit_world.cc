// SPDX-License-Identifier: Apache-2.0
//
// rectune_fit_world SCENARIO [SIZE]: calibrates a scenario's truth so that its production policy,
// against uniformly random items, shows the rates that KuaiRand published (sim/policy_gap.h): eight
// constants (intercept and affinity slope of click, long view, interaction and dismissal) for eight
// published rates, by Ceres on the logarithms. Prints the fitted constants and the residuals as
// JSON; they are then written into the scenario file by hand, and a test holds the file to them.
#include <ceres/ceres.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "core/config_error.h"
#include "core/json.h"
#include "sim/calibration/constants.h"
#include "sim/policy_gap.h"
#include "sim/scenario.h"

namespace rectune::sim {
namespace {

constexpr int kConstants = 8;
constexpr int kRates = 8;
constexpr std::size_t kUsers = 128;

/// Likes, shares and follows move together: one shift for the three intercepts and slopes.
void Apply(const double* x, WorldConstants& constants, const TruthConstants& start) {
  TruthConstants& truth = constants.truth;
  truth.click.intercept = x[0];
  truth.click.affinity = x[1];
  truth.long_view.intercept = x[2];
  truth.long_view.affinity = x[3];
  truth.like.intercept = start.like.intercept + x[4];
  truth.share.intercept = start.share.intercept + x[4];
  truth.follow.intercept = start.follow.intercept + x[4];
  truth.like.affinity = start.like.affinity + x[5];
  truth.share.affinity = start.share.affinity + x[5];
  truth.follow.affinity = start.follow.affinity + x[5];
  truth.dismissal.intercept = x[6];
  truth.dismissal.affinity = x[7];
}

PolicyGap GapOf(const WorldConstants& constants, const Scenario& scenario,
                const ScenarioSize& size) {
  const World world(constants, size.world, scenario.seed, scenario.model_version);
  const Panel panel(world, Purpose::kCalibration, kUsers);
  StageConfig production;
  BindStageConfig(size.full_space, size.full_space.Production(), production);
  return MeasurePolicyGap(world, panel, production);
}

std::array<double, kRates> AsArray(const PolicyGap& gap) {
  return {gap.production.click,     gap.uniform.click,          gap.production.long_view,
          gap.uniform.long_view,    gap.production.interaction, gap.uniform.interaction,
          gap.production.dismissal, gap.uniform.dismissal};
}

std::array<double, kRates> Targets() {
  const HeadRates& trained = KuaiRandConstants().trained_rates;
  const HeadRates& random = KuaiRandConstants().random_rates;
  // A click of the simulator is KuaiRand's valid play (over 7 s, or finished).
  return {trained.valid_play,  random.valid_play,  trained.long_view, random.long_view,
          trained.interaction, random.interaction, trained.hate,      random.hate};
}

struct RateResiduals {
  const Scenario* scenario;
  const ScenarioSize* size;

  bool operator()(const double* x, double* residuals) const {
    WorldConstants constants = scenario->world;
    Apply(x, constants, scenario->world.truth);
    const auto rates = AsArray(GapOf(constants, *scenario, *size));
    const auto targets = Targets();
    for (std::size_t i = 0; i < kRates; ++i) residuals[i] = std::log(rates[i] / targets[i]);
    return true;
  }
};

int Run(const std::string& name, const std::string& size_name) {
  const Scenario scenario = LoadScenario(name);
  const ScenarioSize& size = scenario.SizeNamed(size_name, "/size");
  const TruthConstants& start = scenario.world.truth;
  std::array<double, kConstants> x = {start.click.intercept,
                                      start.click.affinity,
                                      start.long_view.intercept,
                                      start.long_view.affinity,
                                      0.0,
                                      0.0,
                                      start.dismissal.intercept,
                                      start.dismissal.affinity};
  // The simulated rates have small steps (an item enters a slate), so differences are taken wide.
  ceres::NumericDiffOptions wide;
  wide.relative_step_size = 0.04;
  ceres::Problem problem;
  problem.AddResidualBlock(
      new ceres::NumericDiffCostFunction<RateResiduals, ceres::FORWARD, kRates, kConstants>(
          new RateResiduals{&scenario, &size}, ceres::TAKE_OWNERSHIP, kRates, wide),
      nullptr, x.data());
  // An affinity that repels, or one that alone decides, would fit the rates by accident.
  constexpr std::array<std::array<double, 3>, 4> kBounds = {
      {{1, 0.5, 6.0}, {3, 0.2, 6.0}, {5, -0.7, 3.0}, {7, -4.0, 0.0}}};
  for (const auto& [index, low, high] : kBounds) {
    problem.SetParameterLowerBound(x.data(), static_cast<int>(index), low);
    problem.SetParameterUpperBound(x.data(), static_cast<int>(index), high);
  }
  ceres::Solver::Options options;
  options.max_num_iterations = 25;
  options.function_tolerance = 1e-7;
  options.num_threads = 1;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);

  WorldConstants fitted = scenario.world;
  Apply(x.data(), fitted, start);
  const auto rates = AsArray(GapOf(fitted, scenario, size));
  const auto targets = Targets();
  Json report = Json::object();
  report["scenario"] = name;
  report["size"] = size_name;
  report["solver"] = summary.BriefReport();
  report["truth"] = ToJson(fitted)["truth"];
  const std::array<const char*, kRates> labels = {"click, production",       "click, uniform",
                                                  "long view, production",   "long view, uniform",
                                                  "interaction, production", "interaction, uniform",
                                                  "dismissal, production",   "dismissal, uniform"};
  for (std::size_t i = 0; i < kRates; ++i) {
    report["rates"][labels[i]] = Json{{"simulated", rates[i]}, {"published", targets[i]}};
  }
  std::fputs(DumpPretty(report).c_str(), stdout);
  return summary.IsSolutionUsable() ? 0 : 1;
}

}  // namespace
}  // namespace rectune::sim

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: rectune_fit_world SCENARIO [SIZE]\n", stderr);
    return 2;
  }
  try {
    return rectune::sim::Run(argv[1], argc == 3 ? argv[2] : "small");
  } catch (const rectune::ConfigError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
