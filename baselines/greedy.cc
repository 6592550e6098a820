// SPDX-License-Identifier: Apache-2.0
#include "baselines/greedy.h"

#include <algorithm>
#include <utility>

#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

// A space of one configuration has no other to step to; anything else changes well before this.
constexpr int kMaxRedraws = 100;

}  // namespace

GreedyOptions GreedyOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  GreedyOptions result;
  result.sigma = reader.NumberOr("sigma", result.sigma, {1e-6, 1.0});
  reader.Finish();
  return result;
}

GreedyHillClimb::GreedyHillClimb(std::string name, TuningTask task, GreedyOptions options)
    : Tuner(std::move(name), std::move(task)),
      options_(options),
      views_(ViewCoordinates(*this->task().space)) {}

std::vector<double> GreedyHillClimb::Step(const std::vector<double>& from,
                                          RandomStream& stream) const {
  std::vector<double> unit = from;
  for (std::size_t j = 0; j < unit.size(); ++j) {
    const CoordinateView& view = views_[j];
    if (view.is_fixed()) continue;
    if (view.is_choice()) {
      if (stream.Uniform() >= options_.sigma) continue;
      const std::size_t current = view.LevelOf(unit[j]);
      const std::size_t step = 1 + stream.UniformInteger(view.levels() - 1);
      unit[j] = view.Centre((current + step) % view.levels());
      continue;
    }
    double half_cell = 0.0;
    if (view.has_levels()) {
      const std::size_t level = view.LevelOf(unit[j]);
      half_cell = 0.5 * (view.edges[level + 1] - view.edges[level]);
    }
    unit[j] = Reflected(unit[j] + std::max(options_.sigma, half_cell) * stream.Normal());
  }
  return unit;
}

std::vector<Proposal> GreedyHillClimb::DoPropose(int arms) {
  const ScoreHistory scores(task(), history());
  const Observation& incumbent = scores.scored()[scores.BestPenalised()];
  std::vector<Proposal> proposals;
  for (int arm = 0; arm < arms; ++arm) {
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()),
                        static_cast<std::uint64_t>(arm));
    Configuration proposal = task().space->Decode(Step(incumbent.unit, stream));
    for (int i = 0; i < kMaxRedraws && proposal == incumbent.configuration; ++i) {
      proposal = task().space->Decode(Step(incumbent.unit, stream));
    }
    proposals.push_back(
        MakeProposal(std::move(proposal), name(),
                     "a Gaussian step from trial " + std::to_string(incumbent.trial_id)));
  }
  return proposals;
}

}  // namespace rectune::baselines
