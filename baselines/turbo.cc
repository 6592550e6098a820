// SPDX-License-Identifier: Apache-2.0
#include "baselines/turbo.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "baselines/gp/path_sampler.h"
#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr double kLargestSide = 1.6;
const double kSmallestSide = std::pow(0.5, 7);
constexpr double kRelativeGain = 1e-3;
constexpr std::size_t kMostSent = 64;

GpOptions LocalOptions(const Interval& jitter) {
  GpOptions options;
  options.prior = PriorFamily::kFlat;
  options.lengthscale = {0.005, 2.0};
  options.scale = {0.05, 20.0};
  options.jitter = jitter;
  options.restarts = 0;
  return options;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return 0.5 * (values[(values.size() - 1) / 2] + values[values.size() / 2]);
}

}  // namespace

Turbo::Turbo(std::string name, TuningTask task, const TurboOptions& options)
    : SurrogateTuner(std::move(name), std::move(task), options.surrogate),
      options_(options),
      regions_(static_cast<std::size_t>(options_.regions)),
      locals_(regions_.size()) {}

Turbo::Local* Turbo::FittedLocal(std::size_t region) {
  Local& local = locals_[region];
  const std::pair<std::size_t, std::size_t> data{models().points().size(),
                                                 regions_[region].trials.size()};
  if (local.models.empty() || local.data != data) {
    local = Local{};
    if (!FitLocal(region, &local)) return nullptr;
    local.data = data;
  }
  return &local;
}

bool Turbo::FitLocal(std::size_t region, Local* local) const {
  const std::vector<std::int64_t>& own = regions_[region].trials;
  for (std::size_t i = 0; i < models().points().size(); ++i) {
    if (std::binary_search(own.begin(), own.end(), models().points()[i].trial->id)) {
      local->points.push_back(i);
    }
  }
  if (local->points.empty()) {
    // Every arm of its new life failed or was lost: it goes on from what is known elsewhere.
    for (std::size_t i = 0; i < models().points().size(); ++i) local->points.push_back(i);
  }
  if (local->points.empty()) return false;
  const std::size_t n = local->points.size();
  const std::size_t guardrails = options_.models_guardrails ? models().constraints() : 0;
  local->models.resize(1 + guardrails);
  for (std::size_t k = 0; k < local->models.size(); ++k) {
    MetricModel& model = local->models[k];
    std::vector<double> values;
    std::vector<double> errors;
    for (const std::size_t i : local->points) {
      const Trial& trial = *models().points()[i].trial;
      if (k > 0) {
        const Reading lift = MetricLift(trial, task(), task().objective.guardrails()[k - 1].metric);
        values.push_back(lift.value);
        errors.push_back(lift.standard_error);
        continue;
      }
      const Score score = task().objective.Evaluate(trial.measurement, *task().metrics);
      values.push_back(options_.models_guardrails ? score.value : score.penalised);
      errors.push_back(score.standard_error);
    }
    model.standardisation = StandardisationOf(values);
    model.standardisation.centre = Median(values);
    GpData& data = model.data;
    data.group_of = map().group_of();
    data.groups = map().groups();
    data.features.Resize(n, map().features());
    for (std::size_t i = 0; i < n; ++i) {
      map().Map(models().points()[local->points[i]].unit, data.features.row(i));
      const double error = errors[i] / model.standardisation.spread;
      data.y.push_back(model.standardisation.Apply(values[i]));
      data.noise.push_back(error * error +
                           (models().points()[local->points[i]].in_box ? 0.0 : 1.0));
    }
    model.fit = FitGp(data, LocalOptions(options_.jitter), {}, true,
                      RandomStream(task().seed, Purpose::kTunerInternal, n, k, region + 1));
    model.theta = model.fit.theta;
    model.posterior = std::make_unique<GpPosterior>(data, model.theta);
  }
  CandidateBlock block;
  std::vector<double> violation(n, 0.0);
  for (std::size_t g = 0; g < guardrails; ++g) {
    local->models[1 + g].posterior->Predict(local->models[1 + g].data.features, &block);
    for (std::size_t i = 0; i < n; ++i) violation[i] += Violation(*local, g, block.mean[i]);
  }
  local->models[0].posterior->Predict(local->models[0].data.features, &block);
  // The best feasible point, else the least violation.
  for (std::size_t i = 1; i < n; ++i) {
    const std::size_t c = local->centre;
    const bool better = violation[i] <= 0.0 && violation[c] <= 0.0 ? block.mean[i] > block.mean[c]
                                                                   : violation[i] < violation[c];
    if (better) local->centre = i;
  }
  local->centre_feasible = violation[local->centre] <= 0.0;
  local->centre_mean = local->centre_feasible
                           ? local->models[0].standardisation.Invert(block.mean[local->centre])
                           : -violation[local->centre];
  return true;
}

