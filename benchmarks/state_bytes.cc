// SPDX-License-Identifier: Apache-2.0
//
// How much memory a world and its users take, from the sizes of the structures that hold them.
// Prints Markdown for discover_feed, size "large", with a million users in full mode. Limit: 8 GiB.
//
//   build/bench/benchmarks/state_bytes
#include <cstdio>

#include "sim/full_mode.h"
#include "sim/scenario.h"

namespace rectune::sim {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

void Row(const char* what, double bytes_each, double count) {
  std::printf("| %s | %.3g | %.4g | %.3f |\n", what, bytes_each, count, bytes_each * count / kGiB);
}

void Print() {
  const Scenario scenario = LoadScenario("discover_feed");
  const WorldSize size = scenario.SizeNamed("large", "").world;
  const auto items = static_cast<double>(size.items);
  constexpr double kCell = AliasTable::kCellWords * sizeof(std::uint32_t);
  constexpr double kNoise = (kBehaviours + 1) * sizeof(float);
  const double fresh =
      size.days * sizeof(std::uint32_t) * scenario.world.fresh_days / scenario.world.mean_age_days;
  std::printf("| state | bytes each | how many | GiB |\n|---|---|---|---|\n");
  Row("item: traits", sizeof(Item), items);
  Row("item: what coarse heads know of it", sizeof(ItemSignals), items);
  Row("item: noise it carries", kNoise, items);
  Row("item: cells in two alias tables", 2 * kCell, items);
  Row("item: lists of fresh ones, about", fresh, items);
  Row("item: a bit of retrieval's, a thread", 0.125, 2 * items);
  const double an_item =
      sizeof(Item) + sizeof(ItemSignals) + kNoise + 2 * kCell + fresh + 2 * 0.125;
  Row("**item, all**", an_item, items);

  const double requests = static_cast<double>(size.days) * size.requests_per_session;
  const double candidate = sizeof(std::uint32_t) + kCoarseHeads + sizeof(FineCodes);
  const double open = requests * static_cast<double>(size.candidates) * candidate;
  Row("user in full mode: kept after its week", 0.0, 1e6);
  Row("user in full mode: traits and requests while it lives, a thread", sizeof(User) + open, 2);
  Row("**full mode, all**, a million users", (an_item * items + 2 * (sizeof(User) + open)), 1);
  Row("user of a panel: traits and requests", sizeof(User) + open,
      static_cast<double>(size.tuning_users));
  Row("user of the evaluation panel", sizeof(User) + open,
      static_cast<double>(size.evaluation_users));
  const double panels = static_cast<double>(size.tuning_users + size.evaluation_users);
  Row("**study at this size, all**: world, tuning and evaluation panel",
      an_item * items + panels * (sizeof(User) + open), 1);
}

}  // namespace
}  // namespace rectune::sim

int main() {
  rectune::sim::Print();
  return 0;
}
