// SPDX-License-Identifier: Apache-2.0
#include "sim/full_mode.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "core/check.h"
#include "sim/dynamics.h"
#include "sim/slate.h"

namespace rectune::sim {
namespace {

/// Steps of a population's kSession streams: days, then the week after the horizon.
constexpr std::uint64_t kStepsAPopulation = 1024;
constexpr std::uint64_t kWeekAfter = kStepsAPopulation - 1;
constexpr std::uint64_t kUsersAShard = 64;
/// Watch time at a position: gamma with this shape has E[t^2] = 2.5 E[t]^2, as panel mode assumes.
constexpr double kTimeShape = 1.0 / (kTimeSecondMoment - 1.0);

void Count(UserTotals& totals, Total total, std::int64_t by = 1) { totals[Index(total)] += by; }

bool Flip(RandomStream& coins, float probability) {
  return coins.Uniform() < static_cast<double>(probability);
}

/// By inversion: one draw a value. Means here are a few sessions.
int Poisson(RandomStream& coins, double mean) {
  const double target = coins.Uniform();
  double term = std::exp(-mean);
  double below = term;
  int count = 0;
  while (below <= target && term > 0.0) {
    ++count;
    term *= mean / count;
    below += term;
  }
  return count;
}

}  // namespace

/// What a day did to the user.
struct FullSimulator::Day {
  Attention* attention = nullptr;  // the session's
  double pleasure = 0.0;
  double positions = 0.0;
  double diversity_loss = 0.0;
  double slates = 0.0;
};

FullSimulator::FullSimulator(const World& world, const StageConfig& production,
                             std::span<const StageConfig> arms)
    : world_(world),
      days_(world.size.days),
      slates_(world.size.requests_per_session),
      production_(world, production),
      maker_(world),
      scratch_(world.size),
      attention_(world.size.topics),
      morning_(world.size.topics) {
  for (const StageConfig& arm : arms) arms_.emplace_back(world, arm);
  const auto requests = static_cast<std::size_t>(days_) * static_cast<std::size_t>(slates_);
  requests_.assign(requests, OpenRequest(world.size));
  kept_.resize(requests);
}

void FullSimulator::Run(const FullPlan& plan, std::span<FullTotals> totals) {
  RECTUNE_CHECK(totals.size() == arms_.size(), "one FullTotals an arm");
  for (std::uint64_t id = plan.first_user; id < plan.first_user + plan.users; ++id) {
    const User user =
        MakeUser(world_.constants, world_.catalogue, world_.seed, plan.population, id);
    for (int day = 0; day < days_; ++day) {
      for (int slate = 0; slate < slates_; ++slate) {
        maker_.Open(user, plan.population, day, slate, Request(day, slate));
      }
    }
    const double neutral = NeutralState(user);
    for (std::size_t a = 0; a < arms_.size(); ++a) {
      totals[a].Add(Live(user, neutral, arms_[a], plan));
    }
  }
}

double FullSimulator::NeutralState(const User& user) {
  attention_.Reset();
  const auto visit = static_cast<float>(VisitChance(user, world_.constants.dynamics, 0.0));
  double sum = 0.0;
  SlateOutcome outcome;
  for (int day = 0; day < days_; ++day) {
    morning_ = attention_;
    SessionWeights weights(world_.constants.dynamics, slates_);
    double gratification = 0.0;
    double weight_sum = 0.0;
    for (int slate = 0; slate < slates_; ++slate) {
      OpenRequest& request = Request(day, slate);
      production_.PreRank(request.view(), scratch_);
      maker_.PredictFine(user, scratch_.pre_rank.kept, request);
      production_.RankAndArrange(user, request.view(), attention_.Snapshot(), scratch_);
      ShowSlate(world_, user, request.view(), scratch_.slate(), /*with_covariance=*/false,
                attention_, outcome);
      const double weight = weights.Next(outcome.enjoyment);
      gratification += weight * outcome.gratification;
      weight_sum += weight;
    }
    sum += gratification / weight_sum;
    attention_.EndDay(morning_, visit, static_cast<float>(world_.constants.dynamics.fatigue_decay));
  }
  return sum / days_;
}

UserTotals FullSimulator::Live(const User& user, double neutral, const Funnel& funnel,
                               const FullPlan& plan) {
  const DynamicsConstants& dynamics = world_.constants.dynamics;
  const std::uint64_t first_step = static_cast<std::uint64_t>(plan.population) * kStepsAPopulation;
  for (std::size_t r = 0; r < requests_.size(); ++r) {
    funnel.PreRank(requests_[r].view(), scratch_);
    maker_.PredictFine(user, scratch_.pre_rank.kept, requests_[r]);
    kept_[r] = scratch_.pre_rank.kept;
  }
  UserTotals totals{};
  Count(totals, Total::kUsers);
  Count(totals, Total::kDays, days_);
  attention_.Reset();
  double satisfaction = neutral;
  bool came_yesterday = false;
  for (int day = 0; day < days_; ++day) {
    RandomStream coins(world_.seed, Purpose::kSession, first_step + static_cast<std::uint64_t>(day),
                       user.id, plan.replicate);
    const double mood = satisfaction - neutral;
    const bool comes = coins.Uniform() < VisitChance(user, dynamics, mood);
    morning_ = attention_;
    if (comes) {
      Count(totals, Total::kActiveDays);
      if (day + 1 < days_) Count(totals, Total::kNextDayChances);
      if (came_yesterday) Count(totals, Total::kNextDayReturns);
      const int sessions = Poisson(coins, SessionsADay(user, dynamics, day, mood));
      Count(totals, Total::kSessions, sessions);
      Day lived;
      Attention session = morning_;
      for (int s = 0; s < sessions; ++s) {
        session = morning_;
        lived.attention = &session;
        LiveSession(user, day, funnel, coins, lived, totals);
        if (s == 0) attention_ = session;
      }
      if (sessions > 0) {
        const double gratification =
            lived.pleasure / lived.positions - lived.diversity_loss / lived.slates;
        satisfaction += dynamics.satisfaction_rate * (gratification - satisfaction);
      }
    }
    attention_.EndDay(morning_, comes ? 1.0F : 0.0F, static_cast<float>(dynamics.fatigue_decay));
    came_yesterday = comes;
  }
  RandomStream week(world_.seed, Purpose::kSession, first_step + kWeekAfter, user.id,
                    plan.replicate);
  const double visit = VisitChance(user, dynamics, satisfaction - neutral);
  for (int day = 0; day < kDaysAWeek; ++day) {
    if (week.Uniform() < visit) Count(totals, Total::kWeekReturns);
  }
  return totals;
}

void FullSimulator::LiveSession(const User& user, int day, const Funnel& funnel,
                                RandomStream& coins, Day& lived, UserTotals& totals) {
  Attention before_last = *lived.attention;
  for (int k = 0;; ++k) {
    const int slate = std::min(k, slates_ - 1);
    const auto index = static_cast<std::size_t>(RequestInUser(day, slate, slates_));
    const RequestView request = requests_[index].view();
    if (k < slates_) {
      scratch_.pre_rank.kept = kept_[index];
      funnel.RankAndArrange(user, request, lived.attention->Snapshot(), scratch_);
      before_last = *lived.attention;
    } else {
      *lived.attention = before_last;
    }
    double enjoyment = 0.0;
    LiveSlate(user, request, coins, lived, totals, enjoyment);
    if (coins.Uniform() >= ContinueChance(world_.constants.dynamics, enjoyment)) return;
  }
}

int FullSimulator::LiveSlate(const User& user, const RequestView& request, RandomStream& coins,
                             Day& lived, UserTotals& totals, double& enjoyment) {
  const DynamicsConstants& dynamics = world_.constants.dynamics;
  const std::vector<std::uint32_t>& slate = scratch_.slate();
  Attention& attention = *lived.attention;
  Count(totals, Total::kRequests);
  double liked = 0.0;
  double offered = 0.0;
  float reach = 1.0F;  // chance that the position is examined, for what the session makes of it
  bool examines = true;
  int positions = 0;
  for (const std::uint32_t candidate : slate) {
    const std::uint32_t index = request.items[candidate];
    const Item& item = world_.catalogue.items()[index];
    const float age = world_.catalogue.AgeDays(index, request.day);
    const Outcome what =
        world_.truth.OutcomeOf(user, item, age, attention.Fatigue(item.topic), request.day);
    liked += static_cast<double>(reach * what.long_view);
    offered += static_cast<double>(reach);
    const float keep = KeepLooking(user, dynamics, what.long_view);
    if (examines) {
      ++positions;
      attention.Add(item.topic, 1.0F);
      Count(totals, Total::kImpressions);
      const bool click = Flip(coins, what.click);
      const auto given_click = [&](float joint) {
        return click && Flip(coins, joint / what.click);
      };
      const bool long_view = given_click(what.long_view);
      const int interactions = (given_click(what.like) ? 1 : 0);
      const int shares = (given_click(what.share) ? 1 : 0);
      const int follows = (given_click(what.follow) ? 1 : 0);
      const bool dismissal = Flip(coins, what.dismissal);
      const double seconds =
          static_cast<double>(what.watch_seconds) * coins.Gamma(kTimeShape) / kTimeShape;
      Count(totals, Total::kTimeSpentSeconds,
            std::llround(seconds * static_cast<double>(UnitsOf(Total::kTimeSpentSeconds))));
      Count(totals, Total::kClicks, click ? 1 : 0);
      Count(totals, Total::kLongViews, long_view ? 1 : 0);
      Count(totals, Total::kLikes, interactions);
      Count(totals, Total::kShares, shares);
      Count(totals, Total::kFollows, follows);
      Count(totals, Total::kDismissals, dismissal ? 1 : 0);
      if (static_cast<double>(item.clickbait) > world_.constants.clickbait_line) {
        Count(totals, Total::kClickbaitImpressions);
      }
      if (static_cast<double>(age) <= world_.constants.fresh_days) {
        Count(totals, Total::kFreshImpressions);
      }
      const double bounce = click && !long_view ? 1.0 : 0.0;
      lived.pleasure += dynamics.gratify_click * (click ? 1.0 : 0.0) +
                        dynamics.gratify_long_view * (long_view ? 1.0 : 0.0) +
                        dynamics.gratify_interaction * (interactions + shares + follows) -
                        dynamics.cost_bounce * bounce -
                        dynamics.cost_dismissal * (dismissal ? 1.0 : 0.0) -
                        dynamics.cost_clickbait * bounce * static_cast<double>(item.clickbait);
      examines = Flip(coins, keep);
    }
    reach *= keep;
  }
  const ListMetrics list = MeasureList(world_, request, slate);
  Count(totals, Total::kTopicDiversity,
        std::llround(list.diversity * static_cast<double>(UnitsOf(Total::kTopicDiversity))));
  Count(totals, Total::kCreatorCoverage,
        std::llround(list.coverage * static_cast<double>(UnitsOf(Total::kCreatorCoverage))));
  lived.positions += positions;
  lived.slates += 1.0;
  lived.diversity_loss += DiversityLoss(dynamics, list.diversity);
  enjoyment = liked / offered;
  return positions;
}

std::vector<FullTotals> SimulateFull(const World& world, const StageConfig& production,
                                     std::span<const StageConfig> arms, const FullPlan& plan,
                                     int jobs) {
  RECTUNE_CHECK(jobs >= 1, "at least one thread");
  std::vector<std::vector<FullTotals>> partial(static_cast<std::size_t>(jobs),
                                               std::vector<FullTotals>(arms.size()));
  std::atomic<std::uint64_t> next{0};
  const auto work = [&](std::size_t worker) {
    FullSimulator simulator(world, production, arms);
    for (;;) {
      const std::uint64_t first = next.fetch_add(kUsersAShard);
      if (first >= plan.users) return;
      FullPlan shard = plan;
      shard.first_user = plan.first_user + first;
      shard.users = std::min(kUsersAShard, plan.users - first);
      simulator.Run(shard, partial[worker]);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::size_t worker = 1; worker < partial.size(); ++worker) {
      threads.emplace_back(work, worker);
    }
    work(0);
  }
  for (std::size_t worker = 1; worker < partial.size(); ++worker) {
    for (std::size_t a = 0; a < arms.size(); ++a) partial[0][a].Merge(partial[worker][a]);
  }
  return partial[0];
}

}  // namespace rectune::sim
