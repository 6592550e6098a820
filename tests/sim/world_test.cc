// SPDX-License-Identifier: Apache-2.0
//
// Catalogue, users, candidates and heads: are the drawn worlds what the headers say?
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "sim/calibration/constants.h"
#include "sim/panel.h"
#include "sim/scenario.h"

namespace rectune::sim {
namespace {

const Scenario& Feed() {
  static const Scenario scenario = LoadScenario("discover_feed");
  return scenario;
}

WorldSize TinySize() {
  WorldSize size = Feed().SizeNamed("small", "").world;
  size.items = 1000;
  size.candidates = 100;
  return size;
}

const World& TinyWorld() {
  static const World world(Feed().world, TinySize(), Feed().seed, 0);
  return world;
}

double Correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const auto n = static_cast<double>(x.size());
  double sx = 0.0;
  double sy = 0.0;
  double sxx = 0.0;
  double syy = 0.0;
  double sxy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sx += x[i];
    sy += y[i];
    sxx += x[i] * x[i];
    syy += y[i] * y[i];
    sxy += x[i] * y[i];
  }
  return (sxy - sx * sy / n) / std::sqrt((sxx - sx * sx / n) * (syy - sy * sy / n));
}

TEST_CASE("a world is a pure function of constants, size and seed", "[world]") {
  const World again(Feed().world, TinySize(), Feed().seed, 0);
  const World other(Feed().world, TinySize(), Feed().seed + 1, 0);
  bool differs = false;
  for (std::size_t i = 0; i < again.catalogue.items().size(); ++i) {
    const Item& a = TinyWorld().catalogue.items()[i];
    REQUIRE(a.embedding == again.catalogue.items()[i].embedding);
    REQUIRE(a.clickbait == again.catalogue.items()[i].clickbait);
    differs = differs || a.embedding != other.catalogue.items()[i].embedding;
  }
  CHECK(differs);
}

TEST_CASE("embeddings are unit vectors, nearer to their topic than to others", "[world]") {
  double own = 0.0;
  double foreign = 0.0;
  const auto& centroids = TinyWorld().catalogue.topic_centroids();
  for (const Item& item : TinyWorld().catalogue.items()) {
    REQUIRE(Dot(item.embedding, item.embedding) == Approx(1.0F).margin(1e-5));
    own += static_cast<double>(Dot(item.embedding, centroids[item.topic]));
    foreign +=
        static_cast<double>(Dot(item.embedding, centroids[(item.topic + 1) % centroids.size()]));
  }
  CHECK(own > foreign + 0.4 * static_cast<double>(TinyWorld().catalogue.items().size()));
}

TEST_CASE("the mix of ages is the same on every day", "[world]") {
  const Catalogue& catalogue = TinyWorld().catalogue;
  const double expected = Feed().world.fresh_days / (2.0 * Feed().world.mean_age_days);
  for (int day = 0; day < TinySize().days; ++day) {
    const double fresh = static_cast<double>(catalogue.FreshItems(day).size()) /
                         static_cast<double>(catalogue.items().size());
    CHECK(fresh == Approx(expected).margin(0.02));
  }
}

TEST_CASE("users have the logs' propensity and the scenario's correlation with volume", "[world]") {
  const LogConstants& logs = KuaiRandConstants();
  std::vector<double> volume;
  std::vector<double> propensity;
  double low_activity = 0.0;
  for (std::uint64_t id = 0; id < 2000; ++id) {
    const User user =
        MakeUser(Feed().world, TinyWorld().catalogue, Feed().seed, Purpose::kUsers, id);
    volume.push_back(std::log(user.sessions_a_day));
    const double mean = logs.propensity_alpha / (logs.propensity_alpha + logs.propensity_beta);
    const double logit = static_cast<double>(user.click_offset) + std::log(mean / (1.0 - mean));
    propensity.push_back(1.0 / (1.0 + std::exp(-logit)));
    low_activity += user.low_activity ? 1.0 : 0.0;
  }
  double sum = 0.0;
  for (const double p : propensity) sum += p;
  const double a = logs.propensity_alpha;
  const double b = logs.propensity_beta;
  CHECK(sum / 2000.0 == Approx(a / (a + b)).margin(0.005));
  // Stronger than what the logs show: visits add volume that knows nothing of it
  // (docs/fidelity.md).
  CHECK(Correlation(volume, propensity) ==
        Approx(Feed().world.volume_click_correlation).margin(0.05));
  CHECK(low_activity / 2000.0 == Approx(0.5).margin(0.01));
}

