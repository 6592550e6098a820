// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp_tuner.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "baselines/acquisition/raw_points.h"
#include "core/check.h"

namespace rectune::baselines {
namespace {

// Observed points that may still be the best: more would not change the incumbent's distribution.
constexpr std::size_t kMostBaselines = 24;
constexpr std::size_t kPerturbed = 5;  // incumbents that raw points are spread around

// What a draw is for: the replicate of its stream's address.
enum Use : std::uint64_t { kStarts = 1, kPerturbations = 2, kDrawShift = 3, kNetShift = 4 };

RandomStream Stream(const TuningTask& task, int round, int arm, Use use) {
  return {task.seed, Purpose::kTunerProposal, static_cast<std::uint64_t>(round),
          static_cast<std::uint64_t>(arm), use};
}

/// Cranley-Patterson: a shifted net is as even as the net.
double Shifted(double u, double shift) {
  const double sum = u + shift;
  return sum < 1.0 ? sum : sum - 1.0;
}

/// Extends points of a scrambled sequence to `dimension` coordinates; those there stay as they are.
void GrowNet(std::vector<std::vector<double>>* net, std::size_t points, std::size_t dimension,
             std::uint64_t seed) {
  if (net->size() == points && net->front().size() >= dimension) return;
  const SobolSequence sequence(dimension, seed);
  net->resize(points);
  for (std::size_t i = 0; i < points; ++i) {
    (*net)[i] = sequence.Point(static_cast<std::uint32_t>(i));
  }
}

}  // namespace

GpTunerOptions GpTunerOptions::Read(ObjectReader* reader) {
  GpTunerOptions options;
  options.surrogate.models.gp = GpOptions::Read(reader);
  options.surrogate.startup_arms = static_cast<int>(
      reader->IntegerOr("startup_arms", options.surrogate.startup_arms, {1, 100000}));
  options.raw_points =
      static_cast<int>(reader->IntegerOr("raw_points", options.raw_points, {2, 1 << 16}));
  options.draws = static_cast<int>(reader->IntegerOr("draws", options.draws, {2, 4096}));
  options.optimise.starts =
      static_cast<int>(reader->IntegerOr("starts", options.optimise.starts, {1, 1000}));
  options.optimise.evaluations =
      static_cast<int>(reader->IntegerOr("evaluations", options.optimise.evaluations, {1, 10000}));
  return options;
}

GpTunerOptions GpTunerOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  GpTunerOptions result = Read(&reader);
  reader.Finish();
  return result;
}

GpTuner::GpTuner(std::string name, TuningTask task, const GpTunerOptions& options)
    : SurrogateTuner(std::move(name), std::move(task), options.surrogate),
      options_(options),
      optimiser_(map(), options_.optimise),
      net_(this->task().space->dimension(), this->task().seed) {}

std::vector<std::size_t> GpTuner::Incumbents() const {
  const std::vector<ModelPoint>& points = models().points();
  CandidateBlock block;
  models().objective().posterior->Predict(models().features(), &block);
  const std::vector<double> feasible = models().ProbabilityFeasible(models().features());
  double bar = -1e300;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (feasible[i] < 0.5) continue;
    bar = std::max(bar, block.mean[i] - 3.0 * std::sqrt(block.variance[i]));
  }
  std::vector<std::size_t> order;
  std::vector<double> rank(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double deviation = std::sqrt(block.variance[i]);
    rank[i] = block.mean[i] + deviation;
    if (feasible[i] >= 1e-3 && block.mean[i] + 3.0 * deviation >= bar) order.push_back(i);
  }
  if (order.empty()) {
    // Nothing is likely to be feasible: the nearest to it.
    order.resize(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    rank = feasible;
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank[a] > rank[b]; });
  if (order.size() > kMostBaselines) order.resize(kMostBaselines);
  return order;
}

std::vector<std::vector<double>> GpTuner::RawPoints(const std::vector<std::size_t>& incumbents,
                                                    int first_arm) {
  const std::size_t dimension = map().dimension();
  const std::size_t total = static_cast<std::size_t>(options_.raw_points);
  const std::size_t spread = total / 2;
  RandomStream shifts = Stream(task(), proposed_rounds(), first_arm, kNetShift);
  std::vector<std::uint32_t> shift(dimension);
  for (std::uint32_t& bits : shift) bits = static_cast<std::uint32_t>(shifts.NextBits() >> 32);
  std::vector<std::vector<double>> raw;
  raw.reserve(total);
  for (std::size_t i = 0; i < spread; ++i) {
    // A random digital shift: Owen's nested scramble costs more than the whole screening does, and
    // these points only have to be even.
    std::vector<double> unit(dimension);
    const std::vector<std::uint32_t> bits = net_.IntegerPoint(static_cast<std::uint32_t>(i));
    for (std::size_t j = 0; j < dimension; ++j) {
      unit[j] = std::ldexp(static_cast<double>(bits[j] ^ shift[j]) + 0.5, -32);
    }
    raw.push_back(std::move(unit));
  }
  RandomStream stream = Stream(task(), proposed_rounds(), first_arm, kPerturbations);
  const std::size_t centres = std::min(kPerturbed, incumbents.size());
  for (std::size_t i = 0; raw.size() < total; ++i) {
    const double sigma = kPerturbationSigmas[(i / centres) % kPerturbationSigmas.size()];
    raw.push_back(Perturb(map(), models().points()[incumbents[i % centres]].unit, sigma, &stream));
  }
  for (std::vector<double>& unit : raw) map().Snap(&unit);
  return raw;
}

