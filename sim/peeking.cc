// SPDX-License-Identifier: Apache-2.0
#include "sim/peeking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/check.h"
#include "core/random_stream.h"
#include "sim/always_valid.h"

namespace rectune::sim {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
/// Replicate of a slot's kAbNoise stream; 0 and 1 are the horizon's (sim/ab_estimate.cc).
constexpr std::uint64_t kEarlierNoise = 2;
constexpr double kPower = 0.8;

/// One arm's levels and their variances, earlier looks first, as PeekedLaw runs.
struct PeekedEstimate {
  ArmEstimate horizon;
  Eigen::VectorXd level;
  Eigen::VectorXd variance;  // per user
};

PeekedEstimate Draw(const PeekedLaw& law, double users, double design_effect, std::uint64_t seed,
                    std::uint64_t round, std::uint64_t slot) {
  PeekedEstimate estimate{
      .horizon = DrawEstimate(law.horizon, users, design_effect, seed, round, slot),
      .level = {},
      .variance = law.variance};
  RandomStream stream(seed, Purpose::kAbNoise, round, slot, kEarlierNoise);
  Eigen::VectorXd normal(law.level.size());
  for (double& value : normal) value = stream.Normal();
  const Eigen::VectorXd noise = law.given * estimate.horizon.normal +
                                law.rest.scale.cwiseProduct(law.rest.correlations * normal);
  estimate.level = law.level + noise / std::sqrt(estimate.horizon.effective_users);
  const std::vector<std::size_t>& metrics = EarlyMetrics();
  for (Eigen::Index i = 0; i < estimate.variance.size(); ++i) {
    const auto k = static_cast<Eigen::Index>(metrics[static_cast<std::size_t>(i) % metrics.size()]);
    if (law.horizon.variance(k) <= 0.0) continue;
    estimate.variance(i) *= estimate.horizon.variance(k) / law.horizon.variance(k);
  }
  return estimate;
}

}  // namespace

std::vector<int> LookDays(int horizon_days, int looks) {
  RECTUNE_CHECK(looks >= 2 && looks <= horizon_days, "between two looks and one a day");
  std::vector<int> days;
  for (int i = 1; i <= looks; ++i) days.push_back((i * horizon_days + looks - 1) / looks);
  return days;
}

struct PeekedExperiment::Parts {
  PeekedLaw control;
  std::vector<PeekedLaw> arms;
  std::vector<int> days;
  double users_per_arm = 0.0;
  double design_effect = 1.0;
  std::vector<double> detectable;
  std::vector<double> mixtures;  // by metric; 0 where there is no noise

  Look Read(std::size_t index, const PeekedEstimate& c, const PeekedEstimate& t,
            std::span<const double> planted) const {
    Look look{days[index], {}};
    const std::vector<MetricInfo>& metrics = SimMetrics().metrics();
    look.readings.assign(metrics.size(), {kNaN, kNaN, kNaN, kNaN, kNaN});
    const auto read = [&](std::size_t k, double c_level, double t_level, double c_variance,
                          double t_variance) {
      const double raised = planted.empty() ? t_level : t_level * (1.0 + 0.01 * planted[k]);
      const MetricReading reading =
          ReadLift(c_level, raised, c_variance / c.horizon.effective_users,
                   t_variance / t.horizon.effective_users, metrics[k]);
      look.readings[k] = {reading.lift, reading.standard_error, reading.p_value, reading.p_value,
                          0.0};
      if (reading.standard_error <= 0.0 || mixtures[k] <= 0.0) return;
      const AlwaysValid valid =
          AlwaysValidLook(reading.lift, reading.standard_error, mixtures[k], kPeekingAlpha);
      look.readings[k].always_valid_p_value = valid.p_value;
      look.readings[k].always_valid_half_width = valid.half_width;
    };
    if (index + 1 == days.size()) {
      for (std::size_t k = 0; k < metrics.size(); ++k) {
        const auto row = static_cast<Eigen::Index>(k);
        read(k, c.horizon.level(row), t.horizon.level(row), c.horizon.variance(row),
             t.horizon.variance(row));
      }
      return look;
    }
    for (std::size_t m = 0; m < EarlyMetrics().size(); ++m) {
      const auto row = static_cast<Eigen::Index>(index * EarlyMetrics().size() + m);
      read(EarlyMetrics()[m], c.level(row), t.level(row), c.variance(row), t.variance(row));
    }
    return look;
  }
};