TEST_CASE("populations of different purposes differ", "[world]") {
  const auto make = [](Purpose purpose) {
    return MakeUser(Feed().world, TinyWorld().catalogue, Feed().seed, purpose, 7);
  };
  CHECK(make(Purpose::kUsers).embedding != make(Purpose::kEvaluationUsers).embedding);
  CHECK(make(Purpose::kEvaluationUsers).embedding != make(Purpose::kOracleUsers).embedding);
  CHECK(make(Purpose::kUsers).embedding == make(Purpose::kUsers).embedding);
}

TEST_CASE("a request's candidates are distinct, and the same whatever the panel's size",
          "[world]") {
  const Panel few(TinyWorld(), Purpose::kUsers, 3);
  const Panel more(TinyWorld(), Purpose::kUsers, 9);
  for (int day = 0; day < few.days(); ++day) {
    const RequestView a = few.Request(2, day, 1);
    const RequestView b = more.Request(2, day, 1);
    CHECK(std::set<std::uint32_t>(a.items.begin(), a.items.end()).size() == a.items.size());
    REQUIRE(std::equal(a.items.begin(), a.items.end(), b.items.begin()));
    REQUIRE(std::equal(a.fine.begin(), a.fine.end(), b.fine.begin()));
    REQUIRE(
        std::equal(a.coarse_codes, a.coarse_codes + a.items.size() * kCoarseHeads, b.coarse_codes));
  }
}

TEST_CASE("probabilities survive their 15-bit code", "[heads]") {
  for (const float p : {1.0F, 0.9F, 0.5F, 0.03F, 1e-3F, 1e-5F}) {
    CHECK(ProbabilityTable()[EncodeProbability(p)] == Approx(p).epsilon(3e-4));
  }
  CHECK(ProbabilityTable()[EncodeProbability(0.0F)] < 2e-7F);
}

TEST_CASE("ranking heads know the truth better than pre-ranking heads do", "[heads]") {
  const World& world = TinyWorld();
  const Panel panel(world, Purpose::kUsers, 40);
  std::vector<double> truth;
  std::vector<double> fine;
  std::vector<double> coarse;
  std::vector<double> guard;
  std::vector<double> clickbait;
  for (std::size_t u = 0; u < 40; ++u) {
    const RequestView request = panel.Request(u, 0, 0);
    for (std::size_t c = 0; c < request.items.size(); ++c) {
      const Item& item = world.catalogue.items()[request.items[c]];
      const Logits logits = world.truth.LogitsOf(
          panel.users()[u], item, world.catalogue.AgeDays(request.items[c], 0), 0.0F);
      truth.push_back(static_cast<double>(logits[Index(Behaviour::kClick)]));
      fine.push_back(std::log(
          static_cast<double>(ProbabilityTable()[request.fine[c][Index(FineHead::kClick)]])));
      coarse.push_back(request.coarse(CoarseHead::kClickRate)[c]);
      guard.push_back(static_cast<double>(
          ProbabilityTable()[request.fine[c][Index(FineHead::kClickbaitGuard)]]));
      clickbait.push_back(static_cast<double>(item.clickbait));
    }
  }
  const double fine_skill = Correlation(truth, fine);
  const double coarse_skill = Correlation(truth, coarse);
  CHECK(fine_skill > coarse_skill + 0.03);
  CHECK(coarse_skill > 0.6);
  CHECK(fine_skill < 0.99);
  // The guard sees clickbait, but catchy items confuse it: that is why a strict one costs DAU.
  CHECK(Correlation(guard, clickbait) > 0.4);
  CHECK(Correlation(guard, clickbait) < 0.9);
}

