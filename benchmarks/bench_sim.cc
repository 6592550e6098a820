// SPDX-License-Identifier: Apache-2.0
//
// How fast the simulator is: requests a second of the whole funnel with heads computed, requests a
// second of a further arm that shares heads, arms a second at panel size. The first two on one and
// on two threads, each with scratch of its own: twice the requests is what the second should bring.
#include <benchmark/benchmark.h>

#include "sim/ab_platform.h"
#include "sim/cost.h"
#include "sim/full_mode.h"
#include "sim/scenario.h"
#include "sim/simulate_arm.h"

namespace rectune::sim {
namespace {

struct Setup {
  explicit Setup(const std::string& name)
      : scenario(LoadScenario("discover_feed")),
        size(scenario.SizeNamed(name, "")),
        world(scenario.world, size.world, scenario.seed, 0) {
    BindStageConfig(size.full_space, size.full_space.Production(), production);
  }
  Scenario scenario;
  ScenarioSize size;
  World world;
  StageConfig production;
};

const Setup& SetupOf(int index) {
  static const Setup small("small");
  static const Setup regular("default");
  return index == 0 ? small : regular;
}

/// A panel whose heads are there, for all threads.
struct SharedHeads {
  SharedHeads(const Setup& setup, std::size_t users)
      : panel(setup.world, Purpose::kTest, users),
        neutral(MeasureNeutralState(setup.world, panel, setup.production)) {}
  Panel panel;
  NeutralState neutral;
};

const SharedHeads& SharedHeadsOf(int index) {
  static const SharedHeads small(SetupOf(0), 64);
  static const SharedHeads regular(SetupOf(1), 16);
  return index == 0 ? small : regular;
}

/// The whole three-stage funnel of a request from nothing: retrieval, coarse heads, pre-ranking,
/// fine heads of what it kept, ranking, re-ranking. Limit: 10,000 a second at 1,000 candidates.
void BM_RequestsWithHeads(benchmark::State& state) {
  const Setup& setup = SetupOf(static_cast<int>(state.range(0)));
  const Funnel funnel(setup.world, setup.production);
  FunnelScratch scratch(setup.world.size);
  RequestMaker maker(setup.world);
  OpenRequest request(setup.world.size);
  const std::vector<float> rested(setup.world.size.topics, 0.0F);
  std::vector<User> users;
  for (std::uint64_t id = 0; id < 256; ++id) {
    users.push_back(MakeUser(setup.world.constants, setup.world.catalogue, setup.world.seed,
                             Purpose::kTest, id));
  }
  // Threads start at different users.
  const auto first = static_cast<std::size_t>(state.thread_index()) * users.size() / 2;
  std::size_t requests = 0;
  for (auto _ : state) {
    const User& user = users[(first + requests) % users.size()];
    maker.Open(user, Purpose::kTest, static_cast<int>(requests % 7), 0, request);
    funnel.PreRank(request.view(), scratch);
    maker.PredictFine(user, scratch.pre_rank.kept, request);
    funnel.RankAndArrange(user, request.view(), rested, scratch);
    benchmark::DoNotOptimize(scratch.slate().data());
    ++requests;
  }
  state.counters["requests/s"] =
      benchmark::Counter(static_cast<double>(requests), benchmark::Counter::kIsRate);
  state.SetLabel(setup.size.name);
}
BENCHMARK(BM_RequestsWithHeads)
    ->Arg(0)
    ->Arg(1)
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

/// Its parts, at the default size.
void BM_Retrieval(benchmark::State& state) {
  const Setup& setup = SetupOf(1);
  const User user =
      MakeUser(setup.world.constants, setup.world.catalogue, setup.world.seed, Purpose::kTest, 1);
  CandidateSource source(setup.world.constants, setup.world.catalogue);
  std::vector<std::uint32_t> items(setup.world.size.candidates);
  std::uint64_t request = 0;
  for (auto _ : state) {
    RandomStream draw(setup.world.seed, Purpose::kTest, ++request);
    source.Draw(user, 0, draw, items);
    benchmark::DoNotOptimize(items.data());
  }
}
BENCHMARK(BM_Retrieval)->Unit(benchmark::kMicrosecond);

void BM_CoarseHeads(benchmark::State& state) {
  const Setup& setup = SetupOf(1);
  const User user =
      MakeUser(setup.world.constants, setup.world.catalogue, setup.world.seed, Purpose::kTest, 1);
  CandidateSource source(setup.world.constants, setup.world.catalogue);
  std::vector<std::vector<std::uint32_t>> requests(256);
  for (std::size_t r = 0; r < requests.size(); ++r) {
    requests[r].resize(setup.world.size.candidates);
    RandomStream draw(setup.world.seed, Purpose::kTest, r);
    source.Draw(user, 0, draw, requests[r]);
  }
  HeadScratch scratch(setup.world.size.candidates);
  std::vector<std::uint8_t> codes(setup.world.size.candidates * kCoarseHeads);
  std::uint64_t request = 0;
  for (auto _ : state) {
    setup.world.heads.PredictCoarse(user, requests[request % requests.size()], 0,
                                    {Purpose::kTest, 1, request}, scratch, codes.data());
    benchmark::DoNotOptimize(codes.data());
    ++request;
  }
}
BENCHMARK(BM_CoarseHeads)->Unit(benchmark::kMicrosecond);

/// A further arm on a panel whose heads are there. Limit: 40,000 a second at 1,000 candidates.
void BM_RequestsOfAnotherArm(benchmark::State& state) {
  const auto index = static_cast<int>(state.range(0));
  const Setup& setup = SetupOf(index);
  const SharedHeads& heads = SharedHeadsOf(index);
  std::size_t requests = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(SimulateArm(setup.world, heads.panel, heads.neutral, setup.production,
                                         Moments::kMeansAndCovariance));
    requests += heads.panel.requests();
  }
  state.counters["requests/s"] =
      benchmark::Counter(static_cast<double>(requests), benchmark::Counter::kIsRate);
  state.SetLabel(setup.size.name);
}
BENCHMARK(BM_RequestsOfAnotherArm)
    ->Arg(0)
    ->Arg(1)
    ->Threads(1)
    ->Threads(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// Whole arms at the tuning panel's size.
void BM_ArmsAtPanelSize(benchmark::State& state) {
  const Setup& setup = SetupOf(0);
  const Panel panel(setup.world, Purpose::kUsers, setup.size.world.tuning_users);
  const NeutralState neutral = MeasureNeutralState(setup.world, panel, setup.production);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        SimulateArm(setup.world, panel, neutral, setup.production, Moments::kMeansAndCovariance));
  }
  state.counters["arms/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.SetLabel("small");
}
BENCHMARK(BM_ArmsAtPanelSize)->Unit(benchmark::kMillisecond);

/// Full mode: users who live their week, control and one arm.
void BM_FullUsers(benchmark::State& state) {
  const Setup& setup = SetupOf(static_cast<int>(state.range(0)));
  const std::vector<StageConfig> arms(2, setup.production);
  FullSimulator simulator(setup.world, setup.production, arms);
  std::vector<FullTotals> totals(arms.size());
  std::uint64_t user = 0;
  for (auto _ : state) {
    simulator.Run({.population = Purpose::kTest, .first_user = user++, .users = 1}, totals);
  }
  state.counters["users/s"] =
      benchmark::Counter(static_cast<double>(user), benchmark::Counter::kIsRate);
  state.SetLabel(setup.size.name);
}
BENCHMARK(BM_FullUsers)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// The readout alone: noise, errors and p-values of four arms.
void BM_Readout(benchmark::State& state) {
  const Setup& setup = SetupOf(0);
  const Panel panel(setup.world, Purpose::kUsers, setup.size.world.tuning_users);
  const NeutralState neutral = MeasureNeutralState(setup.world, panel, setup.production);
  ArmOutcome outcome =
      SimulateArm(setup.world, panel, neutral, setup.production, Moments::kMeansAndCovariance);
  outcome.serving_cost = ServingCost(setup.production, setup.size.world);
  const std::vector<const ArmOutcome*> arms(4, &outcome);
  const AbOptions options{.users_per_arm = 50000, .horizon_days = panel.days()};
  int round = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(RunAbReadout(outcome, arms, options, 1, ++round));
  }
}
BENCHMARK(BM_Readout)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rectune::sim
