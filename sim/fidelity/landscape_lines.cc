// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sim/fidelity/lines.h"
#include "sim/metrics.h"

namespace rectune::sim {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kSobolBase = 16;
constexpr std::uint64_t kSobolStep = 1002;
constexpr std::size_t kRankPoints = 32;

/// Midranks, so that ties (an effect without consequence) neither help nor harm.
std::vector<double> Ranks(const std::vector<double>& values) {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> ranks;
  ranks.reserve(values.size());
  for (const double value : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    ranks.push_back(0.5 * static_cast<double>((first - sorted.begin()) + (last - sorted.begin())));
  }
  return ranks;
}

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double product = 0.0;
  double square_a = 0.0;
  double square_b = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += (a[i] - mean_a) * (b[i] - mean_b);
    square_a += (a[i] - mean_a) * (a[i] - mean_a);
    square_b += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return product / std::sqrt(square_a * square_b);
}

std::vector<double> UniformPoint(const Bench& bench, std::uint64_t index) {
  RandomStream stream(bench.scenario().seed, Purpose::kCalibration, kSobolStep, index);
  std::vector<double> unit(bench.space().dimension());
  for (double& u : unit) u = stream.Uniform();
  return unit;
}

/// Total-effect indices by parameter (a curve counts as one), unnormalised: Jansen's estimator,
/// sum (f(A) - f(A with the parameter from B))^2 / 2N (Saltelli et al., Comput. Phys. Commun. 181,
/// 2010). Their sum exceeds the variance by what interactions count twice.
std::vector<double> TotalEffects(Bench& bench) {
  const ParameterSpace& space = bench.space();
  std::vector<Configuration> points;  // by base point: A, then A with each parameter from B
  for (std::uint64_t i = 0; i < kSobolBase; ++i) {
    const std::vector<double> a = UniformPoint(bench, 2 * i);
    const std::vector<double> b = UniformPoint(bench, 2 * i + 1);
    points.push_back(space.Decode(a));
    for (std::size_t p = 0; p < space.size(); ++p) {
      std::vector<double> mixed = a;
      for (std::size_t c = 0; c < space.dimension(); ++c) {
        if (space.coordinates()[c].parameter == p) mixed[c] = b[c];
      }
      points.push_back(space.Decode(mixed));
    }
  }
  const std::vector<Measurement> lifts = bench.LiftsOf(points, bench.scout());
  std::vector<double> effects(space.size(), 0.0);
  for (std::size_t i = 0; i < kSobolBase; ++i) {
    const std::size_t at_a = i * (space.size() + 1);
    for (std::size_t p = 0; p < space.size(); ++p) {
      const double difference =
          bench.ScoreOf(lifts[at_a]).value - bench.ScoreOf(lifts[at_a + 1 + p]).value;
      effects[p] += 0.5 * difference * difference / static_cast<double>(kSobolBase);
    }
  }
  return effects;
}

}  // namespace

double UnconstrainedBreach(Bench& bench) {
  const Configuration best =
      bench.Climb([&](const Measurement& lifts) { return bench.ScoreOf(lifts).value; });
  const Measurement lifts = bench.Lifts(best, bench.evaluation());
  const std::vector<double> breaches = bench.scenario().objective.Violations(lifts, SimMetrics());
  return *std::max_element(breaches.begin(), breaches.end());
}

double JointOverSingle(Bench& bench) {
  const std::optional<Reference> joint = bench.ReferenceOf("joint");
  if (!joint) return kNaN;
  double best_single = 0.0;
  for (const ScenarioTask& task : bench.scenario().tasks) {
    if (task.name == "joint") continue;
    const std::optional<Reference> single = bench.ReferenceOf(task.name);
    if (!single) return kNaN;
    best_single = std::max(best_single, single->optimum_value);
  }
  return joint->optimum_value - best_single;
}

double TopParametersShare(Bench& bench) {
  std::vector<double> effects = TotalEffects(bench);
  std::sort(effects.begin(), effects.end(), std::greater<>());
  const std::size_t top = (effects.size() + 3) / 4;
  const double all = std::accumulate(effects.begin(), effects.end(), 0.0);
  return 100.0 *
         std::accumulate(effects.begin(), effects.begin() + static_cast<std::ptrdiff_t>(top), 0.0) /
         all;
}

double ProductionPercentile(Bench& bench) {
  double below = 0.0;
  for (const Measurement& lifts : bench.sample_lifts()) {
    below += bench.ScoreOf(lifts).value < 0.0 ? 1.0 : 0.0;  // production's own is 0
  }
  return 100.0 * below / static_cast<double>(bench.sample_lifts().size());
}

double OracleLift(Bench& bench) {
  const std::optional<Reference> joint = bench.ReferenceOf("joint");
  if (!joint) return kNaN;
  return bench.ScoreOf(bench.Lifts(joint->optimum, bench.evaluation())).value;
}

double ModelPushLoss(Bench& bench) {
  const std::optional<Reference> joint = bench.ReferenceOf("joint");
  if (!joint) return kNaN;
  const World pushed(bench.scenario().world, bench.size().world, bench.scenario().seed,
                     bench.scenario().model_version + 1);
  const BenchPopulation after(pushed, Purpose::kEvaluationUsers,
                              bench.evaluation().panel.users().size(), bench.production(),
                              Moments::kMeans);
  const double lift_before =
      bench.ScoreOf(bench.Lifts(joint->optimum, bench.evaluation())).penalised;
  const double lift_after = bench.ScoreOf(bench.Lifts(joint->optimum, after)).penalised;
  return 100.0 * (1.0 - lift_after / lift_before);
}

double PanelRankCorrelation(Bench& bench) {
  const std::vector<Configuration> some(bench.sample().begin(),
                                        bench.sample().begin() + kRankPoints);
  const auto values = [&](const BenchPopulation& population) {
    std::vector<double> result;
    for (const Measurement& lifts : bench.LiftsOf(some, population)) {
      result.push_back(bench.ScoreOf(lifts).value);
    }
    return result;
  };
  return Correlation(Ranks(values(bench.tuning())), Ranks(values(bench.evaluation())));
}

}  // namespace rectune::sim
