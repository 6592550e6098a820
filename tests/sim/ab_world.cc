// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/ab_world.h"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace rectune::sim::testing {
namespace {

constexpr double kSecondsPerImpression = 8.0;

Eigen::Index At(Total total) { return static_cast<Eigen::Index>(Index(total)); }

int Poisson(double mean, RandomStream& stream) {
  const double floor = std::exp(-mean);  // Knuth; small means only
  int count = 0;
  for (double product = stream.UniformOpen(); product > floor; product *= stream.UniformOpen()) {
    ++count;
  }
  return count;
}

int Binomial(int trials, double probability, RandomStream& stream) {
  int count = 0;
  for (int i = 0; i < trials; ++i) count += stream.Uniform() < probability ? 1 : 0;
  return count;
}

}  // namespace

std::vector<UserLaw> MakePanel(const Population& population, std::uint64_t seed) {
  std::vector<UserLaw> panel;
  for (int user = 0; user < population.users; ++user) {
    RandomStream stream(seed, Purpose::kTest, 0, static_cast<std::uint64_t>(user));
    const double rho = population.volume_propensity_correlation;
    const double volume = stream.Normal();
    const double taste = rho * volume + std::sqrt(1.0 - rho * rho) * stream.Normal();
    const double propensity = boost::math::ibeta_inv(population.propensity_alpha,
                                                     population.propensity_beta, NormalCdf(taste));
    UserLaw law;
    law.impressions =
        std::exp(population.mean_log_impressions + population.sd_log_impressions * volume);
    law.heads = {propensity,
                 0.6 * propensity,
                 0.05 + 0.1 * stream.Uniform(),
                 0.03 + 0.04 * stream.Uniform(),
                 0.02 + 0.04 * stream.Uniform(),
                 0.10 + 0.2 * stream.Uniform(),
                 0.20 + 0.2 * stream.Uniform(),
                 0.02 + 0.02 * stream.Uniform()};
    law.active = 0.2 + 0.5 * stream.Uniform();
    law.sessions = 0.1 * law.impressions;
    law.requests = 0.2 * law.impressions;
    law.topic_diversity = 0.4 + 0.4 * stream.Uniform();
    law.creator_coverage = 0.7 + 0.3 * stream.Uniform();
    law.chances = law.active * (kHorizonDays - 1);
    panel.push_back(law);
  }
  return panel;
}

std::vector<UserLaw> Treat(std::vector<UserLaw> panel, const Treatment& treatment) {
  for (UserLaw& law : panel) {
    law.heads[0] = std::min(1.0, law.heads[0] * treatment.click);
    law.active = std::min(1.0, law.active * treatment.active);
    law.chances = law.active * (kHorizonDays - 1);
  }
  return panel;
}

ArmOutcome Outcome(const std::vector<UserLaw>& panel) {
  const auto totals = static_cast<Eigen::Index>(kTotals);
  const auto users = static_cast<Eigen::Index>(panel.size());
  ArmOutcome outcome{Eigen::MatrixXd::Zero(users, totals), Eigen::MatrixXd::Zero(totals, totals),
                     12.5};
  for (Eigen::Index user = 0; user < users; ++user) {
    const UserLaw& law = panel[static_cast<std::size_t>(user)];
    auto mean = outcome.expected.row(user);
    // A Poisson count and its independent thinnings: Cov(X_i, X_j) = mean p_i p_j, with p_i in
    // place of p_i^2 on the diagonal; `scale` turns a count into seconds or an index.
    const auto add_poisson = [&](double rate, const std::vector<std::array<double, 3>>& parts) {
      for (const auto& [i, p_i, scale_i] : parts) {
        mean(static_cast<Eigen::Index>(i)) = rate * p_i * scale_i;
        for (const auto& [j, p_j, scale_j] : parts) {
          // Parts with p = 1 are functions of the count itself, hence p_i p_j holds for them too.
          const double probability = (i == j) ? p_i : p_i * p_j;
          outcome.within(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) +=
              rate * probability * scale_i * scale_j / static_cast<double>(users);
        }
      }
    };
    const auto id = [](Total total) { return static_cast<double>(Index(total)); };
    std::vector<std::array<double, 3>> parts = {
        {id(Total::kImpressions), 1.0, 1.0},
        {id(Total::kTimeSpentSeconds), 1.0, kSecondsPerImpression}};
    for (std::size_t h = 0; h < kHeads.size(); ++h) {
      parts.push_back({id(kHeads[h]), law.heads[h], 1.0});
    }
    add_poisson(law.impressions, parts);
    add_poisson(law.sessions, {{id(Total::kSessions), 1.0, 1.0}});
    add_poisson(law.requests, {{id(Total::kRequests), 1.0, 1.0},
                               {id(Total::kTopicDiversity), 1.0, law.topic_diversity},
                               {id(Total::kCreatorCoverage), 1.0, law.creator_coverage}});
    add_poisson(law.chances, {{id(Total::kNextDayChances), 1.0, 1.0},
                              {id(Total::kNextDayReturns), law.active, 1.0}});
    mean(At(Total::kUsers)) = 1.0;
    mean(At(Total::kDays)) = kHorizonDays;
    const double visit_variance = law.active * (1.0 - law.active) / static_cast<double>(users);
    mean(At(Total::kActiveDays)) = kHorizonDays * law.active;
    outcome.within(At(Total::kActiveDays), At(Total::kActiveDays)) += kHorizonDays * visit_variance;
    mean(At(Total::kWeekReturns)) = 7.0 * law.active;
    outcome.within(At(Total::kWeekReturns), At(Total::kWeekReturns)) += 7.0 * visit_variance;
  }
  return outcome;
}

Eigen::VectorXd SimulateTotals(const UserLaw& law, RandomStream& stream) {
  Eigen::VectorXd totals = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(kTotals));
  const int impressions = Poisson(law.impressions, stream);
  totals(At(Total::kUsers)) = 1.0;
  totals(At(Total::kDays)) = kHorizonDays;
  totals(At(Total::kImpressions)) = impressions;
  totals(At(Total::kTimeSpentSeconds)) = kSecondsPerImpression * impressions;
  for (std::size_t h = 0; h < kHeads.size(); ++h) {
    totals(At(kHeads[h])) = Binomial(impressions, law.heads[h], stream);
  }
  totals(At(Total::kSessions)) = Poisson(law.sessions, stream);
  const int requests = Poisson(law.requests, stream);
  totals(At(Total::kRequests)) = requests;
  totals(At(Total::kTopicDiversity)) = law.topic_diversity * requests;
  totals(At(Total::kCreatorCoverage)) = law.creator_coverage * requests;
  const int chances = Poisson(law.chances, stream);
  totals(At(Total::kNextDayChances)) = chances;
  totals(At(Total::kNextDayReturns)) = Binomial(chances, law.active, stream);
  totals(At(Total::kActiveDays)) = Binomial(kHorizonDays, law.active, stream);
  totals(At(Total::kWeekReturns)) = Binomial(7, law.active, stream);
  return totals;
}

}  // namespace rectune::sim::testing
