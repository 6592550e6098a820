// SPDX-License-Identifier: Apache-2.0
//
// Cost of what every tuner and every simulated request stands on: random draws, and the way between
// native values and the unit cube.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/parameter_space.h"
#include "core/random_stream.h"

namespace rectune {
namespace {

void CountDraws(benchmark::State& state, std::int64_t draws_per_iteration = 1) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * draws_per_iteration);
}

void PhiloxBlockDraws(benchmark::State& state) {
  std::array<std::uint64_t, 4> counter{};
  const std::array<std::uint64_t, 2> key{1, 2};
  for (auto _ : state) {
    ++counter[0];
    benchmark::DoNotOptimize(PhiloxBlock(counter, key));
  }
  CountDraws(state, 4);
}
BENCHMARK(PhiloxBlockDraws);

void UniformDraws(benchmark::State& state) {
  RandomStream stream(1, Purpose::kTest);
  for (auto _ : state) benchmark::DoNotOptimize(stream.Uniform());
  CountDraws(state);
}
BENCHMARK(UniformDraws);

void NormalDraws(benchmark::State& state) {
  RandomStream stream(1, Purpose::kTest);
  for (auto _ : state) benchmark::DoNotOptimize(stream.Normal());
  CountDraws(state);
}
BENCHMARK(NormalDraws);

void GammaDraws(benchmark::State& state) {
  RandomStream stream(1, Purpose::kTest);
  for (auto _ : state) benchmark::DoNotOptimize(stream.Gamma(2.5));
  CountDraws(state);
}
BENCHMARK(GammaDraws);

// What a user costs before the first number: a fresh address, then one draw.
void FreshStreams(benchmark::State& state) {
  std::uint64_t entity = 0;
  for (auto _ : state) {
    RandomStream stream(1, Purpose::kTest, 0, ++entity);
    benchmark::DoNotOptimize(stream.NextBits());
  }
  CountDraws(state);
}
BENCHMARK(FreshStreams);

// As many knobs of each kind as a joint recommender task has: 30 numbers, 4 integers, 2
// categoricals and 3 curves, so 45 unit coordinates.
ParameterSpace JointSizedSpace() {
  Json array = Json::array();
  const auto add = [&array](const std::string& name, const Json& fields) {
    Json parameter = {{"name", name},
                      {"stage", "rank"},
                      {"unit", "weight"},
                      {"meaning", "A knob of a benchmark."}};
    parameter.update(fields);
    array.push_back(std::move(parameter));
  };
  for (int i = 0; i < 30; ++i) {
    Json fields = {{"kind", "continuous"}, {"range", {0.01, 10.0}}, {"production", 1.0}};
    if (i % 2 == 0) fields["scale"] = "log";
    add("number_" + std::to_string(i), fields);
  }
  for (int i = 0; i < 4; ++i) {
    add("integer_" + std::to_string(i),
        {{"kind", "integer"}, {"range", {1, 9}}, {"production", 3}});
  }
  for (int i = 0; i < 2; ++i) {
    add("formula_" + std::to_string(i), {{"kind", "categorical"},
                                         {"levels", {"weighted_sum", "power_product", "rank_sort"}},
                                         {"production", "weighted_sum"}});
  }
  for (int i = 0; i < 3; ++i) {
    add("curve_" + std::to_string(i), {{"kind", "curve"},
                                       {"knots", {0.0, 0.25, 0.5, 0.75, 1.0}},
                                       {"production", {0.0, 0.25, 0.5, 0.75, 1.0}}});
  }
  return ParameterSpace::FromJson(array, "");
}

std::vector<double> RandomPoint(const ParameterSpace& space) {
  RandomStream stream(1, Purpose::kTest);
  std::vector<double> unit(space.dimension());
  std::generate(unit.begin(), unit.end(), [&stream] { return stream.Uniform(); });
  return unit;
}

void Decode(benchmark::State& state) {
  const ParameterSpace space = JointSizedSpace();
  const std::vector<double> unit = RandomPoint(space);
  for (auto _ : state) benchmark::DoNotOptimize(space.Decode(unit));
}
BENCHMARK(Decode);

void Encode(benchmark::State& state) {
  const ParameterSpace space = JointSizedSpace();
  const Configuration configuration = space.Decode(RandomPoint(space));
  for (auto _ : state) benchmark::DoNotOptimize(space.Encode(configuration));
}
BENCHMARK(Encode);

void ParseConfiguration(benchmark::State& state) {
  const ParameterSpace space = JointSizedSpace();
  const Json json = space.ToJson(space.Decode(RandomPoint(space)));
  for (auto _ : state) benchmark::DoNotOptimize(space.Parse(json, ""));
}
BENCHMARK(ParseConfiguration);

}  // namespace
}  // namespace rectune
