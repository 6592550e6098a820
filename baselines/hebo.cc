// SPDX-License-Identifier: Apache-2.0
#include "baselines/hebo.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "baselines/acquisition/raw_points.h"
#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kCentres = 5;  // arms that the first population is spread around
constexpr std::size_t kFewestForExtremes = 3;
constexpr double kMaybeFeasible = 0.5;

// What a draw is for: the replicate of its stream's address.
enum Use : std::uint64_t { kFirst = 1, kSearch = 2, kSample = 3, kFill = 4 };

RandomStream Stream(const TuningTask& task, int round, int arm, Use use) {
  return {task.seed, Purpose::kTunerProposal, static_cast<std::uint64_t>(round),
          static_cast<std::uint64_t>(arm), use};
}

std::vector<double> UniformUnit(const FeatureMap& map, RandomStream* stream) {
  std::vector<double> unit(map.dimension());
  for (double& u : unit) u = stream->Uniform();
  map.Snap(&unit);
  return unit;
}

Matrix FeaturesOf(const FeatureMap& map, const std::vector<std::vector<double>>& units) {
  Matrix features(units.size(), map.features());
  for (std::size_t i = 0; i < units.size(); ++i) map.Map(units[i], features.row(i));
  return features;
}

}  // namespace

HeboOptions::HeboOptions() {
  surrogate.models.warps_outputs = true;
  surrogate.models.warps_inputs = true;
}

HeboOptions HeboOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  HeboOptions result;
  TaskModelOptions& models = result.surrogate.models;
  models.gp = GpOptions::Read(&reader);
  models.warps_outputs = reader.BooleanOr("warp_outputs", models.warps_outputs);
  models.warps_inputs = reader.BooleanOr("warp_inputs", models.warps_inputs);
  result.surrogate.startup_arms = static_cast<int>(
      reader.IntegerOr("startup_arms", result.surrogate.startup_arms, {1, 100000}));
  result.search.population =
      static_cast<int>(reader.IntegerOr("population", result.search.population, {4, 10000}));
  result.search.generations =
      static_cast<int>(reader.IntegerOr("generations", result.search.generations, {1, 10000}));
  reader.Finish();
  return result;
}

std::vector<std::size_t> SampleBatch(const std::vector<std::size_t>& front, std::size_t on_front,
                                     const std::vector<double>& means,
                                     const std::vector<double>& sigmas, std::size_t count,
                                     RandomStream stream) {
  RECTUNE_CHECK(on_front <= front.size() && count <= front.size(), "a batch is a part of a front");
  std::vector<std::size_t> own(front.begin(),
                               front.begin() + static_cast<std::ptrdiff_t>(on_front));
  stream.Shuffle(std::span<std::size_t>(own));
  std::vector<std::size_t> batch(
      own.begin(), own.begin() + static_cast<std::ptrdiff_t>(std::min(count, on_front)));
  for (std::size_t i = on_front; batch.size() < count; ++i) batch.push_back(front[i]);
  if (count < kFewestForExtremes || on_front == 0) return batch;
  const auto extreme = [&](const std::vector<double>& values) {
    return *std::max_element(own.begin(), own.end(), [&](std::size_t a, std::size_t b) {
      return values[a] != values[b] ? values[a] < values[b] : a > b;
    });
  };
  const std::size_t surest = extreme(means);
  const std::size_t loosest = extreme(sigmas);
  const auto has = [&](std::size_t member) {
    return std::find(batch.begin(), batch.end(), member) != batch.end();
  };
  if (!has(loosest)) batch[batch[0] == surest ? 1 : 0] = loosest;
  if (!has(surest)) batch[batch[0] == loosest ? 1 : 0] = surest;
  return batch;
}

Hebo::Hebo(std::string name, TuningTask task, const HeboOptions& options)
    : SurrogateTuner(std::move(name), std::move(task), options.surrogate), options_(options) {}

GpPosterior Hebo::Believe(const std::vector<std::vector<double>>& pending) const {
  const MetricModel& model = models().objective();
  if (pending.empty()) return GpPosterior(model.data, model.theta);
  const Matrix features = FeaturesOf(map(), pending);
  CandidateBlock block;
  model.posterior->Predict(features, &block);
  GpData data = model.data;
  const std::size_t measured = data.size();
  data.features.Resize(measured + pending.size(), map().features());
  for (std::size_t i = 0; i < measured; ++i) {
    std::copy_n(model.data.features.row(i), map().features(), data.features.row(i));
  }
  for (std::size_t i = 0; i < pending.size(); ++i) {
    std::copy_n(features.row(i), map().features(), data.features.row(measured + i));
    data.y.push_back(block.mean[i]);
    data.noise.push_back(0.0);
  }
  return GpPosterior(data, model.theta);
}

