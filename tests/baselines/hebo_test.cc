// SPDX-License-Identifier: Apache-2.0
//
// hebo's batches: the three acquisition functions, the front's search, what is sampled from it, and
// what the tuner makes of arms under way.
#include "baselines/hebo.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>
#include <vector>

#include "baselines/function_task.h"
#include "baselines/table.h"
#include "tests/baselines/study.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;

std::vector<Trial> ProductionOf(const TuningTask& task) {
  return {ProductionTrial(*task.space, *task.metrics)};
}

/// Runs the toy until the models have taken over.
std::int64_t Warm(Tuner& tuner, int rounds, double noise) {
  tuner.Observe(ProductionOf(tuner.task()));
  std::int64_t id = 1;
  for (int round = 1; round <= rounds; ++round) {
    const std::vector<Trial> trials =
        RunToyRound(tuner.task(), round, tuner.Propose(tuner.task().arms_per_round), noise, id);
    id += static_cast<std::int64_t>(trials.size());
    tuner.Observe(trials);
  }
  return id;
}

HeboOptions Quick() {
  HeboOptions options;
  options.search = {.population = 40, .generations = 30};
  options.surrogate.models.gp.restarts = 1;
  return options;
}

}  // namespace

TEST_CASE("MACE's logarithms are those of the plain forms, and go on where those end", "[hebo]") {
  const auto density = [](double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * M_PI); };
  for (double z = -10.0; z < 10.0; z += 0.25) {
    INFO(z);
    CHECK(LogNormalCdf(z) == Approx(std::log(NormalCdf(z))).margin(1e-12));
    if (z > -4.0) {
      CHECK(LogExpectedImprovement(z) ==
            Approx(std::log(density(z) + z * NormalCdf(z))).margin(1e-9));
    }
  }
  // The seam at -25, and far beyond where a density is 0.
  for (const auto& function : {LogExpectedImprovement, LogNormalCdf}) {
    const double slope = (function(-24.9) - function(-24.99)) / 0.09;
    CHECK(function(-25.01) == Approx(function(-24.99) - 0.02 * slope).epsilon(1e-4));
    double before = -1e300;
    for (double z = -1e9; z < -1.0; z *= 0.5) {
      CHECK(std::isfinite(function(z)));
      CHECK(function(z) > before);
      before = function(z);
    }
  }
}

TEST_CASE("MACE: a higher mean is better in all three, guardrails multiply into all three",
          "[hebo]") {
  const MaceSetting setting{.incumbent = 0.5, .kappa = 2.0};
  const Fitness at = MaceFitness(setting, 0.2, 0.4, 0.0);
  CHECK(Dominates(MaceFitness(setting, 0.3, 0.4, 0.0), at));
  const Fitness likely = MaceFitness(setting, 0.2, 0.4, std::log(0.5));
  for (std::size_t k = 0; k < 3; ++k) {
    CHECK(likely.objectives[k] == Approx(at.objectives[k] + std::log(2.0)));
  }
  const double z = (0.2 - 0.5) / 0.4;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * M_PI);
  CHECK(at.objectives[0] == Approx(-std::log(0.4 * (density + z * NormalCdf(z)))));
  CHECK(at.objectives[1] == Approx(-std::log(NormalCdf(z))));
  CHECK(at.objectives[2] == Approx(-std::log(0.2 + 2.0 * 0.4 - 0.5)).epsilon(1e-6));
  for (const double objective : MaceFitness(setting, -50.0, 0.0, -690.0).objectives) {
    CHECK(std::isfinite(objective));
  }
  // d = 6 after 100 rounds: HEBO's formula by hand.
  CHECK(MaceKappa(6, 100) ==
        Approx(std::sqrt(5.0 * std::log(100.0) + std::log(M_PI * M_PI * 100))));
}

