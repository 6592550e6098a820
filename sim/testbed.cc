// SPDX-License-Identifier: Apache-2.0
#include "sim/testbed.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <future>
#include <map>
#include <mutex>
#include <tuple>

#include "core/check.h"
#include "core/object_reader.h"
#include "sim/ab_platform.h"
#include "sim/biased_experiment.h"
#include "sim/cost.h"
#include "sim/full_mode.h"
#include "sim/metrics.h"
#include "sim/scenario.h"
#include "sim/scenarios/embedded.h"
#include "sim/simulate_arm.h"

namespace rectune::sim {
namespace {

ParameterSpace TaskSpace(const ParameterSpace& full, const ScenarioTask& task) {
  std::vector<Parameter> parameters;
  for (const Parameter& parameter : full.parameters()) {
    for (const std::string& stage : task.stages) {
      if (parameter.stage == stage) parameters.push_back(parameter);
    }
  }
  return ParameterSpace(std::move(parameters), "/parameters");
}

/// A population with the control arm's outcome on it.
struct Population {
  Population(const World& world, Purpose purpose, std::size_t users, const StageConfig& production,
             Moments moments)
      : panel(world, purpose, users),
        neutral(MeasureNeutralState(world, panel, production)),
        control(SimulateArm(world, panel, neutral, production, moments)) {
    control.serving_cost = ServingCost(production, world.size);
  }
  Panel panel;
  NeutralState neutral;
  ArmOutcome control;
};

/// Made on first use, once, whoever asks.
struct LazyPopulation {
  std::once_flag once;
  std::unique_ptr<Population> population;
};

/// Made on first use: `describe` and spec checking need no world, and most phases are never met.
struct LazyWorld {
  std::once_flag once;
  std::unique_ptr<World> world;
  std::array<LazyPopulation, 3> populations;  // by PanelKind
};

/// How a reference was found and how far it can be trusted, in words.
std::string DescribeSearch(const Json& provenance) {
  const auto percent = [](const Json& share) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f%%", 100.0 * share.get<double>());
    return std::string(text.data()) + " of the gain";
  };
  return provenance.at("command").get<std::string>() + ": its first searches ended up to " +
         percent(provenance.at("disagreement")) + " apart; then came " +
         std::to_string(provenance.at("rounds").size()) +
         " rounds of two searches from the best, of which the last added " +
         percent(provenance.at("last_step"));
}

std::optional<Reference> LoadReference(const std::string& scenario, const std::string& task,
                                       const std::string& size, const ParameterSpace& space,
                                       std::size_t phase) {
  const std::string of_phase = phase == 0 ? "" : ".phase" + std::to_string(phase);
  const std::string name = scenario + "." + task + "." + size + of_phase + ".json";
  for (const EmbeddedFile& file : EmbeddedReferences()) {
    if (file.name != name) continue;
    const Json json = ParseJson(file.text);
    ObjectReader reader(json, "");
    Reference reference{.optimum = space.Parse(reader.Value("optimum"), "/optimum"),
                        .optimum_value = reader.Number("value"),
                        .provenance = DescribeSearch(reader.Value("provenance")),
                        .front = {},
                        .normalisation = {}};
    ObjectReader pareto(reader.Value("pareto"), "/pareto");
    pareto.ForEach("front", [&](const Json& element, const std::string& path) {
      ObjectReader point(element, path);
      reference.front.push_back(
          {space.Parse(point.Value("configuration"), point.PathOf("configuration")),
           point.Numbers("benefits")});
    });
    for (const auto& [metric, range] : pareto.Value("normalisation").items()) {
      reference.normalisation[metric] = {range.at(0).get<double>(), range.at(1).get<double>()};
    }
    return reference;
  }
  return std::nullopt;
}

}  // namespace

