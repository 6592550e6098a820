// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/second_task.h"

#include <cstdint>
#include <utility>

#include "baselines/sobol_sequence.h"

namespace rectune::baselines {

SecondTask::SecondTask(const TuningTask& task, Simulator simulator, int points)
    : task_(task), simulator_(std::move(simulator)), points_(points) {}

const std::vector<Trial>& SecondTask::Trials(std::span<const Trial> history) {
  if (!simulator_) return trials_;
  if (trials_.empty() && points_ > 0) {
    const SobolSequence net(task_.space->dimension(), task_.seed);
    for (int i = 0; i < points_; ++i) {
      Ask(task_.space->Decode(net.Point(static_cast<std::uint32_t>(i))));
    }
  }
  for (; seen_ < history.size(); ++seen_) {
    const Trial& trial = history[seen_];
    if (trial.status == TrialStatus::kCompleted && trial.proposal.configuration) {
      Ask(*trial.proposal.configuration);
    }
  }
  return trials_;
}

void SecondTask::Ask(const Configuration& configuration) {
  Trial trial;
  trial.proposal.configuration = configuration;
  trial.measurement = simulator_(configuration);
  trials_.push_back(std::move(trial));
}

}  // namespace rectune::baselines