TEST_CASE("the search finds the whole front of two opposed bowls, and only it", "[hebo]") {
  const TestFunction square{{0.0, 0.0}, {1.0, 1.0}, [](const Point& x) { return x[0]; }, 0.0};
  const TuningTask task = MakeFunctionTask(square, {0.5, 0.5}, 1, 1, 10);
  const FeatureMap map(*task.space);
  // Pareto-optimal is the segment between (0.2, 0.5) and (0.8, 0.5).
  const auto bowls = [](const std::vector<std::vector<double>>& units) {
    std::vector<Fitness> fitness;
    for (const std::vector<double>& u : units) {
      const double y = (u[1] - 0.5) * (u[1] - 0.5);
      fitness.push_back({{(u[0] - 0.2) * (u[0] - 0.2) + y, (u[0] - 0.8) * (u[0] - 0.8) + y}, 0.0});
    }
    return fitness;
  };
  const FrontPopulation population =
      SearchFront(map, bowls, {{0.1, 0.9}, {0.9, 0.1}}, {50, 60}, RandomStream(3, Purpose::kTest));
  REQUIRE(population.units.size() == 50);
  double least = 1.0;
  double greatest = 0.0;
  for (std::size_t i = 0; i < population.units.size(); ++i) {
    if (population.standings[i].front != 0) continue;
    CHECK(std::abs(population.units[i][1] - 0.5) < 0.1);
    least = std::min(least, population.units[i][0]);
    greatest = std::max(greatest, population.units[i][0]);
  }
  CHECK(least == Approx(0.2).margin(0.02));
  CHECK(greatest == Approx(0.8).margin(0.02));
  std::set<std::vector<double>> distinct(population.units.begin(), population.units.end());
  CHECK(distinct.size() == population.units.size());
}

TEST_CASE("a batch has the front's best mean and its largest sigma, and no member twice",
          "[hebo]") {
  // Members 0 to 9 are on the front, 10 to 13 behind it with better extremes.
  std::vector<std::size_t> members(14);
  std::iota(members.begin(), members.end(), std::size_t{0});
  std::vector<double> means(14);
  std::vector<double> sigmas(14);
  for (std::size_t i = 0; i < 14; ++i) {
    means[i] = static_cast<double>((i * 7) % 14);
    sigmas[i] = static_cast<double>((i * 5 + 3) % 14);
  }
  std::size_t best = 0;
  std::size_t loosest = 0;
  for (std::size_t i = 1; i < 10; ++i) {
    if (means[i] > means[best]) best = i;
    if (sigmas[i] > sigmas[loosest]) loosest = i;
  }
  REQUIRE(best != loosest);
  std::set<std::vector<std::size_t>> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const std::size_t count : {1, 2, 3, 4, 10, 12, 14}) {
      const std::vector<std::size_t> batch =
          SampleBatch(members, 10, means, sigmas, count, RandomStream(seed, Purpose::kTest));
      CHECK(batch.size() == count);
      const std::set<std::size_t> distinct(batch.begin(), batch.end());
      CHECK(distinct.size() == count);
      if (count >= 3) {
        CHECK(distinct.count(best) == 1);
        CHECK(distinct.count(loosest) == 1);
      }
      // Later fronts only when the first is used up.
      for (const std::size_t i : batch) CHECK((i < 10 || count > 10));
      if (count == 4) seen.insert(batch);
    }
  }
  CHECK(seen.size() > 20);  // sampled, not always the same
  // One member that is both.
  const std::vector<std::size_t> batch =
      SampleBatch({0, 1, 2, 3}, 4, {9, 1, 2, 3}, {9, 1, 2, 3}, 3, RandomStream(1, Purpose::kTest));
  CHECK(std::count(batch.begin(), batch.end(), std::size_t{0}) == 1);
}

TEST_CASE("hebo does not propose what is known or under way", "[hebo]") {
  const TuningTask task = MakeToyTask(4, 40, 4);
  Hebo tuner("hebo", task, Quick());
  Warm(tuner, 6, 0.0);
  std::vector<Configuration> known;
  for (const Trial& trial : tuner.history()) known.push_back(*trial.proposal.configuration);
  // Three rounds without a result.
  for (int round = 0; round < 3; ++round) {
    for (const Proposal& proposal : tuner.Propose(4)) {
      CHECK(std::find(known.begin(), known.end(), *proposal.configuration) == known.end());
      known.push_back(*proposal.configuration);
    }
  }
}