struct Testbed::Parts {
  Parts(Scenario loaded, const std::string& task_name, const std::string& size_name)
      : scenario(std::move(loaded)),
        task(task_name.empty() ? scenario.tasks.front() : scenario.TaskNamed(task_name, "/task")),
        size(scenario.SizeNamed(size_name, "/size")),
        space(std::make_shared<ParameterSpace>(TaskSpace(size.full_space, task))),
        metrics(std::make_shared<MetricCatalogue>(SimMetrics())),
        timeline(scenario.model_version, scenario.objective, scenario.events, size.world.days),
        worlds(timeline.worlds()) {
    for (std::size_t phase = 0; phase < timeline.phases().size(); ++phase) {
      references.push_back(LoadReference(scenario.name, task.name, size.name, *space, phase));
    }
    // The same world deserves the same optimum, and freezing it once.
    if (!references.front() && timeline.phases().front().shift == WorldShift{}) {
      references.front() = LoadReference(scenario.starts_as, task.name, size.name, *space, 0);
    }
    BindStageConfig(size.full_space, size.full_space.Production(), production);
  }

  StageConfig Bind(const Configuration& configuration) const {
    StageConfig config = production;
    BindStageConfig(*space, configuration, config);
    return config;
  }

  const World& WorldOf(std::size_t phase) const {
    const Phase& state = timeline.phases()[phase];
    LazyWorld& lazy = worlds[state.world];
    std::call_once(lazy.once, [&] {
      lazy.world = std::make_unique<World>(scenario.world, size.world, scenario.seed,
                                           state.model_version, state.shift);
    });
    return *lazy.world;
  }

  const Population& Of(PanelKind kind, std::size_t phase) const {
    const World& world = WorldOf(phase);
    LazyPopulation& lazy =
        worlds[timeline.phases()[phase].world].populations[static_cast<std::size_t>(kind)];
    std::call_once(lazy.once, [&] {
      switch (kind) {
        case PanelKind::kTuning:
          lazy.population =
              std::make_unique<Population>(world, Purpose::kUsers, size.world.tuning_users,
                                           production, Moments::kMeansAndCovariance);
          break;
        case PanelKind::kEvaluation:
          lazy.population = std::make_unique<Population>(world, Purpose::kEvaluationUsers,
                                                         size.world.evaluation_users, production,
                                                         Moments::kMeans);
          break;
        case PanelKind::kOracle:
          lazy.population = std::make_unique<Population>(
              world, Purpose::kOracleUsers, size.world.oracle_users, production, Moments::kMeans);
          break;
      }
    });
    return *lazy.population;
  }

  ArmOutcome Simulate(const Configuration& configuration, const Population& population,
                      std::size_t phase, Moments moments) const {
    const StageConfig config = Bind(configuration);
    ArmOutcome outcome =
        scenario.ab.interference
            ? SimulateLaunch(Shared(population, phase), scenario.ab, config)
            : SimulateArm(WorldOf(phase), population.panel, population.neutral, config, moments);
    outcome.serving_cost = ServingCost(config, size.world);
    return outcome;
  }

  ExperimentWorld Shared(const Population& population, std::size_t phase) const {
    return {WorldOf(phase), population.panel, population.neutral, production};
  }

  /// Control and arms of an experiment on the tuning panel, after each of `days`, with all that
  /// biases it.
  std::vector<AccruedOutcome> Experiment(std::span<const Configuration> arms,
                                         std::span<const Configuration> before, std::size_t phase,
                                         std::span<const int> days) const {
    const auto bind = [&](std::span<const Configuration> configurations) {
      std::vector<ExperimentArm> bound;
      for (const Configuration& one : configurations) {
        bound.push_back({Bind(one), one == space->Production()});
      }
      return bound;
    };
    return SimulateExperiment(Shared(Of(PanelKind::kTuning, phase), phase), scenario.ab, bind(arms),
                              bind(before), days);
  }

  AbOptions Options(double users_per_arm) const {
    return {.users_per_arm = users_per_arm > 0.0 ? users_per_arm : size.users_per_arm,
            .horizon_days = size.world.days,
            .design_effect = scenario.ab.DesignEffect()};
  }

  Scenario scenario;
  const ScenarioTask& task;
  const ScenarioSize& size;
  std::shared_ptr<const ParameterSpace> space;
  std::shared_ptr<const MetricCatalogue> metrics;
  Timeline timeline;
  std::vector<std::optional<Reference>> references;  // by phase
  StageConfig production;

  mutable std::vector<LazyWorld> worlds;  // by Phase::world

