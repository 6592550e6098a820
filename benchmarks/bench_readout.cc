// SPDX-License-Identifier: Apache-2.0
//
// How long a tuner waits for an experiment: the A/B read-out of four arms and control on the tuning
// panel, end to end (Testbed::RunRound), its arms on one thread, as in a study, which runs its
// cells side by side, and on two.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <vector>

#include "core/random_stream.h"
#include "sim/testbed.h"

namespace rectune::sim {
namespace {

constexpr std::array<const char*, 2> kSizes = {"small", "default"};

std::vector<Configuration> Arms(const Testbed& testbed, int round) {
  RandomStream stream(1, Purpose::kTest, static_cast<std::uint64_t>(round));
  std::vector<Configuration> arms;
  std::vector<double> unit(testbed.space().dimension());
  for (int a = 0; a < 4; ++a) {
    for (double& u : unit) u = stream.Uniform();
    arms.push_back(testbed.space().Decode(unit));
  }
  return arms;
}

const Testbed& OpenOnce(std::size_t size) {
  static const auto small = Testbed::Open("discover_feed", "joint", kSizes[0]);
  static const auto regular = Testbed::Open("discover_feed", "joint", kSizes[1]);
  return size == 0 ? *small : *regular;
}

/// Heads and control are there, as in every round of a study but the first. Limit: 2 s at
/// "default".
void BM_Round(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<int>(state.range(1));
  const Testbed& testbed = OpenOnce(size);
  benchmark::DoNotOptimize(testbed.RunRound(1, 1, 0.0, Arms(testbed, 1)));  // makes the panel
  int round = 0;
  for (auto _ : state) {
    ++round;
    benchmark::DoNotOptimize(testbed.RunRound(1, round, 0.0, Arms(testbed, round), {}, threads));
  }
  state.SetLabel(kSizes[size]);
}
BENCHMARK(BM_Round)
    ->ArgNames({"size", "threads"})
    ->ArgsProduct({{0, 1}, {1, 2}})
    ->UseRealTime()
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

/// From nothing: the world, the panel's heads, the pre-period, control and the four arms.
void BM_FirstRound(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    const auto testbed = Testbed::Open("discover_feed", "joint", kSizes[size]);
    benchmark::DoNotOptimize(testbed->RunRound(1, 1, 0.0, Arms(*testbed, 1)));
  }
  state.SetLabel(kSizes[size]);
}
BENCHMARK(BM_FirstRound)
    ->Arg(0)
    ->Arg(1)
    ->Iterations(1)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rectune::sim
