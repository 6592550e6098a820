// SPDX-License-Identifier: Apache-2.0
//
// How far each kernel of a request is from what this machine could do at best. Prints Markdown:
// what the machine does, then for each kernel of discover_feed, size "default", under production:
// time, bytes that it must touch, float operations, blocks of random words, and the share of the
// bound that it reaches. The bound is the longest of bytes / memory bandwidth, operations / peak
// and blocks * time a block: it takes for granted that the three overlap and that lines come as
// fast in random order as in sequence, so no kernel can reach it. One thread. Medians.
//
//   build/bench/benchmarks/roofline
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "sim/full_mode.h"
#include "sim/scenario.h"
#include "sim/wide.h"

namespace rectune::sim {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Best of several runs: what the machine can do when it is left alone.
template <typename Run>
double BestSeconds(int runs, const Run& run) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    run();
    best = std::min(best, SecondsSince(start));
  }
  return best;
}

RECTUNE_WIDE void Triad(float* a, const float* b, const float* c, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) a[i] = b[i] + 3.0F * c[i];
}

/// STREAM's triad, bytes a second as STREAM counts them (the line that is read to be written free).
double Bandwidth(std::size_t count, int repeats) {
  std::vector<float> a(count, 0.0F);
  std::vector<float> b(count, 1.0F);
  std::vector<float> c(count, 2.0F);
  const double seconds = BestSeconds(10, [&] {
    for (int r = 0; r < repeats; ++r) {
      Triad(a.data(), b.data(), c.data(), count);
      asm volatile("" : : "r"(a.data()) : "memory");
    }
  });
  return 3.0 * sizeof(float) * static_cast<double>(count) * repeats / seconds;
}

constexpr std::size_t kChains = 12;
using Lanes [[gnu::vector_size(32)]] = float;

/// Independent multiply-add chains without fused operations, which the simulator does not use
/// either.
RECTUNE_WIDE float MultiplyAdd(int steps) {
  std::array<Lanes, kChains> chains{};
  const Lanes factor = Lanes{} + 0.999F;
  for (int s = 0; s < steps; ++s) {
    for (Lanes& chain : chains) chain = chain * factor + factor;
  }
  float sum = 0.0F;
  for (const Lanes& chain : chains) sum += chain[0];
  return sum;
}

double PeakFlops() {
  constexpr int kSteps = 2000000;
  volatile float sink = 0.0F;
  const double seconds = BestSeconds(10, [&] { sink = MultiplyAdd(kSteps); });
  return 2.0 * 8.0 * kChains * kSteps / seconds;
}

double SecondsABlock() {
  constexpr std::size_t kBlocks = 256;
  std::vector<std::uint64_t> first(kBlocks);
  std::vector<std::uint64_t> words(4 * kBlocks);
  return BestSeconds(2000,
                     [&] {
                       PhiloxBlocks(first, {0, 1, 2, 3}, {4, 5}, words);
                       asm volatile("" : : "r"(words.data()) : "memory");
                     }) /
         kBlocks;
}

/// What one request costs a kernel at least, counted from the code.
struct Work {
  std::string name;
  double bytes = 0.0;
  double flops = 0.0;
  double blocks = 0.0;
};

// Float operations: FastExp 24, FastLog 27, Sigmoid 27 (sim/fast_math.h).
// Coarse heads, a candidate: normals 16, match 35, linear parts 21, age 2, log 28, its shares 8,
// the product's logit 81, six quantiles of 31, freshness 26.
constexpr double kCoarseFlops = 16 + 35 + 21 + 2 + 28 + 8 + 81 + 6 * 31 + 26;
// Fine heads, a candidate that was kept: normals 16, affinity 35, age 2, log 28, eight channels of
// a line (13), noise (4) and calibration (5), quality 8, guard 4, eight logits of 56, the guard's
// logarithm 33, watch time 152.
constexpr double kFineFlops = 16 + 35 + 2 + 28 + 8 * 22 + 8 + 4 + 8 * 56 + 33 + 152;
// Pre-ranking, a candidate: seven sums, two comparisons, a bucket of 3.
constexpr double kPreRankFlops = 12;
// Ranking (weighted sum), a candidate that was kept: decoding 4, fusion 16, freshness 5, cut 5.
constexpr double kRankFlops = 30;
// Re-ranking (MMR), a pair of pick and listed item: similarity 38, redundancy 1, gain 3.
constexpr double kPairFlops = 42;

