// SPDX-License-Identifier: Apache-2.0
//
// The two parts that let CMA-ES search mixed spaces: the integer margin and the categorical
// sampler, against the authors' own implementation and against what they promise.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "baselines/categorical_sampler.h"
#include "baselines/cma_es_engine.h"
#include "baselines/integer_margin.h"
#include "core/check.h"
#include "core/config_error.h"

namespace rectune::baselines {
namespace {

double Fraction(double x) { return x - std::floor(x); }

std::vector<double> EqualEdges(int cells) {
  std::vector<double> edges;
  for (int i = 0; i <= cells; ++i) edges.push_back(static_cast<double>(i) / cells);
  return edges;
}

}  // namespace

TEST_CASE("the margin moves mean and scale as cmaes' CMAwM does", "[cma_es]") {
  // State of cmaes 0.13.1 (CMAwM, default margin) after each of eight updates, told points that
  // shrink around its mean so that the margin has to act: mean, sigma, A of the two discrete
  // coordinates. Coordinate 0 is continuous, 1 has five levels, 2 has two.
  const std::vector<std::vector<double>> expected{
      {0.51046268595177, 0.304395894674844, 0.297696878771242, 0.129215420138555, 1, 1},
      {0.546399866079741, 0.291518082504016, 0.337756996475615, 0.107812893776266, 1, 1},
      {0.54491291724919, 0.277541296664477, 0.366766579093597, 0.0911436591212343, 1, 1},
      {0.545422519133703, 0.279963811641452, 0.398181931699511, 0.0732081078229928,
       1.11521492311158, 1},
      {0.549515549719971, 0.289734344285859, 0.425433074056404, 0.0582773644474349,
       1.32980760964992, 1},
      {0.549130122651287, 0.3, 0.446378321616866, 0.0445363160738385, 1.6475595322476, 1},
      {0.549094043654419, 0.3, 0.462029428767296, 0.0335818915272778, 2.28457044113768, 1},
      {0.549555782861487, 0.3, 0.472844893707285, 0.0253501469618932, 3.16129599154941, 1}};
  CmaEsEngine engine(Eigen::Vector3d(0.5, 0.3, 0.25), 1.0 / 6.0);
  REQUIRE(engine.population() == 7);
  IntegerMargin margin({{}, EqualEdges(5), EqualEdges(2)}, 1.0 / 21.0);
  int count = 0;
  for (std::size_t generation = 0; generation < expected.size(); ++generation) {
    std::vector<Eigen::VectorXd> points;
    for (int i = 0; i < 7; ++i) {
      ++count;
      const Eigen::Vector3d z(Fraction(0.618033988749895 * count) - 0.5,
                              Fraction(0.414213562373095 * count) - 0.5,
                              Fraction(0.732050807568877 * count) - 0.5);
      points.emplace_back(engine.mean() + std::pow(0.5, generation) * 0.3 * z);
    }
    engine.Tell(points);
    margin.Correct(engine);
    std::vector<double> actual(engine.mean().begin(), engine.mean().end());
    actual.push_back(engine.sigma());
    actual.push_back(margin.scale()[1]);
    actual.push_back(margin.scale()[2]);
    INFO("generation " << generation);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      CHECK(actual[i] == Approx(expected[generation][i]).epsilon(1e-9));
    }
  }
}

