// SPDX-License-Identifier: Apache-2.0
#include "sim/metrics.h"

#include <cmath>
#include <string>
#include <utility>

#include "core/check.h"

namespace rectune::sim {
namespace {

using Eigen::MatrixXd;
using Eigen::RowVectorXd;
using Eigen::VectorXd;

constexpr Direction kHigher = Direction::kHigherIsBetter;
constexpr Direction kLower = Direction::kLowerIsBetter;

std::vector<MetricDefinition> MakeDefinitions() {
  return {
      {{"dau", "share of users", kHigher, 0,
        "Daily active users: share of user-days with at least one session."},
       TotalRatio{Total::kActiveDays, Total::kDays}},
      {{"sessions_per_user", "sessions", kHigher, 0,
        "Sessions over the horizon, per assigned user (inactive users count as 0)."},
       TotalRatio{Total::kSessions, Total::kUsers}},
      {{"time_spent_per_user", "seconds", kHigher, 0,
        "Dwell time over the horizon, per assigned user."},
       TotalRatio{Total::kTimeSpentSeconds, Total::kUsers}},
      {{"impressions_per_user", "impressions", Direction::kNeutral, 0,
        "Examined slate positions over the horizon, per assigned user. Neutral: more can mean "
        "deeper sessions or a longer search for something worth watching."},
       TotalRatio{Total::kImpressions, Total::kUsers}},
      {{"ctr", "share of impressions", kHigher, 0, "Clicks per impression."},
       TotalRatio{Total::kClicks, Total::kImpressions}},
      {{"long_view_rate", "share of impressions", kHigher, 0, "Long views per impression."},
       TotalRatio{Total::kLongViews, Total::kImpressions}},
      {{"like_rate", "share of impressions", kHigher, 0, "Likes per impression."},
       TotalRatio{Total::kLikes, Total::kImpressions}},
      {{"share_rate", "share of impressions", kHigher, 0, "Shares (forwards) per impression."},
       TotalRatio{Total::kShares, Total::kImpressions}},
      {{"follow_rate", "share of impressions", kHigher, 0, "Creator follows per impression."},
       TotalRatio{Total::kFollows, Total::kImpressions}},
      {{"dismiss_rate", "share of impressions", kLower, 0,
        "Explicit dismissals (\"not interested\") per impression."},
       TotalRatio{Total::kDismissals, Total::kImpressions}},
      {{"clickbait_share", "share of impressions", kLower, 0,
        "Share of impressions whose item's clickbait level is above the line."},
       TotalRatio{Total::kClickbaitImpressions, Total::kImpressions}},
      {{"topic_diversity", "index in [0, 1]", kHigher, 0,
        "Topic diversity of the served slate, mean over requests."},
       TotalRatio{Total::kTopicDiversity, Total::kRequests}},
      {{"creator_coverage", "share of slate", kHigher, 0,
        "Distinct creators in the slate divided by its size, mean over requests."},
       TotalRatio{Total::kCreatorCoverage, Total::kRequests}},
      {{"freshness", "share of impressions", kHigher, 0,
        "Share of impressions of items at most a day old."},
       TotalRatio{Total::kFreshImpressions, Total::kImpressions}},
      {{"next_day_retention", "share of active days", kHigher, 0,
        "Active days followed by an active day, among those with a following day inside the "
        "horizon (so it is complete when the horizon ends)."},
       TotalRatio{Total::kNextDayReturns, Total::kNextDayChances}},
      {{"retention_7d", "share of days", kHigher, 7,
        "Active days among the seven days after the horizon, per assigned user and day."},
       TotalRatio{Total::kWeekReturns, Total::kUsers, 7.0}},
      {{"serving_cost", "core milliseconds a request", kLower, 0,
        "Compute of one request under the latency model; deterministic, standard error 0."},
       std::nullopt},
  };
}

void CheckShape(const ArmOutcome& outcome) {
  RECTUNE_CHECK(outcome.expected.rows() > 0, "an arm outcome needs users");
  RECTUNE_CHECK(outcome.expected.cols() == static_cast<Eigen::Index>(kTotals),
                "an arm outcome has one column a total");
  RECTUNE_CHECK(outcome.expected.allFinite(), "expected totals must be finite");
  RECTUNE_CHECK(std::isfinite(outcome.serving_cost), "serving cost must be finite");
}

Eigen::Index Column(Total total) { return static_cast<Eigen::Index>(Index(total)); }

double Denominator(const RowVectorXd& means, const MetricInfo& info, const TotalRatio& ratio) {
  const double denominator = ratio.denominator_scale * means(Column(ratio.denominator));
  RECTUNE_CHECK(denominator > 0.0, "the denominator of \"" + info.name + "\" is not positive");
  return denominator;
}

}  // namespace

const std::vector<MetricDefinition>& MetricDefinitions() {
  static const std::vector<MetricDefinition> definitions = MakeDefinitions();
  return definitions;
}

const MetricCatalogue& SimMetrics() {
  static const MetricCatalogue catalogue = [] {
    std::vector<MetricInfo> infos;
    for (const MetricDefinition& definition : MetricDefinitions()) {
      infos.push_back(definition.info);
    }
    return MetricCatalogue(std::move(infos));
  }();
  return catalogue;
}

std::vector<double> MetricLevels(const ArmOutcome& outcome) {
  CheckShape(outcome);
  const RowVectorXd means = outcome.expected.colwise().mean();
  std::vector<double> levels;
  levels.reserve(MetricDefinitions().size());
  for (const MetricDefinition& definition : MetricDefinitions()) {
    levels.push_back(definition.ratio ? means(Column(definition.ratio->numerator)) /
                                            Denominator(means, definition.info, *definition.ratio)
                                      : outcome.serving_cost);
  }
  return levels;
}

MatrixXd CrossCovariance(const MatrixXd& a, const MatrixXd& b) {
  RECTUNE_CHECK(a.rows() == b.rows() && a.rows() > 0, "both arms must be over the same users");
  // Dot products, not a matrix product: Eigen blocks the latter by the machine's cache sizes, which
  // would let the last bits differ between machines.
  MatrixXd covariance(a.cols(), b.cols());
  for (Eigen::Index i = 0; i < a.cols(); ++i) {
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
      covariance(i, j) = a.col(i).dot(b.col(j)) / static_cast<double>(a.rows());
    }
  }
  return covariance;
}

