// SPDX-License-Identifier: Apache-2.0
#include "baselines/nsga2.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr double kMutationIndex = 20.0;
constexpr std::size_t kLeastPopulation = 8;
constexpr int kMaxRedraws = 100;

bool Precedes(const Standing& a, const Standing& b) {
  return a.front != b.front ? a.front < b.front : a.crowding > b.crowding;
}

/// Deb and Goyal's polynomial mutation of a number in [0, 1], as NSGA-II's authors code it.
double MutatePolynomially(double u, RandomStream& stream) {
  const double power = 1.0 / (kMutationIndex + 1.0);
  const double draw = stream.Uniform();
  if (draw < 0.5) {
    const double inner = 2.0 * draw + (1.0 - 2.0 * draw) * std::pow(1.0 - u, kMutationIndex + 1.0);
    return std::clamp(u + std::pow(inner, power) - 1.0, 0.0, 1.0);
  }
  const double inner = 2.0 * (1.0 - draw) + 2.0 * (draw - 0.5) * std::pow(u, kMutationIndex + 1.0);
  return std::clamp(u + 1.0 - std::pow(inner, power), 0.0, 1.0);
}

/// Adds the crowding distance of one front's members.
void Crowd(std::span<const Fitness> population, const std::vector<std::size_t>& front,
           std::vector<Standing>* standings) {
  const std::size_t objectives = population[front.front()].objectives.size();
  std::vector<std::size_t> order = front;
  for (std::size_t k = 0; k < objectives; ++k) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return population[a].objectives[k] < population[b].objectives[k];
    });
    (*standings)[order.front()].crowding = std::numeric_limits<double>::infinity();
    (*standings)[order.back()].crowding = std::numeric_limits<double>::infinity();
    const double range =
        population[order.back()].objectives[k] - population[order.front()].objectives[k];
    if (range <= 0.0) continue;
    for (std::size_t i = 1; i + 1 < order.size(); ++i) {
      (*standings)[order[i]].crowding +=
          (population[order[i + 1]].objectives[k] - population[order[i - 1]].objectives[k]) / range;
    }
  }
}

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

bool Dominates(const Fitness& a, const Fitness& b) {
  if (a.violation > 0.0 || b.violation > 0.0) return a.violation < b.violation;
  bool better = false;
  for (std::size_t k = 0; k < a.objectives.size(); ++k) {
    if (a.objectives[k] > b.objectives[k]) return false;
    better = better || a.objectives[k] < b.objectives[k];
  }
  return better;
}

std::vector<Standing> RankPopulation(std::span<const Fitness> population) {
  std::vector<Standing> standings(population.size());
  std::vector<std::size_t> left(population.size());
  std::iota(left.begin(), left.end(), std::size_t{0});
  for (std::size_t front = 0; !left.empty(); ++front) {
    std::vector<std::size_t> members;
    std::vector<std::size_t> rest;
    for (const std::size_t i : left) {
      const bool dominated = std::any_of(left.begin(), left.end(), [&](std::size_t j) {
        return Dominates(population[j], population[i]);
      });
      (dominated ? rest : members).push_back(i);
    }
    for (const std::size_t i : members) standings[i].front = front;
    Crowd(population, members, &standings);
    left = std::move(rest);
  }
  return standings;
}

Nsga2::Nsga2(std::string name, TuningTask task, Nsga2Options options)
    : Tuner(std::move(name), std::move(task)),
      options_(options),
      views_(ViewCoordinates(*this->task().space)),
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
    const std::vector<Standing> standings = RankPopulation(fitness);
    std::vector<std::size_t> order(parents.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return Precedes(standings[a], standings[b]);
    });
    order.resize(population_);
    std::vector<Individual> kept;
    for (const std::size_t i : order) kept.push_back(std::move(parents[i]));
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

void Nsga2::Mutate(std::vector<double>& unit, RandomStream& stream) const {
  const auto free = std::count_if(views_.begin(), views_.end(),
                                  [](const CoordinateView& view) { return !view.is_fixed(); });
  const double probability = 1.0 / static_cast<double>(std::max<std::ptrdiff_t>(1, free));
  for (std::size_t j = 0; j < unit.size(); ++j) {
    const CoordinateView& view = views_[j];
    if (view.is_fixed() || stream.Uniform() >= probability) continue;
    if (view.is_choice()) {
      const std::size_t step = 1 + stream.UniformInteger(view.levels() - 1);
      unit[j] = view.Centre((view.LevelOf(unit[j]) + step) % view.levels());
      continue;
    }
    const double moved = MutatePolynomially(unit[j], stream);
    // A mutation that rounds back to the same integer is none: go to the neighbour it points at.
    if (view.has_levels() && view.LevelOf(moved) == view.LevelOf(unit[j])) {
      const std::size_t level = view.LevelOf(unit[j]);
      const bool up = level == 0 || (level + 1 < view.levels() && moved > unit[j]);
      unit[j] = view.Centre(up ? level + 1 : level - 1);
      continue;
    }
    unit[j] = moved;
  }
}

std::vector<double> Nsga2::Child(const std::vector<Individual>& parents,
                                 const std::vector<Standing>& standings,
                                 RandomStream& stream) const {
  const auto tournament = [&]() -> const std::vector<double>& {
    const std::size_t a = stream.UniformInteger(parents.size());
    const std::size_t b = stream.UniformInteger(parents.size());
    return parents[Precedes(standings[b], standings[a]) ? b : a].unit;
  };
  std::vector<double> child = tournament();
  const std::vector<double>& other = tournament();
  if (stream.Uniform() < options_.crossover) {
    for (std::size_t j = 0; j < child.size(); ++j) {
      if (stream.Uniform() < 0.5) child[j] = other[j];
    }
  }
  Mutate(child, stream);
  return child;
}

std::vector<Proposal> Nsga2::DoPropose(int arms) {
  const ParameterSpace& space = *task().space;
  const std::vector<Individual> parents = Parents();
  std::vector<Fitness> fitness;
  std::vector<Configuration> known;
  for (const Individual& individual : parents) {
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
    Configuration child = space.Decode(Child(parents, standings, stream));
    for (int i = 0; i < kMaxRedraws && is_known(child); ++i) {
      child = space.Decode(Child(parents, standings, stream));
    }
    proposals.push_back(MakeProposal(std::move(child), name()));
  }
  return proposals;
}

}  // namespace rectune::baselines
