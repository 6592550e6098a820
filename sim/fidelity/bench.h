// SPDX-License-Identifier: Apache-2.0
//
// Bench: what the lines of the fidelity card are measured on: one scenario at one size, three
// capped populations, a shared sample of random configurations, and the frozen references. Made
// once a card; expensive parts on first use. Unlike Testbed it opens the world up, so it is for
// judging a simulator, never for tuning in one. Not for several threads.
//
//   Bench bench("discover_feed", "small");
//   double dau = bench.Lift(bench.Lifts({{"pre_cg_weight", 10.0}}), "dau");
#pragma once

#include <any>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/measurement.h"
#include "sim/arm_outcome.h"
#include "sim/panel.h"
#include "sim/scenario.h"
#include "sim/simulate_arm.h"
#include "sim/testbed.h"
#include "sim/world.h"

namespace rectune::sim {

/// A panel with production's outcome on it.
struct BenchPopulation {
  BenchPopulation(const World& world, Purpose purpose, std::size_t users,
                  const StageConfig& production, Moments moments);
  const World& world;
  Panel panel;
  NeutralState neutral;
  ArmOutcome control;
};

class Bench {
 public:
  Bench(const std::string& scenario, const std::string& size);

  const Scenario& scenario() const { return scenario_; }
  const ScenarioSize& size() const { return size_; }
  /// Every knob of the three stages.
  const ParameterSpace& space() const { return size_.full_space; }
  const StageConfig& production() const { return production_; }
  const World& world() const { return world_; }

  /// At most 192 users, as tuners' data would come from; moments with covariance.
  const BenchPopulation& tuning();
  /// At most 384 other users.
  const BenchPopulation& evaluation();
  /// 32 of the evaluation users: for searches and sensitivity indices, which need many arms.
  const BenchPopulation& scout();

  ArmOutcome Simulate(const Configuration& configuration, const BenchPopulation& population,
                      Moments moments) const;
  /// Noise-free lifts over production.
  Measurement Lifts(const Configuration& configuration, const BenchPopulation& population) const;
  /// The same for many, in order, on two threads.
  std::vector<Measurement> LiftsOf(const std::vector<Configuration>& configurations,
                                   const BenchPopulation& population) const;
  /// Of production with some knobs changed, on the evaluation population.
  Measurement Lifts(const Json& changes);
  Configuration Changed(const Json& changes) const;
  static double Lift(const Measurement& measurement, const std::string& metric);
  Score ScoreOf(const Measurement& measurement) const;

  /// The card's shared sample, uniform in the unit cube: 256 configurations.
  const std::vector<Configuration>& sample();
  /// Its lifts on the scout population.
  const std::vector<Measurement>& sample_lifts();

  /// The frozen reference of a task at this size.
  std::optional<Reference> ReferenceOf(const std::string& task) const;

  /// Coordinate ascent of `goal` on the scout population from the best of the sample, production
  /// and the joint reference: two passes over the unit cube's axes. A good point, not the optimum.
  Configuration Climb(const std::function<double(const Measurement&)>& goal);

  /// What several lines share, measured once a bench under a name of its own.
  template <typename T>
  const T& Once(const std::string& name, const std::function<T()>& measure) {
    const auto found = shared_.find(name);
    if (found != shared_.end()) return std::any_cast<const T&>(found->second);
    T value = measure();  // may itself share
    return std::any_cast<const T&>(shared_.emplace(name, std::move(value)).first->second);
  }

 private:
  std::string source_;  // name or path, for references
  Scenario scenario_;
  const ScenarioSize& size_;
  StageConfig production_;
  World world_;
  std::unique_ptr<BenchPopulation> tuning_;
  std::unique_ptr<BenchPopulation> evaluation_;
  std::unique_ptr<BenchPopulation> scout_;
  std::vector<Configuration> sample_;
  std::vector<Measurement> sample_lifts_;
  std::map<std::string, std::any> shared_;
};

}  // namespace rectune::sim
