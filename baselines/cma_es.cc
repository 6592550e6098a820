// SPDX-License-Identifier: Apache-2.0
#include "baselines/cma_es.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "baselines/score_history.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr int kMaxResamples = 100;

Json SampleToJson(const Eigen::VectorXd& raw, const std::vector<std::size_t>& levels) {
  Json numbers = Json::array();
  for (const double value : raw) numbers.push_back(value);
  return Json{{"raw", std::move(numbers)}, {"levels", levels}};
}

/// Reads what SampleToJson wrote; `sizes` are those of the tuner at hand.
void ReadSample(ObjectReader& reader, Eigen::VectorXd* raw, std::vector<std::size_t>* levels,
                std::size_t dimension, const std::vector<std::size_t>& counts) {
  const std::vector<double> numbers = reader.Numbers("raw");
  const std::vector<double> indices = reader.Numbers("levels", {0.0});
  bool fits = numbers.size() == dimension && indices.size() == counts.size();
  for (std::size_t i = 0; fits && i < counts.size(); ++i) {
    fits = indices[i] < static_cast<double>(counts[i]);
  }
  if (!fits) {
    throw ConfigError(
        reader.path(), "a sample of another space",
        std::to_string(dimension) + " numbers and " + std::to_string(counts.size()) + " levels");
  }
  *raw = Eigen::Map<const Eigen::VectorXd>(numbers.data(), static_cast<Eigen::Index>(dimension));
  levels->clear();
  for (const double index : indices) levels->push_back(static_cast<std::size_t>(index));
}

}  // namespace

CmaEsOptions CmaEsOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  CmaEsOptions result;
  result.sigma0 = reader.NumberOr("sigma0", result.sigma0, {1e-6, 1.0});
  if (reader.Has("population")) {
    result.population = static_cast<int>(reader.Integer("population", {4, 10000}));
  }
  reader.Finish();
  return result;
}

std::string WhyCmaEsUnsuited(const ParameterSpace& space) {
  for (const CoordinateView& view : ViewCoordinates(space)) {
    if (view.kind != CoordinateKind::kUnordered && !view.is_fixed()) return "";
  }
  return "no continuous, integer, boolean or curve coordinate is free, so there is nothing for a "
         "covariance matrix to adapt to; tpe handles spaces of categoricals only";
}

CmaEs::Parts CmaEs::MakeParts(const TuningTask& task, const CmaEsOptions& options) {
  const ParameterSpace& space = *task.space;
  const std::string unsuited = WhyCmaEsUnsuited(space);
  RECTUNE_CHECK(unsuited.empty(), unsuited);
  std::vector<CoordinateView> views = ViewCoordinates(space);
  const std::vector<double> production =
      options.start.empty() ? space.Encode(space.Production()) : options.start;
  std::vector<std::size_t> gaussian;
  std::vector<std::size_t> categorical;
  std::vector<std::vector<double>> edges;
  std::vector<std::size_t> counts;
  std::vector<std::size_t> start;
  std::size_t integers = 0;
  for (std::size_t j = 0; j < views.size(); ++j) {
    const CoordinateView& view = views[j];
    if (view.is_fixed()) continue;
    if (view.kind == CoordinateKind::kUnordered) {
      categorical.push_back(j);
      counts.push_back(view.levels());
      start.push_back(view.LevelOf(production[j]));
      continue;
    }
    gaussian.push_back(j);
    edges.push_back(view.edges);
    if (view.has_levels()) ++integers;
  }
  std::size_t population = static_cast<std::size_t>(options.population);
  if (population == 0) {
    const auto arms = static_cast<std::size_t>(task.arms_per_round);
    const std::size_t usual = CmaEsEngine::DefaultPopulation(gaussian.size() + categorical.size());
    population = (usual + arms - 1) / arms * arms;
  }
  Eigen::VectorXd mean(static_cast<Eigen::Index>(gaussian.size()));
  for (std::size_t i = 0; i < gaussian.size(); ++i) {
    mean[static_cast<Eigen::Index>(i)] = production[gaussian[i]];
  }
  const double alpha = 1.0 / static_cast<double>(gaussian.size() * population);
  CategoricalSampler sampler(counts, start, counts.size() + integers);
  return Parts{std::move(views),
               std::move(gaussian),
               std::move(categorical),
               production,
               CmaEsEngine(std::move(mean), options.sigma0, population),
               IntegerMargin(std::move(edges), alpha),
               std::move(sampler)};
}

CmaEs::CmaEs(std::string name, TuningTask task, const CmaEsOptions& options)
    : Tuner(std::move(name), std::move(task)), parts_(MakeParts(this->task(), options)) {}

CmaEs::Sample CmaEs::Draw(RandomStream& stream) const {
  Sample sample;
  bool inside = false;
  for (int i = 0; i <= kMaxResamples && !inside; ++i) {
    sample.raw = parts_.engine.Sample(stream);
    inside = true;
    for (std::size_t k = 0; k < parts_.gaussian.size() && inside; ++k) {
      const double x = sample.raw[static_cast<Eigen::Index>(k)];
      inside = parts_.margin.IsDiscrete(k) || (x >= 0.0 && x <= 1.0);
    }
  }
  for (std::size_t k = 0; k < parts_.gaussian.size() && !inside; ++k) {
    double& x = sample.raw[static_cast<Eigen::Index>(k)];
    if (!parts_.margin.IsDiscrete(k)) x = std::clamp(x, 0.0, 1.0);
  }
  sample.levels = parts_.sampler.Sample(stream);
  return sample;
}

