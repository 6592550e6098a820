// SPDX-License-Identifier: Apache-2.0
//
// The simulator from several threads at once: a study runs its cells so. Results must not depend on
// it, and the thread sanitizer watches while these run (tools/test).
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "sim/full_mode.h"
#include "sim/scenario.h"
#include "sim/testbed.h"

namespace rectune::sim {
namespace {

constexpr int kThreads = 4;

/// What `work` returns in each of several threads that run at the same time.
template <typename Work>
auto FromEveryThread(const Work& work) {
  std::vector<decltype(work())> results(kThreads);
  std::vector<std::jthread> threads;
  for (auto& result : results) threads.emplace_back([&result, &work] { result = work(); });
  threads.clear();  // joins
  return results;
}

TEST_CASE("full mode does not depend on the number of threads") {
  const Scenario scenario = LoadScenario("discover_feed");
  ScenarioSize size = scenario.SizeNamed("small", "");
  size.world.candidates = 60;
  const World world(scenario.world, size.world, scenario.seed, 0);
  StageConfig production;
  BindStageConfig(size.full_space, size.full_space.Production(), production);
  StageConfig diverse = production;
  diverse.re_rank.diversity_strength = 0.8;
  const std::vector<StageConfig> arms = {production, diverse};
  const FullPlan plan{.population = Purpose::kTest, .first_user = 3, .users = 40};
  const auto alone = SimulateFull(world, production, arms, plan, 1);
  CHECK(SimulateFull(world, production, arms, plan, kThreads) == alone);
}

TEST_CASE("studies that share a testbed, new when they begin, read the same from every thread") {
  const auto shared = Testbed::Open("discover_feed", "re_rank", "small");
  const auto own = Testbed::Open("discover_feed", "re_rank", "small");
  const Configuration production = own->space().Production();
  const std::vector<Configuration> arms = {
      own->space().Parse(Json{{"diversity_strength", 0.8}}, "", &production), production,
      own->space().Parse(Json{{"diversity_strength", 0.1}}, "", &production)};
  // Nothing has been asked of `shared` yet, so its panels are made while all threads want them; and
  // each simulates its arms on two.
  const auto rounds = FromEveryThread(
      [&] { return ToJson(shared->RunRound(5, 3, 0.0, arms, {}, 2)[0], own->metrics()); });
  const Json alone = ToJson(own->RunRound(5, 3, 0.0, arms)[0], own->metrics());
  for (const Json& round : rounds) CHECK(round == alone);
  const auto truths =
      FromEveryThread([&] { return ToJson(shared->Truth(arms[0]), own->metrics()); });
  const Json truth = ToJson(own->Truth(arms[0]), own->metrics());
  for (const Json& one : truths) CHECK(one == truth);
}

}  // namespace
}  // namespace rectune::sim