std::vector<Work> CountWork(const WorldSize& size, const StageConfig& config, double draws) {
  const auto candidates = static_cast<double>(size.candidates);
  const auto kept = static_cast<double>(std::min(config.pre_rank.keep, size.candidates));
  const auto ranked = static_cast<double>(std::min(config.rank.keep, config.pre_rank.keep));
  const auto slate = static_cast<double>(size.slate);
  constexpr double kLine = 64.0;
  const double codes = kCoarseHeads;
  return {
      // A cell a draw; the item written.
      {"retrieval", draws * kLine + 4 * candidates, 0.0, draws / 2},
      // Item number, signals, codes.
      {"coarse heads", candidates * (4 + sizeof(ItemSignals) + codes), candidates * kCoarseFlops,
       candidates},
      {"pre-ranking", candidates * codes + 4 * kept, candidates * kPreRankFlops, 0.0},
      // Numbers of candidate and item, item, its noise, codes.
      {"fine heads", kept * (8 + sizeof(Item) + 28 + sizeof(FineCodes)), kept * kFineFlops,
       2 * kept},
      {"ranking", kept * (4 + sizeof(FineCodes) + 1) + 8 * ranked, kept * kRankFlops, 0.0},
      {"re-ranking", ranked * (8 + sizeof(Item)) + 4 * slate, slate * ranked * kPairFlops, 0.0},
  };
}

/// Draws a request needs until its candidates are distinct: a block of 64 at a time, less the rest
/// of the last one.
double DrawsARequest(const World& world, std::span<const User> users) {
  // Counted by what a request's stream has given out: its next word is found again in a fresh one.
  CandidateSource source(world.constants, world.catalogue);
  std::vector<std::uint32_t> items(world.size.candidates);
  double draws = 0.0;
  for (const User& user : users) {
    RandomStream stream(world.seed, Purpose::kTest, 0, user.id);
    source.Draw(user, 0, stream, items);
    const std::uint64_t next = stream.NextBits();
    RandomStream again(world.seed, Purpose::kTest, 0, user.id);
    double words = 0.0;
    while (again.NextBits() != next) words += 1.0;
    draws += words / 2.0;
  }
  return draws / static_cast<double>(users.size());
}

/// Seconds a request by kernel, in the order of CountWork.
std::vector<double> Measure(const World& world, const StageConfig& config,
                            const std::vector<User>& users) {
  constexpr std::size_t kKernels = 6;
  constexpr std::size_t kRequests = 6000;
  CandidateSource source(world.constants, world.catalogue);
  HeadScratch heads(world.size.candidates);
  OpenRequest request(world.size);
  FunnelScratch scratch(world.size);
  const PreRanker pre_ranker(config.pre_rank);
  const Ranker ranker(world, config.rank);
  const ReRanker re_ranker(world, config.re_rank);
  const std::vector<float> rested(world.size.topics, 0.0F);
  std::array<std::vector<double>, kKernels> seconds;
  for (std::size_t r = 0; r < kRequests; ++r) {
    const User& user = users[r % users.size()];
    request.day = static_cast<int>(r % 7);
    request.address = {Purpose::kTest, user.id, r};
    std::array<Clock::time_point, kKernels + 1> at;
    at[0] = Clock::now();
    RandomStream stream(world.seed, Purpose::kCandidates, 0, user.id, r);
    source.Draw(user, request.day, stream, request.items);
    at[1] = Clock::now();
    world.heads.PredictCoarse(user, request.items, request.day, request.address, heads,
                              request.coarse.data());
    at[2] = Clock::now();
    pre_ranker.Select(request.view(), scratch.pre_rank);
    at[3] = Clock::now();
    world.heads.PredictFine(user, request.items, scratch.pre_rank.kept, request.day,
                            request.address, request.fine);
    at[4] = Clock::now();
    ranker.Rank(user, request.view(), scratch.pre_rank.kept, scratch.rank);
    at[5] = Clock::now();
    re_ranker.Arrange(request.view(), scratch.rank.ranked, rested, scratch.re_rank);
    at[6] = Clock::now();
    for (std::size_t k = 0; k < kKernels; ++k) {
      seconds[k].push_back(std::chrono::duration<double>(at[k + 1] - at[k]).count());
    }
  }
  std::vector<double> medians;
  for (const auto& of_kernel : seconds) medians.push_back(Median(of_kernel));
  return medians;
}