std::vector<double> CmaEs::Encode(const Sample& sample) const {
  std::vector<double> unit = parts_.production;  // fixed coordinates stay where they are
  for (std::size_t k = 0; k < parts_.gaussian.size(); ++k) {
    const std::size_t j = parts_.gaussian[k];
    const auto index = static_cast<Eigen::Index>(k);
    const double x = sample.raw[index];
    unit[j] = parts_.margin.IsDiscrete(k)
                  ? parts_.views[j].Centre(parts_.margin.LevelOf(k, x, parts_.engine.mean()[index]))
                  : x;
  }
  for (std::size_t k = 0; k < parts_.categorical.size(); ++k) {
    const std::size_t j = parts_.categorical[k];
    unit[j] = parts_.views[j].Centre(sample.levels[k]);
  }
  return unit;
}

std::vector<Proposal> CmaEs::DoPropose(int arms) {
  std::vector<Proposal> proposals;
  for (int arm = 0; arm < arms; ++arm) {
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()),
                        static_cast<std::uint64_t>(arm));
    Sample sample = Draw(stream);
    std::vector<double> unit = Encode(sample);
    Configuration configuration = task().space->Decode(unit);
    proposals.push_back(
        MakeProposal(configuration, name(),
                     "a sample of generation " + std::to_string(parts_.engine.generation())));
    pending_.push_back(
        {parts_.engine.generation(), std::move(sample), std::move(unit), std::move(configuration)});
  }
  return proposals;
}

void CmaEs::DoObserve(std::span<const Trial> trials) {
  for (const Trial& trial : trials) {
    if (!trial.proposal.configuration) continue;
    const auto ours = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& pending) {
      return pending.configuration == *trial.proposal.configuration;
    });
    if (ours == pending_.end()) continue;
    Score score;
    const double cost = IsScored(trial, task(), &score) ? -score.penalised
                                                        : std::numeric_limits<double>::infinity();
    if (ours->generation == parts_.engine.generation()) {
      told_.push_back({std::move(ours->sample), cost});
    }
    pending_.erase(ours);
    if (told_.size() == parts_.engine.population()) Update();
  }
}

void CmaEs::DoTakeNotice(const Notice& notice) {
  if (!notice.objective) return;
  // A generation is ranked by one objective. What earlier ones taught the covariance stays.
  for (Told& told : told_) {
    const Configuration configuration = task().space->Decode(Encode(told.sample));
    for (const Trial& trial : history()) {
      Score score;
      if (trial.proposal.configuration == configuration && IsScored(trial, task(), &score)) {
        told.cost = -score.penalised;  // the latest reading of it
      }
    }
  }
}

void CmaEs::Update() {
  std::stable_sort(told_.begin(), told_.end(),
                   [](const Told& a, const Told& b) { return a.cost < b.cost; });
  // The costs are sorted, so an infinite one in front means that nothing at all was measured.
  if (std::isfinite(told_.front().cost)) {
    std::vector<Eigen::VectorXd> points;
    std::vector<std::vector<std::size_t>> levels;
    for (const Told& told : told_) {
      points.push_back(told.sample.raw);
      levels.push_back(told.sample.levels);
    }
    const CmaEsConstants& constants = parts_.engine.constants();
    levels.resize(constants.mu);
    parts_.engine.Tell(points);
    parts_.margin.Correct(parts_.engine);
    parts_.sampler.Tell(levels, std::span<const double>(constants.weights.data(), constants.mu));
  }
  told_.clear();
}

Json CmaEs::DoSave() const {
  Json told = Json::array();
  for (const Told& result : told_) {
    Json entry = SampleToJson(result.sample.raw, result.sample.levels);
    entry["cost"] = NumberToJson(result.cost);
    told.push_back(std::move(entry));
  }
  Json pending = Json::array();
  for (const Pending& arm : pending_) {
    Json entry = SampleToJson(arm.sample.raw, arm.sample.levels);
    entry["generation"] = arm.generation;
    entry["unit"] = arm.unit;
    pending.push_back(std::move(entry));
  }
  return Json{{"engine", parts_.engine.Save()},
              {"integer_scale", parts_.margin.scale()},
              {"categoricals", parts_.sampler.Save()},
              {"told", std::move(told)},
              {"pending", std::move(pending)}};
}

void CmaEs::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  parts_.engine.Restore(reader.Value("engine"), "/engine");
  parts_.margin.set_scale(reader.Numbers("integer_scale", {0.0}));
  parts_.sampler.Restore(reader.Value("categoricals"), "/categoricals");
  std::vector<std::size_t> counts;
  counts.reserve(parts_.categorical.size());
  for (const std::size_t j : parts_.categorical) counts.push_back(parts_.views[j].levels());
  const std::size_t dimension = parts_.gaussian.size();
  told_.clear();
  reader.ForEach("told", [&](const Json& json, const std::string& path) {
    ObjectReader entry(json, path);
    Told told;
    ReadSample(entry, &told.sample.raw, &told.sample.levels, dimension, counts);
    told.cost = NumberFromJson(entry.Value("cost"), entry.PathOf("cost"));
    entry.Finish();
    told_.push_back(std::move(told));
  });
  pending_.clear();
  reader.ForEach("pending", [&](const Json& json, const std::string& path) {
    ObjectReader entry(json, path);
    Sample sample;
    ReadSample(entry, &sample.raw, &sample.levels, dimension, counts);
    const auto generation =
        static_cast<int>(entry.Integer("generation", {0, std::numeric_limits<int>::max()}));
    std::vector<double> unit = entry.Numbers("unit", {0.0, 1.0});
    entry.Finish();
    Configuration configuration = task().space->Decode(unit);
    pending_.push_back({generation, std::move(sample), std::move(unit), std::move(configuration)});
  });
  reader.Finish();
}

}  // namespace rectune::baselines