double Hebo::Incumbent(const GpPosterior& posterior,
                       const std::vector<std::vector<double>>& pending) const {
  std::vector<std::vector<double>> units;
  for (const ModelPoint& point : models().points()) units.push_back(point.unit);
  units.insert(units.end(), pending.begin(), pending.end());
  const Matrix features = FeaturesOf(map(), units);
  const std::vector<double> feasible = models().ProbabilityFeasible(features);
  CandidateBlock block;
  posterior.Predict(features, &block);
  double best = -std::numeric_limits<double>::infinity();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < units.size(); ++i) {
    least = std::min(least, block.mean[i]);
    if (feasible[i] >= kMaybeFeasible) best = std::max(best, block.mean[i]);
  }
  // Nothing is likely to be feasible: a unit below everything, so that the search is for that.
  return std::isfinite(best) ? best : least - 1.0;
}

std::vector<std::vector<double>> Hebo::FirstPopulation(int first_arm) const {
  const std::vector<ModelPoint>& points = models().points();
  CandidateBlock block;
  models().objective().posterior->Predict(models().features(), &block);
  const std::vector<double> feasible = models().ProbabilityFeasible(models().features());
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool a_holds = feasible[a] >= kMaybeFeasible;
    const bool b_holds = feasible[b] >= kMaybeFeasible;
    return a_holds != b_holds ? a_holds : block.mean[a] > block.mean[b];
  });
  const std::size_t centres = std::min(kCentres, order.size());
  RandomStream stream = Stream(task(), proposed_rounds(), first_arm, kFirst);
  std::vector<std::vector<double>> units;
  const auto size = static_cast<std::size_t>(options_.search.population);
  while (units.size() < size / 2) units.push_back(UniformUnit(map(), &stream));
  for (std::size_t i = 0; units.size() < size; ++i) {
    const double sigma = kPerturbationSigmas[(i / centres) % kPerturbationSigmas.size()];
    units.push_back(Perturb(map(), points[order[i % centres]].unit, sigma, &stream));
  }
  return units;
}

std::vector<std::vector<double>> Hebo::PickArms(int arms, int first_arm,
                                                const std::vector<std::vector<double>>& pending) {
  const ParameterSpace& space = *task().space;
  const GpPosterior posterior = Believe(pending);
  const auto per_round = static_cast<std::size_t>(std::max(1, task().arms_per_round));
  const MaceSetting setting{
      .incumbent = Incumbent(posterior, pending),
      .kappa = MaceKappa(map().groups(), models().points().size() / per_round)};
  CandidateBlock block;
  const auto evaluate = [&](const std::vector<std::vector<double>>& units) {
    const Matrix features = FeaturesOf(map(), units);
    const std::vector<double> feasible = models().ProbabilityFeasible(features);
    posterior.Predict(features, &block);
    std::vector<Fitness> fitness;
    for (std::size_t i = 0; i < units.size(); ++i) {
      fitness.push_back(MaceFitness(setting, block.mean[i], std::sqrt(block.variance[i]),
                                    std::log(std::max(feasible[i], 1e-300))));
    }
    return fitness;
  };
  const FrontPopulation population =
      SearchFront(map(), evaluate, FirstPopulation(first_arm), options_.search,
                  Stream(task(), proposed_rounds(), first_arm, kSearch));

  std::vector<Configuration> known;
  for (const ModelPoint& point : models().points()) {
    known.push_back(*point.trial->proposal.configuration);
  }
  for (const std::vector<double>& unit : pending) known.push_back(space.Decode(unit));
  std::vector<std::size_t> candidates;
  std::size_t on_front = 0;
  for (std::size_t i = 0; i < population.units.size(); ++i) {
    Configuration configuration = space.Decode(population.units[i]);
    if (std::find(known.begin(), known.end(), configuration) != known.end()) continue;
    known.push_back(std::move(configuration));
    candidates.push_back(i);
    if (population.standings[i].front == 0) ++on_front;
  }
  posterior.Predict(FeaturesOf(map(), population.units), &block);
  std::vector<double> sigmas;
  for (std::size_t i = 0; i < population.units.size(); ++i) {
    sigmas.push_back(std::sqrt(block.variance[i]));
  }
  const std::size_t count = std::min(static_cast<std::size_t>(arms), candidates.size());
  std::vector<std::vector<double>> picks;
  for (const std::size_t i : SampleBatch(candidates, on_front, block.mean, sigmas, count,
                                         Stream(task(), proposed_rounds(), first_arm, kSample))) {
    picks.push_back(population.units[i]);
  }
  RandomStream fill = Stream(task(), proposed_rounds(), first_arm, kFill);
  while (picks.size() < static_cast<std::size_t>(arms)) picks.push_back(UniformUnit(map(), &fill));
  return picks;
}

}  // namespace rectune::baselines
