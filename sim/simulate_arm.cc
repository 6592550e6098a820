// SPDX-License-Identifier: Apache-2.0
#include "sim/simulate_arm.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/check.h"
#include "sim/dynamics.h"
#include "sim/slate.h"

namespace rectune::sim {
namespace {

constexpr std::size_t kDayTotals = kSlateTotals;
constexpr double kWeek = kDaysAWeek;

/// A session in expectation: totals, their second moment, and what it did to the user.
struct Session {
  SlateVector mean{};
  SlateMatrix second{};  // E[s s^T]
  double gratification = 0.0;
};

/// Buffers for one pass; nothing is allocated a request.
struct Pass {
  Pass(const World& world, const StageConfig& config)
      : funnel(world, config),
        scratch(world.size),
        attention(world.size.topics),
        morning(world.size.topics) {}
  Funnel funnel;
  FunnelScratch scratch;
  Attention attention;
  Attention morning;
  SlateOutcome slate;
};

/// `responds` is panel user `user`, as experiments may have changed them.
Session RunSession(const World& world, const Panel& panel, std::size_t user, const User& responds,
                   int day, bool with_covariance, Pass& pass) {
  Session session;
  SessionWeights weights(world.constants.dynamics, panel.requests_per_session());
  double weight_sum = 0.0;
  SlateMatrix covariance{};
  for (int k = 0; k < panel.requests_per_session(); ++k) {
    const RequestView request = panel.Request(user, day, k);
    pass.funnel.Run(panel.users()[user], request, pass.attention.Snapshot(), pass.scratch);
    ShowSlate(world, responds, request, pass.scratch.slate(), with_covariance, pass.attention,
              pass.slate);
    const double weight = weights.Next(pass.slate.enjoyment);
    for (std::size_t a = 0; a < kSlateTotals; ++a) session.mean[a] += weight * pass.slate.mean[a];
    if (with_covariance) {
      for (std::size_t i = 0; i < covariance.size(); ++i) {
        covariance[i] += weight * pass.slate.covariance[i];
      }
    }
    session.gratification += weight * pass.slate.gratification;
    weight_sum += weight;
  }
  session.gratification /= weight_sum;
  if (with_covariance) {
    // N slates, geometric from 1 with mean m: E[N^2] = 2 m^2 - m; slates taken as alike, each with
    // mean s / m and the averaged covariance.
    const double m = weight_sum;
    const double spread = (2.0 * m * m - m) / (m * m);
    for (std::size_t a = 0; a < kSlateTotals; ++a) {
      for (std::size_t b = 0; b < kSlateTotals; ++b) {
        const std::size_t i = a * kSlateTotals + b;
        session.second[i] = covariance[i] + spread * session.mean[a] * session.mean[b];
      }
    }
  }
  return session;
}

using TotalsVector = Eigen::Matrix<double, kTotals, 1>;

/// Mean and second-moment bookkeeping of one user over the horizon.
class UserLedger {
 public:
  UserLedger(int days, bool with_covariance)
      : days_(days),
        visits_(static_cast<std::size_t>(days)),
        given_visit_(static_cast<std::size_t>(days)),
        with_covariance_(with_covariance) {}

  void AddDay(int day, double visit, double sessions, const Session& session) {
    visits_[static_cast<std::size_t>(day)] = visit;
    // Totals of the day given a visit: y. The day's covariance is
    // visit * Cov(day | visit) + visit (1 - visit) y y^T, and sessions are compound Poisson:
    // Cov(day | visit) = sessions * E[s s^T].
    TotalsVector& y = given_visit_[static_cast<std::size_t>(day)];
    y.setZero();
    for (std::size_t a = 0; a < kDayTotals; ++a) {
      y[static_cast<Eigen::Index>(kFirstSlateTotal + a)] = sessions * session.mean[a];
    }
    y[At(Total::kSessions)] = sessions;
    y[At(Total::kActiveDays)] = 1.0;
    if (day + 1 < days_) y[At(Total::kNextDayChances)] = 1.0;
    mean_ += visit * y;
    if (!with_covariance_) return;
    covariance_ += visit * (1.0 - visit) * y * y.transpose();
    covariance_(At(Total::kSessions), At(Total::kSessions)) += visit * sessions;
    for (std::size_t a = 0; a < kDayTotals; ++a) {
      const auto row = static_cast<Eigen::Index>(kFirstSlateTotal + a);
      covariance_(At(Total::kSessions), row) += visit * sessions * session.mean[a];
      covariance_(row, At(Total::kSessions)) += visit * sessions * session.mean[a];
      for (std::size_t b = 0; b < kDayTotals; ++b) {
        covariance_(row, static_cast<Eigen::Index>(kFirstSlateTotal + b)) +=
            visit * sessions * session.second[a * kSlateTotals + b];
      }
    }
  }