void Print() {
  const double memory = Bandwidth(std::size_t{1} << 24U, 1);
  const double cache = Bandwidth(std::size_t{1} << 14U, 1000);
  const double flops = PeakFlops();
  const double block = SecondsABlock();
  std::printf("| one core of this machine | |\n|---|---|\n");
  std::printf("| memory bandwidth, triad over 3 x 64 MiB | %.1f GB/s |\n", memory * 1e-9);
  std::printf("| second-level cache bandwidth, triad over 3 x 64 KiB | %.1f GB/s |\n",
              cache * 1e-9);
  std::printf("| float multiply-add without fusing, 8 lanes | %.1f GFLOP/s |\n", flops * 1e-9);
  std::printf("| Philox block (four 64-bit words) in bulk | %.1f ns |\n\n", block * 1e9);

  const Scenario scenario = LoadScenario("discover_feed");
  const ScenarioSize& size = scenario.SizeNamed("default", "");
  const World world(scenario.world, size.world, scenario.seed, 0);
  StageConfig config;
  BindStageConfig(size.full_space, size.full_space.Production(), config);
  std::vector<User> users;
  for (std::uint64_t id = 0; id < 256; ++id) {
    users.push_back(MakeUser(world.constants, world.catalogue, world.seed, Purpose::kTest, id));
  }
  const std::vector<double> seconds = Measure(world, config, users);
  const std::vector<Work> work = CountWork(size.world, config, DrawsARequest(world, users));
  std::printf(
      "| kernel | us a request | kB touched | kFLOP | blocks | FLOP/byte | bound by | bound, us | "
      "of bound |\n|---|---|---|---|---|---|---|---|---|\n");
  double sum = 0.0;
  double bound_sum = 0.0;
  for (std::size_t k = 0; k < work.size(); ++k) {
    const Work& w = work[k];
    const std::array<double, 3> bounds = {w.bytes / memory, w.flops / flops, w.blocks * block};
    constexpr std::array<const char*, 3> kNames = {"memory", "floats", "random words"};
    const auto worst =
        static_cast<std::size_t>(std::max_element(bounds.begin(), bounds.end()) - bounds.begin());
    std::printf("| %s | %.1f | %.1f | %.1f | %.0f | %.2f | %s | %.1f | %.0f%% |\n", w.name.c_str(),
                seconds[k] * 1e6, w.bytes * 1e-3, w.flops * 1e-3, w.blocks, w.flops / w.bytes,
                kNames[worst], bounds[worst] * 1e6, 100.0 * bounds[worst] / seconds[k]);
    sum += seconds[k];
    bound_sum += bounds[worst];
  }
  std::printf("| all | %.1f | | | | | | %.1f | %.0f%% |\n", sum * 1e6, bound_sum * 1e6,
              100.0 * bound_sum / sum);
}

}  // namespace
}  // namespace rectune::sim

int main() {
  rectune::sim::Print();
  return 0;
}