Matrix GpTuner::NormalDraws(std::size_t rows, int arm) {
  const auto count = static_cast<std::size_t>(options_.draws);
  const std::size_t dimension = std::min(rows, SobolSequence::max_dimension());
  GrowNet(&draw_net_, count, dimension, DeriveSeed(task().seed, "normal draws"));
  RandomStream shifts = Stream(task(), proposed_rounds(), arm, kDrawShift);
  Matrix draws(rows, count);
  for (std::size_t i = 0; i < rows; ++i) {
    const double shift = shifts.Uniform();
    for (std::size_t m = 0; m < count; ++m) {
      const double u = i < dimension ? Shifted(draw_net_[m][i], shift) : shifts.UniformOpen();
      draws(i, m) = NormalQuantile(std::clamp(u, 1e-12, 1.0 - 1e-12));
    }
  }
  return draws;
}

std::vector<JointSampler> GpTuner::MakeSamplers(const std::vector<const MetricModel*>& sampled,
                                                const Matrix& baselines, const Matrix& draws) {
  std::vector<JointSampler> samplers;
  for (std::size_t k = 0; k < sampled.size(); ++k) {
    Matrix own(draws.rows() / sampled.size(), draws.cols());
    for (std::size_t row = 0; row < own.rows(); ++row) {
      std::copy_n(draws.row(row * sampled.size() + k), draws.cols(), own.row(row));
    }
    samplers.emplace_back(*sampled[k]->posterior, baselines, own);
  }
  return samplers;
}

MonteCarloAcquisition GpTuner::MakeAcquisition(const Matrix& baselines, const Matrix& draws,
                                               int /*arm*/) const {
  std::vector<const MetricModel*> sampled{&models().objective()};
  std::vector<ConstraintBound> bounds;
  for (std::size_t g = 0; g < models().constraints(); ++g) {
    sampled.push_back(&models().constraint(g));
    bounds.push_back(models().bound(g));
  }
  return {MakeSamplers(sampled, baselines, draws),
          std::make_unique<ImprovementUtility>(std::vector<double>{1.0}, std::move(bounds))};
}

std::vector<std::vector<double>> GpTuner::PickArms(
    int arms, int first_arm, const std::vector<std::vector<double>>& pending) {
  const std::vector<std::size_t> incumbents = Incumbents();
  const std::vector<std::vector<double>> raw = RawPoints(incumbents, first_arm);
  Matrix raw_features(raw.size(), map().features());
  for (std::size_t r = 0; r < raw.size(); ++r) map().Map(raw[r], raw_features.row(r));

  std::vector<std::vector<double>> known;
  for (const std::size_t i : incumbents) known.push_back(models().points()[i].unit);
  known.insert(known.end(), pending.begin(), pending.end());
  std::vector<std::vector<double>> picks;
  std::optional<MonteCarloAcquisition> acquisition;
  std::vector<double> features(map().features());
  for (int arm = 0; arm < arms; ++arm) {
    if (!acquisition || renews_acquisition()) {
      Matrix baselines(known.size(), map().features());
      for (std::size_t b = 0; b < known.size(); ++b) map().Map(known[b], baselines.row(b));
      const std::size_t rows = 1 + known.size() + static_cast<std::size_t>(arms - arm);
      const Matrix draws = NormalDraws(rows * sampled_models(), first_arm + arm);
      if (acquisition) screen_ = acquisition->TakeScreen();
      acquisition.emplace(MakeAcquisition(baselines, draws, first_arm + arm));
      acquisition->SetScreen(raw_features, std::move(screen_));
    }
    picks.push_back(optimiser_.Pick(&*acquisition, raw,
                                    Stream(task(), proposed_rounds(), first_arm + arm, kStarts)));
    known.push_back(picks.back());
    if (!renews_acquisition()) {
      map().Map(picks.back(), features.data());
      acquisition->Append(features.data());
    }
  }
  if (acquisition) screen_ = acquisition->TakeScreen();
  return picks;
}

}  // namespace rectune::baselines
