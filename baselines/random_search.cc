// SPDX-License-Identifier: Apache-2.0
#include "baselines/random_search.h"

#include "baselines/score_history.h"
#include "core/random_stream.h"

namespace rectune::baselines {

std::vector<double> UniformPoint(const TuningTask& task, int round, int arm) {
  // Purpose kTunerInitial: all tuners of a study cell share their random starts (common random
  // numbers), so that a comparison of early rounds is not a comparison of luck.
  RandomStream stream(task.seed, Purpose::kTunerInitial, static_cast<std::uint64_t>(round),
                      static_cast<std::uint64_t>(arm));
  std::vector<double> unit(task.space->dimension());
  for (double& u : unit) u = stream.Uniform();
  return unit;
}

std::vector<Proposal> RandomSearch::DoPropose(int arms) {
  std::vector<Proposal> proposals;
  for (int arm = 0; arm < arms; ++arm) {
    const std::vector<double> unit = UniformPoint(task(), proposed_rounds(), arm);
    proposals.push_back(MakeProposal(task().space->Decode(unit), name()));
  }
  return proposals;
}

}  // namespace rectune::baselines
