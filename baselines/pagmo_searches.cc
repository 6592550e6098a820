// SPDX-License-Identifier: Apache-2.0
#include "baselines/pagmo_searches.h"

#include <pagmo/algorithms/de.hpp>
#include <pagmo/algorithms/pso_gen.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <utility>

#include "core/object_reader.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

// Small, for the budgets here: at 200 evaluations 10 beat 14, 20 and 30 on four test functions.
constexpr std::size_t kUsualPopulation = 10;
// More than any study asks for; a run ends when its objective has nothing to say.
constexpr unsigned kGenerations = 1'000'000;

/// Unwinds pagmo when the next cost is not known. Not an error, and caught below.
struct NothingToSay {};

struct BoxProblem {
  std::size_t dimension = 1;
  const ReplayObjective* objective = nullptr;

  pagmo::vector_double fitness(const pagmo::vector_double& point) const {
    const std::optional<double> cost = (*objective)(point);
    if (!cost) throw NothingToSay{};
    return {*cost};
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(dimension, 0.0), pagmo::vector_double(dimension, 1.0)};
  }
};

}  // namespace

PagmoOptions PagmoOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  PagmoOptions result;
  if (reader.Has("population")) {
    result.population = static_cast<int>(reader.Integer("population", {7, 10000}));
  }
  reader.Finish();
  return result;
}

std::size_t PagmoPopulation(const PagmoOptions& options, int arms) {
  if (options.population > 0) return static_cast<std::size_t>(options.population);
  const auto round = static_cast<std::size_t>(arms);
  return (kUsualPopulation + round - 1) / round * round;
}

ReplayMinimiser MakePagmo(PagmoMethod method, std::size_t size) {
  return [method, size](const ReplayRun& run, const ReplayObjective& objective) {
    const auto seed = static_cast<unsigned>(run.seed);
    RandomStream stream(run.seed, Purpose::kTunerInternal);
    try {
      pagmo::population population{pagmo::problem{BoxProblem{run.start.size(), &objective}}, 0,
                                   seed};
      population.push_back(run.start);
      for (std::size_t i = 1; i < size; ++i) {
        pagmo::vector_double point(run.start.size());
        for (double& u : point) u = stream.Uniform();
        population.push_back(point);
      }
      if (method == PagmoMethod::kDe) {
        pagmo::de(kGenerations, 0.8, 0.9, 2, 1e-6, 1e-6, seed).evolve(std::move(population));
      } else {
        pagmo::pso_gen(kGenerations, 0.7298, 2.05, 2.05, 0.5, 5, 2, 4, false, seed)
            .evolve(std::move(population));
      }
    } catch (const NothingToSay&) {
      return;
    }
  };
}

}  // namespace rectune::baselines
