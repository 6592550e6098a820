// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/surrogate_tuner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "baselines/sobol_sequence.h"
#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kMostPending = 32;
constexpr std::size_t kMostFailed = 48;
constexpr double kFeasible = 0.95;
constexpr int kMostTrials = 3000;

}  // namespace

std::string WhyGpUnsuited(const TuningTask& task) {
  const std::int64_t trials = static_cast<std::int64_t>(task.rounds) * task.arms_per_round;
  const std::size_t dimension = task.space->dimension();
  if (dimension > SobolSequence::max_dimension()) {
    return "the space has " + std::to_string(dimension) +
           " coordinates and direction numbers for its raw points are known for " +
           std::to_string(SobolSequence::max_dimension());
  }
  if (trials <= kMostTrials) return "";
  return "a Gaussian process costs the cube of the number of trials, and " +
         std::to_string(trials) + " are more than " + std::to_string(kMostTrials);
}

SurrogateTuner::SurrogateTuner(std::string name, TuningTask task, SurrogateOptions options)
    : Tuner(std::move(name), std::move(task)),
      options_(std::move(options)),
      map_(*this->task().space),
      models_(this->task(), map_, options_.models) {}

void SurrogateTuner::RestoreOwn(const Json& state, const std::string& path) {
  if (!state.is_null()) throw ConfigError(path, state.dump(), "null");
}

std::vector<Proposal> SurrogateTuner::DoPropose(int arms) {
  const ParameterSpace& space = *task().space;
  std::vector<Proposal> proposals;
  const auto known = static_cast<int>(history().size() + pending_.size());
  const int at_random = std::clamp(options_.startup_arms - known, 0, arms);
  std::vector<std::vector<double>> pending;
  for (const Pending& arm : pending_) pending.push_back(space.Encode(arm.configuration));
  const ScoreHistory scores(task(), history());
  const std::vector<Observation>& failed = scores.unscored();
  for (std::size_t i = failed.size() - std::min(failed.size(), kMostFailed); i < failed.size();
       ++i) {
    pending.push_back(failed[i].unit);
  }
  for (int arm = 0; arm < at_random; ++arm) {
    std::vector<double> unit = UniformPoint(task(), proposed_rounds(), arm);
    proposals.push_back(MakeProposal(space.Decode(unit), name() + " (random start)"));
    map_.Snap(&unit);
    pending.push_back(std::move(unit));
  }
  if (at_random < arms) {
    RECTUNE_CHECK(models_.is_fitted(), "production's entry is enough for a model");
    const std::string source =
        name() + options_.remark + (models_.lacks_output_warp() ? " (outputs not warped)" : "");
    for (const std::vector<double>& unit : PickArms(arms - at_random, at_random, pending)) {
      proposals.push_back(MakeProposal(space.Decode(unit), source));
    }
  }
  for (const Proposal& proposal : proposals) {
    pending_.push_back({*proposal.configuration, proposed_rounds()});
  }
  if (pending_.size() > kMostPending) {
    pending_.erase(pending_.begin(), pending_.end() - kMostPending);
  }
  return proposals;
}

void SurrogateTuner::DoObserve(std::span<const Trial> trials) {
  for (const Trial& trial : trials) {
    if (!trial.proposal.configuration) continue;
    const auto own = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& arm) {
      return arm.configuration == *trial.proposal.configuration;
    });
    if (own == pending_.end()) continue;
    // Results come round by round: what an observed arm has overtaken is lost.
    const int round = own->round;
    pending_.erase(own);
    std::erase_if(pending_, [round](const Pending& arm) { return arm.round < round; });
  }
  if (trials.empty()) return;
  models_.Fit(history());
  Learn(trials);
}

void SurrogateTuner::DoTakeNotice(const Notice& notice) {
  if (notice.objective) models_.StartOver(history());
}

Configuration SurrogateTuner::DoRecommend() const {
  Configuration production = task().space->Production();
  if (!models_.is_fitted()) return production;
  CandidateBlock block;
  models_.objective().posterior->Predict(models_.features(), &block);
  const std::vector<double> feasible = models_.ProbabilityFeasible(models_.features());
  Configuration best = production;
  // Rounding must not launch what is no better.
  double best_mean = 1e-9 * models_.objective().standardisation.spread;
  for (std::size_t i = 0; i < models_.points().size(); ++i) {
    const ModelPoint& point = models_.points()[i];
    const Configuration& configuration = *point.trial->proposal.configuration;
    if (!point.in_box || configuration == production || feasible[i] < kFeasible) continue;
    // A simulator may raise the mean of an arm that read no better than production.
    if (options_.models.second_task && ObjectiveReading(*point.trial, task()).value <= 0.0) {
      continue;
    }
    const double mean = models_.objective().ToNative(block.mean[i]);
    if (mean > best_mean) {
      best = configuration;
      best_mean = mean;
    }
  }
  return best;
}

Json SurrogateTuner::DoSave() const {
  Json pending = Json::array();
  for (const Pending& arm : pending_) {
    pending.push_back({{"round", arm.round}, {"values", arm.configuration.values()}});
  }
  return {{"models", models_.Save()}, {"pending", std::move(pending)}, {"own", SaveOwn()}};
}

void SurrogateTuner::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  models_.Restore(reader.Value("models"), reader.PathOf("models"));
  reader.ForEach("pending", [&](const Json& element, const std::string& where) {
    ObjectReader arm(element, where);
    const int round = static_cast<int>(arm.Integer("round", {0, std::numeric_limits<int>::max()}));
    pending_.push_back({task().space->FromValues(arm.Numbers("values")), round});
    arm.Finish();
  });
  const Json& own = reader.Value("own");
  reader.Finish();
  models_.Rebuild(history());
  RestoreOwn(own, "/own");
}

}  // namespace rectune::baselines