TEST_CASE("after a correction every way out of a cell keeps its probability", "[cma_es]") {
  constexpr double kAlpha = 0.02;
  // Equal and unequal cells; means in every cell and outside, spreads from tiny to wide.
  const std::vector<std::vector<double>> edges{
      EqualEdges(2), EqualEdges(5), {0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 1.0}};
  for (std::size_t which = 0; which < edges.size(); ++which) {
    for (const double mean : {-3.0, -0.2, 0.02, 0.3, 0.47, 0.5, 0.61, 0.83, 0.99, 1.4}) {
      for (const double sigma : {1e-6, 1e-3, 0.05, 0.4, 3.0}) {
        INFO("edges " << which << ", mean " << mean << ", sigma " << sigma);
        CmaEsEngine engine(Eigen::VectorXd::Constant(1, mean), sigma, 4);
        IntegerMargin margin({edges[which]}, kAlpha);
        const std::size_t before = margin.LevelOf(0, mean, mean);
        margin.Correct(engine);
        const double below = margin.ProbabilityBelow(engine, 0);
        const double above = margin.ProbabilityAbove(engine, 0);
        const bool lowest = before == 0;
        const bool highest = before + 2 == edges[which].size();
        if (!lowest) CHECK(below >= kAlpha / 2.0 - 1e-9);
        if (!highest) CHECK(above >= kAlpha / 2.0 - 1e-9);
        if (lowest || highest) CHECK(std::min(below, above) >= kAlpha - 1e-9);
        // The mean stays in its cell: the correction explores, it does not decide.
        const double moved = engine.mean()[0];
        CHECK(margin.LevelOf(0, moved, moved) == before);
        CHECK(margin.scale()[0] > 0.0);
      }
    }
  }
}

TEST_CASE("with the margin an integer leaves a plateau; without it, it is stuck", "[cma_es]") {
  // f = (x - 0.3)^2 + level effect, level 3 of 4 best. x is there already and the step size far
  // smaller than a cell of the level's coordinate.
  const auto f = [](double x, std::size_t level) {
    return (x - 0.3) * (x - 0.3) + 0.1 * (3.0 - static_cast<double>(level));
  };
  const auto final_level = [&](bool with_margin, std::uint64_t seed) {
    CmaEsEngine engine(Eigen::Vector2d(0.3, 0.125), 0.01);
    IntegerMargin margin({{}, EqualEdges(4)},
                         1.0 / (2.0 * static_cast<double>(engine.population())));
    RandomStream stream(seed, Purpose::kTest);
    for (int generation = 0; generation < 80; ++generation) {
      std::vector<std::pair<double, Eigen::VectorXd>> told;
      for (std::size_t i = 0; i < engine.population(); ++i) {
        Eigen::VectorXd x = engine.Sample(stream);
        const double value = f(x[0], margin.LevelOf(1, x[1], engine.mean()[1]));
        told.emplace_back(value, std::move(x));
      }
      std::stable_sort(told.begin(), told.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
      std::vector<Eigen::VectorXd> points;
      for (auto& [value, x] : told) points.push_back(std::move(x));
      engine.Tell(points);
      if (with_margin) margin.Correct(engine);
    }
    return margin.LevelOf(1, engine.mean()[1], engine.mean()[1]);
  };
  int solved = 0;
  int solved_without = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    solved += final_level(true, seed) == 3 ? 1 : 0;
    solved_without += final_level(false, seed) == 3 ? 1 : 0;
  }
  CHECK(solved == 10);
  CHECK(solved_without < 5);
}

TEST_CASE("a margin refuses cells it cannot serve", "[cma_es]") {
  CHECK_THROWS_AS(IntegerMargin({{0.0, 1.0}}, 0.1), ContractViolation);
  CHECK_THROWS_AS(IntegerMargin({EqualEdges(2)}, 0.5), ContractViolation);
  CHECK_THROWS_AS(IntegerMargin({EqualEdges(2)}, 0.0), ContractViolation);
}