double Turbo::Violation(const Local& local, std::size_t g, double standardised) const {
  const Guardrail& guardrail = task().objective.guardrails()[g];
  const Standardisation& scale = local.models[1 + g].standardisation;
  const double past = standardised - scale.Apply(guardrail.lift_bound);
  return std::max(0.0, guardrail.kind == BoundKind::kCeiling ? past : -past);
}

std::vector<std::vector<double>> Turbo::Candidates(const Local& local, double side,
                                                   RandomStream& stream) const {
  const std::vector<std::size_t>& free = map().free_coordinates();
  const GpPosterior& posterior = *local.models[0].posterior;
  std::vector<double> length(free.size());
  double mean_log = 0.0;
  for (std::size_t g = 0; g < free.size(); ++g) {
    length[g] = posterior.lengthscale(map().first_feature(free[g]));
    mean_log += std::log(length[g]) / static_cast<double>(free.size());
  }
  const auto d = static_cast<double>(std::max<std::size_t>(1, free.size()));
  const int count =
      options_.candidates > 0 ? options_.candidates : static_cast<int>(std::min(100.0 * d, 5000.0));
  const double chance = std::min(1.0, 20.0 / d);
  std::vector<double> centre = models().points()[local.points[local.centre]].unit;
  map().Snap(&centre);
  std::vector<std::vector<double>> candidates;
  for (int i = 0; i < count; ++i) {
    std::vector<double> unit = centre;
    const std::size_t certain = free.empty() ? 0 : stream.UniformInteger(free.size());
    for (std::size_t g = 0; g < free.size(); ++g) {
      if (stream.Uniform() >= chance && g != certain) continue;
      const std::size_t j = free[g];
      const CoordinateView& view = map().views()[j];
      const double half = 0.5 * side * length[g] / std::exp(mean_log);
      const double u = stream.Uniform();
      if (view.is_choice()) {
        // A level has no neighbours: it is redrawn as often as the region is wide.
        if (u < std::min(1.0, 2.0 * half)) unit[j] = stream.Uniform();
        continue;
      }
      const double low = std::max(0.0, centre[j] - half);
      const double high = std::min(1.0, centre[j] + half);
      unit[j] = low + u * (high - low);
    }
    map().Snap(&unit);
    candidates.push_back(std::move(unit));
  }
  return candidates;
}

