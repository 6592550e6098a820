// SPDX-License-Identifier: Apache-2.0
#include "baselines/library_replay.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "baselines/score_history.h"
#include "core/check.h"
#include "core/object_reader.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

// Beyond any cost, and far enough from overflow for a library's differences of costs.
constexpr double kExtreme = 1e100;
// A search that ends without asking for a point would be reopened for ever.
constexpr int kMostReopenings = 100;

std::vector<std::vector<double>> Collect(const ReplayMinimiser& minimise, const ReplayRun& run,
                                         std::span<const double> costs, std::size_t wanted,
                                         double unknown) {
  std::vector<std::vector<double>> points;
  std::size_t calls = 0;
  minimise(run, [&](std::span<const double> point) -> std::optional<double> {
    if (calls < costs.size()) return costs[calls++];
    if (points.size() == wanted) return std::nullopt;
    points.emplace_back(point.begin(), point.end());
    if (points.size() == wanted) return std::nullopt;
    return unknown;
  });
  return points;
}

}  // namespace

std::vector<std::vector<double>> ReplayAsk(const ReplayMinimiser& minimise, const ReplayRun& run,
                                           std::span<const double> costs, std::size_t wanted) {
  RECTUNE_CHECK(wanted > 0, "ask for a point at least");
  std::vector<std::vector<double>> low = Collect(minimise, run, costs, wanted, -kExtreme);
  if (wanted == 1) return low;
  const std::vector<std::vector<double>> high = Collect(minimise, run, costs, wanted, kExtreme);
  const auto end = std::mismatch(low.begin(), low.end(), high.begin(), high.end()).first;
  low.erase(end, low.end());
  return low;
}

std::string WhyReplayUnsuited(const ParameterSpace& space, std::size_t least_dimension) {
  std::size_t free = 0;
  std::size_t with_scale = 0;
  for (const CoordinateView& view : ViewCoordinates(space)) {
    if (view.is_fixed()) continue;
    ++free;
    if (!view.is_choice()) ++with_scale;
  }
  if (with_scale == 0) {
    return "no coordinate with a scale is free, and relaxing levels to numbers is all that would "
           "be left; tpe handles spaces of categoricals only";
  }
  if (free >= least_dimension) return "";
  return "the method needs " + std::to_string(least_dimension) +
         " free coordinates, the space has " + std::to_string(free);
}

ReplayTuner::ReplayTuner(std::string name, TuningTask task, ReplayMinimiser minimise,
                         ReplayOptions options)
    : Tuner(std::move(name), std::move(task)),
      minimise_(std::move(minimise)),
      options_(options),
      production_(this->task().space->Encode(this->task().space->Production())) {
  const std::string unsuited = WhyReplayUnsuited(*this->task().space, options_.least_dimension);
  RECTUNE_CHECK(unsuited.empty(), unsuited);
  const std::vector<CoordinateView> views = ViewCoordinates(*this->task().space);
  for (std::size_t j = 0; j < views.size(); ++j) {
    if (!views[j].is_fixed()) free_.push_back(j);
  }
}

ReplayRun ReplayTuner::RunOf(int index) const {
  ReplayRun run;
  run.seed = DeriveSeed(task().seed, name() + "/" + std::to_string(index));
  RandomStream stream(task().seed, Purpose::kTunerInternal, static_cast<std::uint64_t>(index));
  for (const std::size_t j : free_) {
    run.start.push_back(index == 0 ? production_[j] : stream.Uniform());
  }
  return run;
}

void ReplayTuner::Extend(Search& search, std::size_t wanted) {
  for (int attempt = 0; attempt < kMostReopenings; ++attempt) {
    const std::vector<std::vector<double>> points =
        ReplayAsk(minimise_, RunOf(search.index), search.costs, wanted);
    for (const std::vector<double>& point : points) {
      Asked asked{production_, std::nullopt};
      for (std::size_t k = 0; k < free_.size(); ++k) {
        asked.unit[free_[k]] = std::clamp(point[k], 0.0, 1.0);
      }
      search.asked.push_back(std::move(asked));
    }
    if (!points.empty()) return;
    search = Search{.index = opened_++, .costs = {}, .asked = {}};
  }
  RECTUNE_CHECK(false, name() + ": the library ends every run before its first evaluation");
}