  void Finish(double visit_after) {
    mean_[At(Total::kUsers)] = 1.0;
    mean_[At(Total::kDays)] = days_;
    mean_[At(Total::kWeekReturns)] = kWeek * visit_after;
    const Eigen::Index returns = At(Total::kNextDayReturns);
    const std::size_t pairs = visits_.size() - 1;
    for (std::size_t d = 0; d < pairs; ++d) mean_[returns] += visits_[d] * visits_[d + 1];
    if (!with_covariance_) return;
    covariance_(At(Total::kWeekReturns), At(Total::kWeekReturns)) =
        kWeek * visit_after * (1.0 - visit_after);
    for (std::size_t d = 0; d < pairs; ++d) {
      const double today = visits_[d];
      const double tomorrow = visits_[d + 1];
      const double both = today * tomorrow;
      covariance_(returns, returns) += both * (1.0 - both);
      if (d + 1 < pairs) {
        covariance_(returns, returns) += 2.0 * both * visits_[d + 2] * (1.0 - tomorrow);
      }
      // The pair happens only with a visit on both days, so it moves with all that those bring.
      const TotalsVector with_days =
          both * ((1.0 - today) * given_visit_[d] + (1.0 - tomorrow) * given_visit_[d + 1]);
      covariance_.row(returns) += with_days.transpose();
      covariance_.col(returns) += with_days;
    }
  }

  const TotalsVector& mean() const { return mean_; }
  const Eigen::Matrix<double, kTotals, kTotals>& covariance() const { return covariance_; }

