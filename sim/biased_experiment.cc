// SPDX-License-Identifier: Apache-2.0
#include "sim/biased_experiment.h"

#include <array>
#include <cmath>

#include "sim/cost.h"
#include "sim/dynamics.h"

namespace rectune::sim {
namespace {

/// Likes, shares and follows a user.
double Interactions(const ArmOutcome& outcome) {
  const auto mean = [&](Total total) {
    return outcome.expected.col(static_cast<Eigen::Index>(Index(total))).mean();
  };
  return mean(Total::kLikes) + mean(Total::kShares) + mean(Total::kFollows);
}

std::vector<ArmOutcome> Simulate(const ExperimentWorld& experiment, const StageConfig& config,
                                 const ArmConditions& conditions, std::span<const int> days,
                                 Moments moments) {
  std::vector<ArmOutcome> outcomes = SimulateArmAfter(
      experiment.world, experiment.panel, experiment.neutral, config, days, moments, conditions);
  const double cost = ServingCost(config, experiment.world.size);
  for (ArmOutcome& outcome : outcomes) outcome.serving_cost = cost;
  return outcomes;
}

/// Log-ratio to production of interactions a user, without interference.
double InteractionGain(const ExperimentWorld& experiment, const StageConfig& config,
                       const ArmConditions& conditions, double production) {
  const std::array<int, 1> horizon = {experiment.panel.days()};
  return std::log(
      Interactions(Simulate(experiment, config, conditions, horizon, Moments::kMeans).front()) /
      production);
}

double ProductionInteractions(const ExperimentWorld& experiment) {
  const std::array<int, 1> horizon = {experiment.panel.days()};
  return Interactions(
      Simulate(experiment, experiment.production, {}, horizon, Moments::kMeans).front());
}

/// The part of `effect` that each arm's creators feel.
std::vector<double> FeltByCreators(const Interference& interference,
                                   const std::vector<double>& effects) {
  double mean = 0.0;
  for (const double effect : effects) mean += effect / static_cast<double>(effects.size());
  const double own = interference.by_cluster ? 1.0 - interference.leak : 0.0;
  std::vector<double> felt;
  for (const double effect : effects) felt.push_back(own * effect + (1.0 - own) * mean);
  return felt;
}

void AddNovelty(const Novelty& novelty, int days, ArmConditions& conditions) {
  for (int day = 0; day < days; ++day) {
    conditions.click_logit.push_back(novelty.click_logit *
                                     std::exp2(-day / novelty.half_life_days));
  }
}

/// Adds to every day's click logit.
void AddToDays(double logit, int days, ArmConditions& conditions) {
  conditions.click_logit.resize(static_cast<std::size_t>(days), 0.0);
  for (double& of_day : conditions.click_logit) of_day += logit;
}

/// Moods on the first morning, by arm: what each arm of the experiment before left its users with.
std::vector<std::vector<double>> MoodsAfter(const ExperimentWorld& experiment,
                                            const CarryOver& carry_over,
                                            std::span<const ExperimentArm> before,
                                            std::size_t arms) {
  const std::size_t users = experiment.panel.users().size();
  std::vector<std::vector<double>> moods;  // control's first
  moods.push_back(
      MeasureMood(experiment.world, experiment.panel, experiment.neutral, experiment.production));
  for (const ExperimentArm& arm : before) {
    moods.push_back(
        MeasureMood(experiment.world, experiment.panel, experiment.neutral, arm.config));
  }
  const DynamicsConstants& dynamics = experiment.world.constants.dynamics;
  for (std::vector<double>& mood : moods) {
    for (std::size_t u = 0; u < users; ++u) {
      // Back on production, whose gratification is the neutral state.
      for (int day = 0; day < carry_over.gap_days; ++day) {
        const double visit = VisitChance(experiment.panel.users()[u], dynamics, mood[u]);
        mood[u] *= 1.0 - visit * dynamics.satisfaction_rate;
      }
    }
  }
  if (!carry_over.rerandomised) {
    // Buckets that no arm had were on production.
    moods.resize(arms, moods.front());
    return moods;
  }
  std::vector<double> mixture(users, 0.0);
  for (const std::vector<double>& mood : moods) {
    for (std::size_t u = 0; u < users; ++u) {
      mixture[u] += mood[u] / static_cast<double>(moods.size());
    }
  }
  return std::vector<std::vector<double>>(arms, mixture);
}

}  // namespace

std::vector<std::vector<ArmOutcome>> SimulateExperiment(const ExperimentWorld& experiment,
                                                        const AbBias& bias,
                                                        std::span<const ExperimentArm> arms,
                                                        std::span<const ExperimentArm> before,
                                                        std::span<const int> days) {
  const int horizon = experiment.panel.days();
  std::vector<ExperimentArm> all = {{experiment.production, /*is_production=*/true}};
  all.insert(all.end(), arms.begin(), arms.end());
  std::vector<ArmConditions> conditions(all.size());
  if (bias.carry_over && !before.empty()) {
    const auto moods = MoodsAfter(experiment, *bias.carry_over, before, all.size());
    for (std::size_t a = 0; a < all.size(); ++a) conditions[a].mood = moods[a];
  }
  if (bias.novelty) {
    for (std::size_t a = 0; a < all.size(); ++a) {
      if (!all[a].is_production) AddNovelty(*bias.novelty, horizon, conditions[a]);
    }
  }
  if (bias.interference) {
    const double production = ProductionInteractions(experiment);
    std::vector<double> effects;
    for (std::size_t a = 0; a < all.size(); ++a) {
      effects.push_back(bias.interference->strength *
                        InteractionGain(experiment, all[a].config, conditions[a], production));
    }
    const std::vector<double> felt = FeltByCreators(*bias.interference, effects);
    for (std::size_t a = 0; a < all.size(); ++a) AddToDays(felt[a], horizon, conditions[a]);
  }
  std::vector<std::vector<ArmOutcome>> outcomes;
  for (std::size_t a = 0; a < all.size(); ++a) {
    outcomes.push_back(
        Simulate(experiment, all[a].config, conditions[a], days, Moments::kMeansAndCovariance));
  }
  return outcomes;
}

ArmOutcome SimulateLaunch(const ExperimentWorld& experiment, const AbBias& bias,
                          const StageConfig& config) {
  ArmConditions conditions;
  const int horizon = experiment.panel.days();
  if (bias.interference) {
    const double gain = InteractionGain(experiment, config, {}, ProductionInteractions(experiment));
    AddToDays(bias.interference->strength * gain, horizon, conditions);
  }
  const std::array<int, 1> days = {horizon};
  return Simulate(experiment, config, conditions, days, Moments::kMeans).front();
}

}  // namespace rectune::sim
