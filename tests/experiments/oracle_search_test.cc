// SPDX-License-Identifier: Apache-2.0
//
// The search for a task's optimum, on a function whose optimum is known.
#include "experiments/oracle_search.h"

#include <catch2/catch.hpp>

namespace rectune::experiments {
namespace {

/// Three numbers and a level.
ParameterSpace MixedSpace() {
  std::vector<Parameter> parameters;
  for (const char* name : {"a", "b", "c"}) {
    const Json number{{"name", name},           {"stage", "rank"},      {"unit", "share"},
                      {"meaning", "a number."}, {"kind", "continuous"}, {"range", {0.0, 1.0}},
                      {"production", 0.2}};
    parameters.push_back(ParameterFromJson(number, ""));
  }
  const Json method{{"name", "method"},       {"stage", "rank"},       {"unit", "method"},
                    {"meaning", "a method."}, {"kind", "categorical"}, {"levels", {"x", "y", "z"}},
                    {"production", "x"}};
  parameters.push_back(ParameterFromJson(method, ""));
  return ParameterSpace(std::move(parameters));
}

/// A narrow valley across the axes, highest at 0.6 of each number and level "z", which adds 1; and
/// a guardrail that the highest point just holds. Production scores 0.
Score Valley(const ParameterSpace& space, const Configuration& configuration) {
  const std::vector<double> u = space.Encode(configuration);
  const auto raw = [](double a, double b, double c) {
    const double along = (a + b + c) / 3.0 - 0.6;
    const double across = (a - b) * (a - b) + (b - c) * (b - c);
    return -10.0 * along * along - 100.0 * across;
  };
  Score score;
  score.value = raw(u[0], u[1], u[2]) - raw(0.2, 0.2, 0.2) + (u[3] > 2.0 / 3.0 ? 1.0 : 0.0);
  score.violation = std::max(0.0, (u[0] + u[1] + u[2]) / 3.0 - 0.6);
  return score;
}

constexpr double kHighest = 10.0 * 0.16 + 1.0;

TEST_CASE("Two searchers end where neither finds a thousandth more, at the known optimum") {
  const ParameterSpace space = MixedSpace();
  const TrueValue value = [&](const Configuration& c) { return Valley(space, c); };
  const OracleOptions options{.evaluations = 600, .seed = 1};
  const OracleResult result = SearchOptimum(space, value, options);
  REQUIRE(result.searchers.size() == 2);
  REQUIRE_FALSE(result.rounds.empty());
  CHECK(result.last_step() < kOracleTolerance);
  CHECK(result.best().value > kHighest * (1.0 - 2.0 * kOracleTolerance));
  CHECK(result.best().value <= kHighest + 1e-12);
  CHECK(Valley(space, result.best().best).feasible());
  CHECK(Valley(space, result.best().best).value == result.best().value);
  double before = result.searchers.front().value;
  for (const std::vector<SearcherResult>& round : result.rounds) {
    REQUIRE(round.size() == 2);
    CHECK(round.front().value >= round.back().value);
    CHECK(round.back().value >= before);  // who starts at the best cannot end below it
    for (const SearcherResult& searcher : round) {
      CHECK(searcher.evaluations >= options.evaluations);
      CHECK(searcher.evaluations < options.evaluations + 50);
    }
    before = round.front().value;
  }
  const OracleResult again = SearchOptimum(space, value, options);
  CHECK(again.best().best == result.best().best);
  CHECK(again.rounds.size() == result.rounds.size());
}

TEST_CASE("Too few evaluations leave a beginning, and the result says so") {
  const ParameterSpace space = MixedSpace();
  const TrueValue value = [&](const Configuration& c) { return Valley(space, c); };
  const OracleResult without =
      SearchOptimum(space, value, {.evaluations = 40, .most_rounds = 0, .seed = 1});
  CHECK(without.last_step() == 1.0);
  CHECK(without.best().value < 0.9 * kHighest);
  const OracleResult one =
      SearchOptimum(space, value, {.evaluations = 40, .most_rounds = 1, .seed = 1});
  CHECK(one.rounds.size() == 1);
  CHECK(one.last_step() > kOracleTolerance);
  CHECK(one.best().value > without.best().value);
}

TEST_CASE("A guess is searched from") {
  const ParameterSpace space = MixedSpace();
  const TrueValue value = [&](const Configuration& c) { return Valley(space, c); };
  const Configuration optimum = space.Decode(std::vector<double>{0.59, 0.59, 0.59, 0.9});
  const OracleResult result = SearchOptimum(
      space, value, {.evaluations = 20, .most_rounds = 0, .seed = 1, .guesses = {optimum}});
  REQUIRE(result.searchers.size() == 3);
  CHECK(result.best().name == "pattern_from_guess");
  CHECK(result.best().value >= Valley(space, optimum).value);
}

}  // namespace
}  // namespace rectune::experiments