  /// Noise-free lifts by world, panel and native values: recommendations repeat from round to
  /// round, and the truth of an arm falls out of its experiment.
  Measurement Remember(PanelKind panel, std::size_t phase, const Configuration& configuration,
                       const Measurement& truth) const {
    const std::lock_guard<std::mutex> lock(truth_mutex);
    truths.emplace(TruthKey(timeline.phases()[phase].world, panel, configuration.values()), truth);
    return truth;
  }
  std::optional<Measurement> Recall(PanelKind panel, std::size_t phase,
                                    const Configuration& configuration) const {
    const std::lock_guard<std::mutex> lock(truth_mutex);
    const auto found =
        truths.find(TruthKey(timeline.phases()[phase].world, panel, configuration.values()));
    if (found == truths.end()) return std::nullopt;
    return found->second;
  }

  mutable std::mutex truth_mutex;
  using TruthKey = std::tuple<std::size_t, PanelKind, std::vector<double>>;
  mutable std::map<TruthKey, Measurement> truths;
};

Testbed::Testbed(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Testbed::~Testbed() = default;

std::shared_ptr<const Testbed> Testbed::Open(const std::string& scenario, const std::string& task,
                                             const std::string& size) {
  auto parts = std::make_unique<Parts>(LoadScenario(scenario), task, size);
  return std::shared_ptr<const Testbed>(new Testbed(std::move(parts)));
}

const std::string& Testbed::scenario() const { return parts_->scenario.name; }
const std::string& Testbed::task() const { return parts_->task.name; }
const std::string& Testbed::size() const { return parts_->size.name; }
const ParameterSpace& Testbed::space() const { return *parts_->space; }
const MetricCatalogue& Testbed::metrics() const { return *parts_->metrics; }
const Objective& Testbed::objective() const { return parts_->scenario.objective; }
double Testbed::default_users_per_arm() const { return parts_->size.users_per_arm; }
double Testbed::MinimumUsersPerArm() const {
  return parts_->scenario.ab.DesignEffect() *
         sim::MinimumUsersPerArm(parts_->Of(PanelKind::kTuning, 0).control);
}
int Testbed::horizon_days() const { return parts_->size.world.days; }
const Json& Testbed::resolved() const { return parts_->scenario.resolved; }
std::vector<std::string> Testbed::Biases() const { return Describe(parts_->scenario.ab); }
const Timeline& Testbed::timeline() const { return parts_->timeline; }
const std::optional<Reference>& Testbed::reference(std::size_t phase) const {
  return parts_->references.at(phase);
}

TuningTask Testbed::MakeTask(const Traffic& traffic, std::uint64_t seed) const {
  return {.scenario = scenario(),
          .task = task(),
          .description = parts_->scenario.description + " " + parts_->task.description,
          .space = parts_->space,
          .metrics = parts_->metrics,
          .objective = objective(),
          .rounds = traffic.rounds,
          .arms_per_round = traffic.arms_per_round,
          .users_per_arm =
              traffic.users_per_arm > 0.0 ? traffic.users_per_arm : default_users_per_arm(),
          .horizon_days = horizon_days(),
          .seed = seed};
}

std::vector<Measurement> Testbed::RunRound(std::uint64_t seed, int round, double users_per_arm,
                                           std::span<const Configuration> arms,
                                           std::span<const Configuration> before,
                                           int threads) const {
  RECTUNE_CHECK(threads >= 1, "at least one thread");
  const std::size_t phase = parts_->timeline.PhaseOf(round);
  const Population& population = parts_->Of(PanelKind::kTuning, phase);
  const AbOptions options = parts_->Options(users_per_arm);
  std::vector<const ArmOutcome*> pointers;
  if (parts_->scenario.ab.any()) {
    const std::array<int, 1> horizon = {horizon_days()};
    const std::vector<AccruedOutcome> all = parts_->Experiment(arms, before, phase, horizon);
    for (std::size_t a = 1; a < all.size(); ++a) pointers.push_back(&all[a].back());
    return RunAbReadout(all[0].back(), pointers, options, seed, round);
  }
  const Configuration production = space().Production();
  std::vector<ArmOutcome> outcomes(arms.size());
  std::atomic<std::size_t> next{0};
  const auto simulate = [&] {
    for (std::size_t a = next++; a < arms.size(); a = next++) {
      if (arms[a] == production) continue;
      outcomes[a] = parts_->Simulate(arms[a], population, phase, Moments::kMeansAndCovariance);
    }
  };
  std::vector<std::future<void>> others;
  for (int t = 1; t < std::min(threads, static_cast<int>(arms.size())); ++t) {
    others.push_back(std::async(std::launch::async, simulate));
  }
  simulate();
  for (std::future<void>& other : others) other.get();
  for (std::size_t a = 0; a < arms.size(); ++a) {
    if (arms[a] == production) {  // an A/A arm is control's outcome, read out with its own noise
      pointers.push_back(&population.control);
      continue;
    }
    pointers.push_back(&outcomes[a]);
    parts_->Remember(PanelKind::kTuning, phase, arms[a],
                     TrueLifts(population.control, outcomes[a]));
  }
  return RunAbReadout(population.control, pointers, options, seed, round);
}

std::vector<PeekedArm> Testbed::PeekRound(std::uint64_t seed, int round, double users_per_arm,
                                          std::span<const Configuration> arms, int looks,
                                          std::span<const Configuration> before) const {
  const std::vector<int> days = LookDays(horizon_days(), looks);
  const std::vector<AccruedOutcome> all =
      parts_->Experiment(arms, before, parts_->timeline.PhaseOf(round), days);
  std::vector<const AccruedOutcome*> pointers;
  for (std::size_t a = 1; a < all.size(); ++a) pointers.push_back(&all[a]);
  return PeekedExperiment(all[0], pointers, days, parts_->Options(users_per_arm)).Run(seed, round);
}

std::vector<PeekingRates> Testbed::StudyPeeking(std::uint64_t seed, double users_per_arm, int looks,
                                                int experiments, std::size_t phase) const {
  const std::vector<int> days = LookDays(horizon_days(), looks);
  const std::vector<AccruedOutcome> control = parts_->Experiment({}, {}, phase, days);
  const std::array<const AccruedOutcome*, 1> arms = {control.data()};
  const PeekedExperiment experiment(control[0], arms, days, parts_->Options(users_per_arm));
  return MeasurePeeking(experiment, seed, experiments);
}

Measurement Testbed::Truth(const Configuration& configuration, PanelKind panel,
                           std::size_t phase) const {
  if (const auto known = parts_->Recall(panel, phase, configuration)) return *known;
  // Simulated outside the lock: two threads may do the same work, and get the same answer.
  const Population& population = parts_->Of(panel, phase);
  Measurement truth = TrueLifts(
      population.control, parts_->Simulate(configuration, population, phase, Moments::kMeans));
  // A search for the optimum never returns to a point: nothing to remember.
  if (panel == PanelKind::kOracle) return truth;
  return parts_->Remember(panel, phase, configuration, truth);
}

std::vector<FullArm> Testbed::SimulateUsers(std::span<const Configuration> arms,
                                            std::uint64_t first_user, std::uint64_t users,
                                            std::uint64_t replicate, int jobs,
                                            std::size_t phase) const {
  std::vector<StageConfig> configs;
  for (const Configuration& arm : arms) configs.push_back(parts_->Bind(arm));
  const FullPlan plan{.population = Purpose::kEvaluationUsers,
                      .first_user = first_user,
                      .users = users,
                      .replicate = replicate};
  const std::vector<FullTotals> totals =
      SimulateFull(parts_->WorldOf(phase), parts_->production, configs, plan, jobs);
  std::vector<FullArm> result;
  for (std::size_t a = 0; a < totals.size(); ++a) {
    const LinearisedArm arm =
        Linearise(totals[a].ToOutcome(ServingCost(configs[a], parts_->size.world)));
    FullArm& full = result.emplace_back();
    full.levels = arm.levels;
    for (std::size_t k = 0; k < arm.metrics(); ++k) {
      const auto row = static_cast<Eigen::Index>(k);
      full.standard_errors.push_back(
          std::sqrt(std::max(0.0, arm.within(row, row)) / static_cast<double>(users)));
    }
    full.totals = totals[a];
  }
  return result;
}

}  // namespace rectune::sim
