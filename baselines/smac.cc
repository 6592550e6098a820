// SPDX-License-Identifier: Apache-2.0
#include "baselines/smac.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>

#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr double kNeighbourStep = 0.2;
constexpr int kNeighboursANumber = 4;
constexpr std::size_t kClimbs = 10;  // from arms, and as many from candidates
constexpr int kMaxSteps = 20;

double ExpectedImprovement(const RegressionForest::Prediction& prediction, double best) {
  const double deviation = std::sqrt(prediction.variance);
  const double gain = prediction.mean - best;
  if (deviation <= 0.0) return std::max(0.0, gain);
  const double z = gain / deviation;
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
  return gain * NormalCdf(z) + deviation * density;
}

std::vector<std::size_t> BestFirst(const std::vector<double>& values, std::size_t most) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
  order.resize(std::min(order.size(), most));
  return order;
}

}  // namespace

SmacOptions SmacOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  SmacOptions result;
  result.startup_trials =
      static_cast<int>(reader.IntegerOr("startup_trials", result.startup_trials, {1, 100000}));
  result.trees = static_cast<int>(reader.IntegerOr("trees", result.trees, {1, 1000}));
  result.candidates =
      static_cast<int>(reader.IntegerOr("candidates", result.candidates, {1, 1000000}));
  result.random_share = reader.NumberOr("random_share", result.random_share, {0.0, 1.0});
  reader.Finish();
  return result;
}

Smac::Smac(std::string name, TuningTask task, SmacOptions options)
    : Tuner(std::move(name), std::move(task)),
      options_(options),
      views_(ViewCoordinates(*this->task().space)) {}

Smac::Data Smac::Gather() const {
  const ScoreHistory history(task(), this->history());
  Data data;
  for (const Observation& observation : history.scored()) {
    data.units.push_back(observation.unit);
    data.scores.push_back(observation.score.penalised);
  }
  const double worst = *std::min_element(data.scores.begin(), data.scores.end());
  for (const Observation& observation : history.unscored()) {
    data.units.push_back(observation.unit);
    data.scores.push_back(worst);
  }
  return data;
}

std::vector<std::vector<double>> Smac::Neighbours(const std::vector<double>& unit,
                                                  RandomStream& stream) const {
  std::vector<std::vector<double>> neighbours;
  for (std::size_t j = 0; j < unit.size(); ++j) {
    const CoordinateView& view = views_[j];
    if (view.is_fixed()) continue;
    std::vector<double> next = unit;
    if (view.is_choice()) {
      for (std::size_t level = 0; level < view.levels(); ++level) {
        if (level == view.LevelOf(unit[j])) continue;
        next[j] = view.Centre(level);
        neighbours.push_back(next);
      }
      continue;
    }
    for (int i = 0; i < kNeighboursANumber; ++i) {
      next[j] = std::clamp(unit[j] + kNeighbourStep * stream.Normal(), 0.0, 1.0);
      neighbours.push_back(next);
    }
  }
  return neighbours;
}

std::vector<double> Smac::BestByImprovement(const Data& data, RandomStream& stream,
                                            double* predicted) const {
  const RegressionForest forest(views_, data.units, data.scores, {.trees = options_.trees}, stream);
  std::vector<double> means;
  for (const std::vector<double>& unit : data.units) means.push_back(forest.Predict(unit).mean);
  const double incumbent = *std::max_element(means.begin(), means.end());
  const auto improvement = [&](const std::vector<double>& unit) {
    return ExpectedImprovement(forest.Predict(unit), incumbent);
  };

  std::vector<std::vector<double>> candidates(static_cast<std::size_t>(options_.candidates));
  std::vector<double> values;
  for (std::vector<double>& candidate : candidates) {
    candidate.resize(views_.size());
    for (double& u : candidate) u = stream.Uniform();
    values.push_back(improvement(candidate));
  }
  std::vector<std::vector<double>> starts;
  for (const std::size_t i : BestFirst(values, kClimbs)) starts.push_back(candidates[i]);
  for (const std::size_t i : BestFirst(means, kClimbs)) starts.push_back(data.units[i]);

  std::vector<double> best;
  double best_value = 0.0;
  for (std::vector<double>& start : starts) {
    double value = improvement(start);
    for (int step = 0; step < kMaxSteps; ++step) {
      bool moved = false;
      for (std::vector<double>& neighbour : Neighbours(start, stream)) {
        const double next = improvement(neighbour);
        if (next <= value) continue;
        value = next;
        start = std::move(neighbour);
        moved = true;
        break;  // SMAC's climb takes the first neighbour that is better
      }
      if (!moved) break;
    }
    if (best.empty() || value > best_value) {
      best = start;
      best_value = value;
    }
  }
  *predicted = forest.Predict(best).mean;
  return best;
}

std::vector<Proposal> Smac::DoPropose(int arms) {
  const ParameterSpace& space = *task().space;
  std::vector<Proposal> proposals;
  Data data = Gather();
  const bool is_starting = data.units.size() < static_cast<std::size_t>(options_.startup_trials);
  for (int arm = 0; arm < arms; ++arm) {
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()),
                        static_cast<std::uint64_t>(arm));
    if (is_starting || stream.Uniform() < options_.random_share) {
      proposals.push_back(MakeProposal(space.Decode(UniformPoint(task(), proposed_rounds(), arm)),
                                       name() + (is_starting ? " (random start)" : " (random)")));
      continue;
    }
    double predicted = 0.0;
    Configuration configuration = space.Decode(BestByImprovement(data, stream, &predicted));
    data.units.push_back(space.Encode(configuration));
    data.scores.push_back(predicted);
    proposals.push_back(MakeProposal(std::move(configuration), name()));
  }
  return proposals;
}

}  // namespace rectune::baselines
