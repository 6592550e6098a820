// SPDX-License-Identifier: Apache-2.0
#include "sim/slate.h"

#include <algorithm>

#include "sim/dynamics.h"

namespace rectune::sim {
namespace {

constexpr std::size_t kImpressions = SlateIndex(Total::kImpressions);
constexpr std::size_t kTime = SlateIndex(Total::kTimeSpentSeconds);
constexpr std::size_t kClicks = SlateIndex(Total::kClicks);
constexpr std::size_t kLongViews = SlateIndex(Total::kLongViews);
constexpr std::size_t kLikes = SlateIndex(Total::kLikes);
constexpr std::size_t kShares = SlateIndex(Total::kShares);
constexpr std::size_t kFollows = SlateIndex(Total::kFollows);
constexpr std::size_t kDismissals = SlateIndex(Total::kDismissals);
constexpr std::size_t kClickbait = SlateIndex(Total::kClickbaitImpressions);
constexpr std::size_t kFresh = SlateIndex(Total::kFreshImpressions);
constexpr std::size_t kDiversity = SlateIndex(Total::kTopicDiversity);
constexpr std::size_t kCoverage = SlateIndex(Total::kCreatorCoverage);
constexpr std::size_t kRequests = SlateIndex(Total::kRequests);

/// Position in a slate whose behaviours are `outcome`, given that it is examined.
SlateVector PositionMean(const Outcome& outcome, bool clickbait, bool fresh) {
  SlateVector mean{};
  mean[kImpressions] = 1.0;
  mean[kTime] = static_cast<double>(outcome.watch_seconds);
  mean[kClicks] = static_cast<double>(outcome.click);
  mean[kLongViews] = static_cast<double>(outcome.long_view);
  mean[kLikes] = static_cast<double>(outcome.like);
  mean[kShares] = static_cast<double>(outcome.share);
  mean[kFollows] = static_cast<double>(outcome.follow);
  mean[kDismissals] = static_cast<double>(outcome.dismissal);
  mean[kClickbait] = clickbait ? 1.0 : 0.0;
  mean[kFresh] = fresh ? 1.0 : 0.0;
  return mean;
}

/// E[x_a x_b] at one examined position. Events below a click happen only with it and are
/// independent given it; time goes with the click.
double PositionSecondMoment(const SlateVector& mean, std::size_t a, std::size_t b) {
  if (a == b) return a == kTime ? kTimeSecondMoment * mean[a] * mean[a] : mean[a];
  const auto below_click = [](std::size_t x) {
    return x == kLongViews || x == kLikes || x == kShares || x == kFollows;
  };
  if (a == kClicks && below_click(b)) return mean[b];
  if (b == kClicks && below_click(a)) return mean[a];
  if (below_click(a) && below_click(b)) return mean[a] * mean[b] / std::max(mean[kClicks], 1e-9);
  return mean[a] * mean[b];
}

/// Adds one position to E[x x^T] of the slate: nested examination means that a later position is
/// examined only if the earlier ones were, so E[e_i e_j] = e_j for i < j.
void AddPosition(const SlateVector& mean, double examined, SlateVector& earlier,
                 SlateMatrix& second) {
  for (std::size_t a = kRequests + 1; a < kSlateTotals; ++a) {
    for (std::size_t b = a; b < kSlateTotals; ++b) {
      second[a * kSlateTotals + b] += examined * (PositionSecondMoment(mean, a, b) +
                                                  earlier[a] * mean[b] + mean[a] * earlier[b]);
    }
  }
  for (std::size_t a = 0; a < kSlateTotals; ++a) earlier[a] += mean[a];
}

void FinishCovariance(const SlateVector& mean, SlateMatrix& matrix) {
  for (std::size_t a = 0; a < kSlateTotals; ++a) {
    for (std::size_t b = a; b < kSlateTotals; ++b) {
      const bool fixed = a == kRequests || a == kDiversity || b == kDiversity || a == kCoverage ||
                         b == kCoverage;  // known once the slate is
      const double value = fixed ? 0.0 : matrix[a * kSlateTotals + b] - mean[a] * mean[b];
      matrix[a * kSlateTotals + b] = value;
      matrix[b * kSlateTotals + a] = value;
    }
  }
}

}  // namespace

ListMetrics MeasureList(const World& world, const RequestView& request,
                        std::span<const std::uint32_t> slate) {
  const auto& items = world.catalogue.items();
  std::size_t same_topic = 0;
  std::size_t distinct_creators = 0;
  for (std::size_t i = 0; i < slate.size(); ++i) {
    const Item& item = items[request.items[slate[i]]];
    bool seen_creator = false;
    for (std::size_t j = 0; j < slate.size(); ++j) {
      const Item& other = items[request.items[slate[j]]];
      same_topic += other.topic == item.topic ? 1 : 0;
      seen_creator = seen_creator || (j < i && other.creator == item.creator);
    }
    distinct_creators += seen_creator ? 0 : 1;
  }
  const auto length = static_cast<double>(slate.size());
  return {.diversity = 1.0 - static_cast<double>(same_topic) / (length * length),
          .coverage = static_cast<double>(distinct_creators) / length};
}

void ShowSlate(const World& world, const User& user, const RequestView& request,
               std::span<const std::uint32_t> slate, bool with_covariance, Attention& attention,
               SlateOutcome& outcome) {
  const DynamicsConstants& dynamics = world.constants.dynamics;
  outcome.mean.fill(0.0);
  if (with_covariance) outcome.covariance.fill(0.0);
  SlateVector earlier{};
  double pleasure = 0.0;
  float examined = 1.0F;
  for (const std::uint32_t candidate : slate) {
    const std::uint32_t index = request.items[candidate];
    const Item& item = world.catalogue.items()[index];
    const float age = world.catalogue.AgeDays(index, request.day);
    const Outcome what =
        world.truth.OutcomeOf(user, item, age, attention.Fatigue(item.topic), request.day);
    const bool clickbait = static_cast<double>(item.clickbait) > world.constants.clickbait_line;
    const bool fresh = static_cast<double>(age) <= world.constants.fresh_days;
    const SlateVector mean = PositionMean(what, clickbait, fresh);
    const auto weight = static_cast<double>(examined);
    for (std::size_t a = 0; a < kSlateTotals; ++a) outcome.mean[a] += weight * mean[a];
    if (with_covariance) AddPosition(mean, weight, earlier, outcome.covariance);

    const double bounce = static_cast<double>(what.click - what.long_view);
    pleasure +=
        weight *
        (dynamics.gratify_click * mean[kClicks] + dynamics.gratify_long_view * mean[kLongViews] +
         dynamics.gratify_interaction * (mean[kLikes] + mean[kShares] + mean[kFollows]) -
         dynamics.cost_bounce * bounce - dynamics.cost_dismissal * mean[kDismissals] -
         dynamics.cost_clickbait * bounce * static_cast<double>(item.clickbait));
    attention.Add(item.topic, examined);
    examined *= KeepLooking(user, dynamics, what.long_view);
  }
  outcome.mean[kRequests] = 1.0;
  const ListMetrics list = MeasureList(world, request, slate);
  outcome.mean[kDiversity] = list.diversity;
  outcome.mean[kCoverage] = list.coverage;
  if (with_covariance) FinishCovariance(outcome.mean, outcome.covariance);

  const double positions = std::max(outcome.mean[kImpressions], 1e-9);
  outcome.enjoyment = outcome.mean[kLongViews] / positions;
  outcome.gratification = pleasure / positions - DiversityLoss(dynamics, list.diversity);
}

}  // namespace rectune::sim
