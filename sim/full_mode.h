// SPDX-License-Identifier: Apache-2.0
//
// FullSimulator: the full mode of the simulator. Every user lives day by day and every coin is
// flipped: visits, sessions, positions examined, clicks and what follows them, watch times;
// satisfaction and fatigue move by what happened. Users are streamed, never kept, so populations of
// millions cost time and no memory. Panel mode (sim/simulate_arm.h) is this in expectation, and the
// fidelity card holds the two to each other.
//
// What both modes share, so that they can be compared: a user's requests (day, slate) and their
// candidates; every session of a day starts from the morning's fatigue; slates beyond
// requests_per_session repeat the last; hazards within a session run on how much the user likes
// what is there (probabilities). What only full mode has: satisfaction follows realised days.
//
//   FullSimulator simulator(world, production, {arm});
//   std::vector<FullTotals> totals(1);
//   simulator.Run({Purpose::kTest, /*first_user=*/0, /*users=*/100'000}, totals);
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/attention.h"
#include "sim/full_totals.h"
#include "sim/funnel.h"
#include "sim/request_maker.h"

namespace rectune::sim {

/// Which users, and which of their possible lives.
struct FullPlan {
  Purpose population = Purpose::kEvaluationUsers;
  std::uint64_t first_user = 0;
  std::uint64_t users = 0;
  std::uint64_t replicate = 0;
};

/// Not safe to share: one a thread.
class FullSimulator {
 public:
  /// `production` is the pre-period's configuration, from which each user's neutral state comes.
  FullSimulator(const World& world, const StageConfig& production,
                std::span<const StageConfig> arms);

  /// Adds every user under arm i to totals[i]. Arms meet the same users and candidates.
  void Run(const FullPlan& plan, std::span<FullTotals> totals);

 private:
  struct Day;

  double NeutralState(const User& user);
  UserTotals Live(const User& user, double neutral, const Funnel& funnel, const FullPlan& plan);
  void LiveSession(const User& user, int day, const Funnel& funnel, RandomStream& coins, Day& lived,
                   UserTotals& totals);
  int LiveSlate(const User& user, const RequestView& request, RandomStream& coins, Day& lived,
                UserTotals& totals, double& enjoyment);
  OpenRequest& Request(int day, int slate) {
    return requests_[static_cast<std::size_t>(RequestInUser(day, slate, slates_))];
  }

  const World& world_;
  int days_;
  int slates_;
  Funnel production_;
  std::vector<Funnel> arms_;
  RequestMaker maker_;
  FunnelScratch scratch_;
  Attention attention_;
  Attention morning_;
  std::vector<OpenRequest> requests_;             // a user's, by RequestInUser
  std::vector<std::vector<std::uint32_t>> kept_;  // what pre-ranking kept of each
};

/// The same over `jobs` threads; the result does not depend on their number.
std::vector<FullTotals> SimulateFull(const World& world, const StageConfig& production,
                                     std::span<const StageConfig> arms, const FullPlan& plan,
                                     int jobs);

}  // namespace rectune::sim