TEST_CASE("categorical probabilities move as cmaes' CatCMAwM moves them", "[cma_es]") {
  // cmaes 0.13.1 (CatCMAwM, population 8, two categoricals of 3 and 4 levels, no integers) after
  // updates 1, 2, 5 and 12, given these initial probabilities and the same parents.
  const std::vector<std::pair<int, std::vector<double>>> expected{
      {1,
       {0.514223480483347, 0.328637551986444, 0.157138967530209, 0.132145774352343,
        0.0749795795335983, 0.374897897667992, 0.417976748446067}},
      {2,
       {0.630146215377979, 0.08837746387969, 0.281476320742331, 0.0485332084894156,
        0.226178407863092, 0.0999880045594361, 0.625300379088056}},
      {5,
       {0.480945989849225, 0.414558647940163, 0.104495362210612, 0.0675371501615691,
        0.15299315933963, 0.0485332084894156, 0.730936482009386}},
      {12,
       {0.199383967508298, 0.455088905499958, 0.345527126991744, 0.0615958086633952,
        0.101001278162933, 0.122250821195463, 0.715152091978209}}};
  CategoricalSampler sampler({3, 4}, {0, 2}, 2);
  const CmaEsConstants constants(1, 8);
  const std::vector<double> weights(constants.weights.begin(), constants.weights.begin() + 4);
  std::size_t next = 0;
  int count = 0;
  for (int update = 1; update <= 12; ++update) {
    std::vector<std::vector<std::size_t>> parents;
    for (int i = 0; i < 4; ++i) {
      ++count;
      const auto a = static_cast<std::size_t>(3.0 * Fraction(0.618033988749895 * count));
      const auto b = static_cast<std::size_t>(4.0 * Fraction(0.414213562373095 * count));
      parents.push_back({a, count % 3 != 0 ? 3 : b});
    }
    sampler.Tell(parents, weights);
    if (update != expected[next].first) continue;
    std::vector<double> actual = sampler.probabilities()[0];
    actual.insert(actual.end(), sampler.probabilities()[1].begin(),
                  sampler.probabilities()[1].end());
    INFO("update " << update);
    for (std::size_t i = 0; i < actual.size(); ++i) {
      CHECK(actual[i] == Approx(expected[next].second[i]).epsilon(1e-9));
    }
    ++next;
  }
  CHECK(next == expected.size());
}

TEST_CASE("categorical probabilities start at production and never leave the floor", "[cma_es]") {
  CategoricalSampler sampler({2, 5}, {1, 3}, 7);
  CHECK(sampler.probabilities()[0][1] == Approx(0.75));
  CHECK(sampler.probabilities()[1][3] == Approx(0.6));
  const std::vector<double> weights{0.6, 0.4};
  for (int i = 0; i < 200; ++i) {
    sampler.Tell(std::vector<std::vector<std::size_t>>{{0, 4}, {0, 4}}, weights);
    for (std::size_t c = 0; c < 2; ++c) {
      double sum = 0.0;
      for (const double p : sampler.probabilities()[c]) {
        CHECK(p >= sampler.floor(c) - 1e-12);
        sum += p;
      }
      CHECK(sum == Approx(1.0));
    }
  }
  // It followed the winners, up to the floors of the others.
  CHECK(sampler.probabilities()[0][0] == Approx(1.0 - sampler.floor(0)));
  CHECK(sampler.probabilities()[1][4] == Approx(1.0 - 4.0 * sampler.floor(1)));
}

TEST_CASE("a categorical sampler survives a round trip and refuses another's state", "[cma_es]") {
  CategoricalSampler sampler({3, 4}, {0, 2}, 2);
  const std::vector<double> weights{0.7, 0.3};
  RandomStream stream(2, Purpose::kTest);
  const auto step = [&](CategoricalSampler& s, RandomStream& from) {
    const auto a = s.Sample(from);
    s.Tell(std::vector<std::vector<std::size_t>>{a, s.Sample(from)}, weights);
  };
  for (int i = 0; i < 5; ++i) step(sampler, stream);
  CategoricalSampler restored({3, 4}, {0, 0}, 2);
  restored.Restore(ParseJson(DumpLine(sampler.Save())), "");
  RandomStream a(3, Purpose::kTest);
  RandomStream b(3, Purpose::kTest);
  for (int i = 0; i < 5; ++i) {
    step(sampler, a);
    step(restored, b);
  }
  CHECK(sampler.probabilities() == restored.probabilities());
  CategoricalSampler other({3}, {0}, 1);
  CHECK_THROWS_AS(other.Restore(sampler.Save(), ""), ConfigError);
}

}  // namespace rectune::baselines
