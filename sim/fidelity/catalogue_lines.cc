// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "sim/calibration/constants.h"
#include "sim/fidelity/lines.h"
#include "sim/slate.h"

namespace rectune::sim {
namespace {

/// Runs production's funnel, with `config`, over every request of a panel without fatigue.
template <typename Visit>
void ForEachSlate(const World& world, const Panel& panel, const StageConfig& config,
                  const Visit& visit) {
  const Funnel funnel(world, config);
  FunnelScratch scratch(world.size);
  const std::vector<float> rested(world.size.topics, 0.0F);
  for (std::size_t u = 0; u < panel.users().size(); ++u) {
    for (int day = 0; day < panel.days(); ++day) {
      for (int slate = 0; slate < panel.requests_per_session(); ++slate) {
        const RequestView request = panel.Request(u, day, slate);
        funnel.Run(panel.users()[u], request, rested, scratch);
        visit(u, request, scratch);
      }
    }
  }
}

/// Times each item was served by production, of items served at all, largest first.
std::vector<double> CountServings(Bench& bench) {
  std::vector<double> count(bench.world().catalogue.items().size(), 0.0);
  ForEachSlate(bench.world(), bench.evaluation().panel, bench.production(),
               [&](std::size_t, const RequestView& request, const FunnelScratch& scratch) {
                 for (const std::uint32_t c : scratch.slate()) count[request.items[c]] += 1.0;
               });
  std::erase(count, 0.0);
  std::sort(count.begin(), count.end(), std::greater<>());
  return count;
}

const std::vector<double>& Servings(Bench& bench) {
  return bench.Once<std::vector<double>>("servings", [&] { return CountServings(bench); });
}

/// Largest gap between quantiles of a fitted watch-ratio law and the logs'.
template <std::size_t N>
double WatchGap(const WatchMixture& mixture, const std::array<std::array<double, 2>, N>& logs) {
  double largest = 0.0;
  for (const auto& [probability, ratio] : logs) {
    largest = std::max(largest, std::abs(mixture.Quantile(probability) - ratio));
  }
  return largest;
}

using Week = std::array<double, 7>;

/// Production's sessions of each weekday, as differences between horizons of 1 to 7 days.
Week SessionsOfWeek(const Bench& bench) {
  constexpr std::size_t kUsers = 16;  // volumes vary little between panels
  Week week{};
  double before = 0.0;
  for (int days = 1; days <= 7; ++days) {
    WorldSize size = bench.size().world;
    size.days = days;
    const World world(bench.scenario().world, size, bench.scenario().seed,
                      bench.scenario().model_version);
    const BenchPopulation population(world, Purpose::kEvaluationUsers, kUsers, bench.production(),
                                     Moments::kMeans);
    const double until =
        population.control.expected.col(static_cast<Eigen::Index>(Index(Total::kSessions))).sum();
    week[static_cast<std::size_t>(days - 1)] = until - before;
    before = until;
  }
  return week;
}

/// CTR by day of one half of the evaluation panel under production, users rested.
std::vector<double> DailyCtr(Bench& bench, std::size_t half) {
  const BenchPopulation& population = bench.evaluation();
  std::vector<double> clicks(static_cast<std::size_t>(population.panel.days()), 0.0);
  std::vector<double> impressions(clicks.size(), 0.0);
  Attention rested(bench.world().size.topics);
  SlateOutcome outcome;
  ForEachSlate(bench.world(), population.panel, bench.production(),
               [&](std::size_t user, const RequestView& request, const FunnelScratch& scratch) {
                 if (user % 2 != half) return;
                 rested.Reset();
                 ShowSlate(bench.world(), population.panel.users()[user], request, scratch.slate(),
                           /*with_covariance=*/false, rested, outcome);
                 const auto day = static_cast<std::size_t>(request.day);
                 clicks[day] += outcome.mean[SlateIndex(Total::kClicks)];
                 impressions[day] += outcome.mean[SlateIndex(Total::kImpressions)];
               });
  for (std::size_t day = 0; day < clicks.size(); ++day) clicks[day] /= impressions[day];
  return clicks;
}

}  // namespace

double PopularityGini(Bench& bench) {
  const std::vector<double>& counts = Servings(bench);  // descending
  const auto n = static_cast<double>(counts.size());
  double weighted = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    weighted += (n - static_cast<double>(i)) * counts[i];
    total += counts[i];
  }
  return 2.0 * weighted / (n * total) - (n + 1.0) / n;
}

double PopularityTopTenth(Bench& bench) {
  const std::vector<double>& counts = Servings(bench);
  const auto top = static_cast<std::ptrdiff_t>(counts.size() / 10);
  return 100.0 * std::accumulate(counts.begin(), counts.begin() + top, 0.0) /
         std::accumulate(counts.begin(), counts.end(), 0.0);
}