std::vector<std::vector<double>> Turbo::PickArms(
    int arms, int first_arm, const std::vector<std::vector<double>>& /*pending*/) {
  RandomStream stream(task().seed, Purpose::kTunerProposal,
                      static_cast<std::uint64_t>(proposed_rounds()),
                      static_cast<std::uint64_t>(first_arm), 5);
  // Every region's candidates and paths; an arm goes to the region whose draw is the best.
  struct Ready {
    std::size_t region;
    std::vector<std::vector<double>> candidates;
    std::vector<bool> taken;
    std::vector<std::vector<double>> draws;       // objective, native units
    std::vector<std::vector<double>> violations;  // total, standardised
  };
  std::vector<std::vector<double>> picks;
  std::vector<Ready> ready;
  for (std::size_t r = 0; r < regions_.size(); ++r) {
    // A region that starts over first gathers its own random points.
    const auto known =
        static_cast<int>(regions_[r].trials.size()) +
        static_cast<int>(std::count_if(sent_.begin(), sent_.end(),
                                       [r](const Sent& s) { return s.region == r; }));
    const int missing = regions_[r].restarts == 0 ? 0 : options_.surrogate.startup_arms - known;
    for (int i = 0; i < missing && static_cast<int>(picks.size()) < arms; ++i) {
      std::vector<double> unit(map().dimension());
      for (double& u : unit) u = stream.Uniform();
      map().Snap(&unit);
      sent_.push_back({unit, r});
      picks.push_back(std::move(unit));
    }
    if (static_cast<int>(picks.size()) == arms) continue;
    const Local* fitted = FittedLocal(r);
    if (fitted == nullptr) continue;
    const Local& local = *fitted;
    Ready one{r, Candidates(local, regions_[r].side, stream), {}, {}, {}};
    Matrix features(one.candidates.size(), map().features());
    for (std::size_t c = 0; c < one.candidates.size(); ++c) {
      map().Map(one.candidates[c], features.row(c));
    }
    one.taken.assign(one.candidates.size(), false);
    one.draws.resize(static_cast<std::size_t>(arms));
    one.violations.assign(static_cast<std::size_t>(arms),
                          std::vector<double>(one.candidates.size(), 0.0));
    for (std::size_t k = 0; k < local.models.size(); ++k) {
      const MetricModel& model = local.models[k];
      PathSampler paths(model.data, *model.posterior, static_cast<std::size_t>(options_.features),
                        stream);
      paths.SetCandidates(features);
      for (std::size_t arm = 0; arm < static_cast<std::size_t>(arms); ++arm) {
        std::vector<double> draw = paths.Draw(stream);
        for (std::size_t c = 0; c < draw.size(); ++c) {
          if (k == 0) {
            draw[c] = model.standardisation.Invert(draw[c]);
          } else {
            one.violations[arm][c] += Violation(local, k - 1, draw[c]);
          }
        }
        if (k == 0) one.draws[arm] = std::move(draw);
      }
    }
    ready.push_back(std::move(one));
  }
  for (std::size_t arm = 0; static_cast<int>(picks.size()) < arms; ++arm) {
    RECTUNE_CHECK(!ready.empty() && arm < static_cast<std::size_t>(arms),
                  "a region that gathers no random points has data");
    Ready* best = nullptr;
    std::size_t best_candidate = 0;
    for (Ready& one : ready) {
      for (std::size_t c = 0; c < one.candidates.size(); ++c) {
        // All taken (a tiny discrete space): repeat.
        if (one.taken[c] &&
            !std::all_of(one.taken.begin(), one.taken.end(), [](bool t) { return t; })) {
          continue;
        }
        const double violation = one.violations[arm][c];
        const bool better =
            best == nullptr || (violation <= 0.0 && best->violations[arm][best_candidate] <= 0.0
                                    ? one.draws[arm][c] > best->draws[arm][best_candidate]
                                    : violation < best->violations[arm][best_candidate]);
        if (!better) continue;
        best = &one;
        best_candidate = c;
      }
    }
    std::vector<double> unit = best->candidates[best_candidate];
    for (std::size_t c = 0; c < best->candidates.size(); ++c) {
      if (best->candidates[c] == unit) best->taken[c] = true;
    }
    sent_.push_back({unit, best->region});
    picks.push_back(std::move(unit));
  }
  if (sent_.size() > kMostSent) {
    sent_.erase(sent_.begin(), sent_.end() - static_cast<std::ptrdiff_t>(kMostSent));
  }
  return picks;
}

