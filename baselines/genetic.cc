// SPDX-License-Identifier: Apache-2.0
#include "baselines/genetic.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace rectune::baselines {
namespace {

constexpr double kMutationIndex = 20.0;

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
  // The paper's fast non-dominated sort: every pair is compared once.
  const std::size_t n = population.size();
  std::vector<Standing> standings(n);
  std::vector<std::vector<std::size_t>> dominated(n);
  std::vector<std::size_t> dominators(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      if (Dominates(population[i], population[j])) {
        dominated[i].push_back(j);
        ++dominators[j];
      } else if (Dominates(population[j], population[i])) {
        dominated[j].push_back(i);
        ++dominators[i];
      }
    }
  }
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < n; ++i) {
    if (dominators[i] == 0) members.push_back(i);
  }
  for (std::size_t front = 0; !members.empty(); ++front) {
    std::vector<std::size_t> next;
    for (const std::size_t i : members) {
      standings[i].front = front;
      for (const std::size_t j : dominated[i]) {
        if (--dominators[j] == 0) next.push_back(j);
      }
    }
    Crowd(population, members, &standings);
    // In order, since ties in crowding go to the earlier.
    std::sort(next.begin(), next.end());
    members = std::move(next);
  }
  return standings;
}

std::vector<std::size_t> SelectBest(std::span<const Standing> standings, std::size_t count) {
  std::vector<std::size_t> order(standings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return Precedes(standings[a], standings[b]);
  });
  order.resize(std::min(count, order.size()));
  return order;
}

Variation::Variation(std::vector<CoordinateView> views, double crossover)
    : views_(std::move(views)), crossover_(crossover) {}

void Variation::Mutate(std::vector<double>& unit, RandomStream& stream) const {
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

std::vector<double> Variation::Child(std::span<const std::vector<double>> units,
                                     std::span<const Standing> standings,
                                     RandomStream& stream) const {
  const auto tournament = [&]() -> const std::vector<double>& {
    const std::size_t a = stream.UniformInteger(units.size());
    const std::size_t b = stream.UniformInteger(units.size());
    return units[Precedes(standings[b], standings[a]) ? b : a];
  };
  std::vector<double> child = tournament();
  const std::vector<double>& other = tournament();
  if (stream.Uniform() < crossover_) {
    for (std::size_t j = 0; j < child.size(); ++j) {
      if (stream.Uniform() < 0.5) child[j] = other[j];
    }
  }
  Mutate(child, stream);
  return child;
}

}  // namespace rectune::baselines