LinearisedArm Linearise(const ArmOutcome& outcome) {
  LinearisedArm arm;
  arm.levels = MetricLevels(outcome);  // checks the shape
  const auto totals = static_cast<Eigen::Index>(kTotals);
  RECTUNE_CHECK(outcome.within.rows() == totals && outcome.within.cols() == totals,
                "within is a square matrix over totals");
  RECTUNE_CHECK(outcome.within.allFinite(), "within must be finite");

  const RowVectorXd means = outcome.expected.colwise().mean();
  const auto& definitions = MetricDefinitions();
  MatrixXd gradient = MatrixXd::Zero(static_cast<Eigen::Index>(definitions.size()), totals);
  arm.volume = MatrixXd::Ones(outcome.expected.rows(), gradient.rows());
  for (std::size_t k = 0; k < definitions.size(); ++k) {
    if (!definitions[k].ratio) continue;
    const TotalRatio& ratio = *definitions[k].ratio;
    const double denominator = Denominator(means, definitions[k].info, ratio);
    const auto row = static_cast<Eigen::Index>(k);
    gradient(row, Column(ratio.numerator)) += 1.0 / denominator;
    gradient(row, Column(ratio.denominator)) -=
        arm.levels[k] * ratio.denominator_scale / denominator;
    // The denominator where it varies over users, else (per user, per day) the numerator.
    const bool is_constant =
        ratio.denominator == Total::kUsers || ratio.denominator == Total::kDays;
    const Eigen::Index column = Column(is_constant ? ratio.numerator : ratio.denominator);
    if (means(column) > 0.0) arm.volume.col(row) = outcome.expected.col(column) / means(column);
  }
  const MatrixXd centred = outcome.expected.rowwise() - means;
  arm.user_effects.noalias() = centred * gradient.transpose();
  arm.between = CrossCovariance(arm.user_effects, arm.user_effects);
  arm.within.noalias() = gradient * outcome.within * gradient.transpose();
  return arm;
}

}  // namespace rectune::sim