TEST_CASE("a model push predicts otherwise, of the same truth", "[heads]") {
  const World pushed(Feed().world, TinySize(), Feed().seed, 1);
  const Panel before(TinyWorld(), Purpose::kUsers, 2);
  const Panel after(pushed, Purpose::kUsers, 2);
  const RequestView a = before.Request(0, 0, 0);
  const RequestView b = after.Request(0, 0, 0);
  REQUIRE(std::equal(a.items.begin(), a.items.end(), b.items.begin()));
  CHECK_FALSE(std::equal(a.fine.begin(), a.fine.end(), b.fine.begin()));
}

TEST_CASE("the version that production was tuned for is neutral; a push moves every head",
          "[heads]") {
  const HeadCharacter first = DrawHeadCharacter(Feed().seed, 0);
  for (const auto* ones : {&first.fine_slope, &first.fine_noise}) {
    CHECK(std::ranges::all_of(*ones, [](float value) { return value == 1.0F; }));
  }
  for (const auto* ones : {&first.coarse_slope, &first.coarse_noise}) {
    CHECK(std::ranges::all_of(*ones, [](float value) { return value == 1.0F; }));
  }
  CHECK(std::ranges::all_of(first.fine_level, [](float value) { return value == 0.0F; }));
  CHECK(std::ranges::all_of(first.coarse_level, [](float value) { return value == 0.0F; }));

  const HeadCharacter pushed = DrawHeadCharacter(Feed().seed, 1);
  CHECK(pushed.fine_level == DrawHeadCharacter(Feed().seed, 1).fine_level);
  CHECK_FALSE(pushed.fine_level == DrawHeadCharacter(Feed().seed, 2).fine_level);
  CHECK_FALSE(pushed.fine_level == DrawHeadCharacter(Feed().seed + 1, 1).fine_level);
  for (std::size_t h = 0; h < kFineChannels; ++h) {
    CHECK(pushed.fine_slope[h] != 1.0F);
    CHECK(pushed.fine_level[h] != 0.0F);
    CHECK(pushed.fine_noise[h] != 1.0F);
  }
}

/// A coarse head's quantiles, averaged over the requests of a few users.
double MeanQuantile(const World& world, CoarseHead head) {
  const Panel panel(world, Purpose::kUsers, 8);
  double sum = 0.0;
  for (std::size_t u = 0; u < 8; ++u) {
    const RequestView request = panel.Request(u, 0, 0);
    for (std::size_t c = 0; c < request.items.size(); ++c) sum += request.coarse(head)[c];
  }
  return sum / (8.0 * static_cast<double>(panel.Request(0, 0, 0).items.size()));
}

TEST_CASE("a pushed coarse head moves over the scale that curves were drawn on", "[heads]") {
  const World pushed(Feed().world, TinySize(), Feed().seed, 1);
  const HeadCharacter character = DrawHeadCharacter(Feed().seed, 1);
  for (const CoarseHead head : {CoarseHead::kClickRate, CoarseHead::kQuality}) {
    const double moved = MeanQuantile(pushed, head) - MeanQuantile(TinyWorld(), head);
    // 255 quantiles; a standard deviation about the middle is worth about a third of them.
    CHECK(moved == Approx(72.0 * character.coarse_level[Index(head)]).margin(25.0));
  }
  CHECK(MeanQuantile(pushed, CoarseHead::kFreshness) ==
        MeanQuantile(TinyWorld(), CoarseHead::kFreshness));
}

}  // namespace
}  // namespace rectune::sim
