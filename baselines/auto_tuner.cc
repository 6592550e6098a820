// SPDX-License-Identifier: Apache-2.0
#include "baselines/auto_tuner.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "baselines/coordinates.h"
#include "baselines/score_history.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr double kBestShare = 0.1;
// A tenth that has already met in one point would leave CMA-ES nothing to adapt with.
constexpr double kLeastSigma = 0.02;

WarmStart MakeWarmStart(const TuningTask& task, std::span<const Trial> history) {
  const ScoreHistory scores(task, history);
  const std::vector<std::size_t> order = scores.RankByFeasibility();
  const auto count =
      static_cast<std::size_t>(std::ceil(kBestShare * static_cast<double>(order.size())));
  const double n = static_cast<double>(count);
  const std::size_t dimension = task.space->dimension();
  WarmStart start{std::vector<double>(dimension, 0.0), 0.0};
  for (std::size_t rank = 0; rank < count; ++rank) {
    for (std::size_t j = 0; j < dimension; ++j) {
      start.mean[j] += scores.scored()[order[rank]].unit[j] / n;
    }
  }
  for (std::size_t rank = 0; rank < count; ++rank) {
    for (std::size_t j = 0; j < dimension; ++j) {
      const double gap = scores.scored()[order[rank]].unit[j] - start.mean[j];
      start.sigma += gap * gap / (n * static_cast<double>(dimension));
    }
  }
  start.sigma = std::max(kLeastSigma, std::sqrt(start.sigma));
  return start;
}

}  // namespace

AutoTuner::AutoTuner(std::string name, TuningTask task, AutoChoices choices)
    : Tuner(std::move(name), std::move(task)),
      choices_(std::move(choices)),
      first_objective_(this->task().objective) {
  for (const CoordinateView& view : ViewCoordinates(*this->task().space)) {
    if (view.kind == CoordinateKind::kUnordered && !view.is_fixed()) is_unordered_ = true;
  }
  const bool takes_gp = !is_unordered_ && choices_.gp != nullptr;
  chosen_ = takes_gp ? choices_.gp(this->task()) : choices_.tpe(this->task());
}

bool AutoTuner::NeedsSwitch() const {
  return switched_at_ == 0 && !is_unordered_ && history().size() >= kSwitchTrials;
}

std::unique_ptr<Tuner> AutoTuner::MakeLater(const TuningTask& task,
                                            std::span<const Trial> history) const {
  std::unique_ptr<Tuner> later;
  if (task.objective.guardrails().empty()) {
    later = choices_.cma_es(task, MakeWarmStart(task, history));
  }
  return later != nullptr ? std::move(later) : choices_.tpe(task);
}

std::vector<Proposal> AutoTuner::DoPropose(int arms) {
  // Between rounds, so that a round's results go to the tuner that asked for them.
  if (NeedsSwitch()) {
    switched_at_ = history().size();
    chosen_ = MakeLater(task(), history());
    chosen_->Observe(history());
  }
  std::vector<Proposal> proposals = chosen_->Propose(arms);
  for (Proposal& proposal : proposals) proposal.source = name() + "/" + proposal.source;
  return proposals;
}

void AutoTuner::DoObserve(std::span<const Trial> trials) { chosen_->Observe(trials); }

void AutoTuner::DoTakeNotice(const Notice& notice) { chosen_->TakeNotice(notice); }

Configuration AutoTuner::DoRecommend() const { return chosen_->Recommend(); }

Json AutoTuner::DoSave() const {
  return Json{{"switched_at", switched_at_}, {"chosen", chosen_->Save()}};
}

void AutoTuner::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  const auto most = static_cast<std::int64_t>(history().size());
  switched_at_ = static_cast<std::size_t>(reader.Integer("switched_at", {0, most}));
  std::span<const Notice> to_chosen = notices();
  if (switched_at_ > 0) {
    // The later tuner was made with the objective of its time, and has heard what came since.
    TuningTask then = task();
    then.objective = first_objective_;
    const std::span<const Trial> known = std::span<const Trial>(history()).first(switched_at_);
    const int made_in = known.back().round + 1;
    while (!to_chosen.empty() && to_chosen.front().round <= made_in) {
      if (to_chosen.front().objective) then.objective = *to_chosen.front().objective;
      to_chosen = to_chosen.subspan(1);
    }
    chosen_ = MakeLater(then, known);
  }
  chosen_->Restore(history(), reader.Value("chosen"), to_chosen);
  reader.Finish();
}

}  // namespace rectune::baselines