 private:
  static Eigen::Index At(Total total) { return static_cast<Eigen::Index>(Index(total)); }
  int days_;
  std::vector<double> visits_;
  std::vector<TotalsVector> given_visit_;  // by day
  bool with_covariance_;
  TotalsVector mean_ = TotalsVector::Zero();
  Eigen::Matrix<double, kTotals, kTotals> covariance_ =
      Eigen::Matrix<double, kTotals, kTotals>::Zero();
};

}  // namespace

NeutralState MeasureNeutralState(const World& world, const Panel& panel,
                                 const StageConfig& config) {
  NeutralState neutral(panel.users().size());
  Pass pass(world, config);
  for (std::size_t u = 0; u < neutral.size(); ++u) {
    pass.attention.Reset();
    const User& user = panel.users()[u];
    const double visit = VisitChance(user, world.constants.dynamics, 0.0);
    double sum = 0.0;
    for (int day = 0; day < panel.days(); ++day) {
      pass.morning = pass.attention;
      sum += RunSession(world, panel, u, user, day, false, pass).gratification;
      pass.attention.EndDay(pass.morning, static_cast<float>(visit),
                            static_cast<float>(world.constants.dynamics.fatigue_decay));
    }
    neutral[u] = sum / panel.days();
  }
  return neutral;
}

namespace {

struct LivedDay {
  double visit = 0.0;
  double sessions = 0.0;
  Session session;
  double visit_tomorrow = 0.0;
};

/// A user's days in expectation, each handed to `on_day(day, lived)`. Returns the satisfaction
/// above neutral that they end with.
template <typename OnDay>
double LiveDays(const World& world, const Panel& panel, std::size_t u, double neutral,
                const ArmConditions& conditions, int days, bool with_covariance, Pass& pass,
                const OnDay& on_day) {
  const DynamicsConstants& dynamics = world.constants.dynamics;
  const User& user = panel.users()[u];
  User responds = user;
  pass.attention.Reset();
  double satisfaction = conditions.mood.empty() ? neutral : neutral + conditions.mood[u];
  for (int day = 0; day < days; ++day) {
    if (!conditions.click_logit.empty()) {
      responds.click_offset =
          user.click_offset +
          static_cast<float>(conditions.click_logit[static_cast<std::size_t>(day)]);
    }
    const double mood = satisfaction - neutral;
    LivedDay lived;
    lived.visit = VisitChance(user, dynamics, mood);
    lived.sessions = SessionsADay(user, dynamics, day, mood);
    pass.morning = pass.attention;
    lived.session = RunSession(world, panel, u, responds, day, with_covariance, pass);
    pass.attention.EndDay(pass.morning, static_cast<float>(lived.visit),
                          static_cast<float>(dynamics.fatigue_decay));
    satisfaction +=
        lived.visit * dynamics.satisfaction_rate * (lived.session.gratification - satisfaction);
    lived.visit_tomorrow = VisitChance(user, dynamics, satisfaction - neutral);
    on_day(day, lived);
  }
  return satisfaction - neutral;
}

}  // namespace

std::vector<ArmOutcome> SimulateArmAfter(const World& world, const Panel& panel,
                                         const NeutralState& neutral, const StageConfig& config,
                                         std::span<const int> days, Moments moments,
                                         const ArmConditions& conditions) {
  RECTUNE_CHECK(neutral.size() == panel.users().size(), "neutral state of another panel");
  RECTUNE_CHECK(!days.empty() && days.front() >= 1 && days.back() <= panel.days() &&
                    std::is_sorted(days.begin(), days.end()),
                "days ascend within the panel's");
  RECTUNE_CHECK(conditions.mood.empty() || conditions.mood.size() == neutral.size(),
                "moods of another panel");
  RECTUNE_CHECK(conditions.click_logit.empty() ||
                    conditions.click_logit.size() >= static_cast<std::size_t>(days.back()),
                "a click logit for every day");
  const bool with_covariance = moments == Moments::kMeansAndCovariance;
  const std::size_t users = panel.users().size();
  std::vector<ArmOutcome> outcomes(days.size());
  for (ArmOutcome& outcome : outcomes) {
    outcome.expected.resize(static_cast<Eigen::Index>(users), kTotals);
    outcome.within = Eigen::MatrixXd::Zero(kTotals, kTotals);
  }
  Pass pass(world, config);
  for (std::size_t u = 0; u < users; ++u) {
    std::vector<UserLedger> ledgers;
    for (const int end : days) ledgers.emplace_back(end, with_covariance);
    const auto keep = [&](int day, const LivedDay& lived) {
      for (std::size_t i = 0; i < days.size(); ++i) {
        if (day >= days[i]) continue;
        ledgers[i].AddDay(day, lived.visit, lived.sessions, lived.session);
        if (day + 1 < days[i]) continue;
        ledgers[i].Finish(lived.visit_tomorrow);
        outcomes[i].expected.row(static_cast<Eigen::Index>(u)) = ledgers[i].mean().transpose();
        if (with_covariance) outcomes[i].within += ledgers[i].covariance();
      }
    };
    LiveDays(world, panel, u, neutral[u], conditions, days.back(), with_covariance, pass, keep);
  }
  for (ArmOutcome& outcome : outcomes) outcome.within /= static_cast<double>(users);
  return outcomes;
}

std::vector<double> MeasureMood(const World& world, const Panel& panel, const NeutralState& neutral,
                                const StageConfig& config) {
  RECTUNE_CHECK(neutral.size() == panel.users().size(), "neutral state of another panel");
  std::vector<double> moods(neutral.size());
  Pass pass(world, config);
  for (std::size_t u = 0; u < moods.size(); ++u) {
    moods[u] = LiveDays(world, panel, u, neutral[u], {}, panel.days(), false, pass,
                        [](int, const LivedDay&) {});
  }
  return moods;
}

ArmOutcome SimulateArm(const World& world, const Panel& panel, const NeutralState& neutral,
                       const StageConfig& config, Moments moments) {
  const std::array<int, 1> horizon = {panel.days()};
  return std::move(SimulateArmAfter(world, panel, neutral, config, horizon, moments).front());
}

}  // namespace rectune::sim
