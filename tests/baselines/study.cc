// SPDX-License-Identifier: Apache-2.0
#include "tests/baselines/study.h"

#include <catch2/catch.hpp>
#include <utility>

namespace rectune::baselines {

using test_support::RunToyRound;

namespace {

/// The conformance suite is about behaviour, not strength: what costs a Gaussian process its time
/// can be smaller there.
Json QuickOptions(const std::string& name) {
  Json searched{{"raw_points", 96},  {"draws", 16},       {"starts", 2},
                {"evaluations", 12}, {"fit_restarts", 1}, {"fit_iterations", 20}};
  for (const char* gp : {"gp", "tv_gp", "qlognehvi", "qlognparego"}) {
    if (name == gp) return searched;
  }
  if (name == "multi_task_gp") {
    searched["simulated_points"] = 12;
    return searched;
  }
  if (name == "hebo") {
    return {{"population", 16}, {"generations", 10}, {"fit_restarts", 0}, {"fit_iterations", 20}};
  }
  for (const char* turbo : {"turbo", "turbo_m", "scbo"}) {
    if (name == turbo) {
      return {{"candidates", 64}, {"features", 64}, {"fit_restarts", 0}, {"fit_iterations", 20}};
    }
  }
  return Json::object();
}

}  // namespace

std::unique_ptr<Tuner> Make(const std::string& name, const TuningTask& task) {
  const TunerEntry* entry = FindTuner(BaselineTable(), name);
  REQUIRE(entry != nullptr);
  // A simulator that tilts what it says of every metric; only some tuners ask it.
  TunerHome home;
  home.proxy = [task](const Configuration& configuration, double alignment) {
    Measurement estimate;
    estimate.readings.resize(task.metrics->size());
    const std::vector<double> unit = task.space->Encode(configuration);
    for (MetricReading& reading : estimate.readings) {
      reading.lift = alignment * test_support::ToyTruth(task, configuration) + unit.front();
    }
    return estimate;
  };
  return entry->make(task, QuickOptions(name), "/tuners/0", home);
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const TunerEntry& entry : BaselineTable()) names.push_back(entry.name);
  return names;
}

std::vector<Configuration> ConfigurationsOf(const std::vector<Proposal>& proposals) {
  std::vector<Configuration> configurations;
  for (const Proposal& proposal : proposals) {
    REQUIRE(proposal.configuration.has_value());
    configurations.push_back(*proposal.configuration);
  }
  return configurations;
}

Run RunStudy(Tuner& tuner, double noise, const Fate& fate, int rounds) {
  const TuningTask& task = tuner.task();
  tuner.Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  std::vector<Configuration> proposals;
  std::int64_t id = 1;
  for (int round = 1; round <= rounds; ++round) {
    const std::vector<Proposal> arms = tuner.Propose(task.arms_per_round);
    for (Configuration& configuration : ConfigurationsOf(arms)) {
      CHECK((task.space->Contains(configuration) || configuration == task.space->Production()));
      proposals.push_back(std::move(configuration));
    }
    std::vector<Trial> trials = RunToyRound(task, round, arms, noise, id);
    if (fate) fate(trials);
    tuner.Observe(trials);
    id += static_cast<std::int64_t>(trials.size());
  }
  return {std::move(proposals), tuner.Recommend()};
}

void Fail(Trial& trial) {
  trial.status = TrialStatus::kFailed;
  trial.status_reason = "the experiment was stopped";
  trial.measurement = {};
}

void Invalidate(Trial& trial) {
  trial.status = TrialStatus::kInvalid;
  trial.status_reason = "refused by the platform";
  trial.proposal.configuration.reset();
  trial.proposal.invalid_reason = trial.status_reason;
  trial.measurement = {};
}

TuningTask WithSpace(TuningTask task, ParameterSpace space) {
  task.space = std::make_shared<const ParameterSpace>(std::move(space));
  return task;
}

TuningTask WithoutGuardrails(TuningTask task) {
  task.objective = Objective(task.objective.north_stars(), {}, 0.0);
  return task;
}

TuningTask CategoricalsOnly(const TuningTask& task) {
  ParameterSpace space = *task.space;
  for (std::size_t p = 0; p < space.size(); ++p) {
    const Parameter parameter = space.parameters()[p];  // a copy: `space` is replaced below
    switch (parameter.kind) {
      case ParameterKind::kContinuous:
      case ParameterKind::kInteger:
        space = space.Tighten(p, parameter.production[0], parameter.production[0]);
        break;
      case ParameterKind::kCurve:
        for (std::size_t j = 0; j < parameter.dimension(); ++j) {
          space = space.TightenUnit(space.coordinate_offset(p) + j, 0.5, 0.5);
        }
        break;
      case ParameterKind::kBoolean:
        space = space.TightenLevels(p, {"false"});
        break;
      case ParameterKind::kCategorical:
        break;
    }
  }
  return WithSpace(task, std::move(space));
}

}  // namespace rectune::baselines