TEST_CASE("arms under way push the next ones away", "[hebo]") {
  // Five readings of two waves: there is room for doubt between them.
  const TestFunction waves{
      {0.0}, {1.0}, [](const Point& x) { return std::sin(12.0 * x[0]); }, -1.0};
  HeboOptions options = Quick();
  options.surrogate.startup_arms = 1;
  const auto batch = [&](Hebo& tuner) {
    std::vector<double> places;
    for (const Proposal& proposal : tuner.Propose(4)) {
      places.push_back(proposal.configuration->values()[0]);
    }
    return places;
  };
  double told = 0.0;
  double untold = 0.0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    TuningTask task = MakeFunctionTask(waves, {0.0}, seed, 4, 10);
    std::vector<Trial> history = ProductionOf(task);
    for (int i = 1; i <= 4; ++i) {
      Trial trial = history.front();
      trial.id = i;
      trial.proposal.configuration = task.space->Decode(std::vector<double>{0.25 * i});
      trial.measurement.readings[0].lift = -std::sin(3.0 * i);
      history.push_back(trial);
    }
    Hebo tuner("hebo", task, options);
    tuner.Observe(history);
    task.seed += 1000;
    Hebo other("hebo", task, options);
    other.Observe(history);
    const std::vector<double> pending = batch(tuner);
    const auto distance = [&](const std::vector<double>& places) {
      double sum = 0.0;
      for (const double place : places) {
        double nearest = 1.0;
        for (const double there : pending) nearest = std::min(nearest, std::abs(place - there));
        sum += nearest;
      }
      return sum;
    };
    told += distance(batch(tuner));
    untold += distance(batch(other));
  }
  CHECK(told > untold);
}

TEST_CASE("hebo says when it had no shape to go by", "[hebo]") {
  const TuningTask task = MakeToyTask(8, 10, 4);
  HeboOptions options = Quick();
  options.surrogate.startup_arms = 1;
  Hebo tuner("hebo", task, options);
  tuner.Observe(ProductionOf(task));
  for (const Proposal& proposal : tuner.Propose(4)) {
    CHECK(proposal.source == "hebo (outputs not warped)");
  }
  Hebo later("hebo", task, options);
  Warm(later, 3, 0.3);
  for (const Proposal& proposal : later.Propose(4)) CHECK(proposal.source == "hebo");
  // Not asked for, nothing to say.
  options.surrogate.models.warps_outputs = false;
  Hebo plain("hebo", task, options);
  plain.Observe(ProductionOf(task));
  CHECK(plain.Propose(1).front().source == "hebo");
}

TEST_CASE("what hebo launches is above production in native units", "[hebo]") {
  const TuningTask task = MakeToyTask(2, 10, 4);
  Hebo tuner("hebo", task, Quick());
  Warm(tuner, 8, 0.0);
  const Configuration launch = tuner.Recommend();
  CHECK(test_support::ToyTruth(task, launch) > 0.0);
  const MetricModel& model = tuner.models().objective();
  CHECK_FALSE(model.warp.is_identity());
  CandidateBlock block;
  model.posterior->Predict(tuner.models().features(), &block);
  // Production reads 0 exactly, and that is what the model says in native units.
  CHECK(model.ToNative(block.mean[0]) == Approx(0.0).margin(0.02 * model.standardisation.spread));
}

TEST_CASE("hebo reaches Branin's floor in 50 evaluations", "[published]") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    INFO("seed " << seed);
    const TestFunction branin = Branin();
    const TuningTask task = MakeFunctionTask(branin, RandomStart(branin, seed), seed, 1);
    const auto tuner = FindTuner(BaselineTable(), "hebo")->make(task, Json::object(), "", {});
    CHECK(BestFound(*tuner, branin, 50) < 0.45);
  }
}

}  // namespace rectune::baselines