PeekedExperiment::PeekedExperiment(const AccruedOutcome& control,
                                   std::span<const AccruedOutcome* const> arms,
                                   std::vector<int> days, const AbOptions& options)
    : parts_(std::make_unique<Parts>()) {
  RECTUNE_CHECK(!arms.empty(), "an experiment needs at least one arm besides control");
  RECTUNE_CHECK(days.size() == control.size(), "one outcome a look");
  RECTUNE_CHECK(
      std::isfinite(options.users_per_arm) &&
          options.users_per_arm >= options.design_effect * MinimumUsersPerArm(control.back()),
      "users_per_arm is below MinimumUsersPerArm");
  const CupedModel cuped =
      FitCuped(Linearise(control.back()), options.cuped ? options.pre_period_persistence : 0.0);
  parts_->control = PeekedLawOf(cuped, control, control);
  for (const AccruedOutcome* arm : arms) {
    RECTUNE_CHECK(arm != nullptr, "null arm");
    parts_->arms.push_back(PeekedLawOf(cuped, control, *arm));
  }
  parts_->days = std::move(days);
  parts_->users_per_arm = options.users_per_arm;
  parts_->design_effect = options.design_effect;
  parts_->detectable = MinimumDetectableLifts(control.back(), options, kPeekingAlpha, kPower);
  const double quantiles = NormalQuantile(1.0 - 0.5 * kPeekingAlpha) + NormalQuantile(kPower);
  for (const double lift : parts_->detectable) {
    parts_->mixtures.push_back(lift > 0.0 ? TightestMixtureVariance(lift / quantiles, kPeekingAlpha)
                                          : 0.0);
  }
}

PeekedExperiment::~PeekedExperiment() = default;

const std::vector<double>& PeekedExperiment::detectable() const { return parts_->detectable; }
std::size_t PeekedExperiment::looks() const { return parts_->days.size(); }

std::vector<PeekedArm> PeekedExperiment::Run(std::uint64_t seed, int round,
                                             std::span<const double> planted) const {
  RECTUNE_CHECK(round >= 0, "rounds count from 0");
  RECTUNE_CHECK(planted.empty() || planted.size() == SimMetrics().size(),
                "a planted lift for every metric");
  const auto step = static_cast<std::uint64_t>(round);
  const std::vector<double> sizes =
      DrawArmSizes(parts_->users_per_arm, parts_->arms.size() + 1, seed, step);
  const PeekedEstimate control =
      Draw(parts_->control, sizes[0], parts_->design_effect, seed, step, 0);
  std::vector<PeekedArm> readout;
  for (std::size_t i = 0; i < parts_->arms.size(); ++i) {
    const PeekedEstimate arm =
        Draw(parts_->arms[i], sizes[i + 1], parts_->design_effect, seed, step, i + 1);
    PeekedArm& peeked = readout.emplace_back();
    peeked.users_per_arm = arm.horizon.users;
    for (std::size_t look = 0; look < looks(); ++look) {
      peeked.looks.push_back(parts_->Read(look, control, arm, planted));
      if (look == 0) continue;
      std::vector<LookReading>& now = peeked.looks[look].readings;
      const std::vector<LookReading>& before = peeked.looks[look - 1].readings;
      for (std::size_t k = 0; k < now.size(); ++k) {
        if (std::isnan(before[k].lift)) continue;
        now[k].always_valid_p_value =
            std::min(now[k].always_valid_p_value, before[k].always_valid_p_value);
      }
    }
  }
  return readout;
}

