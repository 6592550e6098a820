// SPDX-License-Identifier: Apache-2.0
#include "baselines/nsga2.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kLeastPopulation = 8;
constexpr int kMaxRedraws = 100;

}  // namespace

Nsga2Options Nsga2Options::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  Nsga2Options result;
  if (reader.Has("population")) {
    result.population = static_cast<int>(reader.Integer("population", {2, 10000}));
  }
  result.crossover = reader.NumberOr("crossover", result.crossover, {0.0, 1.0});
  reader.Finish();
  return result;
}

Nsga2::Nsga2(std::string name, TuningTask task, Nsga2Options options)
    : Tuner(std::move(name), std::move(task)),
      variation_(ViewCoordinates(*this->task().space), options.crossover),
      population_(options.population > 0
                      ? static_cast<std::size_t>(options.population)
                      : std::max(kLeastPopulation,
                                 2 * static_cast<std::size_t>(this->task().arms_per_round))) {}

std::vector<Nsga2::Individual> Nsga2::Parents() const {
  const Objective& objective = task().objective;
  std::vector<Individual> parents;
  const auto keep_best = [&] {
    if (parents.size() <= population_) return;
    std::vector<Fitness> fitness;
    for (const Individual& individual : parents) fitness.push_back(individual.fitness);
    std::vector<Individual> kept;
    for (const std::size_t i : SelectBest(RankPopulation(fitness), population_)) {
      kept.push_back(std::move(parents[i]));
    }
    parents = std::move(kept);
  };
  int round = 0;
  for (const Trial& trial : history()) {
    if (trial.round != round) keep_best();
    round = trial.round;
    Score score;
    if (!IsScored(trial, task(), &score)) continue;
    Individual individual{task().space->Encode(*trial.proposal.configuration), {}};
    individual.fitness.violation = score.violation;
    for (const NorthStar& star : objective.north_stars()) {
      const double lift = trial.measurement.readings[task().metrics->IndexOf(star.metric)].lift;
      individual.fitness.objectives.push_back(star.direction == Direction::kHigherIsBetter ? -lift
                                                                                           : lift);
    }
    parents.push_back(std::move(individual));
  }
  keep_best();
  return parents;
}

std::vector<Proposal> Nsga2::DoPropose(int arms) {
  const ParameterSpace& space = *task().space;
  const std::vector<Individual> parents = Parents();
  std::vector<std::vector<double>> units;
  std::vector<Fitness> fitness;
  std::vector<Configuration> known;
  for (const Individual& individual : parents) {
    units.push_back(individual.unit);
    fitness.push_back(individual.fitness);
    known.push_back(space.Decode(individual.unit));
  }
  const std::vector<Standing> standings = RankPopulation(fitness);
  std::vector<Proposal> proposals;
  for (int arm = 0; arm < arms; ++arm) {
    if (parents.size() < population_) {
      proposals.push_back(MakeProposal(space.Decode(UniformPoint(task(), proposed_rounds(), arm)),
                                       name() + " (random start)"));
      continue;
    }
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()),
                        static_cast<std::uint64_t>(arm));
    const auto is_known = [&](const Configuration& configuration) {
      return std::find(known.begin(), known.end(), configuration) != known.end();
    };
    // A child that is one of its parents again teaches nothing.
    Configuration child = space.Decode(variation_.Child(units, standings, stream));
    for (int i = 0; i < kMaxRedraws && is_known(child); ++i) {
      child = space.Decode(variation_.Child(units, standings, stream));
    }
    proposals.push_back(MakeProposal(std::move(child), name()));
  }
  return proposals;
}

}  // namespace rectune::baselines
