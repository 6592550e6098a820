// SPDX-License-Identifier: Apache-2.0
#include "sim/user.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <cmath>
#include <numbers>

#include "sim/calibration/constants.h"

namespace rectune::sim {
namespace {

/// Powers of the inverse of the root of x^4 = x + 1: the 3-dimensional golden ratio.
constexpr std::array<double, 3> kKronecker = {0.8191725133961645, 0.6710436067037893,
                                              0.5497004779019703};

enum UserStep : std::uint64_t { kShiftStep, kTraitStep, kNewTasteStep };
constexpr std::uint64_t kEveryone = 0;  // entity of the sequence's random shift

/// Sessions on a day with a visit: KuaiRand-27K has 4.8 a user-day on average (30-minute gaps).
constexpr double kMeanSessionsADay = 4.8;
constexpr double kMaxSessionsADay = 40.0;

/// Heavy users visit on more days. Assumed.
constexpr double kActivityVolumeCorrelation = 0.5;

double Logit(double probability) { return std::log(probability / (1.0 - probability)); }

/// Some interests give way to new ones, drawn by the same law; the longer a drift lasts, the more,
/// and what was replaced once stays so.
void ReplaceInterests(double share, const Catalogue& catalogue, RandomStream& stream, User& user) {
  for (std::uint32_t& topic : user.topics) {
    const bool is_replaced = stream.Uniform() < share;
    const auto other = static_cast<std::uint32_t>(stream.Categorical(catalogue.topic_popularity()));
    if (is_replaced) topic = other;
  }
}

/// Leans interests towards the topic that a season wants.
void FollowSeason(const WorldShift& shift, std::size_t topics, User& user) {
  for (std::size_t k = 0; k < kInterests; ++k) {
    const double at = static_cast<double>(user.topics[k]) / static_cast<double>(topics);
    user.topic_weights[k] *=
        std::exp(shift.topic_swing * std::cos(2.0 * std::numbers::pi * (at - shift.topic_phase)));
  }
}

double TraitPoint(std::uint64_t seed, Purpose purpose, std::uint64_t id, std::size_t axis) {
  RandomStream shift(seed, purpose, kShiftStep, kEveryone, axis);
  const double point = shift.Uniform() + kKronecker[axis] * static_cast<double>(id + 1);
  // Away from 0 and 1, where quantiles are infinite.
  return std::clamp(point - std::floor(point), 1e-9, 1.0 - 1e-9);
}

}  // namespace

User MakeUser(const WorldConstants& constants, const Catalogue& catalogue, std::uint64_t seed,
              Purpose purpose, std::uint64_t id) {
  const LogConstants& logs = KuaiRandConstants();
  User user;
  user.id = id;

  const double volume = NormalQuantile(TraitPoint(seed, purpose, id, 0));
  const double own_propensity = NormalQuantile(TraitPoint(seed, purpose, id, 1));
  const double own_activity = NormalQuantile(TraitPoint(seed, purpose, id, 2));
  const double rho = constants.volume_click_correlation;
  const double propensity = rho * volume + std::sqrt(1.0 - rho * rho) * own_propensity;
  const boost::math::beta_distribution<double> ctr(logs.propensity_alpha, logs.propensity_beta);
  const double mean_ctr = logs.propensity_alpha / (logs.propensity_alpha + logs.propensity_beta);
  const double user_ctr = boost::math::quantile(ctr, NormalCdf(propensity));
  user.click_offset = static_cast<float>(
      constants.click_offset_scale *
      std::clamp(Logit(std::clamp(user_ctr, 1e-4, 1.0 - 1e-4)) - Logit(mean_ctr), -4.0, 4.0));
  user.sessions_a_day =
      std::clamp(kMeanSessionsADay * std::exp(logs.log_volume_sd * volume -
                                              0.5 * logs.log_volume_sd * logs.log_volume_sd),
                 0.1, kMaxSessionsADay);
  user.low_activity = volume < 0.0;
  const double kappa = kActivityVolumeCorrelation;
  user.activity_logit = constants.mean_activity_logit +
                        constants.activity_logit_sd *
                            (kappa * volume + std::sqrt(1.0 - kappa * kappa) * own_activity);

  RandomStream stream(seed, purpose, kTraitStep, id);
  Embedding taste{};
  double weight_sum = 0.0;
  for (std::size_t k = 0; k < kInterests; ++k) {
    user.topics[k] = static_cast<std::uint32_t>(stream.Categorical(catalogue.topic_popularity()));
    user.topic_weights[k] = stream.Gamma(1.0) + 0.1;
    weight_sum += user.topic_weights[k];
  }
  const WorldShift& shift = constants.shift;
  if (shift.new_tastes > 0.0) {
    RandomStream tastes(seed, purpose, kNewTasteStep, id);
    ReplaceInterests(shift.new_tastes, catalogue, tastes, user);
  }
  if (shift.topic_swing != 0.0) {
    FollowSeason(shift, catalogue.topic_popularity().size(), user);
    weight_sum = 0.0;
    for (const double weight : user.topic_weights) weight_sum += weight;
  }
  for (std::size_t k = 0; k < kInterests; ++k) {
    user.topic_weights[k] /= weight_sum;
    const Embedding& centroid = catalogue.topic_centroids()[user.topics[k]];
    for (std::size_t axis = 0; axis < kEmbedding; ++axis) {
      taste[axis] += static_cast<float>(user.topic_weights[k]) * centroid[axis];
    }
  }
  user.embedding = PerturbedUnit(taste, constants.user_embedding_noise, stream);
  user.long_view_offset = static_cast<float>(0.4 * stream.Normal());
  user.interaction_offset = static_cast<float>(0.7 * stream.Normal());
  user.clickbait_susceptibility = static_cast<float>(std::exp(0.4 * stream.Normal() - 0.08));
  user.satiation = static_cast<float>(std::exp(0.3 * stream.Normal() - 0.045));
  user.patience = static_cast<float>(0.03 * stream.Normal());
  return user;
}

}  // namespace rectune::sim