void ReplayTuner::ProposeFrom(Search& search, std::size_t wanted,
                              std::vector<Proposal>* proposals) {
  // Whatever was asked for and never answered comes first: the library waits for it.
  if (search.asked.empty()) Extend(search, wanted);
  std::size_t left = wanted;
  for (const Asked& asked : search.asked) {
    if (left == 0) break;
    if (asked.cost) continue;
    proposals->push_back(MakeProposal(
        task().space->Decode(asked.unit), name(),
        search.index == 0 ? "search from production"
                          : "search " + std::to_string(search.index) + ", from a random point"));
    --left;
  }
}

std::vector<Proposal> ReplayTuner::DoPropose(int arms) {
  const auto wanted = static_cast<std::size_t>(arms);
  std::vector<Proposal> proposals;
  const auto search_at = [&](std::size_t i) -> Search& {
    while (searches_.size() <= i) {
      searches_.push_back({.index = opened_++, .costs = {}, .asked = {}});
    }
    return searches_[i];
  };
  // Slots take turns, so that one that keeps failing does not stop one search for good.
  const auto turn = static_cast<std::size_t>(proposed_rounds());
  for (std::size_t i = 0; proposals.size() < wanted; ++i) {
    if (options_.batched) {
      ProposeFrom(search_at(i), wanted - proposals.size(), &proposals);
    } else {
      ProposeFrom(search_at((i + turn) % wanted), 1, &proposals);
    }
  }
  return proposals;
}

void ReplayTuner::DoObserve(std::span<const Trial> trials) {
  double worst = 0.0;  // production's own cost
  for (const Trial& trial : history()) {
    Score score;
    if (IsScored(trial, task(), &score)) worst = std::max(worst, -score.penalised);
  }
  for (const Trial& trial : trials) {
    if (!trial.proposal.configuration) continue;
    bool is_taken = false;
    for (Search& search : searches_) {
      for (Asked& asked : search.asked) {
        if (is_taken || asked.cost ||
            task().space->Decode(asked.unit) != *trial.proposal.configuration) {
          continue;
        }
        Score score;
        asked.cost = IsScored(trial, task(), &score) ? -score.penalised : worst;
        is_taken = true;
      }
    }
  }
  for (Search& search : searches_) {
    // A library must hear of its points in order, and of a batch as a whole.
    const bool is_complete = std::all_of(search.asked.begin(), search.asked.end(),
                                         [](const Asked& asked) { return asked.cost.has_value(); });
    if (!is_complete) continue;
    for (const Asked& asked : search.asked) search.costs.push_back(*asked.cost);
    search.asked.clear();
  }
}

void ReplayTuner::DoTakeNotice(const Notice& notice) {
  if (notice.objective) searches_.clear();
}

Json ReplayTuner::DoSave() const {
  Json searches = Json::array();
  for (const Search& search : searches_) {
    Json costs = Json::array();
    for (const double cost : search.costs) costs.push_back(NumberToJson(cost));
    Json asked = Json::array();
    for (const Asked& point : search.asked) {
      Json entry{{"unit", point.unit}};
      if (point.cost) entry["cost"] = NumberToJson(*point.cost);
      asked.push_back(std::move(entry));
    }
    searches.push_back(
        {{"index", search.index}, {"costs", std::move(costs)}, {"asked", std::move(asked)}});
  }
  return Json{{"opened", opened_}, {"searches", std::move(searches)}};
}

void ReplayTuner::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  const IntegerRange count{0, std::numeric_limits<int>::max()};
  opened_ = static_cast<int>(reader.Integer("opened", count));
  searches_.clear();
  reader.ForEach("searches", [&](const Json& json, const std::string& path) {
    ObjectReader entry(json, path);
    Search search;
    search.index = static_cast<int>(entry.Integer("index", count));
    entry.ForEach("costs", [&](const Json& cost, const std::string& cost_path) {
      search.costs.push_back(NumberFromJson(cost, cost_path));
    });
    entry.ForEach("asked", [&](const Json& point, const std::string& point_path) {
      ObjectReader point_reader(point, point_path);
      Asked asked;
      asked.unit = point_reader.Numbers("unit", {0.0, 1.0});
      if (asked.unit.size() != production_.size()) {
        throw ConfigError(point_reader.PathOf("unit"), "a point of another space",
                          std::to_string(production_.size()) + " numbers");
      }
      if (point_reader.Has("cost")) {
        asked.cost = NumberFromJson(point_reader.Value("cost"), point_reader.PathOf("cost"));
      }
      point_reader.Finish();
      search.asked.push_back(std::move(asked));
    });
    entry.Finish();
    searches_.push_back(std::move(search));
  });
  reader.Finish();
}

}  // namespace rectune::baselines