namespace {

/// Counts what one habit does over many experiments.
class Tally {
 public:
  void AddNull(bool called) { false_positives_ += called ? 1.0 : 0.0; }
  /// `call`: the look at which it stopped with significance; null if it never did.
  void AddPlanted(const Look* call, std::size_t metric, bool covered) {
    covered_ += covered ? 1.0 : 0.0;
    if (call == nullptr) return;
    called_ += 1.0;
    days_ += call->day;
    lifts_ += call->readings[metric].lift;
  }
  StoppingRates Rates(double experiments, double planted) const {
    const double none = called_ > 0.0 ? 1.0 : kNaN;
    return {.false_positives = false_positives_ / experiments,
            .power = called_ / experiments,
            .days = none * days_ / std::max(called_, 1.0),
            .overstatement = none * lifts_ / std::max(called_, 1.0) / planted,
            .coverage = covered_ / experiments};
  }

 private:
  double false_positives_ = 0.0;
  double called_ = 0.0;
  double days_ = 0.0;
  double lifts_ = 0.0;
  double covered_ = 0.0;
};

/// The first look, from `first` on, at which `p` of the metric is at most alpha.
const Look* FirstCall(const PeekedArm& arm, std::size_t first, std::size_t metric,
                      double LookReading::*p) {
  for (std::size_t i = first; i < arm.looks.size(); ++i) {
    if (arm.looks[i].readings[metric].*p <= kPeekingAlpha) return &arm.looks[i];
  }
  return nullptr;
}

struct MetricTally {
  Tally horizon;
  Tally first;
  Tally always_valid;
  double width_ratio = 0.0;
};

}  // namespace

std::vector<PeekingRates> MeasurePeeking(const PeekedExperiment& experiment, std::uint64_t seed,
                                         int replicates) {
  RECTUNE_CHECK(replicates >= 1, "at least one experiment");
  const double quantile = NormalQuantile(1.0 - 0.5 * kPeekingAlpha);
  std::vector<MetricTally> tallies(SimMetrics().size());
  for (int r = 0; r < replicates; ++r) {
    const PeekedArm null = experiment.Run(seed, r).front();
    const PeekedArm real = experiment.Run(seed, r, experiment.detectable()).front();
    const std::size_t last = real.looks.size() - 1;
    for (const std::size_t k : EarlyMetrics()) {
      MetricTally& tally = tallies[k];
      const double truth = experiment.detectable()[k];
      bool naive_covers = true;
      bool valid_covers = true;
      bool last_covers = true;
      for (const Look& look : real.looks) {
        const LookReading& reading = look.readings[k];
        const double miss = std::abs(reading.lift - truth);
        last_covers = miss <= quantile * reading.standard_error;
        naive_covers = naive_covers && last_covers;
        valid_covers = valid_covers && miss <= reading.always_valid_half_width;
      }
      constexpr double LookReading::*kNaive = &LookReading::p_value;
      constexpr double LookReading::*kValid = &LookReading::always_valid_p_value;
      tally.horizon.AddNull(FirstCall(null, last, k, kNaive) != nullptr);
      tally.first.AddNull(FirstCall(null, 0, k, kNaive) != nullptr);
      tally.always_valid.AddNull(FirstCall(null, 0, k, kValid) != nullptr);
      tally.horizon.AddPlanted(FirstCall(real, last, k, kNaive), k, last_covers);
      tally.first.AddPlanted(FirstCall(real, 0, k, kNaive), k, naive_covers);
      tally.always_valid.AddPlanted(FirstCall(real, 0, k, kValid), k, valid_covers);
      const LookReading& end = real.looks[last].readings[k];
      tally.width_ratio += end.always_valid_half_width / (quantile * end.standard_error);
    }
  }
  std::vector<PeekingRates> rates;
  for (const std::size_t k : EarlyMetrics()) {
    const double planted = experiment.detectable()[k];
    rates.push_back({.metric = k,
                     .planted = planted,
                     .width_ratio = tallies[k].width_ratio / replicates,
                     .horizon = tallies[k].horizon.Rates(replicates, planted),
                     .first = tallies[k].first.Rates(replicates, planted),
                     .always_valid = tallies[k].always_valid.Rates(replicates, planted)});
  }
  return rates;
}

}  // namespace rectune::sim
