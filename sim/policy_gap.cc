// SPDX-License-Identifier: Apache-2.0
#include "sim/policy_gap.h"

#include <numeric>
#include <vector>

#include "sim/simulate_arm.h"
#include "sim/slate.h"

namespace rectune::sim {
namespace {

PolicyRates RatesOf(const Eigen::VectorXd& totals) {
  const auto total = [&](Total which) { return totals[static_cast<Eigen::Index>(Index(which))]; };
  const double impressions = total(Total::kImpressions);
  return {.click = total(Total::kClicks) / impressions,
          .long_view = total(Total::kLongViews) / impressions,
          .interaction =
              (total(Total::kLikes) + total(Total::kShares) + total(Total::kFollows)) / impressions,
          .dismissal = total(Total::kDismissals) / impressions};
}

/// Slates of uniformly drawn items, each user weighted by how much they would look at.
PolicyRates UniformRates(const World& world, const Panel& panel) {
  Eigen::VectorXd totals = Eigen::VectorXd::Zero(kTotals);
  Attention attention(world.size.topics);
  SlateOutcome outcome;
  std::vector<std::uint32_t> items(world.size.slate);
  std::vector<std::uint32_t> order(world.size.slate);
  std::iota(order.begin(), order.end(), 0U);
  for (const User& user : panel.users()) {
    attention.Reset();
    for (int day = 0; day < panel.days(); ++day) {
      RandomStream stream(world.seed, Purpose::kCalibration, static_cast<std::uint64_t>(day),
                          user.id);
      for (std::uint32_t& item : items) item = world.catalogue.DrawUniform(stream.NextBits());
      const RequestView request{.items = items, .day = day};
      ShowSlate(world, user, request, order, /*with_covariance=*/false, attention, outcome);
      for (std::size_t a = 0; a < kSlateTotals; ++a) {
        totals[static_cast<Eigen::Index>(kFirstSlateTotal + a)] +=
            user.sessions_a_day * outcome.mean[a];
      }
    }
  }
  return RatesOf(totals);
}

}  // namespace

PolicyGap MeasurePolicyGap(const World& world, const Panel& panel, const StageConfig& production) {
  const NeutralState neutral = MeasureNeutralState(world, panel, production);
  const ArmOutcome outcome = SimulateArm(world, panel, neutral, production, Moments::kMeans);
  return {.production = RatesOf(outcome.expected.colwise().sum().transpose()),
          .uniform = UniformRates(world, panel)};
}

}  // namespace rectune::sim