void Turbo::Learn(std::span<const Trial> trials) {
  std::vector<bool> answered(regions_.size(), false);
  for (const Trial& trial : trials) {
    if (!trial.proposal.configuration) continue;
    const auto own = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& arm) {
      return task().space->Decode(arm.unit) == *trial.proposal.configuration;
    });
    if (own != sent_.end()) {
      answered[own->region] = true;
      regions_[own->region].trials.push_back(trial.id);
      sent_.erase(own);
      continue;
    }
    // Production, the random start and strangers' trials are everybody's, in a first life.
    for (Region& region : regions_) {
      if (region.restarts == 0) region.trials.push_back(trial.id);
    }
  }
  const int patience =
      std::max(1, static_cast<int>(std::ceil(std::max(4.0, static_cast<double>(map().groups())) /
                                             static_cast<double>(task().arms_per_round))));
  for (std::size_t r = 0; r < regions_.size(); ++r) {
    Region& region = regions_[r];
    const Local* fitted = answered[r] ? FittedLocal(r) : nullptr;
    if (fitted == nullptr) continue;
    const Local& local = *fitted;
    // To become feasible is a success whatever the value, which is of another kind than a
    // violation.
    const bool success =
        region.has_best &&
        (local.centre_feasible != region.best_feasible
             ? local.centre_feasible
             : local.centre_mean > region.best + kRelativeGain * std::abs(region.best));
    if (region.has_best) {
      region.successes = success ? region.successes + 1 : 0;
      region.failures = success ? 0 : region.failures + 1;
    }
    if (!region.has_best || success) {
      region.best = local.centre_mean;
      region.best_feasible = local.centre_feasible;
    }
    region.has_best = true;
    if (region.successes >= options_.success_tolerance) {
      region.side = std::min(2.0 * region.side, kLargestSide);
      region.successes = 0;
    } else if (region.failures == patience) {
      region.side *= 0.5;
      region.failures = 0;
    }
    if (region.side < kSmallestSide) {
      const int restarts = region.restarts + 1;
      region = Region{};
      region.restarts = restarts;
      locals_[r] = Local{};
    }
  }
}

void Turbo::DoTakeNotice(const Notice& notice) {
  SurrogateTuner::DoTakeNotice(notice);
  if (!notice.objective) return;
  // A side shrunk around another objective's optimum: back to the first, with the data at hand.
  for (Region& region : regions_) {
    Region renewed;
    renewed.restarts = region.restarts;
    renewed.trials = std::move(region.trials);
    region = std::move(renewed);
  }
  locals_.clear();
  locals_.resize(regions_.size());
}

Json Turbo::SaveOwn() const {
  Json regions = Json::array();
  for (const Region& region : regions_) {
    regions.push_back({{"side", region.side},
                       {"successes", region.successes},
                       {"failures", region.failures},
                       {"restarts", region.restarts},
                       {"has_best", region.has_best},
                       {"best", region.best},
                       {"best_feasible", region.best_feasible},
                       {"trials", region.trials}});
  }
  Json sent = Json::array();
  for (const Sent& arm : sent_) sent.push_back({{"region", arm.region}, {"unit", arm.unit}});
  return {{"regions", std::move(regions)}, {"sent", std::move(sent)}};
}

void Turbo::RestoreOwn(const Json& state, const std::string& path) {
  ObjectReader reader(state, path);
  constexpr IntegerRange kCount{0, std::numeric_limits<int>::max()};
  std::vector<Region> regions;
  reader.ForEach("regions", [&](const Json& element, const std::string& where) {
    ObjectReader own(element, where);
    Region region;
    region.side = own.Number("side", {0.0, kLargestSide});
    region.successes = static_cast<int>(own.Integer("successes", kCount));
    region.failures = static_cast<int>(own.Integer("failures", kCount));
    region.restarts = static_cast<int>(own.Integer("restarts", kCount));
    region.has_best = own.Boolean("has_best");
    region.best = own.Number("best");
    region.best_feasible = own.Boolean("best_feasible");
    for (const double id : own.Numbers("trials")) {
      region.trials.push_back(static_cast<std::int64_t>(id));
    }
    own.Finish();
    regions.push_back(std::move(region));
  });
  reader.ForEach("sent", [&](const Json& element, const std::string& where) {
    ObjectReader own(element, where);
    Sent arm;
    arm.region = static_cast<std::size_t>(
        own.Integer("region", {0, static_cast<std::int64_t>(regions_.size()) - 1}));
    arm.unit = own.Numbers("unit", {0.0, 1.0});
    own.Finish();
    sent_.push_back(std::move(arm));
  });
  reader.Finish();
  if (regions.size() != regions_.size()) {
    throw ConfigError(path + "/regions", std::to_string(regions.size()) + " regions",
                      std::to_string(regions_.size()) + " regions");
  }
  regions_ = std::move(regions);
}

}  // namespace rectune::baselines