double PopularityTail(Bench& bench) {
  constexpr double kFrom = 10.0;
  double logs = 0.0;
  double items = 0.0;
  for (const double count : Servings(bench)) {
    if (count < kFrom) break;
    logs += std::log(count / (kFrom - 0.5));
    items += 1.0;
  }
  return 1.0 + items / logs;
}

double LikedWatchGap(Bench&) {
  return WatchGap<4>(KuaiRandConstants().liked_watch,
                     {{{0.25, 0.41}, {0.5, 0.95}, {0.75, 1.18}, {0.9, 1.93}}});
}

double HatedWatchGap(Bench&) {
  return WatchGap<3>(KuaiRandConstants().hated_watch, {{{0.5, 0.20}, {0.75, 0.58}, {0.9, 1.09}}});
}

double WeekdayVolumeGap(Bench& bench) {
  const Week week = SessionsOfWeek(bench);
  const double mean = std::accumulate(week.begin(), week.end(), 0.0) / 7.0;
  // Monday to Thursday, Saturday and Sunday; the source gives Friday no figure.
  constexpr Week kLogged = {0.955, 0.95, 0.955, 0.965, 0.0, 1.12, 1.06};
  double largest = 0.0;
  for (std::size_t d = 0; d < week.size(); ++d) {
    if (kLogged[d] > 0.0) largest = std::max(largest, std::abs(week[d] / mean - kLogged[d]));
  }
  return largest;
}

double DailyCtrDeviation(Bench& bench) {
  // What two disjoint halves of the users share, so that their own noise is not taken for the
  // day's.
  const std::vector<double> one = DailyCtr(bench, 0);
  const std::vector<double> two = DailyCtr(bench, 1);
  const auto days = static_cast<double>(one.size());
  const double mean_one = std::accumulate(one.begin(), one.end(), 0.0) / days;
  const double mean_two = std::accumulate(two.begin(), two.end(), 0.0) / days;
  double shared = 0.0;
  for (std::size_t d = 0; d < one.size(); ++d) {
    shared += (one[d] / mean_one - 1.0) * (two[d] / mean_two - 1.0) / (days - 1.0);
  }
  return 100.0 * std::sqrt(std::max(shared, 0.0));
}

double PreRankRecall(Bench& bench) {
  // What the ranker would serve had it seen every candidate, and how much of it pre-ranking kept.
  StageConfig uncut = bench.production();
  uncut.pre_rank.keep = bench.world().size.candidates;
  uncut.pre_rank.exploration = 0;
  const PreRanker pre_ranker(bench.production().pre_rank);
  PreRankScratch kept(bench.world().size.candidates);
  double found = 0.0;
  double wanted = 0.0;
  ForEachSlate(bench.world(), bench.scout().panel, uncut,
               [&](std::size_t, const RequestView& request, const FunnelScratch& scratch) {
                 pre_ranker.Select(request, kept);
                 std::sort(kept.kept.begin(), kept.kept.end());
                 const std::size_t top =
                     std::min(bench.world().size.slate, scratch.rank.ranked.size());
                 for (std::size_t i = 0; i < top; ++i) {
                   wanted += 1.0;
                   found += std::binary_search(kept.kept.begin(), kept.kept.end(),
                                               scratch.rank.ranked[i].candidate)
                                ? 1.0
                                : 0.0;
                 }
               });
  return 100.0 * found / wanted;
}

double RankRecall(Bench& bench) {
  // What re-ranking would serve had ranking handed over all it scored.
  StageConfig uncut = bench.production();
  uncut.rank.keep = bench.production().pre_rank.keep;
  std::vector<std::vector<std::uint32_t>> wanted;
  ForEachSlate(bench.world(), bench.scout().panel, uncut,
               [&](std::size_t, const RequestView&, const FunnelScratch& scratch) {
                 wanted.push_back(scratch.slate());
               });
  double found = 0.0;
  double all = 0.0;
  std::size_t request_index = 0;
  ForEachSlate(bench.world(), bench.scout().panel, bench.production(),
               [&](std::size_t, const RequestView&, const FunnelScratch& scratch) {
                 for (const std::uint32_t candidate : wanted[request_index]) {
                   const auto& ranked = scratch.rank.ranked;
                   found += std::any_of(
                                ranked.begin(), ranked.end(),
                                [&](const Scored& scored) { return scored.candidate == candidate; })
                                ? 1.0
                                : 0.0;
                   all += 1.0;
                 }
                 ++request_index;
               });
  return 100.0 * found / all;
}

}  // namespace rectune::sim
