// SPDX-License-Identifier: Apache-2.0
//
// What heads are computed with: fast functions against the C library, draws against their weights,
// a request made on the spot against the panel's.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "core/random_stream.h"
#include "sim/alias_table.h"
#include "sim/fast_math.h"
#include "sim/funnel.h"
#include "sim/request_maker.h"
#include "sim/scenario.h"

namespace rectune::sim {
namespace {

TEST_CASE("fast exponential and logarithm stay within a millionth") {
  double worst_exp = 0.0;
  double worst_log = 0.0;
  for (int i = -87'000; i <= 87'000; ++i) {
    const float x = static_cast<float>(i) / 1000.0F;
    const double exact = std::exp(static_cast<double>(x));
    worst_exp = std::max(worst_exp, std::abs(static_cast<double>(FastExp(x)) / exact - 1.0));
    const auto y = static_cast<float>(exact);
    const double log_exact = std::log(static_cast<double>(y));
    worst_log = std::max(worst_log, std::abs(static_cast<double>(FastLog(y)) - log_exact) /
                                        std::max(1.0, std::abs(log_exact)));
  }
  CHECK(worst_exp < 1e-6);
  CHECK(worst_log < 1e-6);
  CHECK(FastExp(0.0F) == 1.0F);
  CHECK(FastLog(1.0F) == 0.0F);
  CHECK(FastExp(1e9F) == FastExp(87.0F));
  CHECK(Sigmoid(-1e9F) >= 0.0F);
}

TEST_CASE("an alias table draws each value as often as its weight says") {
  const std::vector<std::uint32_t> values = {7, 11, 13, 17, 19};
  const std::vector<double> weights = {1.0, 0.0, 5.0, 0.5, 3.5};
  const AliasTable table(values, weights);
  RandomStream stream(1, Purpose::kTest);
  std::array<int, 20> drawn{};
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) ++drawn[table.Pick(stream.NextBits())];
  double chi_squared = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double expected = kDraws * weights[i] / 10.0;
    const double off = drawn[values[i]] - expected;
    if (weights[i] == 0.0) {
      CHECK(off == 0.0);
    } else {
      chi_squared += off * off / expected;
    }
  }
  CHECK(chi_squared < 16.3);  // 3 degrees of freedom, p = 0.001
  CHECK_THROWS(AliasTable(values, std::vector<double>(5, 0.0)));
}

TEST_CASE("a request made on the spot is the panel's request") {
  const Scenario scenario = LoadScenario("discover_feed");
  const ScenarioSize& size = scenario.SizeNamed("small", "");
  const World world(scenario.world, size.world, scenario.seed, 0);
  StageConfig production;
  BindStageConfig(size.full_space, size.full_space.Production(), production);
  const Funnel funnel(world, production);
  const Panel panel(world, Purpose::kTest, 4);
  const std::vector<float> fatigue(size.world.topics, 0.1F);
  RequestMaker maker(world);
  OpenRequest request(size.world);
  FunnelScratch on_the_spot(size.world);
  FunnelScratch from_panel(size.world);
  for (std::size_t u = 0; u < 4; ++u) {
    const User& user = panel.users()[u];
    for (int day = 0; day < 3; ++day) {
      const RequestView kept = panel.Request(u, day, 1);
      maker.Open(user, Purpose::kTest, day, 1, request);
      CHECK(std::ranges::equal(request.items, kept.items));
      CHECK(std::set<std::uint32_t>(kept.items.begin(), kept.items.end()).size() ==
            kept.items.size());
      CHECK(std::equal(request.coarse.begin(), request.coarse.end(), kept.coarse_codes));
      funnel.PreRank(request.view(), on_the_spot);
      maker.PredictFine(user, on_the_spot.pre_rank.kept, request);
      for (const std::uint32_t c : on_the_spot.pre_rank.kept) {
        CHECK(request.fine[c] == kept.fine[c]);
      }
      funnel.RankAndArrange(user, request.view(), fatigue, on_the_spot);
      funnel.Run(user, kept, fatigue, from_panel);
      CHECK(on_the_spot.slate() == from_panel.slate());
    }
  }
}

}  // namespace
}  // namespace rectune::sim
