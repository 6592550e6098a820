// SPDX-License-Identifier: Apache-2.0
//
// The three stages against plain statements of what they compute.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>

#include "core/random_stream.h"
#include "sim/cost.h"
#include "sim/funnel.h"
#include "sim/scenario.h"
#include "sim/top_k.h"

namespace rectune::sim {
namespace {

struct Bench {
  Bench()
      : scenario(LoadScenario("discover_feed")),
        size(scenario.SizeNamed("small", "")),
        world(scenario.world, size.world, scenario.seed, 0),
        panel(world, Purpose::kUsers, 12),
        fatigue(size.world.topics, 0.0F) {
    BindStageConfig(size.full_space, size.full_space.Production(), production);
  }
  std::vector<std::uint32_t> Slate(const StageConfig& config, std::size_t user) const {
    FunnelScratch scratch(size.world);
    Funnel(world, config).Run(panel.users()[user], panel.Request(user, 0, 0), fatigue, scratch);
    return scratch.slate();
  }
  const Item& ItemOf(std::size_t user, std::uint32_t candidate) const {
    return world.catalogue.items()[panel.Request(user, 0, 0).items[candidate]];
  }
  Scenario scenario;
  ScenarioSize size;
  World world;
  Panel panel;
  std::vector<float> fatigue;
  StageConfig production;
};

const Bench& TheBench() {
  static const Bench bench;
  return bench;
}

TEST_CASE("SelectTop agrees with a full sort, ties and all", "[top_k]") {
  RandomStream stream(1, Purpose::kTest);
  std::vector<std::uint16_t> buckets;
  std::vector<std::uint64_t> ties;
  for (int repeat = 0; repeat < 500; ++repeat) {
    const auto size = static_cast<std::size_t>(1 + stream.UniformInteger(300));
    const auto count = static_cast<std::size_t>(stream.UniformInteger(size + 2));
    std::vector<float> scores(size);
    for (float& score : scores) {
      score = static_cast<float>(stream.Normal());
      if (repeat % 3 == 0) score = static_cast<float>(stream.UniformInteger(5));  // many ties
      if (repeat % 7 == 0) score = 2.5F;                                          // all tied
    }
    std::vector<std::uint32_t> expected(size);
    std::iota(expected.begin(), expected.end(), 0U);
    std::stable_sort(expected.begin(), expected.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    expected.resize(std::min(count, size));
    std::vector<std::uint32_t> top;
    SelectTop(scores, count, buckets, ties, top);
    std::sort(top.begin(), top.end());
    std::sort(expected.begin(), expected.end());
    REQUIRE(top == expected);
  }
}

TEST_CASE("pre-ranking keeps the K1 best of the sum it documents", "[stages]") {
  const Bench& bench = TheBench();
  PreRankConfig config = bench.production.pre_rank;
  config.exploration = 0;
  const RequestView request = bench.panel.Request(0, 0, 0);
  std::vector<double> scores;
  for (std::size_t c = 0; c < request.items.size(); ++c) {
    const auto q = [&](CoarseHead head) { return request.coarse(head)[c] / 255.0; };
    scores.push_back(config.lvr_weight * config.lvr_curve.At(q(CoarseHead::kLongViewRate)) +
                     config.ctr_weight * config.ctr_curve.At(q(CoarseHead::kClickRate)) -
                     config.cg_weight * config.cg_curve.At(q(CoarseHead::kClickbaitGuard)) -
                     config.dismiss_weight * q(CoarseHead::kDismissal) +
                     config.quality_weight * q(CoarseHead::kQuality) +
                     config.freshness_weight * q(CoarseHead::kFreshness) +
                     config.affinity_weight * q(CoarseHead::kAffinity));
  }
  PreRankScratch scratch(request.items.size());
  PreRanker(config).Select(request, scratch);
  REQUIRE(scratch.kept.size() == config.keep);
  const std::set<std::uint32_t> kept(scratch.kept.begin(), scratch.kept.end());
  double worst_kept = 1e9;
  double best_left = -1e9;
  for (std::uint32_t c = 0; c < scores.size(); ++c) {
    if (kept.count(c) != 0) worst_kept = std::min(worst_kept, scores[c]);
    if (kept.count(c) == 0) best_left = std::max(best_left, scores[c]);
  }
  CHECK(worst_kept >= best_left - 1e-5);
}

TEST_CASE("exploration slots are kept whatever the scores", "[stages]") {
  const Bench& bench = TheBench();
  PreRankConfig config = bench.production.pre_rank;
  config.exploration = 10;
  const RequestView request = bench.panel.Request(1, 0, 0);
  PreRankScratch scratch(request.items.size());
  PreRanker(config).Select(request, scratch);
  CHECK(scratch.kept.size() == config.keep);
  CHECK(std::set<std::uint32_t>(scratch.kept.begin(), scratch.kept.end()).size() == config.keep);
  // The first candidates in retrieval order fill what the score does not.
  const std::set<std::uint32_t> kept(scratch.kept.begin(), scratch.kept.end());
  for (std::uint32_t c = 0; c < 10; ++c) CHECK(kept.count(c) == 1);
}

TEST_CASE("every fusion form ranks by what it documents and gives another order", "[stages]") {
  const Bench& bench = TheBench();
  std::set<std::vector<std::uint32_t>> orders;
  for (const FusionForm form : {FusionForm::kWeightedSum, FusionForm::kClickConditional,
                                FusionForm::kPowerProduct, FusionForm::kRankSort}) {
    RankConfig config = bench.production.rank;
    config.form = form;
    config.freshness_boost = 0.0;
    config.exponent = 0.7;
    config.ltv = 0.6;
    const RequestView request = bench.panel.Request(2, 1, 0);
    std::vector<std::uint32_t> all(request.items.size());
    std::iota(all.begin(), all.end(), 0U);
    RankScratch scratch(all.size());
    User user = bench.panel.users()[2];
    user.low_activity = false;
    Ranker(bench.world, config).Rank(user, request, all, scratch);
    REQUIRE(scratch.ranked.size() == config.keep);
    std::vector<std::uint32_t> order;
    for (const Scored& scored : scratch.ranked) order.push_back(scored.candidate);
    CHECK(std::is_sorted(scratch.ranked.begin(), scratch.ranked.end(),
                         [](const Scored& a, const Scored& b) { return a.score > b.score; }));
    orders.insert(order);
    if (form == FusionForm::kRankSort) continue;
    const FineCodes& codes = request.fine[order[0]];
    const auto p = [&](FineHead head) {
      return static_cast<double>(ProbabilityTable()[codes[Index(head)]]);
    };
    const double click = p(FineHead::kClick);
    double expected = 0.0;
    if (form == FusionForm::kPowerProduct) {
      expected = std::log(1 + config.ctr * click) +
                 0.7 * (std::log(1 + config.lvr * click * p(FineHead::kLongView)) +
                        std::log(1 + config.like * click * p(FineHead::kLike)) +
                        std::log(1 + config.share * click * p(FineHead::kShare)) +
                        std::log(1 + config.follow * click * p(FineHead::kFollow)) +
                        std::log(1 + config.dwell * p(FineHead::kDwell)) +
                        std::log(1 + config.ltv * p(FineHead::kQuality)) -
                        std::log(1 + config.dismiss * p(FineHead::kDismissal)));
    } else {
      const double given_click =
          config.ctr + config.lvr * p(FineHead::kLongView) + config.like * p(FineHead::kLike) +
          config.share * p(FineHead::kShare) + config.follow * p(FineHead::kFollow);
      const double rest = config.dwell * p(FineHead::kDwell);
      const double ltv = config.ltv * p(FineHead::kQuality);
      const double loss = config.dismiss * p(FineHead::kDismissal);
      expected = form == FusionForm::kWeightedSum
                     ? click * given_click + rest + ltv - loss
                     : std::pow(click, 0.7) * (given_click + rest / click + ltv) - loss;
    }
    CHECK(scratch.ranked[0].score == Approx(expected).epsilon(1e-4));
  }
  CHECK(orders.size() == 4);
}

TEST_CASE("re-ranking keeps its topic cap wherever it can be kept", "[stages]") {
  const Bench& bench = TheBench();
  StageConfig config = bench.production;
  config.re_rank.topic_window = 8;
  config.re_rank.topic_cap = 2;
  config.re_rank.creator_gap = 3;
  config.re_rank.pin_best = false;
  std::size_t kept = 0;
  for (std::size_t user = 0; user < 12; ++user) {
    FunnelScratch scratch(bench.size.world);
    Funnel(bench.world, config)
        .Run(bench.panel.users()[user], bench.panel.Request(user, 0, 0), bench.fatigue, scratch);
    const std::vector<std::uint32_t>& slate = scratch.slate();
    REQUIRE(slate.size() == bench.size.world.slate);
    REQUIRE(std::set<std::uint32_t>(slate.begin(), slate.end()).size() == slate.size());
    const auto before_in_window = [&](std::size_t position, std::uint32_t topic) {
      std::size_t same = 0;
      for (std::size_t j = position >= 7 ? position - 7 : 0; j < position; ++j) {
        same += bench.ItemOf(user, slate[j]).topic == topic ? 1 : 0;
      }
      return same;
    };
    for (std::size_t i = 0; i < slate.size(); ++i) {
      if (before_in_window(i, bench.ItemOf(user, slate[i]).topic) < 2) {
        ++kept;
        continue;
      }
      // Broken: then every ranked candidate still unused would have broken it too.
      for (const Scored& scored : scratch.rank.ranked) {
        const auto end = slate.begin() + static_cast<std::ptrdiff_t>(i);
        if (std::find(slate.begin(), end, scored.candidate) != end) continue;
        CHECK(before_in_window(i, bench.ItemOf(user, scored.candidate).topic) >= 2);
      }
    }
  }
  CHECK(kept > 60);  // of 96
}

TEST_CASE("more diversity strength, more distinct topics, by either method", "[stages]") {
  const Bench& bench = TheBench();
  for (const Diversifier method : {Diversifier::kMmr, Diversifier::kDpp}) {
    std::array<std::size_t, 2> topics{};
    for (const std::size_t strong : {0U, 1U}) {
      StageConfig config = bench.production;
      config.re_rank.diversifier = method;
      config.re_rank.diversity_strength = strong == 1 ? 0.7 : 0.02;
      config.re_rank.topic_cap = 6;
      for (std::size_t user = 0; user < 12; ++user) {
        std::set<std::uint32_t> seen;
        for (const std::uint32_t c : bench.Slate(config, user)) {
          seen.insert(bench.ItemOf(user, c).topic);
        }
        topics[strong] += seen.size();
      }
    }
    CHECK(topics[1] > topics[0]);
  }
}

TEST_CASE("a fatigue demotion pushes the tiring topic down", "[stages]") {
  const Bench& bench = TheBench();
  StageConfig config = bench.production;
  config.re_rank.fatigue_demotion = 1.0;
  config.re_rank.fatigue_threshold = 0.5;
  config.re_rank.pin_best = false;
  const auto rested = bench.Slate(config, 3);
  const std::uint32_t topic = bench.ItemOf(3, rested[0]).topic;
  std::vector<float> tired(bench.size.world.topics, 0.0F);
  tired[topic] = 0.9F;
  FunnelScratch scratch(bench.size.world);
  Funnel(bench.world, config)
      .Run(bench.panel.users()[3], bench.panel.Request(3, 0, 0), tired, scratch);
  CHECK(bench.ItemOf(3, scratch.slate()[0]).topic != topic);
}

TEST_CASE("fresh slots end the slate with fresh items where there are any", "[stages]") {
  const Bench& bench = TheBench();
  StageConfig config = bench.production;
  config.re_rank.fresh_slots = 3;
  config.rank.keep = 48;
  config.pre_rank.freshness_weight = 1.0;
  std::size_t fresh = 0;
  for (std::size_t user = 0; user < 12; ++user) {
    const auto slate = bench.Slate(config, user);
    const RequestView request = bench.panel.Request(user, 0, 0);
    for (std::size_t i = slate.size() - 3; i < slate.size(); ++i) {
      fresh += bench.world.catalogue.AgeDays(request.items[slate[i]], 0) <= 1.0F ? 1 : 0;
    }
  }
  CHECK(fresh >= 30);  // of 36
}

TEST_CASE("serving cost rises with K1, K2, heads and list-wise work", "[cost]") {
  const Bench& bench = TheBench();
  const WorldSize& size = bench.size.world;
  const double base = ServingCost(bench.production, size);
  StageConfig wider = bench.production;
  wider.pre_rank.keep *= 2;
  CHECK(ServingCost(wider, size) > base + 1.0);
  StageConfig listwise = bench.production;
  listwise.re_rank.diversifier = Diversifier::kDpp;
  CHECK(ServingCost(listwise, size) > base);
  StageConfig lean = bench.production;
  lean.rank.dwell = 1e-6;  // nobody listens: the head need not be served
  CHECK(RankingHeadsUsed(lean.rank) == RankingHeadsUsed(bench.production.rank) - 1);
  CHECK(ServingCost(lean, size) < base);
}

TEST_CASE("every knob of the table is bound to the stages", "[stages]") {
  const Bench& bench = TheBench();
  const ParameterSpace& space = bench.size.full_space;
  const std::vector<double> base = space.Encode(space.Production());
  CHECK(space.size() == StageKnobNames().size());
  for (std::size_t p = 0; p < space.size(); ++p) {
    std::vector<double> moved = base;
    double& coordinate = moved[space.coordinate_offset(p)];
    coordinate = coordinate < 0.5 ? 0.99 : 0.01;
    StageConfig before = bench.production;
    StageConfig after = bench.production;
    BindStageConfig(space, space.Production(), before);
    BindStageConfig(space, space.Decode(moved), after);
    // Every field is a number, a curve or a flag: a byte-wise look is enough to see a change.
    const auto* a = reinterpret_cast<const unsigned char*>(&before);
    const auto* b = reinterpret_cast<const unsigned char*>(&after);
    INFO(space.parameters()[p].name);
    CHECK_FALSE(std::equal(a, a + sizeof(StageConfig), b));
  }
}

}  // namespace
}  // namespace rectune::sim
